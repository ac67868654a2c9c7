import { isObjectType, type GraphQLArgument, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import type { RootSelection } from '#kernel/read/selection.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { constant, isAbsent, plain } from '#kernel/read/values.js';
import { argument } from './arguments.js';
import type { Collected } from './collect.js';
import { resourceOfId } from './context.js';
import { listSelection, objectSelection, resourceFields, type BuildContext } from './selection.js';

/** Root fields that are plain reads: what the fast path knows. */
export type RootKind = { readonly kind: 'list' | 'one'; readonly resource: Resource } | { readonly kind: 'node' };

export function rootKinds(registry: Registry): ReadonlyMap<string, RootKind> {
  const map = new Map<string, RootKind>([['node', { kind: 'node' }]]);
  for (const resource of registry.resources.values()) {
    if (resource.operations.includes('get')) map.set(resource.single, { kind: 'one', resource });
    if (resource.operations.includes('list')) map.set(resource.plural, { kind: 'list', resource });
  }
  return map;
}

/** The build context of one operation. */
export function buildContext(
  registry: Registry,
  schema: GraphQLSchema,
  fragments: BuildContext['fragments'],
  variables: Readonly<Record<string, unknown>>,
): BuildContext {
  const query = schema.getQueryType()?.getFields() ?? {};
  return { registry, fragments, variables, listArguments: (resource) => listArgs(schema, query, resource) };
}

function listArgs(
  schema: GraphQLSchema,
  query: Readonly<Record<string, { readonly args: readonly GraphQLArgument[] }>>,
  resource: Resource,
): readonly GraphQLArgument[] {
  const root = query[resource.plural];
  if (root) return root.args;
  // Resources without a list of their own still appear as lists of others.
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (String(field.type).replace('!', '') === `${resource.typeName}Connection`) return field.args;
    }
  }
  return [];
}

/** The read a root field stands for. */
export function rootSelection(context: BuildContext, schema: GraphQLSchema, kind: RootKind, field: Collected): RootSelection {
  const { key } = field;
  if (kind.kind === 'list') return { kind: 'list', key, list: listSelection(context, kind.resource, field) };
  const queries = schema.getQueryType()?.getFields() ?? {};
  const definition = queries[field.name]?.args.find((a) => a.name === 'id');
  const id = definition ? argument(context, field, definition) : undefined;
  const resource = kind.kind === 'one' ? kind.resource : resourceOfId(context.registry, plain(id));
  if (isAbsent(id) || !resource) return { kind: 'nothing', key };
  return {
    kind: 'one',
    key,
    id: id ?? constant(null),
    selection: objectSelection(context, resource, resourceFields(context, resource, field)),
  };
}

/** The collected form of the field a resolver runs for. */
export const collectedOf = (info: GraphQLResolveInfo): Collected => ({
  key: String(info.path.key),
  name: info.fieldName,
  nodes: info.fieldNodes,
});

export const contextOf = (registry: Registry, info: GraphQLResolveInfo): BuildContext =>
  buildContext(registry, info.schema, info.fragments, info.variableValues);
