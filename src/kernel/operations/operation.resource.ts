import type { Actor } from '../access/actor.js';
import { defineResource, ownedBy, type Row } from '../resource/define-resource.js';
import { choice, instant, integer, json, ref, text } from '../resource/fields.js';

export interface OperationError {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}
export type StartedBy = Pick<Actor, 'kind' | 'id'>;

const count = { required: true, default: 0, min: 0, writer: 'system' } as const;

/** Of every kind: a call too long to be answered at once. */
export const Operation = defineResource('operation', {
  description: 'A long call that runs in the background, with its progress, its counts and its results.',
  table: 'operations.operations',
  scope: ownedBy('startedById'),
  operations: ['list', 'get'],
  fields: {
    kind: choice(['bulk', 'export'], { required: true, writer: 'system', description: 'What is being done.' }),
    target: text(80, { required: true, index: true, writer: 'system', description: 'The resource that is written: `account`.' }),
    state: choice(['queued', 'running', 'succeeded', 'partly', 'failed', 'cancelled'], {
      required: true,
      default: 'queued',
      index: true,
      writer: 'system',
      description: '`partly`: it is over, and some items were refused. `failed`: all were, or it could not go on.',
    }),
    total: integer({ ...count, description: 'Items to go through.' }),
    done: integer({ ...count, description: 'Items gone through so far.' }),
    created: integer({ ...count, description: 'Records made.' }),
    updated: integer({ ...count, description: 'Records changed.' }),
    unchanged: integer({ ...count, description: 'Records that were so already.' }),
    deleted: integer({ ...count, description: 'Records deleted.' }),
    refused: integer({ ...count, description: 'Items that were not carried out; the results say why.' }),
    errors: json<readonly OperationError[], { required: true; default: []; writer: 'system'; description: string }>({
      required: true,
      default: [],
      writer: 'system',
      description: 'The first refusals, at most 20.',
    }),
    failure: text(500, { writer: 'system', description: 'Why it could not go on.' }),
    failureCode: text(80, { writer: 'system', description: 'The code of that: `operation.broke_off` when its worker died too often.' }),
    fileName: text(200, { writer: 'system', description: 'What the file it left is called, when it left one.' }),
    fileSha256: text(64, {
      writer: 'system',
      description: 'SHA-256 of that file in hex, to compare what was downloaded with.',
    }),
    fileKey: text(64, { writer: 'system', hidden: true, description: 'What the store keeps that file under: its own, whatever is in it.' }),
    position: integer({ ...count, hidden: true, description: 'The chunk that comes next; all before it are committed.' }),
    startedBy: json<StartedBy, { required: true; writer: 'system'; hidden: true; description: string }>({
      required: true,
      writer: 'system',
      hidden: true,
      description: 'The user or key whose rights count.',
    }),
    startedById: ref('user', { required: true, writer: 'system', description: 'Who started it.' }),
    startedAt: instant({ required: true, writer: 'system' }),
    finishedAt: instant({ writer: 'system' }),
    expiresAt: instant({ index: true, writer: 'system', description: 'When the operation and its results are forgotten.' }),
  },
});
export type Operation = Row<typeof Operation>;

export const isOver = ({ state }: Pick<Operation, 'state'>): boolean => state !== 'queued' && state !== 'running';

/** How long operations and their results are kept after their end. */
export const keptDays = 30;

export const endedAt = (now: Date) => ({ finishedAt: now, expiresAt: new Date(now.getTime() + keptDays * 86_400_000) });
