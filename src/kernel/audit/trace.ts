import type { Actor } from '../access/actor.js';
import type { Connection } from '../db/connection.js';
import type { Resource } from '../resource/define-resource.js';

/** What audit says of whoever acts, besides his id and name. */
export const actorType = (actor: Actor): string => actor.type ?? actor.kind;

/** The name of somebody else in whose place it was done: of him who made the key, or of him the actor stands in for. */
function onBehalfOf(actor: Actor, owner: unknown): string | null {
  if (actor.behalfOf) return actor.behalfOf;
  if (actor.kind === 'api_key') return actor.userId;
  return typeof owner === 'string' && owner !== actor.userId && actor.ownUserIds.includes(owner) ? owner : null;
}

/** Where a change comes from: the parameters behind the head of a writing statement, in the order of `originColumns`. */
export function originOf(
  { actor, origin, cause }: Connection,
  resource: Pick<Resource, 'scope'>,
  row: Readonly<Record<string, unknown>> = {},
): unknown[] {
  const owner = resource.scope.kind === 'owned' ? row[resource.scope.by] : null;
  return [
    onBehalfOf(actor, owner),
    origin.reason ?? null,
    origin.ip ?? null,
    origin.client ?? null,
    cause.requestId ?? cause.eventId ?? cause.taskId ?? null,
    cause.batchId ?? null,
  ];
}

export const originColumns = 'on_behalf_of, reason, ip, client, correlation_id, batch_id';
