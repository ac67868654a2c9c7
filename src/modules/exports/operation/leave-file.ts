import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Actor } from '#kernel/access/actor.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { starterNow } from '#kernel/operations/continue-bulk.job.js';
import { brokeOff, failedWith, starterGone, type Failure } from '#kernel/operations/failures.js';
import { endedAt, isOver, Operation } from '#kernel/operations/operation.resource.js';
import type { FileStore } from '#kernel/ports/ports.js';
import type { EffectContext } from '#kernel/usecase/define-job.js';

/** How often an export is tried, a worker that dies over it included. */
export const attempts = 3;
const tellEveryMs = 5_000;

export interface Progress {
  readonly done: number;
  readonly total: number;
}
/** What an export comes to. */
export interface Made extends Pick<Progress, 'total'> {
  readonly fileName: string;
}
export interface Export {
  /** Why who began it may not have it any more; null when he may. */
  readonly refusal: (starter: Actor) => Failure | null;
  readonly write: (path: string, starter: Actor, tell: (progress: Progress) => Promise<void>) => Promise<Made>;
}

/** Writes the file of an operation to a draft, and keeps it. What a worker leaves that dies is swept away; the next try writes it anew. */
export async function leaveFile(operationId: string, context: EffectContext, { refusal, write }: Export): Promise<void> {
  await dropDrafts(context.ports.files, operationId, context.attempt - 1);
  const starter = await begin(operationId, context, refusal);
  if (!starter) return;
  const draft = await context.ports.files.draft(draftOf(operationId, context.attempt));
  try {
    const made = await write(draft, starter, teller(operationId, context));
    await finish(draft, made, { operationId, context });
  } catch (error) {
    if (error instanceof NoLongerWanted) return;
    if (error instanceof DomainError && error.kind !== 'unavailable') return await fail(operationId, context, error);
    if (context.attempt < attempts) throw error;
    await fail(operationId, context, brokeOff);
  } finally {
    await context.ports.files.drop(draft);
    await rm(draft, { force: true });
  }
}

/** Each try has a draft of its own: a worker that was taken for dead may still be writing to his. */
const draftOf = (operationId: string, attempt: number): string => `export-${operationId}-${attempt}`;

/** What workers have left that died over the tries so far. */
export async function dropDrafts(files: FileStore, operationId: string, tries: number): Promise<void> {
  for (let attempt = 1; attempt <= tries; attempt += 1) await files.drop(await files.draft(draftOf(operationId, attempt)));
}

/** Cancelled while it was written. */
class NoLongerWanted extends Error {}

/** Who it is written for; null when there is nothing to do. */
async function begin(operationId: string, context: EffectContext, refusal: Export['refusal']): Promise<Actor | null> {
  const found = await context.work(async (work) => {
    const operation = await work.repo(Operation).lock(operationId);
    if (isOver(operation)) return null;
    const starter = await starterNow(openWorkOf(work), operation);
    const why = starter ? refusal(starter) : starterGone;
    if (why === null) await work.repo(Operation).update(operationId, { state: 'running' });
    return { starter, why };
  });
  if (!found) return null;
  if (found.why !== null) await fail(operationId, context, found.why);
  return found.why === null ? found.starter : null;
}

function teller(operationId: string, context: EffectContext): (progress: Progress) => Promise<void> {
  let toldAt = 0;
  return async ({ done, total }) => {
    const now = context.now().getTime();
    if (now - toldAt < tellEveryMs) return;
    toldAt = now;
    await context.work(async (work) => {
      if (isOver(await work.repo(Operation).lock(operationId))) throw new NoLongerWanted();
      await work.repo(Operation).update(operationId, { done, total });
    });
  };
}

interface Kept {
  readonly operationId: string;
  readonly context: EffectContext;
}

async function finish(draft: string, { fileName, total }: Made, { operationId, context }: Kept): Promise<void> {
  const { sha256, key } = await hashesOf(draft, operationId);
  await context.work(async (work) => {
    if (isOver(await work.repo(Operation).lock(operationId))) return;
    await context.ports.files.keep(draft, { tenantId: context.tenantId, sha256: key });
    const end = { state: 'succeeded', total, done: total, fileName, fileSha256: sha256, fileKey: key, ...endedAt(work.now) } as const;
    await work.repo(Operation).update(operationId, end);
  });
}

async function fail(operationId: string, context: EffectContext, why: Failure): Promise<void> {
  await context.work(async (work) => {
    if (isOver(await work.repo(Operation).lock(operationId))) return;
    await work.repo(Operation).update(operationId, failedWith(why, work.now));
  });
}

/** The key is of this operation alone: another may leave the very same bytes, and its file goes at another time. */
async function hashesOf(draft: string, operationId: string): Promise<{ sha256: string; key: string }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(draft)) hash.update(chunk as Buffer);
  const sha256 = hash.digest('hex');
  return { sha256, key: createHash('sha256').update(operationId).update(sha256).digest('hex') };
}
