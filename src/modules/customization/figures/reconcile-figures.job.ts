import { text } from '#kernel/resource/fields.js';
import { nilId } from '#kernel/resource/ids.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { FiguresMended } from './figures-mended.event.js';
import { figuresNow } from './figures-now.js';
import { followTouches } from './follow-touches.js';
import { comeAgain, putOff } from './keep-figures.job.js';
import { reconcileStretch } from './reconcile-figure.js';
import { isTurn } from './work-out.js';

const recordsAtOnce = 5_000;

export const reconcileSteps = defineJob({
  name: 'customization.reconcile_steps',
  description: 'Compares what is kept of a formula or roll-up with what it comes to, for some records, mends it, and plans the next step.',
  payload: {
    run: text(100, { required: true, description: 'What the steps belong to.' }),
    figure: text(36, { required: true, description: 'Id of its definition.' }),
    after: text(36, { description: 'Id of the last record that was looked at.' }),
  },

  async run({ run, figure: fieldId, after }, work): Promise<void> {
    if (!(await isTurn(work)))
      return comeAgain(work, reconcileSteps, { key: `${run} ${fieldId}`, payload: { run, figure: fieldId, ...(after ? { after } : {}) } });
    const { figures } = await figuresNow(work);
    const figure = figures.find(({ kept }) => kept.fieldId === fieldId);
    if (!figure) return;
    const { differing, touch, last } = await reconcileStretch(work, figure, { after: after ?? nilId, size: recordsAtOnce });
    if (touch) await putOff(work, await followTouches(work, [touch]));
    if (differing > 0) await work.emit(FiguresMended, { fieldDefinitionId: fieldId, differing });
    if (last !== null)
      await work.schedule(reconcileSteps, { key: `${run} ${fieldId} ${last}`, payload: { run, figure: fieldId, after: last } });
  },
});

export const reconcileFigures = defineJob({
  name: 'customization.reconcile_figures',
  description:
    'Has all kept formulas and roll-ups compared with what they come to, once a day, and when a module is on again or its data are gone.',
  payload: {},
  everyMinutes: 1440,
  hears: ['modules.module_enabled', 'modules.module_purged'],
  async run(_payload, work) {
    await reconcileAll(work);
  },
});

async function reconcileAll(work: Work): Promise<void> {
  const run = work.now.toISOString();
  for (const { kept } of (await figuresNow(work)).figures)
    await work.schedule(reconcileSteps, { key: `${run} ${kept.fieldId}`, payload: { run, figure: kept.fieldId } });
}
