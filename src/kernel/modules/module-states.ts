import type { OpenWork } from '../db/open-work.js';
import { conflict, invalid, notFound } from '../errors/domain-error.js';
import type { Work } from '../usecase/work.js';
import { switchesOf, type Switch } from '../variants/switches.js';
import { TenantModule, type ModuleState, type PurgedRows } from './tenant-module.resource.js';

/** The rows there are, by key. */
export async function switchedModules(work: Work): Promise<ReadonlyMap<string, TenantModule>> {
  const rows = await work.system.repo(TenantModule).list({});
  return new Map(rows.map((row) => [row.key, row]));
}

export const stateOf = (rows: ReadonlyMap<string, TenantModule>, key: string): ModuleState => rows.get(key)?.state ?? 'enabled';

/** Keys of what is on. A part is on when its module is too. */
export function keysOn(work: Work, rows: ReadonlyMap<string, TenantModule>): ReadonlySet<string> {
  const isOn = (key: string) => stateOf(rows, key) === 'enabled';
  const on = [...switchesOf(work.definitions).values()].filter(({ key, module }) => isOn(key) && isOn(module.name));
  return new Set(on.map(({ key }) => key));
}

/** Keys of what was switched off itself. A part whose module is off need not be among them. */
export const keysOff = (rows: ReadonlyMap<string, TenantModule>): ReadonlySet<string> =>
  new Set([...rows.values()].filter(({ state }) => state !== 'enabled').map(({ key }) => key));

export function switchNamed(work: Work, key: string): Switch {
  const found = switchesOf(work.definitions).get(key);
  if (found) return found;
  const isGround = work.definitions.whole.modules.some(({ name }) => name === key);
  if (isGround)
    throw invalid('module.ground', `The module ${key} is what the others stand on: it cannot be switched off.`, { module: key });
  throw notFound('module.not_found', `There is no module "${key.slice(0, 80)}". GET /v1/modules lists those there are.`);
}

/** Modules of a company are switched one after the other; who comes second is told so. */
export async function oneAtATime(work: OpenWork): Promise<void> {
  const { rows } = await work.exec(`select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as free`, [`modules ${work.tenantId}`]);
  if (rows[0]?.['free'] === true) return;
  throw conflict('module.busy', 'Modules of this company are being switched at this moment. Look what came of it, then try again.', {
    because: 'switching',
  });
}

export interface Written {
  readonly state: ModuleState;
  readonly offSince?: Date | null;
  readonly exportedAt?: Date | null;
  readonly purgeAt?: Date | null;
  readonly purgedRows?: PurgedRows | null;
  readonly calledOff?: string | null;
}

export async function writeState(
  work: Work,
  rows: ReadonlyMap<string, TenantModule>,
  key: string,
  written: Written,
): Promise<TenantModule> {
  const repo = work.system.repo(TenantModule);
  const row = rows.get(key);
  const patch = { ...written, changedAt: work.now, changedById: work.actor.userId };
  return row ? repo.update(row.id, patch) : repo.create({ key, ...patch });
}

/** Nobody switches what is being deleted at this moment. */
export function refusePurging(state: ModuleState, key: string): asserts state is Exclude<ModuleState, 'purging'> {
  if (state !== 'purging') return;
  throw conflict('module.busy', `The data of ${key} is being deleted at this moment. Wait for its end.`, { because: 'purging' });
}
