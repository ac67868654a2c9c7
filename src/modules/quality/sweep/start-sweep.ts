import { boolean, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { beginSweep } from './begin-sweep.js';

export const startSweep = defineCommand({
  name: 'quality_sweep.start',
  summary: 'Have all records judged by the rules in use, in the background.',
  description: 'While a sweep is under way there is no second: that one is answered.',
  rest: { path: '/quality-sweeps/start', status: 202 },
  input: {},
  output: {
    qualitySweepId: ref('quality_sweep', { required: true, description: 'The sweep; it says how far it is.' }),
    isNew: boolean({ required: true, description: 'Whether it was begun by this call.' }),
  },

  async run(_, work) {
    const { sweep, isNew } = await beginSweep(work, work.actor.userId);
    return { qualitySweepId: sweep.id, isNew };
  },
});
