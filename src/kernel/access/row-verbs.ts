import type { Resource } from '../resource/define-resource.js';
import { camel } from '../resource/names.js';
import type { Registry } from '../resource/registry.js';

const cache = new WeakMap<Registry, Map<string, readonly string[]>>();

/** What can be done to a row that is there: `update` and `delete` where offered, and the commands that name such a row. */
export function rowVerbs(registry: Registry, resource: Resource): readonly string[] {
  const known = cache.get(registry) ?? new Map<string, readonly string[]>();
  cache.set(registry, known);
  const verbs = known.get(resource.name) ?? listed(registry, resource);
  known.set(resource.name, verbs);
  return verbs;
}

function listed(registry: Registry, resource: Resource): string[] {
  const own = `${camel(resource.name)}Id`;
  const commands = [...registry.commands.values()].filter(
    (command) => command.noun === resource.name && command.access === 'permission' && Object.hasOwn(command.input, own),
  );
  const crud = resource.operations.filter((operation) => operation === 'update' || operation === 'delete');
  return [...new Set([...crud, ...commands.map(({ verb }) => verb)])];
}
