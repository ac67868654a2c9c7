import type { Fields, InputOf } from '../resource/fields.js';
import type { Resource } from '../resource/define-resource.js';

/** A fact that has happened, in the past tense: `sales.lead_converted`. Ids and facts, additive only. */
export interface DomainEvent<S extends Fields = Fields> {
  readonly name: string;
  readonly description: string;
  readonly payload: S;
}

export const defineEvent = <const S extends Fields>(name: string, description: string, payload: S): DomainEvent<S> => ({
  name,
  description,
  payload,
});

export type PayloadOf<E> = E extends DomainEvent<infer S> ? InputOf<S> : never;

/** One event as a subscriber receives it. */
export interface Occurrence<P = Record<string, unknown>> {
  readonly id: string;
  readonly name: string;
  /** Resource and id of the row the event is about, when it is about one. */
  readonly subject: { readonly resource: string; readonly id: string } | null;
  readonly occurredAt: Date;
  readonly payload: P;
}

export type RecordVerb = 'created' | 'updated' | 'deleted';
export interface RecordChange {
  readonly id: string;
  readonly version: number;
  /** Names of the fields that changed. */
  readonly changed: readonly string[];
}

/** The event every write of a resource emits by itself: `sales.lead_created`. */
export const recordEvent = (resource: Resource, verb: RecordVerb): DomainEvent =>
  defineEvent(`${resource.module}.${resource.name}_${verb}`, `A ${resource.name} was ${verb}.`, {});
