import { setImmediate } from 'node:timers/promises';
import {
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLInt,
  GraphQLSchema,
  GraphQLString,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLFieldConfigMap,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
} from 'graphql';
import { largestPage } from '#kernel/read/page.js';
import type { RootSelection } from '#kernel/read/selection.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { deprecationReason } from '#kernel/resource/deprecation.js';
import type { Registry } from '#kernel/resource/registry.js';
import { relationName } from '#kernel/resource/relations.js';
import { readRoot, type GraphqlContext, type GraphqlParts } from './context.js';
import { externalRefsField } from './external-ref-type.js';
import { ListTypes } from './list-types.js';
import { MutationFields } from './mutations.js';
import { collectedOf, contextOf, idsIn, resourceOfId, rootKinds, rootSelection, type RootKind } from './roots.js';
import { byKey, DateTime, listOf } from './scalars.js';
import { changeCursorField, subscriptionFields, type ChangeStream } from './subscriptions.js';
import { describe, TypeBook, typeTag, visibleFields } from './types.js';

type Map = GraphQLFieldConfigMap<unknown, GraphqlContext>;

/** The whole GraphQL schema as a projection of the registry. */
export function buildSchema(parts: GraphqlParts, changes: ChangeStream): GraphQLSchema {
  const steps = schemaSteps(parts, changes);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** So long nobody else is let in between. */
const sliceMs = 2;

/**
 * The same a little at a time, while requests are served. What a variant is made of has been checked with the whole, or where the tenant defined
 * it: it is not checked again, which would take as long as making it.
 */
export async function buildSchemaInSlices(parts: GraphqlParts, changes: ChangeStream): Promise<GraphQLSchema> {
  const steps = schemaSteps(parts, changes, { assumeValid: true });
  for (let until = performance.now() + sliceMs; ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + sliceMs;
  }
}

function* schemaSteps(
  parts: GraphqlParts,
  changes: ChangeStream,
  options: { readonly assumeValid?: true } = {},
): Generator<void, GraphQLSchema> {
  const { registry } = parts;
  const book = new TypeBook(registry);
  const objects = new ObjectTypes(book);
  const lists = new ListTypes(book, (resource) => objects.of(resource));
  objects.lists = lists;
  const fields = new MutationFields(parts, book, (resource) => objects.of(resource));
  const verbs: Map = {};
  for (const resource of registry.resources.values()) yield void Object.assign(verbs, fields.crud(resource));
  for (const command of registry.commands.values()) yield void Object.assign(verbs, fields.useCases([command]));
  const asked: Map = { ...readFields(parts, book, objects, lists) };
  for (const query of registry.queries.values()) yield void Object.assign(asked, fields.useCases([query]));
  const query = new GraphQLObjectType({
    name: 'Query',
    description: 'What can be asked.',
    fields: { ...asked, ...changeCursorField(changes) },
  });
  const mutation = new GraphQLObjectType({
    name: 'Mutation',
    description: 'What can be done. One mutation is one transaction.',
    fields: verbs,
  });
  const subscription = new GraphQLObjectType({
    name: 'Subscription',
    description: 'What can be heard, live, within the listener’s rights.',
    fields: subscriptionFields({
      parts,
      changes,
      objectType: (resource) => objects.of(resource),
      filterType: (resource) => lists.filter(resource),
    }),
  });
  const types = [...registry.resources.values()].map((resource) => objects.of(resource));
  yield* resolved([query, mutation, subscription, ...types]);
  return new GraphQLSchema({ query, mutation, subscription, types, ...options });
}

/** Types say what their fields are when they are first asked: here, one after the other, and not all at once in the end. */
function* resolved(roots: readonly GraphQLNamedType[]): Generator<void, void> {
  const seen = new Set(roots);
  for (const type of seen) {
    if (isObjectType(type) || isInterfaceType(type)) resolveOutputs(type, seen);
    else if (isInputObjectType(type)) Object.values(type.getFields()).forEach((field) => seen.add(getNamedType(field.type)));
    yield;
  }
}

function resolveOutputs(type: GraphQLObjectType | GraphQLInterfaceType, seen: Set<GraphQLNamedType>): void {
  for (const field of Object.values(type.getFields())) {
    seen.add(getNamedType(field.type));
    field.args.forEach((argument) => seen.add(getNamedType(argument.type)));
  }
}

function readFields(parts: GraphqlParts, book: TypeBook, objects: ObjectTypes, lists: ListTypes): Map {
  const map: Map = {};
  for (const [name, kind] of rootKinds(parts.registry)) {
    const resolve: Map[string]['resolve'] = async (_source, _args, context, info) => {
      const field = collectedOf(info);
      const root = rootSelection(contextOf(parts.registry, info), info.schema, kind, field);
      return tagged(parts.registry, root, await readRoot(parts, context, info, root));
    };
    const going = 'resource' in kind ? deprecationReason(kind.resource.deprecated) : undefined;
    map[name] = { ...readField(kind, book, objects, lists), deprecationReason: going, resolve };
  }
  return map;
}

/** A `Node` says by a tag which type it is; rows of one resource need none. */
function tagged(registry: Registry, root: RootSelection, value: unknown): unknown {
  if (root.kind === 'one' && value !== null) return Object.assign(value as object, { [typeTag]: root.selection.resource.typeName });
  if (root.kind !== 'nodes') return value;
  const ids = idsIn(root.ids);
  return (value as (object | null)[]).map((row, i) => row && Object.assign(row, { [typeTag]: resourceOfId(registry, ids[i])?.typeName }));
}

function readField(kind: RootKind, book: TypeBook, objects: ObjectTypes, lists: ListTypes): Map[string] {
  const id = new GraphQLNonNull(GraphQLID);
  switch (kind.kind) {
    case 'list':
      return {
        type: new GraphQLNonNull(lists.connection(kind.resource)),
        args: lists.args(kind.resource),
        description: `${kind.resource.description} All that you may see, in pages.`,
      };
    case 'nodes':
      return {
        type: new GraphQLNonNull(new GraphQLList(book.node)),
        args: { ids: { type: new GraphQLNonNull(listOf(GraphQLID)), description: `Ids of anything, at most ${largestPage}.` } },
        description: 'Things of any kind by their ids, in that order. null in the place of what there is not, or you may not see.',
      };
    case 'node':
      return {
        type: book.node,
        args: { id: { type: id, description: 'Its id.' } },
        description: 'Anything by its id (Relay). null when there is no such thing, or you may not see it.',
      };
    case 'one':
      return {
        type: objects.of(kind.resource),
        args: { id: { type: id, description: 'Its id.' } },
        description: `One ${kind.resource.name.replaceAll('_', ' ')}; null when there is none, or you may not see it.`,
      };
  }
}

/** One object type a resource, its relations found by name when the schema is complete. */
class ObjectTypes {
  private readonly types = new Map<string, GraphQLObjectType>();
  lists: ListTypes | null = null;

  constructor(private readonly book: TypeBook) {}

  of(resource: Resource): GraphQLObjectType {
    const known =
      this.types.get(resource.name) ??
      new GraphQLObjectType({
        name: resource.typeName,
        description: resource.description,
        interfaces: [this.book.node],
        fields: () => this.fields(resource),
      });
    this.types.set(resource.name, known);
    return known;
  }

  private fields(resource: Resource): GraphQLFieldConfigMap<unknown, unknown> {
    const map: GraphQLFieldConfigMap<unknown, unknown> = {
      id: { type: new GraphQLNonNull(GraphQLID), description: 'Globally unique id.', resolve: byKey },
      version: { type: new GraphQLNonNull(GraphQLInt), description: 'Grows by one with each write.', resolve: byKey },
      createdAt: { type: new GraphQLNonNull(DateTime), description: 'When the row was made.', resolve: byKey },
      updatedAt: { type: new GraphQLNonNull(DateTime), description: 'When the row was last written.', resolve: byKey },
    };
    for (const [name, field] of visibleFields(resource)) {
      map[name] = {
        type: this.book.output(field, resource.typeName, name),
        description: describe(name, field),
        deprecationReason: deprecationReason(field.options.deprecated),
        resolve: byKey,
      };
      if (field.kind !== 'ref') continue;
      const target = this.book.registry.resource(field.target ?? '');
      map[relationName(resource, name)] = {
        type: this.of(target),
        description: `The ${target.name.replaceAll('_', ' ')} named by ${name}; null when you may not see it.`,
        resolve: byKey,
      };
    }
    map['externalRefs'] = externalRefsField;
    map['can'] = {
      type: new GraphQLNonNull(listOf(GraphQLString)),
      description: 'What you may do to it: `update`, `delete` and the verbs of its commands, judged for this very row.',
      resolve: byKey,
    };
    for (const inverse of this.book.registry.inverses.get(resource.name) ?? []) {
      if (!this.lists) throw new Error('The list types are missing.');
      map[inverse.name] = {
        type: new GraphQLNonNull(this.lists.connection(inverse.from)),
        args: this.lists.args(inverse.from),
        description: `Its ${inverse.name}: ${inverse.from.description}`,
        resolve: byKey,
      };
    }
    return map;
  }
}
