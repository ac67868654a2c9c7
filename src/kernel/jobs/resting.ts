import type { Exec } from '#kernel/outbox/exec.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';
import { switchesIn } from '../variants/switches.js';
import type { TaskAddress } from './task-row.js';

/** What a kind of task does while its module is off. */
export interface Rest {
  /** Keys of the module and of its parts the task belongs to; none for what is never off. */
  readonly keys: readonly string[];
  /** It passes for done: periods nobody was there for are not made up for, nor events whose subscriber says so. */
  readonly passes: boolean;
}

const never: Rest = { keys: [], passes: false };

/** How each kind of task rests, by name. */
export function restsOf(modules: readonly ModuleSpec[]): (name: string) => Rest {
  const rests = new Map<string, Rest>();
  for (const { key, module, part } of switchesIn(modules)) {
    const { jobs = [], effects = [], subscribers = [] } = part ?? module;
    const add = (name: string, passes: boolean) => rests.set(name, { keys: [...(rests.get(name)?.keys ?? []), key], passes });
    for (const { name, everyMinutes, hears } of jobs) add(name, everyMinutes !== undefined || hears !== undefined);
    for (const { name } of effects) add(name, false);
    for (const { name, whileOff } of subscribers) add(name, whileOff === 'pass');
  }
  return (name) => rests.get(name) ?? never;
}

/** For the condition under which a task is claimed: its module is on. */
export const isOn = (keys: string): string =>
  `not exists (select from modules.tenant_modules m where m.tenant_id = $1 and m.key = any(${keys}::text[]) and m.state <> 'enabled')`;

// The row of the module is held, so that it cannot be switched on in between and leave this task behind.
const LAY_DOWN = `
update kernel.tasks set state = case when $4 then 'done' else 'resting' end, done_at = case when $4 then $5::timestamptz end, rung_at = null
where tenant_id = $1 and id = $2 and state = 'pending' and exists (
  select from modules.tenant_modules m where m.tenant_id = $1 and m.key = any($3::text[]) and m.state <> 'enabled' for share)`;

/** Lays down a task that fell due although its module is off. False when it was another reason that it could not be claimed. */
export async function layDown(exec: Exec, { tenantId, taskId }: TaskAddress, { keys, passes }: Rest, now: Date): Promise<boolean> {
  if (keys.length === 0) return false;
  const { rowCount } = await exec(LAY_DOWN, [tenantId, taskId, keys, passes, now]);
  return rowCount === 1;
}

const LAY_ALL_DOWN = `
update kernel.tasks set state = case when name = any($3::text[]) then 'done' else 'resting' end,
  done_at = case when name = any($3::text[]) then $4::timestamptz end, rung_at = null
where tenant_id = $1 and name = any($2::text[]) and state = 'pending'`;

/** Lays down all tasks of these names, as their module goes off; those of `passing` pass for done. */
export async function layAllDown(
  exec: Exec,
  tenantId: string,
  { names, passing }: { readonly names: readonly string[]; readonly passing: readonly string[] },
  now: Date,
): Promise<void> {
  await exec(LAY_ALL_DOWN, [tenantId, [...names], [...passing], now]);
}

// In the order in which they would have run, ten milliseconds apart and within an hour at most: not all at once.
const WAKE = `
update kernel.tasks t
set state = 'pending', rung_at = null, due_at = case when t.due_at > $3 then t.due_at
  else $3::timestamptz + (r.place * least(10.0, 3600000.0 / r.total)) * interval '1 millisecond' end
from (select id, row_number() over (order by due_at, id) - 1 as place, count(*) over () as total from kernel.tasks
      where tenant_id = $1 and name = any($2::text[]) and state = 'resting') r
where t.tenant_id = $1 and t.id = r.id`;

/** Wakes all tasks of these names, as their module comes on again. */
export async function wakeAll(exec: Exec, tenantId: string, names: readonly string[], now: Date): Promise<number> {
  const { rowCount } = await exec(WAKE, [tenantId, [...names], now]);
  return rowCount ?? 0;
}

/** How many tasks of these names are in somebody's hands at this moment. */
export async function underWay(exec: Exec, tenantId: string, names: readonly string[]): Promise<number> {
  const { rows } = await exec(
    `select count(*)::integer as running from kernel.tasks where tenant_id = $1 and name = any($2::text[]) and state = 'running'`,
    [tenantId, [...names]],
  );
  return Number(rows[0]?.['running'] ?? 0);
}
