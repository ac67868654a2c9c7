import {
  GraphQLEnumType,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigMap,
} from 'graphql';
import { constant } from '#kernel/read/values.js';
import { reachOf } from '#kernel/access/actor.js';
import { permissionMissing } from '#kernel/access/errors.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { readRoot, requirePrincipal, type GraphqlContext, type GraphqlParts } from './context.js';
import { collectedOf, contextOf } from './roots.js';
import { objectSelection, resourceFields } from './selection.js';

/** A committed change of one row, as the outbox tells it. */
export interface Change {
  readonly tenantId: string;
  readonly resource: string;
  readonly id: string;
  readonly verb: 'created' | 'updated' | 'deleted';
  readonly version: number | null;
  readonly changedFields: readonly string[];
}

/** Where changes come from: every API process hears all of them. */
export interface ChangeStream {
  /** Changes of one resource in one tenant, until the iterator is returned. Ends by itself when `alive` says no. */
  listen(tenantId: string, resource: string): AsyncIterableIterator<Change>;
}

const changeVerb = new GraphQLEnumType({
  name: 'ChangeVerb',
  description: 'What happened to a row.',
  values: { created: {}, updated: {}, deleted: {} },
});

/** `caseChanged` and its like: one for every resource that can be read. */
export function subscriptionFields(
  parts: GraphqlParts,
  changes: ChangeStream,
  objectType: (resource: Resource) => GraphQLObjectType,
): GraphQLFieldConfigMap<unknown, GraphqlContext> {
  const readable = [...parts.registry.resources.values()].filter((resource) => resource.operations.includes('get'));
  return Object.fromEntries(
    readable.map((resource) => [
      `${resource.single}Changed`,
      {
        type: new GraphQLNonNull(changeType(parts, resource, objectType)),
        description: `Tells when a ${resource.name.replaceAll('_', ' ')} you may see is created, updated or deleted; one of them when \`id\` is given. Deletions reach only who may read all of them.`,
        args: { id: { type: GraphQLID, description: 'Only this row.' } },
        subscribe: (_source: unknown, args: Record<string, unknown>, context: GraphqlContext) =>
          listen({ parts, resource, context, id: args['id'] }, changes),
        resolve: (change: unknown) => change,
      },
    ]),
  );
}

/** What one client asked to be told. */
interface Asked {
  readonly parts: GraphqlParts;
  readonly resource: Resource;
  readonly context: GraphqlContext;
  /** Only this row, when given. */
  readonly id: unknown;
}

async function listen(asked: Asked, changes: ChangeStream): Promise<AsyncIterableIterator<Change>> {
  const { tenantId, actor } = await requirePrincipal(asked.context);
  const { name } = asked.resource;
  if (reachOf(actor.permissions, `${name}:read`) === null) throw permissionMissing(`${name}:read`);
  return visibleOnly(asked, changes.listen(tenantId, name));
}

/** Each change is judged anew by the rights of its moment: what may not be read is not told. */
async function* visibleOnly(asked: Asked, source: AsyncIterableIterator<Change>): AsyncIterableIterator<Change> {
  const { id } = asked;
  try {
    for await (const change of source) {
      if (id !== undefined && id !== null && id !== change.id) continue;
      if (await maySee(asked, change)) yield change;
    }
  } finally {
    await source.return?.(undefined);
  }
}

async function maySee({ parts, resource, context }: Asked, change: Change): Promise<boolean> {
  const { actor, tenantId } = await requirePrincipal(context);
  if (change.verb === 'deleted') return reachOf(actor.permissions, `${resource.name}:read`) === 'all' || resource.scope.kind === 'everyone';
  const work = { tenantId, actor, cause: { command: 'subscription' } };
  return parts.runner.runtime.withStatement(work, async (w) => (await w.repo(resource).find(change.id)) !== null);
}

function changeType(
  parts: GraphqlParts,
  resource: Resource,
  objectType: (resource: Resource) => GraphQLObjectType,
): GraphQLObjectType<Change, GraphqlContext> {
  return new GraphQLObjectType<Change, GraphqlContext>({
    name: `${resource.typeName}Change`,
    description: `A change of a ${resource.name.replaceAll('_', ' ')}.`,
    fields: () => ({
      verb: { type: new GraphQLNonNull(changeVerb), description: 'What happened.' },
      id: { type: new GraphQLNonNull(GraphQLID), description: 'To which row.' },
      version: { type: GraphQLInt, description: 'The version it made.' },
      changedFields: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))), description: 'Which fields changed.' },
      [resource.single]: {
        type: objectType(resource),
        description: 'The row as it is now; null when it is gone.',
        resolve: (change, _args, context, info) => {
          const build = contextOf(parts.registry, info);
          const field = collectedOf(info);
          const selection = objectSelection(build, resource, resourceFields(build, resource, field));
          return readRoot(parts, context, info, { kind: 'one', key: field.key, id: constant(change.id), selection });
        },
      },
    }),
  });
}
