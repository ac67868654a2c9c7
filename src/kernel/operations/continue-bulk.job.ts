import type { Actor } from '../access/actor.js';
import { mayWrite, runItems } from '../bulk/run-items.js';
import { storable, type ItemResult } from '../bulk/bulk-item.js';
import { actingAs, openWorkOf } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { DomainError } from '../errors/domain-error.js';
import { integer, ref } from '../resource/fields.js';
import { defineJob } from '../usecase/define-job.js';
import type { Work } from '../usecase/work.js';
import { chunkOf, keepResults, type Chunk } from './chunks.js';
import { failedWith, starterGone, type Failure } from './failures.js';
import { endedAt, isOver, Operation, type OperationError } from './operation.resource.js';

const shownErrors = 20;

/**
 * One chunk of a bulk operation. Its writes, its results, the position behind it and the task of the next chunk commit together: a
 * worker that dies leaves either all of them or none, and the chunk is taken once.
 */
export const continueBulk = defineJob({
  name: 'operations.continue_bulk',
  description: 'Carries out the next chunk of a bulk operation with the rights its starter has now.',
  payload: { operationId: ref('operation', { required: true }), chunk: integer({ required: true, min: 0 }) },
  retry: { attempts: 6, backoffMs: 500 },

  async run({ operationId, chunk: number }, system) {
    const work = openWorkOf(system);
    const operation = await work.repo(Operation).lock(operationId);
    if (isOver(operation) || operation.position !== number) return;
    const chunk = await chunkOf(work, operationId, number);
    if (!chunk) return finish(work, operation);
    const actor = await starterNow(work, operation);
    if (!actor) return fail(work, operation, starterGone);
    const twin = actingAs(work, actor, { command: `${operation.target}.bulk`, batchId: operation.id });
    try {
      mayWrite(twin, work.resource(operation.target));
    } catch (error) {
      if (error instanceof DomainError) return fail(work, operation, error);
      throw error;
    }
    const { items, firstIndex } = chunk;
    const results = await runItems(twin, { resource: work.resource(operation.target), items, firstIndex, mode: 'partial' });
    await advance(work, operation, chunk, results);
  },
});

/** Who began an operation, with the rights he has now; null when he may not act any more. */
export async function starterNow(work: OpenWork, { startedBy }: Operation): Promise<Actor | null> {
  for (const { standing } of work.connection.registry.modules) if (standing) return standing(work, startedBy);
  throw new Error('No module knows what the rights of a user are now.');
}

async function advance(work: OpenWork, operation: Operation, chunk: Chunk, results: readonly ItemResult[]): Promise<void> {
  await keepResults(work, operation.id, chunk.number, results);
  const count = (outcome: ItemResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const after = await work.repo(Operation).update(operation.id, {
    state: 'running',
    position: chunk.number + 1,
    done: operation.done + results.length,
    created: operation.created + count('created'),
    updated: operation.updated + count('updated'),
    unchanged: operation.unchanged + count('unchanged'),
    deleted: operation.deleted + count('deleted'),
    refused: operation.refused + count('refused'),
    errors: [...operation.errors, ...results.flatMap(errorOf)].slice(0, shownErrors),
  });
  if (after.done >= after.total) return finish(work, after);
  await scheduleChunk(work, operation.id, chunk.number + 1);
}

const errorOf = ({ index, refusal }: ItemResult): OperationError[] =>
  refusal ? [{ index, code: refusal.code, message: storable(refusal.message.slice(0, 500)) }] : [];

export const scheduleChunk = (work: Work, operationId: string, chunk: number): Promise<void> =>
  work.schedule(continueBulk, { key: `${operationId}:${chunk}`, payload: { operationId, chunk } });

async function finish(work: Work, { id, refused, total }: Operation): Promise<void> {
  const state = refused === 0 ? 'succeeded' : refused < total ? 'partly' : 'failed';
  await work.repo(Operation).update(id, { state, ...endedAt(work.now) });
}

async function fail(work: Work, { id }: Operation, why: Failure): Promise<void> {
  await work.repo(Operation).update(id, failedWith(why, work.now));
}
