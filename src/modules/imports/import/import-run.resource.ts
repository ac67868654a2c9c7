import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, choice, instant, integer, json, ref, text } from '#kernel/resource/fields.js';
import { importStates } from '../domain/states.js';
import type { StoredMapping } from '../domain/stored/stored-mapping.js';
import type { StepCount } from '../domain/tally.js';
import type { TableInfo } from '../run/table-info.js';

export interface ImportFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The next row to take: everything before it is committed. */
export interface Position {
  readonly step: number;
  readonly record: number;
}

export interface DryRunCounts {
  readonly at: string;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly rejected: number;
}

export const ImportRun = defineResource('import', {
  description: 'One load of files from another system, with its progress and its counts.',
  table: 'imports.imports',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    mapping: text(80, { required: true, index: true, writer: 'system', description: 'Name of the mapping that says what the files mean.' }),
    state: choice(importStates, {
      required: true,
      default: 'queued',
      index: true,
      writer: 'system',
      description:
        'Begun in one go: `queued`, `running`, then `finished`, `failed` or `cancelled`. By steps: `receiving` when rows are handed over, `uploaded`, `analysed`, `mapped`, `dry_running`, `ready`, `running`, `paused`, then `finished`, or `partly` when rows were left out. `reverting`, `reverted` and `revert_partly` follow.',
    }),
    bySteps: boolean({
      required: true,
      default: false,
      writer: 'system',
      description: 'Whether it waits for a mapping, a dry run and its start; else it was begun in one go.',
    }),
    mappingId: ref('import_mapping', {
      writer: 'system',
      inverse: 'imports',
      onDelete: 'set_null',
      description: 'The version of a mapping of the company it reads the files by.',
    }),
    definition: json<StoredMapping>({ writer: 'system', description: 'The mapping as it was when the import was mapped.' }),
    tables: json<readonly TableInfo[]>({
      required: true,
      default: [],
      writer: 'system',
      description: 'What was found in the files: tables or sheets with their columns, number of rows and some of them.',
    }),
    files: json<readonly ImportFile[]>({ required: true, writer: 'system', description: 'The files, with size and checksum.' }),
    total: integer({
      required: true,
      default: 0,
      min: 0,
      writer: 'system',
      description: 'Rows to go through; a file that serves several steps counts once for each.',
    }),
    processed: integer({ required: true, default: 0, min: 0, writer: 'system', description: 'Rows gone through so far.' }),
    created: integer({ required: true, default: 0, min: 0, writer: 'system' }),
    updated: integer({ required: true, default: 0, min: 0, writer: 'system' }),
    unchanged: integer({ required: true, default: 0, min: 0, writer: 'system' }),
    rejected: integer({
      required: true,
      default: 0,
      min: 0,
      writer: 'system',
      description: 'Rows left out; each has an issue that says why.',
    }),
    skipped: integer({
      required: true,
      default: 0,
      min: 0,
      writer: 'system',
      description: 'Rows in which there was nothing to do for a step, and rows that only repeated earlier ones.',
    }),
    issueCount: integer({ required: true, default: 0, min: 0, writer: 'system' }),
    steps: json<readonly StepCount[]>({ required: true, default: [], writer: 'system', description: 'The counts of each step.' }),
    dryRun: json<DryRunCounts>({ writer: 'system', description: 'What the last dry run came to.' }),
    reverted: integer({
      required: true,
      default: 0,
      min: 0,
      writer: 'system',
      description: 'Records put back as they were, or taken away.',
    }),
    kept: integer({
      required: true,
      default: 0,
      min: 0,
      writer: 'system',
      description: 'Records that were changed or used since, and stayed as they are when the import was taken back.',
    }),
    position: json<Position>({
      required: true,
      default: { step: 0, record: 0 },
      writer: 'system',
      description: 'Where the next chunk begins.',
    }),
    failure: text(2000, { writer: 'system', description: 'Why a failed import could not go on.' }),
    failureCode: text(80, { writer: 'system', description: 'The code of that: `import.broke_off` when it can be resumed.' }),
    brokeOffIn: text(20, { writer: 'system', description: 'Of an import that failed and can be resumed: the state it broke off in.' }),
    startedById: ref('user', { writer: 'system', description: 'Who started it; empty when an operator did at the command line.' }),
    speaksFor: text(200, {
      writer: 'system',
      description:
        'The system whose values it may bring into fields that belong to one: the name of the API key that tried or started it; `*` when an operator did at the command line.',
    }),
    startedAt: instant({ required: true, writer: 'system' }),
    finishedAt: instant({ writer: 'system' }),
  },
});
export type ImportRun = Row<typeof ImportRun>;
