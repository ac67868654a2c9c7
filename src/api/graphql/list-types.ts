import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  type GraphQLInputFieldConfigMap,
} from 'graphql';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import { relationName } from '#kernel/resource/relations.js';
import { deepestOrder } from '#kernel/read/order.js';
import { isOrderable } from '#kernel/read/order-fields.js';
import { defaultPage, largestPage } from '#kernel/read/page.js';
import { FigureTypes } from './figure-types.js';
import { filterOf, instantFilter, idFilter, intFilter, operatorInput, textFilter } from './filter-inputs.js';
import { byKey, SortDirection, listOf } from './scalars.js';
import { SharedTypes } from './shared-types.js';
import { visibleFields, type TypeBook } from './types.js';

const pageInfo = new GraphQLObjectType({
  name: 'PageInfo',
  description: 'Where a page lies in its list (Relay).',
  fields: {
    hasNextPage: { type: new GraphQLNonNull(GraphQLBoolean), description: 'Whether rows follow this page.', resolve: byKey },
    hasPreviousPage: { type: new GraphQLNonNull(GraphQLBoolean), description: 'Whether rows come before this page.', resolve: byKey },
    startCursor: { type: GraphQLString, description: 'Cursor of the first row.', resolve: byKey },
    endCursor: { type: GraphQLString, description: 'Cursor of the last row.', resolve: byKey },
  },
});

const choiceFilters = new SharedTypes<GraphQLInputObjectType>();

/** Connection, filter, order and aggregate types of resources. */
export class ListTypes {
  private readonly filters = new Map<string, GraphQLInputObjectType>();
  private readonly connections = new Map<string, GraphQLObjectType>();
  private readonly figures = new FigureTypes();
  private readonly arguments = new Map<string, GraphQLFieldConfigArgumentMap>();

  constructor(
    private readonly book: TypeBook,
    private readonly objectType: (resource: Resource) => GraphQLObjectType,
  ) {}

  args(resource: Resource): GraphQLFieldConfigArgumentMap {
    const known = this.arguments.get(resource.name) ?? {
      filter: { type: this.filter(resource), description: 'Which rows.' },
      orderBy: { type: listOf(this.order(resource)), description: 'In which order, most important key first; the id breaks ties.' },
      first: { type: GraphQLInt, description: `The first rows after \`after\`: ${defaultPage} unless told, ${largestPage} at most.` },
      after: { type: GraphQLString, description: 'A cursor: rows after it.' },
      last: { type: GraphQLInt, description: 'The last rows before `before`.' },
      before: { type: GraphQLString, description: 'A cursor: rows before it.' },
    };
    this.arguments.set(resource.name, known);
    return known;
  }

  filter(resource: Resource): GraphQLInputObjectType {
    const known =
      this.filters.get(resource.name) ??
      new GraphQLInputObjectType({
        name: `${resource.typeName}Filter`,
        description: `Conditions on a ${resource.name.replaceAll('_', ' ')}; all members must hold.`,
        fields: () => this.filterFields(resource),
      });
    this.filters.set(resource.name, known);
    return known;
  }

  private filterFields(resource: Resource): GraphQLInputFieldConfigMap {
    const self = listOf(this.filter(resource));
    const map: GraphQLInputFieldConfigMap = {
      and: { type: self, description: 'All of these hold.' },
      or: { type: self, description: 'At least one of these holds.' },
      not: { type: this.filter(resource), description: 'This does not hold.' },
      id: { type: idFilter, description: 'On the id.' },
      version: { type: intFilter, description: 'On the version.' },
      createdAt: { type: instantFilter, description: 'On when the row was made.' },
      updatedAt: { type: instantFilter, description: 'On when the row was last written.' },
    };
    if (visibleFields(resource).some(([, f]) => f.options.search))
      map['search'] = { type: GraphQLString, description: 'Text in any of the searched fields.' };
    for (const [name, field] of visibleFields(resource)) {
      map[name] = { type: this.fieldFilter(resource, name, field), description: `On ${name}.` };
      if (field.kind === 'ref')
        map[relationName(resource, name)] = {
          type: this.filter(this.book.registry.resource(field.target ?? '')),
          description: `On the ${name.replace(/Id$/, '')} itself.`,
        };
    }
    for (const inverse of this.book.registry.inverses.get(resource.name) ?? []) {
      map[inverse.name] = { type: this.quantified(inverse.from), description: `On its ${inverse.name}.` };
    }
    return map;
  }

