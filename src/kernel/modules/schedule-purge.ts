import type { OpenWork } from '../db/open-work.js';
import { openWorkOf } from '../db/twins.js';
import { conflict, type DomainError } from '../errors/domain-error.js';
import { Operation } from '../operations/operation.resource.js';
import { boolean, choice, instant, integer, list, object, ref, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import type { Work } from '../usecase/work.js';
import { PurgeScheduled } from './events.js';
import { oneAtATime, refusePurging, stateOf, switchedModules, switchNamed, writeState } from './module-states.js';
import { fates, holdOn, purgePlan, type PurgePlan } from './purge-plan.js';
import { proveExport } from './prove-export.effect.js';
import { purgeModule, purgeTaskKey } from './purge-module.job.js';
import type { TenantModule } from './tenant-module.resource.js';

export const purgeDays = 30;

export const schedulePurge = defineCommand({
  name: 'module.schedule_purge',
  summary: 'Delete all a module that is off has of the company, in 30 days.',
  description:
    'Takes an export of the company (`tenant.export`) that was made since the module is off and still lies here: it is read again to its end, and when it has less than there is, the purge is called off and `modules` says why. Until it begins it can be called off with `module.cancel_purge`, or by switching the module on. `dryRun` says what would go, what else would be emptied or deleted by it, and what stands in the way. What the audit tells stays.',
  graphql: 'scheduleModulePurge',
  rest: { path: '/modules/{key}/schedule-purge' },
  input: {
    key: text(80, { required: true, description: 'The module, or a part of one as `sales.leads`. A module takes its parts with it.' }),
    exportId: ref('operation', { unread: true, description: 'The operation of the export; the newest that will do when left out.' }),
    dryRun: boolean({ description: 'Only says what would be.' }),
  },
  output: {
    key: text(80, { required: true }),
    state: choice(['available', 'enabled', 'disabling', 'disabled', 'purge_scheduled', 'purged'], { required: true }),
    changed: boolean({
      required: true,
      description: 'False: it was scheduled or purged already, or this was a dry run with something in the way.',
    }),
    purgeAt: instant({ description: 'When it begins.' }),
    obstacles: list(text(80), { required: true, description: 'Codes of what it would be refused for; only a dry run has any.' }),
    touched: list(
      object(
        {
          of: text(200, { required: true, description: 'The resource of the rows, or their table where they are of none.' }),
          field: text(200, { description: 'By what they refer to what goes; empty: they are of the module itself.' }),
          fate: choice(fates, {
            required: true,
            description:
              '`deleted`: they go. `emptied`: they stay, and no longer refer to it. `blocks`: as long as they refer to it, it stays.',
          }),
          rows: integer({ required: true, description: 'How many there are now.' }),
        },
        { name: 'PurgedRows', required: true },
      ),
      { required: true, description: 'What there is of it, and what of other modules refers to that.' },
    ),
  },
  errors: {
    'module.not_found': 'There is no such module.',
    'module.ground': 'It is what the others stand on, and always on.',
    'module.busy': 'Modules of the company are being switched at this moment, or its data is being deleted already.',
    'module.not_off': 'The module is on, or what was under way in it has not ended. Switch it off first.',
    'module.not_exported': 'There is no export of the company that was made since the module is off and still lies here.',
    'module.on_hold': 'A legal hold covers it; `hold` says which.',
    'module.still_referenced': 'Records of other modules refer to it and must not lose that; `by` names their fields.',
  },

  async run({ key, exportId, dryRun }, given) {
    const one = switchNamed(given, key);
    const work = openWorkOf(given.system);
    if (!dryRun) await oneAtATime(work);
    const rows = await switchedModules(work);
    const before = stateOf(rows, key);
    refusePurging(before, key);
    const plan = await purgePlan(work, one);
    const answer = { key, touched: [...plan.touched], obstacles: [] as string[] };
    const row = rows.get(key);
    if (before === 'purge_scheduled' || before === 'purged') return { ...answer, state: before, changed: false, purgeAt: plannedFor(row) };
    const found = await exportSince(work, row, exportId);
    const obstacles = [...(await obstaclesTo(work, plan, key, before)), ...(found ? [] : [notExported(key)])];
    const purgeAt = new Date(work.now.getTime() + purgeDays * 86_400_000);
    if (dryRun) return { ...answer, state: before, changed: obstacles.length === 0, purgeAt, obstacles: obstacles.map(({ code }) => code) };
    if (!found || obstacles.length > 0) throw obstacles[0] ?? notExported(key);
    const { version } = await writeState(given, rows, key, { ...fresh, state: 'purge_scheduled', purgeAt });
    await plant(work, { key, exportId: found.id, purgeAt }, version);
    return { ...answer, state: 'purge_scheduled' as const, changed: true, purgeAt };
  },
});

const plannedFor = (row: TenantModule | undefined): Date | null => row?.purgeAt ?? null;

const fresh = { exportedAt: null, purgedRows: null, calledOff: null };

interface Planned {
  readonly key: string;
  readonly exportId: string;
  readonly purgeAt: Date;
}

async function plant(work: Work, planned: Planned, version: number): Promise<void> {
  const { key, purgeAt } = planned;
  await work.schedule(proveExport, { key: `${key}:${version}`, payload: planned });
  await work.schedule(purgeModule, { key: purgeTaskKey(key, purgeAt), dueAt: purgeAt, payload: { key, purgeAt } });
  await work.emit(PurgeScheduled, { key, purgeAt });
}

async function obstaclesTo(work: OpenWork, plan: PurgePlan, key: string, state: string): Promise<DomainError[]> {
  const found: DomainError[] = [];
  if (state !== 'disabled')
    found.push(conflict('module.not_off', `The module ${key} is ${state}. Switch it off first, and wait until that has ended.`, { state }));
  const hold = await holdOn(work, plan.resources);
  if (hold !== null) found.push(conflict('module.on_hold', `The legal hold "${hold}" covers records of ${key}.`, { hold }));
  const by = plan.touched.filter(({ fate }) => fate === 'blocks').map(({ of, field }) => `${of}.${field ?? ''}`);
  if (by.length > 0)
    found.push(
      conflict('module.still_referenced', `${by.slice(0, 5).join(', ')} refer to records of ${key}. Empty or change those first.`, { by }),
    );
  return found;
}

/** An export of everything that was begun when nothing of the module was under way any more, and whose file is still kept. */
async function exportSince(work: Work, row: TenantModule | undefined, wanted: string | null | undefined): Promise<Operation | null> {
  if (row?.state !== 'disabled') return null;
  const found = await work
    .repo(Operation)
    .list(
      { kind: 'export', target: 'tenant', state: 'succeeded', ...(wanted ? { id: wanted } : {}) },
      { orderBy: ['-startedAt'], limit: 20 },
    );
  return found.find(({ startedAt, fileKey }) => fileKey !== null && startedAt > row.changedAt) ?? null;
}

const notExported = (key: string) =>
  conflict(
    'module.not_exported',
    `There is no export of the company that was made since ${key} is off and still lies here. Make one with tenant.export and wait for its end.`,
  );
