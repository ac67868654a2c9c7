import type { Exec } from '#kernel/outbox/exec.js';

/** What an operator needs to see at a glance; counts stop at 100,000. */
export interface TaskStats {
  /** Due and not rung yet. */
  readonly due: number;
  /** Rung and not done yet. */
  readonly ringing: number;
  /** Effects under a lease. */
  readonly running: number;
  /** At rest after their last try: these need a person. */
  readonly failed: number;
  /** Events not told yet. */
  readonly outboxWaiting: number;
  readonly oldestDueSeconds: number;
  readonly outboxLagSeconds: number;
}

/** Over all tenants. */
export async function taskStats(exec: Exec, now: Date): Promise<TaskStats> {
  const { rows } = await exec('select * from kernel.task_stats($1)', [now]);
  const number = (column: string) => Number(rows[0]?.[column] ?? 0);
  return {
    due: number('due'),
    ringing: number('ringing'),
    running: number('running'),
    failed: number('failed'),
    outboxWaiting: number('outbox_waiting'),
    oldestDueSeconds: number('oldest_due_seconds'),
    outboxLagSeconds: number('outbox_lag_seconds'),
  };
}

export interface FailedTask {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly attempts: number;
  readonly lastError: string;
  readonly failedAt: Date;
}

/** Of all tenants, the latest first. Payloads stay where they are. */
export async function failedTasks(exec: Exec, limit = 100): Promise<FailedTask[]> {
  const { rows } = await exec('select * from kernel.failed_tasks($1)', [limit]);
  return rows.map((row) => ({
    tenantId: String(row['tenant_id']),
    id: String(row['id']),
    name: String(row['name']),
    key: String(row['key']),
    attempts: Number(row['attempts']),
    lastError: typeof row['last_error'] === 'string' ? row['last_error'] : '',
    failedAt: row['failed_at'] instanceof Date ? row['failed_at'] : new Date(String(row['failed_at'])),
  }));
}

/** Gives a failed task all its tries again. False when there is no such failed task. */
export async function retryTask(exec: Exec, tenantId: string, id: string, now: Date): Promise<boolean> {
  const { rows } = await exec('select kernel.retry_task($1, $2, $3) as found', [tenantId, id, now]);
  return rows[0]?.['found'] === true;
}

/** Deletes up to `limit` tasks done and `limit` events told before that time. Failed tasks stay until somebody has seen to them. */
export async function purgeFinished(exec: Exec, before: Date, limit: number): Promise<number> {
  const { rows } = await exec('select kernel.purge_finished($1, $2) as gone', [before, limit]);
  return Number(rows[0]?.['gone'] ?? 0);
}
