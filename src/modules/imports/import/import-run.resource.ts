import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, json, ref, text } from '#kernel/resource/fields.js';
import type { StepCount } from '../domain/tally.js';

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

export const ImportRun = defineResource('import', {
  description: 'One load of files from another system, with its progress and its counts.',
  table: 'imports.imports',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    mapping: text(80, { required: true, index: true, writer: 'system', description: 'Name of the mapping that says what the files mean.' }),
    state: choice(['queued', 'running', 'finished', 'failed', 'cancelled'], {
      required: true,
      default: 'queued',
      index: true,
      writer: 'system',
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
    issueCount: integer({ required: true, default: 0, min: 0, writer: 'system' }),
    steps: json<readonly StepCount[]>({ required: true, default: [], writer: 'system', description: 'The counts of each step.' }),
    position: json<Position>({
      required: true,
      default: { step: 0, record: 0 },
      writer: 'system',
      description: 'Where the next chunk begins.',
    }),
    failure: text(2000, { writer: 'system', description: 'Why a failed import could not go on.' }),
    startedById: ref('user', { writer: 'system', description: 'Who started it; empty when an operator did at the command line.' }),
    startedAt: instant({ required: true, writer: 'system' }),
    finishedAt: instant({ writer: 'system' }),
  },
});
export type ImportRun = Row<typeof ImportRun>;
