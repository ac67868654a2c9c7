import { isObjectType, type GraphQLArgument, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import type { RootSelection } from '#kernel/read/selection.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { codeOf } from '#kernel/resource/ids.js';
import type { Registry } from '#kernel/resource/registry.js';
import { constant, isAbsent, plain, type Val } from '#kernel/read/values.js';
import { argument } from './arguments.js';
import type { Collected } from './collect.js';
import { listSelection, objectSelection, resourceFields, type BuildContext } from './selection.js';

/** Root fields that are plain reads: what the fast path knows. */
export type RootKind = { readonly kind: 'list' | 'one'; readonly resource: Resource } | { readonly kind: 'node' | 'nodes' };

export function rootKinds(registry: Registry): ReadonlyMap<string, RootKind> {
  const map = new Map<string, RootKind>([
    ['node', { kind: 'node' }],
    ['nodes', { kind: 'nodes' }],
  ]);
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
  return {
    registry,
    fragments,
    variables,
    listArguments: (resource) => listArgs(schema, query, resource),
    groupArguments: (resource) => {
      const connection = schema.getType(`${resource.typeName}Connection`);
      return isObjectType(connection) ? (connection.getFields()['groups']?.args ?? []) : [];
    },
  };
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

/** The resource an id belongs to, or null when it is no id of ours. */
export function resourceOfId(registry: Registry, id: unknown): Resource | null {
  const code = typeof id === 'string' ? codeOf(id) : null;
  return code === null ? null : (registry.byCode.get(code) ?? null);
}

/** The read a root field stands for. */
export function rootSelection(context: BuildContext, schema: GraphQLSchema, kind: RootKind, field: Collected): RootSelection {
  const { key } = field;
  if (kind.kind === 'list') return { kind: 'list', key, list: listSelection(context, kind.resource, field) };
  const definition = schema.getQueryType()?.getFields()[field.name]?.args[0];
  const given = definition ? argument(context, field, definition) : undefined;
  if (kind.kind === 'nodes') return nodesSelection(context, given ?? constant([]), field);
  return rowSelection(context, kind.kind === 'one' ? kind.resource : null, given, field);
}

/** One row by its id, of the given resource or of whichever the id says. */
function rowSelection(context: BuildContext, expected: Resource | null, id: Val | undefined, field: Collected): RootSelection {
  const { key } = field;
  const resource = expected ?? resourceOfId(context.registry, plain(id));
  if (isAbsent(id) || !resource) return { kind: 'nothing', key };
  return { kind: 'one', key, id, selection: objectSelection(context, resource, resourceFields(context, resource, field)) };
}

function nodesSelection(context: BuildContext, ids: Val, field: Collected): RootSelection {
  const asked = idsIn(ids);
  const resources = new Set(asked.flatMap((id) => resourceOfId(context.registry, id) ?? []));
  return {
    kind: 'nodes',
    key: field.key,
    ids,
    count: asked.length,
    selections: [...resources]
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((resource) => objectSelection(context, resource, resourceFields(context, resource, field))),
  };
}

/** The ids of a list argument; one alone counts as a list, as GraphQL has it. */
export const idsIn = (ids: Val): readonly unknown[] => [plain(ids)].flat();

/** The collected form of the field a resolver runs for. */
export const collectedOf = (info: GraphQLResolveInfo): Collected => ({
  key: String(info.path.key),
  name: info.fieldName,
  nodes: info.fieldNodes,
});

export const contextOf = (registry: Registry, info: GraphQLResolveInfo): BuildContext =>
  buildContext(registry, info.schema, info.fragments, info.variableValues);
