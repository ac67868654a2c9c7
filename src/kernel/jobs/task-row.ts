import type { Exec } from '#kernel/outbox/exec.js';
import { isRecord } from './payload.js';
import { isOn } from './resting.js';

/** A task somebody has claimed. */
export interface ClaimedTask {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly payload: Record<string, unknown>;
  /** Failed tries so far. */
  readonly attempts: number;
  readonly fence: string;
}

const LOCK = `
select name, key, payload, attempts, fence::text from kernel.tasks
where tenant_id = $1 and id = $2 and state = 'pending' and due_at <= $3 and ${isOn('$4')}
for update skip locked`;

const LEASE = `
update kernel.tasks set state = 'running', fence = fence + 1, lease_until = $4
where tenant_id = $1 and id = (
  select id from kernel.tasks where tenant_id = $1 and id = $2 and state = 'pending' and due_at <= $3 and ${isOn('$5')} for update skip locked)
returning name, key, payload, attempts, fence::text`;

const DONE = `update kernel.tasks set state = 'done', done_at = $3, last_error = null where tenant_id = $1 and id = $2 and state = 'pending'`;

const LEASE_DONE = `
update kernel.tasks set state = 'done', done_at = $3, lease_until = null, last_error = null
where tenant_id = $1 and id = $2 and state = 'running' and fence = $4::bigint`;

const RENEW = `update kernel.tasks set lease_until = $3 where tenant_id = $1 and id = $2 and state = 'running' and fence = $4::bigint`;

// The task of another try, of another lease, or one that is done already is none of our business any more.
const FAILED = `
update kernel.tasks
set attempts = attempts + 1, last_error = $4, rung_at = null, lease_until = null,
    state = case when $5::boolean then 'failed' else 'pending' end,
    due_at = case when $5::boolean then due_at else $6 end,
    done_at = case when $5::boolean then $7::timestamptz end
where tenant_id = $1 and id = (
  select id from kernel.tasks
  where tenant_id = $1 and id = $2 and attempts = $3 and fence = $8::bigint and state in ('pending', 'running') for update skip locked)`;

export interface Span {
  readonly now: Date;
  readonly until: Date;
}

export interface TaskAddress {
  readonly tenantId: string;
  readonly taskId: string;
}

/** Holds the row until the transaction ends; null when it is not there, not due, its module is off, or somebody else has it. */
export const lockTask = (exec: Exec, at: TaskAddress, now: Date, keys: readonly string[]): Promise<ClaimedTask | null> =>
  claimed(exec, at, LOCK, [at.tenantId, at.taskId, now, keys]);

/** Takes the task under a lease that outlives the transaction. */
export const leaseTask = (exec: Exec, at: TaskAddress, span: Span, keys: readonly string[]): Promise<ClaimedTask | null> =>
  claimed(exec, at, LEASE, [at.tenantId, at.taskId, span.now, span.until, keys]);

async function claimed(exec: Exec, { tenantId, taskId }: TaskAddress, text: string, values: unknown[]): Promise<ClaimedTask | null> {
  const { rows } = await exec(text, values);
  const row = rows[0];
  if (!row) return null;
  const { name, key, payload, attempts, fence } = row;
  return {
    tenantId,
    id: taskId,
    name: String(name),
    key: String(key),
    payload: isRecord(payload) ? payload : {},
    attempts: Number(attempts),
    fence: String(fence),
  };
}

/** In the transaction of the task's effect: either both are there or neither. */
export async function completeLocked(exec: Exec, task: ClaimedTask, now: Date): Promise<void> {
  const { rowCount } = await exec(DONE, [task.tenantId, task.id, now]);
  if (rowCount !== 1) throw new Error(`The task ${task.id} was taken away while its row was locked.`);
}

/** False when the lease was lost meanwhile. */
export async function completeLeased(exec: Exec, task: ClaimedTask, now: Date): Promise<boolean> {
  const { rowCount } = await exec(LEASE_DONE, [task.tenantId, task.id, now, task.fence]);
  return rowCount === 1;
}

export async function renewLease(exec: Exec, task: ClaimedTask, until: Date): Promise<void> {
  await exec(RENEW, [task.tenantId, task.id, until, task.fence]);
}

export interface Failure {
  readonly text: string;
  /** No further try. */
  readonly final: boolean;
  readonly retryAt: Date;
  readonly now: Date;
}

/** Counts a failed try. False when the task has moved on meanwhile. */
export async function recordFailure(exec: Exec, task: ClaimedTask, { text, final, retryAt, now }: Failure): Promise<boolean> {
  const { rowCount } = await exec(FAILED, [task.tenantId, task.id, task.attempts, text, final, retryAt, now, task.fence]);
  return rowCount === 1;
}
