import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { writeBox, type BoxProgress, type MadeBox } from '#kernel/box/write-box.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { endedAt, starterNow } from '#kernel/operations/continue-bulk.job.js';
import { isOver, Operation } from '#kernel/operations/operation.resource.js';
import { ref } from '#kernel/resource/fields.js';
import { defineEffect, type EffectContext } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { mayExport } from './may-export.js';

const attempts = 3;
const tellEveryMs = 5_000;

/** A worker that dies leaves a draft that is swept away; the next try writes the box anew. */
export const writeTenantBox = defineEffect({
  name: 'exports.write_tenant_box',
  description: 'Writes all a company has to an archive, which its operation gives out.',
  payload: { operationId: ref('operation', { required: true }) },
  retry: { attempts, backoffMs: 5_000 },
  limitMinutes: 360,

  async run({ operationId }, context) {
    if (!(await begin(operationId, context))) return;
    const draft = await context.ports.files.draft();
    try {
      const made = await writeTo(draft, operationId, context);
      await finish(draft, made, operationId, context);
    } catch (error) {
      if (error instanceof NoLongerWanted) return;
      if (context.attempt < attempts) throw error;
      await fail(operationId, context, 'It broke off several times. Ask your operator for the reason, then start another one.');
    } finally {
      await context.ports.files.drop(draft);
      await rm(draft, { force: true });
    }
  },
});

/** Cancelled while it was written. */
class NoLongerWanted extends Error {}

/** Whether there is anything to do. */
async function begin(operationId: string, context: EffectContext): Promise<boolean> {
  const refusal = await context.work(async (work) => {
    const operation = await work.repo(Operation).lock(operationId);
    if (isOver(operation)) return 'over';
    const starter = await starterNow(openWorkOf(work), operation);
    if (!starter || !mayExport(starter)) return 'no right';
    await work.repo(Operation).update(operationId, { state: 'running' });
    return null;
  });
  if (refusal === 'no right') await fail(operationId, context, 'Who started this may not export the company any more.');
  return refusal === null;
}

function writeTo(path: string, operationId: string, context: EffectContext): Promise<MadeBox> {
  let toldAt = 0;
  const onProgress = async ({ done, total }: BoxProgress) => {
    const now = context.now().getTime();
    if (now - toldAt < tellEveryMs) return;
    toldAt = now;
    await context.work(async (work) => {
      if (isOver(await work.repo(Operation).lock(operationId))) throw new NoLongerWanted();
      await work.repo(Operation).update(operationId, { done, total });
    });
  };
  return context.work((work) => writeBox(openWorkOf(work), { path, ports: context.ports, withSecrets: false, onProgress }));
}

async function finish(draft: string, { manifest }: MadeBox, operationId: string, context: EffectContext): Promise<void> {
  const sha256 = await hashOf(draft);
  const total = manifest.parts.reduce((sum, { rows }) => sum + rows, 0) + manifest.files.count;
  await context.work(async (work: Work) => {
    if (isOver(await work.repo(Operation).lock(operationId))) return;
    await context.ports.files.keep(draft, { tenantId: context.tenantId, sha256 });
    const fileName = `${manifest.tenant.slug}-${manifest.madeAt.slice(0, 10)}.zip`;
    await work
      .repo(Operation)
      .update(operationId, { state: 'succeeded', total, done: total, fileName, fileSha256: sha256, ...endedAt(work.now) });
  });
}

const fail = (operationId: string, context: EffectContext, failure: string): Promise<unknown> =>
  context.work((work) => work.repo(Operation).update(operationId, { state: 'failed', failure, ...endedAt(work.now) }));

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
