import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { taskStats } from '#kernel/jobs/inspect.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import { withTimeLimit } from '#kernel/jobs/time-limit.js';
import type { System } from '../system.js';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What an operator watches, in Prometheus' form. No tenant is named in a label. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'kontor_http_request_seconds',
    help: 'Time of HTTP requests by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: seconds,
    registers: [this.registry],
  });
  private readonly taskTime = new Histogram({
    name: 'kontor_task_seconds',
    help: 'Time of tasks by name and outcome.',
    labelNames: ['name', 'outcome'],
    buckets: seconds,
    registers: [this.registry],
  });
  private readonly defects = new Counter({ name: 'kontor_defects_total', help: 'Errors nobody expected.', registers: [this.registry] });
  private readonly tasks = new Gauge({ name: 'kontor_tasks', help: 'Tasks by state.', labelNames: ['state'], registers: [this.registry] });
  private readonly up = new Gauge({
    name: 'kontor_database_up',
    help: '1 when the database answered this very question.',
    registers: [this.registry],
  });
  private readonly untold = new Gauge({ name: 'kontor_outbox_waiting', help: 'Events not yet relayed.', registers: [this.registry] });
  private readonly late = new Gauge({
    name: 'kontor_task_oldest_due_seconds',
    help: 'For how long the oldest task has been due.',
    registers: [this.registry],
  });
  private readonly lag = new Gauge({
    name: 'kontor_outbox_lag_seconds',
    help: 'Age of the oldest event not yet relayed.',
    registers: [this.registry],
  });
  private readonly pool = new Gauge({
    name: 'kontor_pool_connections',
    help: 'Connections of the data pool.',
    labelNames: ['state'],
    registers: [this.registry],
  });

  constructor(private readonly system: Pick<System, 'runtime'>) {
    collectDefaultMetrics({ register: this.registry, prefix: 'kontor_' });
  }

  request(method: string, route: string, status: number, took: number): void {
    this.requests.observe({ method, route, status: String(status) }, took);
  }

  task(name: string, outcome: string, took: number): void {
    this.taskTime.observe({ name, outcome }, took);
  }

  defect(): void {
    this.defects.inc();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async text(): Promise<string> {
    const { runtime } = this.system;
    const { pool } = runtime.database;
    this.pool.set({ state: 'idle' }, pool.idleCount);
    this.pool.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    this.pool.set({ state: 'waiting' }, pool.waitingCount);
    await this.askDatabase();
    return this.registry.metrics();
  }

  /** What the process itself knows is told even when the database is away. */
  private async askDatabase(): Promise<void> {
    const { runtime } = this.system;
    const stats = await withTimeLimit(taskStats(doorsOf(runtime), runtime.clock.now()), 3_000, 'Counting tasks').catch(() => null);
    this.up.set(stats ? 1 : 0);
    for (const gauge of [this.tasks, this.untold, this.late, this.lag]) gauge.reset();
    if (!stats) return;
    for (const state of ['due', 'ringing', 'running', 'failed'] as const) this.tasks.set({ state }, stats[state]);
    this.untold.set(stats.outboxWaiting);
    this.late.set(stats.oldestDueSeconds);
    this.lag.set(stats.outboxLagSeconds);
  }
}
