import { reachOf, type Actor } from '../access/actor.js';
import type { UseCase } from '../usecase/define-command.js';
import type { Work } from '../usecase/work.js';
import type { Cause } from '../usecase/cause.js';
import { OpenWork } from './open-work.js';

/** The machine's own view of a Work; there is no other implementation. */
export function openWorkOf(work: Work): OpenWork {
  if (work instanceof OpenWork) return work;
  throw new Error('This Work is not one of the kernel.');
}

/** The same transaction, its rows judged as if `useCase` ran by itself: for verbs that carry out other verbs. */
export function judgedBy(work: OpenWork, { noun, permission }: Pick<UseCase, 'noun' | 'permission'>): OpenWork {
  return new OpenWork({
    ...work.connection,
    ownNoun: { noun, verb: permission.slice(noun.length + 1), reach: reachOf(work.actor.permissions, permission) },
  });
}

/** The same transaction with the rights of somebody else: for tasks that go on with what a person began. */
export function actingAs(work: OpenWork, actor: Actor, cause: Pick<Cause, 'command' | 'batchId'>): OpenWork {
  return new OpenWork({ ...work.connection, actor, ownNoun: null, cause: { ...work.connection.cause, ...cause } });
}

/** Runs `fn` so that its refusal takes back what it wrote and nothing else. */
export async function withSavepoint<T>(work: OpenWork, fn: () => Promise<T>): Promise<T> {
  const { judging } = work.connection;
  const warned = judging?.warnings.length ?? 0;
  await work.exec('savepoint step', []);
  try {
    const result = await fn();
    await work.exec('release savepoint step', []);
    return result;
  } catch (error) {
    // When even this fails the transaction is lost, and its own error is the one to tell.
    await takeBack(work).catch(() => undefined);
    judging?.warnings.splice(warned);
    throw error;
  }
}

/** A savepoint that is gone back to stays: left there, it would be the one a savepoint around it goes back to. */
async function takeBack(work: OpenWork): Promise<void> {
  await work.exec('rollback to savepoint step', []);
  await work.exec('release savepoint step', []);
}