  private quantified(resource: Resource): GraphQLInputObjectType {
    const key = `${resource.name} list`;
    const known =
      this.filters.get(key) ??
      new GraphQLInputObjectType({
        name: `${resource.typeName}RelationFilter`,
        description: 'Conditions on a list of related rows.',
        fields: () => ({
          some: { type: this.filter(resource), description: 'At least one of them meets this.' },
          none: { type: this.filter(resource), description: 'None of them meets this.' },
          every: { type: this.filter(resource), description: 'All of them meet this; holds where there are none.' },
        }),
      });
    this.filters.set(key, known);
    return known;
  }

  private fieldFilter(resource: Resource, name: string, field: Field): GraphQLInputObjectType {
    return field.kind === 'choice' ? this.choiceFilter(resource, name, field) : filterOf[field.kind];
  }

  private choiceFilter(resource: Resource, name: string, field: Field): GraphQLInputObjectType {
    const type = this.book.choice(field, resource.typeName, name);
    if (!(type instanceof GraphQLEnumType)) return textFilter;
    const key = `choice ${type.name}`;
    const known = this.filters.get(key) ?? choiceFilters.get(type, 'filter', () => operatorInput(`${type.name}Filter`, type, ['equal']));
    this.filters.set(key, known);
    return known;
  }

  private order(resource: Resource): GraphQLInputObjectType {
    const key = `order ${resource.name}`;
    const known =
      this.filters.get(key) ??
      new GraphQLInputObjectType({
        name: `${resource.typeName}Order`,
        description: `One key of an order: exactly one member, \`{name: ASC}\`. A row a reference points to orders by a member of its own, at most ${deepestOrder} references deep.`,
        fields: () => this.orderFields(resource),
      });
    this.filters.set(key, known);
    return known;
  }

  private orderFields(resource: Resource): GraphQLInputFieldConfigMap {
    const map: GraphQLInputFieldConfigMap = {};
    for (const name of ['id', 'createdAt', 'updatedAt']) map[name] = { type: SortDirection, description: `By ${name}.` };
    for (const [name, field] of visibleFields(resource)) {
      if (isOrderable(field)) map[name] = { type: SortDirection, description: `By ${name}.` };
      if (field.kind !== 'ref') continue;
      const single = name.replace(/Id$/, '');
      map[relationName(resource, name)] = {
        type: this.order(this.book.registry.resource(field.target ?? '')),
        description: `By a field of the ${single}.`,
      };
    }
    return map;
  }

  connection(resource: Resource): GraphQLObjectType {
    const known =
      this.connections.get(resource.name) ??
      new GraphQLObjectType({
        name: `${resource.typeName}Connection`,
        description: `A page of ${resource.plural}.`,
        fields: () => this.connectionFields(resource),
      });
    this.connections.set(resource.name, known);
    return known;
  }

  private connectionFields(resource: Resource): GraphQLFieldConfigMap<unknown, unknown> {
    const type = this.objectType(resource);
    const edge = new GraphQLObjectType({
      name: `${resource.typeName}Edge`,
      description: `One of ${resource.plural} with its place in the list.`,
      fields: {
        node: { type: new GraphQLNonNull(type), description: 'The row.', resolve: byKey },
        cursor: { type: new GraphQLNonNull(GraphQLString), description: 'Its place, for `after` and `before`.', resolve: byKey },
      },
    });
    const rows = (item: GraphQLObjectType) => new GraphQLNonNull(listOf(item));
    return {
      nodes: { type: rows(type), description: 'The rows of this page.', resolve: byKey },
      edges: { type: rows(edge), description: 'The rows of this page with their cursors.', resolve: byKey },
      pageInfo: { type: new GraphQLNonNull(pageInfo), description: 'Where this page lies.', resolve: byKey },
      totalCount: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'Rows in the whole list. Counted only when asked for.',
        resolve: byKey,
      },
      aggregate: {
        type: new GraphQLNonNull(this.figures.aggregate(resource)),
        description: 'Figures over the whole list, whatever page is shown.',
        resolve: byKey,
      },
      groups: this.figures.groups(resource),
    };
  }
}
