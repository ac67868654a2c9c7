import type { Resource } from '../resource/define-resource.js';
import { snake } from '../resource/names.js';
import { reachOf, type Actor, type Reach } from './actor.js';

/** The rows of a resource an actor may touch: all, none, or those whose owner column holds one of `users`. */
export type RowFilter =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'owners'; readonly column: string; readonly users: readonly string[] };

export function rowFilter(resource: Resource, actor: Actor, permission: string): RowFilter {
  return filterFor(resource, actor, reachOf(actor.permissions, permission));
}

export function filterFor(resource: Resource, actor: Actor, reach: Reach | null): RowFilter {
  if (reach === null) return { kind: 'none' };
  if (reach === 'all' || resource.scope.kind === 'everyone') return { kind: 'all' };
  const users = reach === 'team' ? actor.teamUserIds : actor.userId ? [actor.userId] : [];
  return { kind: 'owners', column: snake(resource.scope.by), users };
}
