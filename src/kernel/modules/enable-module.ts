import { openWorkOf } from '../db/twins.js';
import { conflict } from '../errors/domain-error.js';
import { wakeAll } from '../jobs/resting.js';
import { boolean, choice, integer, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { sql } from '../db/sql.js';
import type { Work } from '../usecase/work.js';
import { switchesOf, taskNames, type Switch } from '../variants/switches.js';
import { ModuleEnabled } from './events.js';
import { missingFor } from './module-plan.js';
import { keysOff, oneAtATime, refusePurging, stateOf, switchedModules, switchNamed, writeState } from './module-states.js';
import { cancelPurgeTask } from './purge-module.job.js';
import type { ModuleState, TenantModule } from './tenant-module.resource.js';

export const enableModule = defineCommand({
  name: 'module.enable',
  summary: 'Switch a module on.',
  description:
    'At once and for everybody in the company: its types, routes and rights are there again, and what rested goes on. Tasks that fell due meanwhile run in their order, spread over up to an hour; periods nobody was there for are not made up for, and mails whose time has passed are not sent. A purge that was scheduled is called off; what was purged begins empty. Once more does nothing.',
  graphql: 'enableModule',
  rest: { path: '/modules/{key}/enable' },
  input: {
    key: text(80, { required: true, description: 'The module, or a part of one as `sales.leads`.' }),
    dryRun: boolean({ description: 'Only says what would be.' }),
  },
  output: {
    key: text(80, { required: true }),
    state: choice(['enabled'], { required: true }),
    changed: boolean({ required: true, description: 'False: it was on already.' }),
    tasks: integer({ required: true, description: 'Tasks that go on.' }),
  },
  errors: {
    'module.not_found': 'There is no such module.',
    'module.ground': 'It is what the others stand on, and always on.',
    'module.dependency_missing': 'Modules it needs are off: `keys` names them, in the order in which to switch them on.',
    'module.busy': 'Modules of the company are being switched at this moment, or its data is being deleted.',
  },

  async run({ key, dryRun }, work) {
    const one = switchNamed(work, key);
    if (!dryRun) await oneAtATime(openWorkOf(work));
    const rows = await switchedModules(work);
    const missing = missingFor(switchesOf(work.definitions), key, keysOff(rows));
    if (missing.length > 0)
      throw conflict('module.dependency_missing', `${one.label} needs ${missing.join(', ')}: switch on what is missing first.`, {
        keys: missing,
      });
    const before = stateOf(rows, key);
    const changed = before !== 'enabled';
    refusePurging(before, key);
    if (dryRun || !changed) return { key, state: 'enabled' as const, changed, tasks: 0 };
    if (before === 'purge_scheduled') await cancelPurgeTask(work, rows.get(key));
    await writeState(work, rows, key, { state: 'enabled', offSince: null, exportedAt: null, purgeAt: null, calledOff: null });
    await begin(work, one, before);
    const tasks = await wakeAll(openWorkOf(work).exec, work.tenantId, awake(work, one, rows), work.now);
    await work.system.emit(ModuleEnabled, { key });
    return { key, state: 'enabled' as const, changed, tasks };
  },
});

/** One that has never been on gets what a new company gets; one that has is brought up to date. */
async function begin(work: Work, { module, part }: Switch, before: ModuleState): Promise<void> {
  if (part) return;
  if (before === 'available' || before === 'purged') {
    const locale = await localeOf(work);
    await module.furnish?.(work.system, { locale });
  }
  await module.switchable?.resumed?.(work.system);
}

async function localeOf(work: Work): Promise<string> {
  const [tenant] = await work.rows<{ locale: string }>(sql`select locale from kernel.tenants where id = ${work.tenantId}`);
  return tenant?.locale ?? 'en';
}

/** Its tasks, less those of parts of it that stay off. */
function awake(work: Work, one: Switch, rows: ReadonlyMap<string, TenantModule>): string[] {
  const parts = [...switchesOf(work.definitions).values()].filter(
    ({ key, module, part }) => part && module === one.module && key !== one.key,
  );
  const asleep = new Set(parts.filter(({ key }) => stateOf(rows, key) !== 'enabled').flatMap(taskNames));
  return taskNames(one).filter((name) => !asleep.has(name));
}
