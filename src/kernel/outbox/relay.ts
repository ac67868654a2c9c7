import type { Exec } from './exec.js';

/** Which subscribers hear which events, in the two parallel lists the relay takes. */
export interface Subscriptions {
  readonly types: readonly string[];
  readonly subscribers: readonly string[];
}

export function subscriptionsOf(
  subscribers: readonly { readonly name: string; readonly on: readonly { readonly name: string }[] }[],
): Subscriptions {
  const pairs = subscribers.flatMap(({ name, on }) => on.map((event) => [event.name, name] as const));
  return { types: pairs.map(([type]) => type), subscribers: pairs.map(([, name]) => name) };
}

/**
 * Gives every subscriber of up to `limit` waiting events a task, marks the events as told and notifies listeners: one
 * transaction, any number of relays at once. Returns how many events it told.
 */
export async function relayOutbox(exec: Exec, { types, subscribers }: Subscriptions, now: Date, limit = 500): Promise<number> {
  const { rows } = await exec('select kernel.relay_outbox($1, $2, $3, $4) as told', [limit, now, types, subscribers]);
  return Number(rows[0]?.['told'] ?? 0);
}
