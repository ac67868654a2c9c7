import type { Exec } from '#kernel/outbox/exec.js';

export interface TaskToSchedule {
  readonly tenantId: string;
  readonly id: string;
  /** Name of the job or effect that runs it. */
  readonly name: string;
  /** Unique per tenant and name: the second scheduling of a key changes nothing. */
  readonly key: string;
  readonly dueAt: Date;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Moves a task of the same key that has not run yet. */
  readonly move?: boolean;
}

const INSERT = `
insert into kernel.tasks (tenant_id, id, name, key, due_at, payload)
select (t->>'tenantId')::uuid, (t->>'id')::uuid, t->>'name', t->>'key', (t->>'dueAt')::timestamptz, t->'payload'
from jsonb_array_elements($1::jsonb) as t
on conflict (tenant_id, name, key) do nothing`;

// A task that is running now has its row locked or is not pending any more: either way it is not moved.
const MOVE = `
insert into kernel.tasks as held (tenant_id, id, name, key, due_at, payload)
values ($1, $2, $3, $4, $5, $6::jsonb)
on conflict (tenant_id, name, key) do update
set due_at = excluded.due_at, payload = excluded.payload, attempts = 0, rung_at = null, last_error = null
where held.state = 'pending'`;

const CANCEL = `delete from kernel.tasks where tenant_id = $1 and name = $2 and key = $3 and state in ('pending', 'resting')`;

/** Many tasks in one statement, none of them moved. Returns how many were new. */
export async function scheduleTasks(exec: Exec, tasks: readonly TaskToSchedule[]): Promise<number> {
  if (tasks.length === 0) return 0;
  const { rowCount } = await exec(INSERT, [JSON.stringify(tasks)]);
  return rowCount ?? 0;
}

/** True when the task is new or was moved; false when its key is taken. */
export async function scheduleTask(exec: Exec, task: TaskToSchedule): Promise<boolean> {
  if (!task.move) return (await scheduleTasks(exec, [task])) > 0;
  const { rowCount } = await exec(MOVE, [task.tenantId, task.id, task.name, task.key, task.dueAt, JSON.stringify(task.payload)]);
  return (rowCount ?? 0) > 0;
}

/** Takes back a task that has not run. True when there was one. */
export async function cancelTask(exec: Exec, tenantId: string, name: string, key: string): Promise<boolean> {
  const { rowCount } = await exec(CANCEL, [tenantId, name, key]);
  return (rowCount ?? 0) > 0;
}
