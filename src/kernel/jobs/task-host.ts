import type { Actor } from '#kernel/access/actor.js';
import type { Exec } from '#kernel/outbox/exec.js';
import type { Ports } from '#kernel/ports/ports.js';
import type { Subscriber, Task } from '#kernel/usecase/define-job.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';
import type { Clock } from '#kernel/usecase/clock.js';
import type { Work } from '#kernel/usecase/work.js';

/** A Work together with the raw statements of its transaction. */
export type TaskWork = Work & { readonly exec: Exec };

/** Whose transaction it is and why: becomes the cause in audit and events. */
export interface TaskWorkRequest {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly cause: { readonly command: string; readonly taskId: string; readonly eventId?: string };
}

/** What the machinery of tasks needs of the process it lives in; Runtime is one. */
export interface TaskHost {
  readonly clock: Clock;
  readonly ports: Ports;
  readonly registry: {
    readonly tasks: ReadonlyMap<string, Task>;
    readonly subscribers: readonly Subscriber[];
    readonly modules: readonly ModuleSpec[];
  };
  /** Serves statements of no tenant: only the doors of schema kernel answer there. */
  readonly database: {
    readonly pool: { query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }> };
  };
  /** One transaction: commits when `run` returns, rolls back when it throws, ends the connection when it throws OutOfTime. */
  withWork<T>(request: TaskWorkRequest, run: (work: TaskWork) => Promise<T>): Promise<T>;
}

/** Statements in a transaction of their own, for the doors. */
export const doorsOf =
  (host: TaskHost): Exec =>
  (text, values) =>
    host.database.pool.query(text, values);

/** The part of pino we use. */
export interface TaskLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

const quiet = (): void => undefined;
export const noLog: TaskLog = { info: quiet, warn: quiet, error: quiet };
