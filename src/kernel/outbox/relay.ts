import type { Task } from '../usecase/define-job.js';
import type { Exec } from './exec.js';

/** Which subscribers hear which events, in the two parallel lists the relay takes; and which jobs are told of many at a time. */
export interface Subscriptions {
  readonly types: readonly string[];
  readonly subscribers: readonly string[];
  readonly gatheredTypes: readonly string[];
  readonly gatherers: readonly string[];
  /** Subscribers that hear of silent changes too. */
  readonly quiet: readonly string[];
}

interface Hearing {
  readonly subscribers: readonly { readonly name: string; readonly on: readonly { readonly name: string }[]; readonly quiet?: true }[];
  readonly tasks?: ReadonlyMap<string, Task>;
}

export function subscriptionsOf({ subscribers, tasks = new Map<string, Task>() }: Hearing): Subscriptions {
  const pairs = subscribers.flatMap(({ name, on }) => on.map((event) => [event.name, name] as const));
  const gathered = [...tasks.values()].flatMap((task) =>
    task.kind === 'job' ? (task.hears ?? []).map((type) => [type, task.name] as const) : [],
  );
  return {
    types: pairs.map(([type]) => type),
    subscribers: pairs.map(([, name]) => name),
    gatheredTypes: gathered.map(([type]) => type),
    gatherers: gathered.map(([, name]) => name),
    quiet: subscribers.filter(({ quiet }) => quiet === true).map(({ name }) => name),
  };
}

/**
 * Gives every subscriber of up to `limit` waiting events a task, and every job that hears some of them one for all of a tenant; marks the
 * events as told and notifies listeners: one transaction, any number of relays at once. Returns how many events it told.
 */
export async function relayOutbox(exec: Exec, subscriptions: Subscriptions, now: Date, limit = 500): Promise<number> {
  const { types, subscribers, gatheredTypes, gatherers, quiet } = subscriptions;
  const { rows } = await exec('select kernel.relay_outbox($1, $2, $3, $4, $5, $6, $7) as told', [
    limit,
    now,
    types,
    subscribers,
    gatheredTypes,
    gatherers,
    quiet,
  ]);
  return Number(rows[0]?.['told'] ?? 0);
}
