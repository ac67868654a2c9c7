import { createHash } from 'node:crypto';
import { openWorkOf } from '#kernel/db/twins.js';
import { list, text, type Fields, type InputOf } from '#kernel/resource/fields.js';
import { figuresStaleEvent } from '#kernel/resource/figures.js';
import { defineJob, type Job } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { followFigure, followTouches, type Left } from './follow-touches.js';
import type { Touch } from './touches.js';
import { isTurn } from './work-out.js';

const againMs = 250;

export const keepFigures = defineJob({
  name: 'customization.keep_figures',
  description: 'Works out anew the formulas and roll-ups that are kept and are made of records that were written.',
  payload: { events: list(text(36, { required: true }), { required: true }) },
  hears: [figuresStaleEvent],

  async run({ events }, work): Promise<void> {
    if (!(await isTurn(work))) return comeAgain(work, keepFigures, { key: events[0] ?? '', payload: { events } });
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

  async run({ figure, records }, work): Promise<void> {
    if (!(await isTurn(work))) return comeAgain(work, keepMoreFigures, { key: keyOf(figure, records), payload: { figure, records } });
    await putOff(work, await followFigure(work, { fieldId: figure, ids: records }));
  },
});

/** A little later: many who wait in line would hold a connection each, and those of other companies could go on. */
export async function comeAgain<S extends Fields>(
  work: Work,
  job: Job<S>,
  { key, payload }: { key: string; payload: InputOf<S> },
): Promise<void> {
  const dueAt = new Date(work.now.getTime() + againMs);
  await work.schedule(job, { key: `${key} again ${dueAt.toISOString()}`, dueAt, payload });
}

/** Each part is a task of its own: no transaction takes long, however many records hang on one. */
export async function putOff(work: Work, left: readonly Left[]): Promise<void> {
  for (const { fieldId, ids } of left) {
    const key = `${keyOf(fieldId, ids)} ${work.now.toISOString()}`;
    await work.schedule(keepMoreFigures, { key, payload: { figure: fieldId, records: [...ids] } });
  }
}

/** Other records are another task, also where the first of them is the same. */
const keyOf = (figure: string, records: readonly string[]): string =>
  `${figure} ${createHash('sha256').update(records.join()).digest('base64url')}`;
