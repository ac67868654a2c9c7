import { openWorkOf } from '../db/twins.js';
import { underWay } from '../jobs/resting.js';
import { integer, text } from '../resource/fields.js';
import { defineJob } from '../usecase/define-job.js';
import type { Work } from '../usecase/work.js';
import { switchesOf, taskNames } from '../variants/switches.js';
import { TenantModule } from './tenant-module.resource.js';

const againMs = 5_000;

export const settleModules = defineJob({
  name: 'modules.settle',
  description: 'Writes down that a module is off once nothing of it is under way any more.',
  payload: { key: text(80, { required: true }), turn: integer({ required: true }) },

  async run({ key, turn }, work) {
    const row = await work.repo(TenantModule).first({ key }, { lock: 'wait' });
    const one = switchesOf(work.definitions).get(key);
    if (row?.state !== 'disabling' || !one) return;
    const running = await underWay(openWorkOf(work).exec, work.tenantId, taskNames(one));
    if (running > 0) return settleLater(work, key, turn + 1);
    await work.repo(TenantModule).update(row.id, { state: 'disabled', changedAt: work.now });
  },
});

export const settleLater = (work: Work, key: string, turn: number): Promise<void> =>
  work.schedule(settleModules, {
    key: `${key}:${turn}:${work.now.getTime()}`,
    dueAt: new Date(work.now.getTime() + againMs),
    payload: { key, turn },
  });
