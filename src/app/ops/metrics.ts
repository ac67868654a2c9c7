import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { taskStats } from '#kernel/jobs/inspect.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import type { System } from '../system.js';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What an operator watches, in Prometheus' form. No tenant is named in a label. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests = new Histogram({ name: 'kontor_http_request_seconds', help: 'Time of HTTP requests by route.', labelNames: ['method', 'route', 'status'], buckets: seconds, registers: [this.registry] });
  private readonly taskTime = new Histogram({ name: 'kontor_task_seconds', help: 'Time of tasks by name and outcome.', labelNames: ['name', 'outcome'], buckets: seconds, registers: [this.registry] });
  private readonly defects = new Counter({ name: 'kontor_defects_total', help: 'Errors nobody expected.', registers: [this.registry] });
  private readonly tasks = new Gauge({ name: 'kontor_tasks', help: 'Tasks by state.', labelNames: ['state'], registers: [this.registry] });
  private readonly lag = new Gauge({ name: 'kontor_outbox_lag_seconds', help: 'Age of the oldest event not yet relayed.', registers: [this.registry] });
  private readonly pool = new Gauge({ name: 'kontor_pool_connections', help: 'Connections of the data pool.', labelNames: ['state'], registers: [this.registry] });

  constructor(private readonly system: System) {
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
    const stats = await taskStats(doorsOf(runtime), runtime.clock.now());
    this.tasks.set({ state: 'due' }, stats.due);
    this.tasks.set({ state: 'ringing' }, stats.ringing);
    this.tasks.set({ state: 'running' }, stats.running);
    this.tasks.set({ state: 'failed' }, stats.failed);
    this.lag.set(stats.outboxLagSeconds);
    return this.registry.metrics();
  }
}
