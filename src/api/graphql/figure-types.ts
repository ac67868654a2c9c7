import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  GraphQLList,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
} from 'graphql';
import { aggregates } from '#kernel/read/aggregate.js';
import { buckets, isGroupable } from '#kernel/read/groups.js';
import { defaultPage, largestPage } from '#kernel/read/page.js';
import type { AggregateFunction } from '#kernel/read/selection.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import { byKey, DateTime, Decimal, LocalDate, MoneyType, listOf } from './scalars.js';
import { aggregateTypeName } from './selection.js';
import { SharedTypes } from './shared-types.js';
import { visibleFields } from './types.js';

type Outputs = GraphQLFieldConfigMap<unknown, unknown>;

const functions: Readonly<Record<AggregateFunction, string>> = {
  sum: 'Sums',
  avg: 'Averages, to four digits',
  min: 'Smallest values',
  max: 'Largest values',
};

const bucket = new GraphQLEnumType({
  name: 'GroupBucket',
  description: 'Spans of time that days and instants are grouped by; instants are cut in UTC, weeks begin on Monday.',
  values: Object.fromEntries(buckets.map((name) => [name, { description: `One group a ${name.toLowerCase().replaceAll('_', ' ')}.` }])),
});

const functionTypes = new SharedTypes<Outputs>();
const aggregateTypes = new SharedTypes<GraphQLObjectType>();
const groupFields = new SharedTypes<GraphQLFieldConfig<unknown, unknown>>();

/** Types of the figures over a list: all of it, or by groups. */
export class FigureTypes {
  aggregate(resource: Resource): GraphQLObjectType {
    const make = () =>
      new GraphQLObjectType({
        name: `${resource.typeName}Aggregate`,
        description: `Figures over a list of ${resource.plural}.`,
        fields: this.figures(resource, 'How many rows.'),
      });
    return aggregateTypes.get(resource, 'aggregate', make);
  }

  groups(resource: Resource): GraphQLFieldConfig<unknown, unknown> {
    return groupFields.get(resource, 'groups', () => this.makeGroups(resource));
  }

  private makeGroups(resource: Resource): GraphQLFieldConfig<unknown, unknown> {
    const type = new GraphQLObjectType({
      name: `${resource.typeName}Group`,
      description: `Figures over those of a list of ${resource.plural} that share some values.`,
      fields: {
        keys: {
          type: new GraphQLNonNull(new GraphQLList(GraphQLString)),
          description: 'What its rows share, as text, in the order of `by`; null is empty. A span of time is named by its first day.',
          resolve: byKey,
        },
        ...this.figures(resource, 'How many rows it has.'),
      },
    });
    return {
      type: new GraphQLNonNull(listOf(type)),
      args: {
        by: { type: new GraphQLNonNull(listOf(groupBy(resource))), description: 'What the rows of a group share: one to three fields.' },
        first: { type: GraphQLInt, description: `How many groups: ${defaultPage} unless told, ${largestPage} at most.` },
      },
      description: 'Figures over the whole list by groups, the largest group first.',
      resolve: byKey,
    };
  }

  private figures(resource: Resource, count: string): Outputs {
    return { count: { type: new GraphQLNonNull(GraphQLInt), description: count, resolve: byKey }, ...this.functions(resource) };
  }

  /** `sum`, `avg`, `min` and `max`, their types made once for both uses. */
  private functions(resource: Resource): Outputs {
    return functionTypes.get(resource, 'functions', () => makeFunctions(resource));
  }
}

function makeFunctions(resource: Resource): Outputs {
  const made: Outputs = {};
  for (const fn of Object.keys(functions) as AggregateFunction[]) {
    const able = visibleFields(resource).filter(([, field]) => aggregates(field, fn));
    if (able.length === 0) continue;
    const type = new GraphQLObjectType({
      name: aggregateTypeName(resource, fn),
      description: `${functions[fn]} over a list of ${resource.plural}.`,
      fields: Object.fromEntries(able.map(([name, field]) => [name, figure(name, field, fn)])),
    });
    made[fn] = { type: new GraphQLNonNull(type), description: `${functions[fn]}.`, resolve: byKey };
  }
  return made;
}

const figure = (name: string, field: Field, fn: AggregateFunction): GraphQLFieldConfig<unknown, unknown> => ({
  type: aggregateOutput(field, fn),
  description: `Over ${name}${field.kind === 'money' ? ', one entry a currency' : ''}.`,
  resolve: byKey,
});

function aggregateOutput(field: Field, fn: AggregateFunction) {
  if (field.kind === 'money') return new GraphQLNonNull(listOf(MoneyType));
  if (field.kind === 'date') return LocalDate;
  if (field.kind === 'instant') return DateTime;
  return field.kind === 'integer' && (fn === 'min' || fn === 'max') ? GraphQLInt : Decimal;
}

function groupBy(resource: Resource): GraphQLInputObjectType {
  const own = visibleFields(resource).flatMap(([name, field]) => (isGroupable(field) ? [name] : []));
  return new GraphQLInputObjectType({
    name: `${resource.typeName}GroupBy`,
    description: 'What rows of one group share.',
    fields: {
      field: {
        type: new GraphQLNonNull(
          new GraphQLEnumType({
            name: `${resource.typeName}GroupField`,
            description: `Fields a list of ${resource.plural} can be grouped by.`,
            values: Object.fromEntries(['createdAt', 'updatedAt', ...own].map((name) => [name, { value: name }])),
          }),
        ),
        description: 'The field.',
      },
      bucket: { type: bucket, description: 'For days and instants: by which span of time; by day unless told.' },
    },
  });
}
