import type { OpenAPIObject } from '@nestjs/swagger';
import { camel } from '#kernel/resource/names.js';
import type { Registry } from '#kernel/resource/registry.js';

type Paths = OpenAPIObject['paths'];

const methods = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** The paths of what these definitions have. Those of the whole installation, unless they are of a variant. */
export function offered(paths: Paths, definitions: Registry): Paths {
  if (definitions.key === '') return paths;
  const isGone = goneFrom(definitions);
  const left = Object.entries(paths).map(([path, item]) => {
    const kept = Object.entries(item).filter(([method]) => {
      const known = methods.find((one) => one === method);
      const operation = known ? item[known] : undefined;
      return !operation || !isGone(path, operation);
    });
    return [path, Object.fromEntries(kept)] as const;
  });
  return Object.fromEntries<Paths[string]>(left.filter(([, item]) => methods.some((method) => method in item)));
}

interface Operation {
  readonly operationId?: string;
  readonly tags?: string[];
}

/** By the module an operation is listed under, by the verb it is, or by the resource its path begins with. */
function goneFrom({ whole, modules, absent }: Registry): (path: string, operation: Operation) => boolean {
  const left = new Set(modules.map(({ name }) => name));
  const tags = new Set(whole.modules.flatMap(({ name }) => (left.has(name) ? [] : [name])));
  const verbs = [...whole.commands.values(), ...whole.queries.values()].filter(({ name }) => absent.useCases.has(name));
  const ids = new Set(verbs.map(({ graphql }) => camel(graphql)));
  const roots = [...absent.resources.keys()].map((name) => `/v1/${whole.resource(name).path}`);
  return (path, { operationId = '', tags: listed = [] }) =>
    ids.has(operationId) || listed.some((tag) => tags.has(tag)) || roots.some((root) => path === root || path.startsWith(`${root}/`));
}
