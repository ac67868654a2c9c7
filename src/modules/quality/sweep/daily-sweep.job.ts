import { defineJob } from '#kernel/usecase/define-job.js';
import { QualityRule } from '../rule/quality-rule.resource.js';
import { beginSweep } from './begin-sweep.js';

export const dailySweep = defineJob({
  name: 'quality.sweep_daily',
  description: 'Has all records judged once a day, where a company has rules.',
  payload: {},
  everyMinutes: 1440,
  async run(_, work) {
    if ((await work.repo(QualityRule).count({ isActive: true })) > 0) await beginSweep(work, null);
  },
});
