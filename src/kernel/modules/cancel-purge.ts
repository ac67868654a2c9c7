import { openWorkOf } from '../db/twins.js';
import { boolean, choice, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { PurgeCalledOff } from './events.js';
import { oneAtATime, refusePurging, stateOf, switchedModules, switchNamed, writeState } from './module-states.js';
import { cancelPurgeTask } from './purge-module.job.js';

export const cancelPurge = defineCommand({
  name: 'module.cancel_purge',
  summary: 'Keep the data of a module that was to be deleted.',
  description: 'The module stays off. Once more does nothing; what has begun to be deleted is deleted to its end.',
  graphql: 'cancelModulePurge',
  rest: { path: '/modules/{key}/cancel-purge' },
  input: { key: text(80, { required: true, description: 'The module or part.' }) },
  output: {
    key: text(80, { required: true }),
    state: choice(['available', 'enabled', 'disabling', 'disabled', 'purged'], { required: true }),
    changed: boolean({ required: true, description: 'False: nothing was scheduled.' }),
  },
  errors: {
    'module.not_found': 'There is no such module.',
    'module.ground': 'It is what the others stand on, and always on.',
    'module.busy': 'Modules of the company are being switched at this moment, or its data is being deleted already.',
  },

  async run({ key }, work) {
    switchNamed(work, key);
    const seen = stateOf(await switchedModules(work), key);
    refusePurging(seen, key);
    if (seen !== 'purge_scheduled') return { key, state: seen, changed: false };
    await oneAtATime(openWorkOf(work));
    const rows = await switchedModules(work);
    const before = stateOf(rows, key);
    refusePurging(before, key);
    if (before !== 'purge_scheduled') return { key, state: before, changed: false };
    await cancelPurgeTask(work, rows.get(key));
    await writeState(work, rows, key, { state: 'disabled', purgeAt: null, exportedAt: null, calledOff: null });
    await work.system.emit(PurgeCalledOff, { key, because: 'asked' });
    return { key, state: 'disabled' as const, changed: true };
  },
});
