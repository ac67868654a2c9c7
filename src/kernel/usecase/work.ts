import type { Actor } from '../access/actor.js';
import type { Sql } from '../db/sql.js';
import type { Fields, InputOf } from '../resource/fields.js';
import type { Registry } from '../resource/registry.js';
import type { NewRow, Resource, Row, RowPatch } from '../resource/define-resource.js';
import type { Origin } from './cause.js';
import type { DomainEvent, PayloadOf } from './define-event.js';
import type { Task } from './define-job.js';
import type { Warning } from './judge.js';
import type { Ports } from '../ports/ports.js';

/** Fields that must equal the given value; an array means any of them, null means empty. */
export type Where<R> = { readonly [K in keyof Row<R>]?: Row<R>[K] | readonly Row<R>[K][] | null };

export interface FindOptions<R> {
  readonly orderBy?: readonly ((keyof Row<R> & string) | `-${keyof Row<R> & string}`)[];
  readonly limit?: number;
  /** `wait` locks the rows found; `skip` passes over rows somebody else holds. */
  readonly lock?: 'wait' | 'skip';
}

/** What is to become of one of several rows. */
export interface RowChange<Patch = Record<string, unknown>> {
  readonly id: string;
  readonly patch: Patch;
}
/** What became of it. */
export interface Changed<R> {
  readonly before: R;
  /** Its version now; that of `before` when nothing differed. */
  readonly version: number;
}

/** The request a row is written for, where rows are not all written for one. */
export interface Caller {
  readonly requestId: string | undefined;
  readonly origin: Origin | undefined;
}

export interface CreateOptions {
  readonly events?: 'each' | 'none';
  /** Whom each row is written for, in the order of the rows; left out: all for the request of the Work. */
  readonly callers?: readonly Caller[];
}

export interface ChangeOptions {
  /** Told to whom keeps a picture of the rows, and to nobody who would do something about it: subscribers that are `quiet`, and change feeds. */
  readonly silent?: boolean;
}

/** Rows of one resource, within the caller's tenant, rights and transaction. */
export interface Repo<R extends Resource> {
  /** The row, or `<resource>.not_found`: also when the caller may not see it. */
  get(id: string): Promise<Row<R>>;
  find(id: string): Promise<Row<R> | null>;
  /** Like `get`, and nobody else writes the row until this transaction ends. */
  lock(id: string): Promise<Row<R>>;
  /** Rows that match, oldest id first unless told otherwise. */
  list(where: Where<R>, options?: FindOptions<R>): Promise<Row<R>[]>;
  first(where: Where<R>, options?: FindOptions<R>): Promise<Row<R> | null>;
  count(where: Where<R>): Promise<number>;
  create(row: NewRow<R>): Promise<Row<R>>;
  /** One statement for many rows; audit for each, and events too unless the caller tells of all of them by one event of its own. */
  createMany(rows: readonly NewRow<R>[], options?: CreateOptions): Promise<Row<R>[]>;
  /** Like `createMany`, but answers the ids only: for thousands of rows nobody looks at. Takes several statements: no row may refer to another. */
  insertMany(rows: readonly NewRow<R>[], options?: CreateOptions): Promise<string[]>;
  /** Writes what differs. With `expectedVersion`, refuses with `<resource>.version_conflict` if the row has moved on. */
  update(id: string, patch: RowPatch<R>, options?: { readonly expectedVersion?: number }): Promise<Row<R>>;
  /** Like `update` for each of them in turn, with one statement for many rows; whole or not at all. */
  updateMany(changes: readonly RowChange<RowPatch<R>>[], options?: ChangeOptions): Promise<Changed<Row<R>>[]>;
  delete(id: string, options?: { readonly expectedVersion?: number }): Promise<void>;
  /** Like `delete` for all of them at once: they may refer to one another. */
  deleteMany(ids: readonly string[], options?: ChangeOptions): Promise<void>;
}

export interface ScheduleOptions<S extends Fields> {
  /** Unique per task name and tenant: scheduling the same key again changes nothing, unless `move`. */
  readonly key: string;
  /** When it falls due; at once when left out. */
  readonly dueAt?: Date;
  readonly payload: InputOf<S>;
  /** Moves a task of the same key that has not run yet to the new time and payload. */
  readonly move?: true;
}

/** One tenant, one actor, one transaction, one clock reading. The only way to the database. No network I/O inside. */
export interface Work {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly now: Date;
  /** Settings and pure helpers (link signing). Sending anything from inside a transaction is a defect. */
  readonly links: Pick<Ports, 'publicUrl' | 'sign' | 'verify'>;
  repo<R extends Resource>(resource: R): Repo<R>;
  /** What was wrong with rows that were written all the same, in this transaction so far. */
  readonly warnings: readonly Warning[];
  /** The definitions this tenant has: those of the installation are its `whole`. */
  readonly definitions: Registry;
  /** The definition of that name, for machinery that works with any resource (imports); refuses what is of a module that is off. */
  resource(name: string): Resource;
  /** Whether `entry` (`lead:read`, `lead:*`, `*:read`, `*`) means anything to this installation, be its module on or off. */
  knowsPermission(entry: string): boolean;
  /** Which of the verbs (`read`, `update`, `close`) the rights cover for a row; those of `who` when somebody else is meant. */
  covering(resource: Resource, id: string, verbs: readonly string[], who?: Actor): Promise<string[]>;
  /** The same transaction with the rights of the system: for rows a verb touches on the actor's behalf. */
  readonly system: Work;
  /** Tells the world, if and only if this transaction commits. Returns the event's id. */
  emit<E extends DomainEvent>(event: E, payload: PayloadOf<E>, subject?: { resource: string; id: string }): Promise<string>;
  schedule<S extends Fields>(task: Task<S>, options: ScheduleOptions<S>): Promise<void>;
  /** Takes back a task that has not run. */
  cancel(task: Task, key: string): Promise<boolean>;
  /** Hand-written SQL for questions CRUD cannot put: sql`select …`. Row-level security holds; name your own schema and `*_pub` only. */
  rows<T>(statement: Sql): Promise<T[]>;
}
