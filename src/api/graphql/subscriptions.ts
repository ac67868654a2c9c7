import {
  GraphQLEnumType,
  GraphQLID,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigMap,
  type GraphQLInputObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import { constant } from '#kernel/read/values.js';
import { reachOf } from '#kernel/access/actor.js';
import { permissionMissing } from '#kernel/access/errors.js';
import { visibleNames } from '#kernel/access/field-rights.js';
import { isForListener, wasForListener } from '#kernel/read/rows-told.js';
import { ownResource } from '#kernel/variants/module-off.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { StreamEnded } from './change-queue.js';
import { readRoot, requirePrincipal, type GraphqlContext, type GraphqlParts } from './context.js';
import { refuseForbidden } from './forbidden-fields.js';
import { collectedOf, contextOf } from './roots.js';
import { listOf } from './scalars.js';
import { objectSelection, resourceFields } from './selection.js';

/** A committed change of one row, as the outbox tells it. */
export interface Change {
  readonly tenantId: string;
  readonly resource: string;
  readonly id: string;
  readonly eventId: string;
  readonly verb: 'created' | 'updated' | 'deleted';
  readonly version: number | null;
  readonly changedFields: readonly string[];
  /** Where to read on from when the connection ends after this one. */
  readonly cursor: string;
}

/** Changes until the iterator is returned, or until it is made to fail. */
export interface Changes extends AsyncIterableIterator<Change> {
  fail(error: Error): void;
  /** Hears of a failure at once: one who does not read asks for nothing, and would never be told. */
  onFail(listener: (error: Error) => void): void;
}

/** Where changes come from: every API process hears all of them. */
export interface ChangeStream {
  /** Changes of one resource in one tenant, those since `after` first. */
  listen(tenantId: string, resource: Resource, after: string | null): Promise<Changes>;
  /** Where the stream stands now. */
  now(tenantId: string): Promise<string>;
}

const changeVerb = new GraphQLEnumType({
  name: 'ChangeVerb',
  description: 'What happened to a row.',
  values: {
    created: { description: 'It is new.' },
    updated: { description: 'Fields of it changed.' },
    deleted: { description: 'It is gone.' },
  },
});

/** What subscriptions are made of. */
export interface SubscriptionParts {
  readonly parts: GraphqlParts;
  readonly changes: ChangeStream;
  readonly objectType: (resource: Resource) => GraphQLObjectType;
  readonly filterType: (resource: Resource) => GraphQLInputObjectType;
}

/** `caseChanged` and its like: one for every resource that can be read. */
export function subscriptionFields({
  parts,
  changes,
  objectType,
  filterType,
}: SubscriptionParts): GraphQLFieldConfigMap<unknown, GraphqlContext> {
  const readable = [...parts.registry.resources.values()].filter((resource) => resource.operations.includes('get'));
  return Object.fromEntries(
    readable.map((resource) => [
      `${resource.single}Changed`,
      {
        type: new GraphQLNonNull(changeType(parts, resource, objectType)),
        description: `Tells when a ${resource.name.replaceAll('_', ' ')} you may see is created, updated or deleted. Who could read a row that is deleted is told its id.`,
        args: {
          id: { type: GraphQLID, description: 'Only this row.' },
          verbs: { type: listOf(changeVerb), description: 'Only these; all unless told.' },
          filter: {
            type: filterType(resource),
            description: 'Only rows that meet this after the change; deleted ones, that met it before.',
          },
          after: {
            type: GraphQLString,
            description: 'A cursor of this stream, at most an hour old: what happened since is told first. See `changeCursor`.',
          },
        },
        subscribe: async (_source: unknown, args: Record<string, unknown>, context: GraphqlContext, info: GraphQLResolveInfo) => {
          refuseForbidden(parts.registry, info, (await requirePrincipal(context)).actor);
          return listen({ parts, resource, context, args }, changes);
        },
        resolve: (change: unknown) => change,
      },
    ]),
  );
}

/** Where the stream stands: read it, then the lists, then subscribe `after` it, and nothing is missed in between. */
export const changeCursorField = (changes: ChangeStream): GraphQLFieldConfigMap<unknown, GraphqlContext> => ({
  changeCursor: {
    type: new GraphQLNonNull(GraphQLString),
    description:
      'Where the stream of changes stands now. Read it, then your lists, then subscribe with it as `after`: nothing is missed in between.',
    resolve: async (_source, _args, context) => changes.now((await requirePrincipal(context)).tenantId),
  },
});

/** What one client asked to be told. */
interface Asked {
  readonly parts: GraphqlParts;
  readonly resource: Resource;
  readonly context: GraphqlContext;
  readonly args: Readonly<Record<string, unknown>>;
}

async function listen(asked: Asked, changes: ChangeStream): Promise<AsyncIterableIterator<Change>> {
  const { tenantId } = await mayListen(asked);
  const { after } = asked.args;
  const source = await changes.listen(tenantId, asked.resource, typeof after === 'string' ? after : null);
  source.onFail((error) => {
    if (error instanceof StreamEnded) asked.context.live?.drop(error.closeCode, error.message);
  });
  const unwatch = asked.context.live?.watch(async () => {
    await mayListen(asked).catch((error: unknown) =>
      source.fail(error instanceof Error ? error : new Error('The listener may not listen.')),
    );
  });
  return new VisibleChanges(asked, source, unwatch ?? (() => undefined));
}

async function mayListen({ context, resource }: Asked) {
  const principal = await requirePrincipal(context);
  ownResource(principal.definitions, resource);
  if (reachOf(principal.actor.permissions, `${resource.name}:read`) === null) throw permissionMissing(`${resource.name}:read`);
  return principal;
}

/**
 * Each change is judged anew by the rights of its moment: what may not be read is not told. No generator: one that waits
 * for a change could not be told to stop before there is one.
 */
class VisibleChanges implements AsyncIterableIterator<Change> {
  constructor(
    private readonly asked: Asked,
    private readonly source: Changes,
    private readonly unwatch: () => void,
  ) {}

  async next(): Promise<IteratorResult<Change>> {
    try {
      for (;;) {
        const step = await this.source.next();
        if (step.done === true) return await this.return();
        const change = this.isAsked(step.value) ? await this.shown(step.value) : null;
        if (change) return { value: change, done: false };
      }
    } catch (error) {
      await this.return();
      // The connection is being closed.
      if (!(error instanceof StreamEnded)) throw error;
      return { value: undefined, done: true };
    }
  }

  async return(): Promise<IteratorResult<Change>> {
    this.unwatch();
    await this.source.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private isAsked(change: Change): boolean {
    const { id, verbs } = this.asked.args;
    return (!isGiven(id) || id === change.id) && (!Array.isArray(verbs) || verbs.includes(change.verb));
  }

  /** The change as this listener may hear of it; null when he may not. */
  private async shown(change: Change): Promise<Change | null> {
    const { resource, parts, args } = this.asked;
    const { actor, tenantId } = await mayListen(this.asked);
    const told = change.changedFields.filter((name) => !resource.fields[name]?.options.hidden);
    const changedFields = visibleNames(actor, resource, told);
    // A change of nothing he may see is no change to him.
    if (change.verb === 'updated' && change.changedFields.length > 0 && changedFields.length === 0) return null;
    const filter = isGiven(args['filter']) ? constant(args['filter']) : undefined;
    const listener = {
      registry: parts.registry,
      actor,
      tenantId,
      resource,
      filter,
      cursorSecret: parts.cursorSecret,
      installationKey: parts.runner.runtime.ports.keyFor('record-keys'),
    };
    const judge = change.verb === 'deleted' ? wasForListener : isForListener;
    return (await judge(parts.database.pool, listener, change.id)) ? { ...change, changedFields } : null;
  }
}

const isGiven = (value: unknown) => value !== undefined && value !== null;

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
      eventId: {
        type: new GraphQLNonNull(GraphQLID),
        description: 'Of this telling: after a reconnect a change may be told twice, under the same id.',
      },
      cursor: { type: new GraphQLNonNull(GraphQLString), description: 'For `after`, should the connection end after this change.' },
      version: { type: GraphQLInt, description: 'The version it made; null when the row is gone.' },
      changedFields: { type: new GraphQLNonNull(listOf(GraphQLString)), description: 'Which fields changed, of those you may see.' },
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
