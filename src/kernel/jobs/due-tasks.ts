import type { Exec } from '#kernel/outbox/exec.js';
import type { Bell } from './doorbell.js';

export interface RingOptions {
  /** Bells that may be ringing at a time, over all processes. What waits longer than that waits in the table, where tenants take turns. */
  readonly window: number;
  /** A bell nobody answered for so long is rung again. */
  readonly patienceMs: number;
}

/** Marks due tasks as rung and returns their bells. */
export async function ringDue(exec: Exec, now: Date, { window, patienceMs }: RingOptions): Promise<Bell[]> {
  const { rows } = await exec(`select * from kernel.ring_due($1, $2, $3 * interval '1 millisecond')`, [now, window, patienceMs]);
  return rows.map((row) => ({
    tenantId: String(row['tenant_id']),
    taskId: String(row['id']),
    name: String(row['name']),
    key: String(row['key']),
    attempts: Number(row['attempts']),
    dueAt: row['due_at'] instanceof Date ? row['due_at'] : new Date(String(row['due_at'])),
  }));
}

/** Takes back the mark of bells that could not be rung. */
export async function unring(exec: Exec, bells: readonly Bell[]): Promise<void> {
  await exec('select kernel.unring($1, $2)', [bells.map((b) => b.tenantId), bells.map((b) => b.taskId)]);
}

/** Effects whose lease ran out are due again, one try older. */
export async function reclaimExpired(exec: Exec, now: Date, limit = 1000): Promise<number> {
  const { rows } = await exec('select kernel.reclaim_expired($1, $2) as reclaimed', [now, limit]);
  return Number(rows[0]?.['reclaimed'] ?? 0);
}

/** Makes the task of the present period for every active tenant. Periods nobody was there for are not made up for. */
export async function planPeriodic(exec: Exec, jobs: readonly PeriodicJob[], now: Date): Promise<number> {
  if (jobs.length === 0) return 0;
  const starts = jobs.map(({ everyMinutes }) => periodStart(everyMinutes, now));
  const { rows } = await exec('select kernel.plan_periodic($1, $2) as planned', [jobs.map((j) => j.name), starts]);
  return Number(rows[0]?.['planned'] ?? 0);
}

export interface PeriodicJob {
  readonly name: string;
  readonly everyMinutes: number;
}

export function periodicJobs(tasks: Iterable<{ readonly name: string; readonly everyMinutes?: number }>): PeriodicJob[] {
  return [...tasks].flatMap(({ name, everyMinutes }) => (everyMinutes === undefined ? [] : [{ name, everyMinutes }]));
}

export function periodStart(everyMinutes: number, now: Date): Date {
  const period = everyMinutes * 60_000;
  return new Date(Math.floor(now.getTime() / period) * period);
}
