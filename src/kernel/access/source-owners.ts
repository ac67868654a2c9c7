import { forbidden } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Actor } from './actor.js';

const cache = new WeakMap<Resource, ReadonlyMap<string, string>>();

/** Fields whose values come from another system, and which. */
function ownersIn(resource: Resource): ReadonlyMap<string, string> {
  const known =
    cache.get(resource) ??
    new Map(
      Object.entries(resource.fields).flatMap(([name, { options }]) => (options.sourceOwner ? [[name, options.sourceOwner] as const] : [])),
    );
  cache.set(resource, known);
  return known;
}

export const hasOwners = (resource: Resource): boolean => ownersIn(resource).size > 0;

/** Refuses input that names a field whose values come from another system than the one that speaks: by its API key, or by an import. */
export function refuseOwned(actor: Pick<Actor, 'kind' | 'type' | 'label'>, resource: Resource, names: readonly string[]): void {
  const owners = ownersIn(resource);
  if (owners.size === 0 || actor.kind === 'system' || actor.type === 'import') return;
  const kept = names.filter((name) => owners.has(name) && !(actor.kind === 'api_key' && actor.label === owners.get(name)));
  const [first] = kept;
  if (first === undefined) return;
  const owner = owners.get(first) ?? '';
  throw forbidden(
    'record.source_owned',
    `${kept.join(', ')} of this record: the values come from ${owner}, which alone writes them. Leave them out.`,
    {
      owner,
      fields: kept.map((name) => `${resource.name}.${name}`),
      errors: kept.map((name) => ({ path: `/${name}`, code: 'source_owned', message: 'is written by another system alone' })),
    },
  );
}
