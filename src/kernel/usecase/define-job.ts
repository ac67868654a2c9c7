import type { ActorType } from '../access/actor.js';
import type { Fields, InputOf } from '../resource/fields.js';
import type { Ports } from '../ports/ports.js';
import type { DomainEvent, Occurrence, PayloadOf } from './define-event.js';
import type { Work } from './work.js';

export interface RetryPolicy {
  /** Tries in all before the task rests as `failed`, visible to operators. */
  readonly attempts: number;
  /** Wait after the first failure; doubles with each further one, with jitter. */
  readonly backoffMs: number;
}
export const usualRetry: RetryPolicy = { attempts: 12, backoffMs: 500 };

/**
 * Work for later. A task of a job is a row; its effect and its end commit in one transaction, so it
 * takes effect exactly once however often it is delivered.
 */
export interface Job<S extends Fields = Fields> {
  readonly kind: 'job';
  readonly name: string;
  readonly description: string;
  readonly payload: S;
  readonly retry: RetryPolicy;
  /** What audit calls who does it; the system when left out. */
  readonly actsAs?: ActorType;
  /** Runs once a period for every tenant, keyed by the period. */
  readonly everyMinutes?: number;
  /**
   * Names of events it is told of, many at a time: their ids are `events` of its payload. `records.*` are all of a module. Each is told once;
   * those of the time in which its module is off are not.
   */
  readonly hears?: readonly string[];
  run(payload: InputOf<S>, work: Work): Promise<void>;
}

export interface EffectContext {
  readonly tenantId: string;
  readonly taskId: string;
  /** Which try this is, from 1. */
  readonly attempt: number;
  readonly ports: Ports;
  now(): Date;
  /** Opens a transaction as the system. Never hold one open across network I/O. */
  work<T>(run: (work: Work) => Promise<T>, part?: PartOf): Promise<T>;
}

/** What audit says of the work of an effect, besides which it was. */
export interface PartOf {
  /** The operation or import it is a part of. */
  readonly batchId?: string;
  /** The user it is done for. */
  readonly behalfOf?: string | null;
}

/**
 * Work on the outside world (mail, web hooks). Runs outside a transaction under a lease. After a crash it is
 * run again with a higher `attempt`: the effect itself decides by its own rows what is safe.
 */
export interface Effect<S extends Fields = Fields> {
  readonly kind: 'effect';
  readonly name: string;
  readonly description: string;
  readonly payload: S;
  readonly retry: RetryPolicy;
  /** What audit calls who does it; the system when left out. */
  readonly actsAs?: ActorType;
  /** How long one run may take, where that is longer than usual. */
  readonly limitMinutes?: number;
  run(payload: InputOf<S>, context: EffectContext): Promise<void>;
}
/** What a scheduled task runs. */
export type Task<S extends Fields = Fields> = Job<S> | Effect<S>;

type JobSpec<S extends Fields> = Omit<Job<S>, 'kind' | 'retry'> & { readonly retry?: RetryPolicy };
type EffectSpec<S extends Fields> = Omit<Effect<S>, 'kind' | 'retry'> & { readonly retry?: RetryPolicy };

export const defineJob = <const S extends Fields>(spec: JobSpec<S>): Job<S> => ({
  ...spec,
  kind: 'job',
  retry: spec.retry ?? usualRetry,
  run: spec.run,
});
export const defineEffect = <const S extends Fields>(spec: EffectSpec<S>): Effect<S> => ({
  ...spec,
  kind: 'effect',
  retry: spec.retry ?? usualRetry,
  run: spec.run,
});

/** Hears an event, in a transaction of its own, exactly once. */
export interface Subscriber<E extends DomainEvent = DomainEvent> {
  /** `marketing.enter_journeys`, unique. */
  readonly name: string;
  readonly description: string;
  readonly on: readonly E[];
  /**
   * What it does about events of the time in which its module is off: hear them when it is on again, unless told otherwise; `pass`: not at all,
   * and the module makes up for them in `resumed`.
   */
  readonly whileOff?: 'pass';
  /** It keeps a picture of what there is, and starts nothing that anybody notices: so it hears what is told silently (imports of history) too. */
  readonly quiet?: true;
  run(event: Occurrence<PayloadOf<E>>, work: Work): Promise<void>;
}
export const defineSubscriber = <E extends DomainEvent>(spec: Subscriber<E>): Subscriber<E> => spec;
