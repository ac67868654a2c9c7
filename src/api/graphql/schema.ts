import { GraphQLID, GraphQLNonNull, GraphQLObjectType, GraphQLInt, GraphQLSchema, type GraphQLFieldConfigMap } from 'graphql';
import type { Resource } from '#kernel/resource/define-resource.js';
import { readRoot, type GraphqlContext, type GraphqlParts } from './context.js';
import { ListTypes } from './list-types.js';
import { MutationFields } from './mutations.js';
import { collectedOf, contextOf, rootKinds, rootSelection } from './roots.js';
import { externalRefsField } from './external-ref-type.js';
import { byKey, DateTime } from './scalars.js';
import { changeCursorField, subscriptionFields, type ChangeStream } from './subscriptions.js';
import { describe, TypeBook, typeTag, visibleFields } from './types.js';

type Map = GraphQLFieldConfigMap<unknown, GraphqlContext>;

/** The whole GraphQL schema as a projection of the registry. */
export function buildSchema(parts: GraphqlParts, changes: ChangeStream): GraphQLSchema {
  const book = new TypeBook(parts.registry);
  const objects = new ObjectTypes(book);
  const lists = new ListTypes(book, (resource) => objects.of(resource));
  objects.lists = lists;
  const fields = new MutationFields(parts, book, (resource) => objects.of(resource));
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      description: 'What can be asked.',
      fields: {
        ...readFields(parts, book, objects, lists),
        ...(fields.useCases(parts.registry.queries.values()) as Map),
        ...changeCursorField(changes),
      },
    }),
    mutation: new GraphQLObjectType({
      name: 'Mutation',
      description: 'What can be done. One mutation is one transaction.',
      fields: { ...(fields.crud() as Map), ...(fields.useCases(parts.registry.commands.values()) as Map) },
    }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      description: 'What can be heard, live, within the listener’s rights.',
      fields: subscriptionFields({
        parts,
        changes,
        objectType: (resource) => objects.of(resource),
        filterType: (resource) => lists.filter(resource),
      }),
    }),
    types: [...parts.registry.resources.values()].map((resource) => objects.of(resource)),
  });
}

function readFields(parts: GraphqlParts, book: TypeBook, objects: ObjectTypes, lists: ListTypes): Map {
  const map: Map = {};
  for (const [name, kind] of rootKinds(parts.registry)) {
    const resolve: Map[string]['resolve'] = async (_source, _args, context, info) => {
      const field = collectedOf(info);
      const root = rootSelection(contextOf(parts.registry, info), info.schema, kind, field);
      const value = await readRoot(parts, context, info, root);
      if (kind.kind === 'node' && root.kind === 'one' && value !== null)
        return Object.assign(value as object, { [typeTag]: root.selection.resource.typeName });
      return value;
    };
    map[name] =
      kind.kind === 'list'
        ? {
            type: new GraphQLNonNull(lists.connection(kind.resource)),
            args: lists.args(kind.resource),
            description: `${kind.resource.description} All that you may see, in pages.`,
            resolve,
          }
        : {
            type: kind.kind === 'node' ? book.node : objects.of(kind.resource),
            args: { id: { type: new GraphQLNonNull(GraphQLID), description: 'Its id.' } },
            description:
              kind.kind === 'node'
                ? 'Anything by its id (Relay). null when there is no such thing, or you may not see it.'
                : `One ${kind.resource.name.replaceAll('_', ' ')}; null when there is none, or you may not see it.`,
            resolve,
          };
  }
  return map;
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
      map[name] = { type: this.book.output(field, resource.typeName, name), description: describe(name, field), resolve: byKey };
      if (field.kind !== 'ref') continue;
      const target = this.book.registry.resource(field.target ?? '');
      map[name.replace(/Id$/, '')] = {
        type: this.of(target),
        description: `The ${target.name.replaceAll('_', ' ')} named by ${name}; null when you may not see it.`,
        resolve: byKey,
      };
    }
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
    map['externalRefs'] = externalRefsField;
