import { openWorkOf } from '#kernel/db/twins.js';
import { list, text } from '#kernel/resource/fields.js';
import { figuresStaleEvent } from '#kernel/resource/figures.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { followFigure, followTouches, type Left } from './follow-touches.js';
import type { Touch } from './touches.js';

export const keepFigures = defineJob({
  name: 'customization.keep_figures',
  description: 'Works out anew the formulas and roll-ups that are kept and are made of records that were written.',
  payload: { events: list(text(36, { required: true }), { required: true }) },
  hears: [figuresStaleEvent],

  async run({ events }, work) {
    const { rows } = await openWorkOf(work).exec(
      'select payload from kernel.outbox where tenant_id = $1 and id = any($2::uuid[]) order by txid, id',
      [work.tenantId, events],
    );
    await putOff(work, await followTouches(work, rows.map(({ payload }) => payload) as Touch[]));
  },
});

export const keepMoreFigures = defineJob({
  name: 'customization.keep_more_figures',
  description: 'Works out one kept formula or roll-up anew for some of many records it has to be worked out for.',
  payload: {
    figure: text(36, { required: true, description: 'Id of its definition.' }),
    records: list(text(36, { required: true }), { required: true }),
  },

  async run({ figure, records }, work) {
    await putOff(work, await followFigure(work, { fieldId: figure, ids: records }));
  },
});

/** Each part is a task of its own: no transaction takes long, however many records hang on one. */
export async function putOff(work: Work, left: readonly Left[]): Promise<void> {
  for (const { fieldId, ids } of left) {
    const key = `${fieldId} ${ids[0] ?? ''} ${work.now.toISOString()}`;
    await work.schedule(keepMoreFigures, { key, payload: { figure: fieldId, records: [...ids] } });
  }
}
