import { ref } from '#kernel/resource/fields.js';
import { defineEffect, type EffectContext } from '#kernel/usecase/define-job.js';
import { isUnderWay } from '../domain/states.js';
import { giveUp } from '../import/give-up.js';
import { ImportRun } from '../import/import-run.resource.js';
import { runImport } from '../run/run-import.js';

/** Well within a lease; a long import is a chain of such turns, between which others get theirs. */
const turnMs = 20_000;
const attempts = 5;

/** Many transactions, one after the other, hence an effect: which rows are done is written in the import itself. */
export const continueImport = defineEffect({
  name: 'imports.continue_import',
  description: 'Takes an import on from the row it has come to.',
  payload: { importId: ref('import', { required: true }) },
  retry: { attempts, backoffMs: 1000 },
  actsAs: 'import',

  async run({ importId }, context) {
    const until = context.now().getTime() + turnMs;
    try {
      const { startedById } = await context.work((work) => work.repo(ImportRun).get(importId));
      const part = { batchId: importId, behalfOf: startedById };
      const run = await runImport(importId, (fn) => context.work(fn, part), { pause: () => context.now().getTime() >= until });
      if (isUnderWay(run.state)) await nextTurn(run, context);
    } catch (error) {
      if (context.attempt >= attempts) await context.work((work) => giveUp(work, importId));
      throw error;
    }
  },
});

async function nextTurn(run: ImportRun, context: EffectContext): Promise<void> {
  const key = `${run.id}:${run.version}`;
  await context.work((work) => work.schedule(continueImport, { key, payload: { importId: run.id } }));
}
