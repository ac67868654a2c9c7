import { openWorkOf } from '../db/twins.js';
import { conflict } from '../errors/domain-error.js';
import { layAllDown, restsOf, underWay } from '../jobs/resting.js';
import { boolean, choice, integer, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import type { Work } from '../usecase/work.js';
import { switchesOf, taskNames, type Switch } from '../variants/switches.js';
import { ModuleDisabled } from './events.js';
import { dependentsOf } from './module-plan.js';
import { keysOn, oneAtATime, stateOf, switchedModules, switchNamed, writeState } from './module-states.js';
import { settleLater } from './settle-modules.job.js';

export const disableModule = defineCommand({
  name: 'module.disable',
  summary: 'Switch a module off; its data is kept.',
  description:
    'At once and for everybody in the company: its types, fields, routes, subscriptions and rights are gone, its jobs, due tasks and triggers rest. What a worker has in hand is brought to its end; until then the module is `disabling`. Nothing is deleted, and `module.enable` brings it all back. Once more does nothing.',
  graphql: 'disableModule',
  rest: { path: '/modules/{key}/disable' },
  input: {
    key: text(80, { required: true, description: 'The module, or a part of one as `sales.leads`. A module takes its parts with it.' }),
    dryRun: boolean({ description: 'Only says what would be.' }),
  },
  output: {
    key: text(80, { required: true }),
    state: choice(['available', 'disabling', 'disabled', 'purge_scheduled', 'purging', 'purged'], { required: true }),
    changed: boolean({ required: true, description: 'False: it was off already.' }),
    underWay: integer({ required: true, description: 'Tasks of it that a worker has in hand at this moment.' }),
  },
  errors: {
    'module.not_found': 'There is no such module.',
    'module.ground': 'It is what the others stand on, and always on.',
    'module.dependent_enabled': 'Modules that need it are on: `keys` names them, in the order in which to switch them off.',
    'module.busy': 'Something under way writes its records, or modules are being switched at this moment: `because` says which.',
  },

  async run({ key, dryRun }, work) {
    const one = switchNamed(work, key);
    const { exec } = openWorkOf(work);
    if (!dryRun) await oneAtATime(openWorkOf(work));
    const rows = await switchedModules(work);
    const before = stateOf(rows, key);
    const names = taskNames(one);
    if (before !== 'enabled') return { key, state: before, changed: false, underWay: await underWay(exec, work.tenantId, names) };
    const dependents = dependentsOf(switchesOf(work.definitions), key, keysOn(work, rows));
    if (dependents.length > 0)
      throw conflict(
        'module.dependent_enabled',
        `${dependents.join(', ')} cannot do without ${one.label}: switch off what needs it first.`,
        {
          keys: dependents,
        },
      );
    await refuseBusy(work, one);
    const running = await underWay(exec, work.tenantId, names);
    const state = running > 0 ? ('disabling' as const) : ('disabled' as const);
    if (dryRun) return { key, state, changed: true, underWay: running };
    const row = await writeState(work, rows, key, { state, offSince: work.now });
    const restOf = restsOf(work.definitions.whole.modules);
    await layAllDown(exec, work.tenantId, { names, passing: names.filter((name) => restOf(name).passes) }, work.now);
    if (running > 0) await settleLater(work.system, key, row.version);
    await work.system.emit(ModuleDisabled, { key });
    return { key, state, changed: true, underWay: running };
  },
});

/** An import into it would lose its ground in the middle. */
async function refuseBusy(work: Work, { module, part, label }: Switch): Promise<void> {
  const resources = ((part ?? module).resources ?? []).map(({ name }) => name);
  for (const other of work.definitions.modules) {
    const what = other === module ? null : await other.underWay?.(work.system, resources);
    if (!what) continue;
    throw conflict('module.busy', `${label} cannot be switched off now: ${what} Wait for its end or cancel it.`, { because: what });
  }
}
