import type { Registry } from '../resource/registry.js';

const cache = new WeakMap<Registry, ReadonlySet<string>>();

/** Every entry a role may hold: the rights the definitions ask for, `noun:*`, `*:verb` and `*`. */
export function knownPermissions(registry: Registry): ReadonlySet<string> {
  const known = cache.get(registry) ?? new Set(['*', ...rightsOf(registry).flatMap(withWildcards)]);
  cache.set(registry, known);
  return known;
}

/** The rights the definitions ask for, without wildcards. */
export function rightsOf(registry: Registry): string[] {
  const resources = [...registry.resources.values()].flatMap(({ name, operations }) => [
    ...operations.map((operation) => `${name}:${operation === 'list' || operation === 'get' ? 'read' : operation}`),
    // Whole lists are taken away by a right of their own.
    ...(operations.includes('list') ? [`${name}:export`] : []),
  ]);
  const useCases = [...registry.commands.values(), ...registry.queries.values()];
  return [...resources, ...useCases.filter((useCase) => useCase.access === 'permission').map((useCase) => useCase.permission)];
}

function withWildcards(right: string): string[] {
  const [noun, verb] = right.split(':') as [string, string];
  return [right, `${noun}:*`, `*:${verb}`];
}
