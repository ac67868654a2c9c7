import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLString,
  type GraphQLInputFieldConfigMap,
  type GraphQLInputType,
  type GraphQLScalarType,
} from 'graphql';
import { spanWords } from '#kernel/pure/time.js';
import type { Field } from '#kernel/resource/fields.js';
import { DateTime, Decimal, LocalDate, LocalDateTime, listOf } from './scalars.js';

type Operators = 'equal' | 'order' | 'text' | 'span';

const spanType = new GraphQLEnumType({
  name: 'DaySpan',
  description:
    'Days as people say them, seen from where the caller is: in his time zone, his weeks beginning on the day they do there, fiscal years as his company divides them.',
  values: Object.fromEntries(
    spanWords.map((word) => [word, { description: `${word.charAt(0).toUpperCase()}${word.slice(1).replaceAll('_', ' ')}.` }]),
  ),
});
const operatorNames: Readonly<Record<Operators, readonly string[]>> = {
  equal: ['eq', 'ne'],
  order: ['lt', 'lte', 'gt', 'gte'],
  text: ['contains', 'startsWith', 'endsWith'],
  span: [],
};
const meanings: Readonly<Record<string, string>> = {
  eq: 'Equal to.',
  ne: 'Not equal to; empty counts as different.',
  lt: 'Less than.',
  lte: 'At most.',
  gt: 'Greater than.',
  gte: 'At least.',
  contains: 'Contains, whatever the case.',
  startsWith: 'Starts with, whatever the case.',
  endsWith: 'Ends with, whatever the case.',
};

export function operatorInput(name: string, type: GraphQLInputType, groups: readonly Operators[]): GraphQLInputObjectType {
  const fields: GraphQLInputFieldConfigMap = {};
  for (const operator of groups.flatMap((group) => operatorNames[group]))
    fields[operator] = { type, description: meanings[operator] ?? '' };
  if (groups.includes('equal')) {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- graphql-js made it; the rule loses its way in the recursive types
    const several: GraphQLInputType = listOf(type);
    fields['in'] = { type: several, description: 'One of; at most 500 values.' };
    fields['notIn'] = { type: several, description: 'None of; at most 500 values.' };
  }
  if (groups.includes('span')) fields['during'] = { type: spanType, description: 'Within these days, in the time zone of the caller.' };
  fields['isNull'] = { type: GraphQLBoolean, description: 'true: empty. false: not empty.' };
  return new GraphQLInputObjectType({ name, description: `Conditions on one value; all must hold.`, fields });
}

export const textFilter = operatorInput('TextFilter', GraphQLString, ['equal', 'order', 'text']);
export const idFilter = operatorInput('IdFilter', GraphQLID, ['equal']);
export const intFilter = operatorInput('IntFilter', GraphQLInt, ['equal', 'order']);
const booleanFilter = operatorInput('BooleanFilter', GraphQLBoolean, ['equal']);
const scalarFilter = (type: GraphQLScalarType, ...more: Operators[]) =>
  operatorInput(`${type.name}Filter`, type, ['equal', 'order', ...more]);
const decimalFilter = scalarFilter(Decimal);
const dateFilter = scalarFilter(LocalDate, 'span');
export const instantFilter = scalarFilter(DateTime, 'span');
const onTheClock = scalarFilter(LocalDateTime).toConfig();
const planFilter = new GraphQLInputObjectType({
  ...onTheClock,
  description: 'Conditions on a plan, on the clock of its place; all must hold.',
  fields: {
    ...onTheClock.fields,
    at: { type: instantFilter, description: 'On the instant that is, wherever the place.' },
  },
});
const isNull = { isNull: { type: GraphQLBoolean, description: 'true: empty. false: not empty.' } };
const presenceFilter = new GraphQLInputObjectType({ name: 'PresenceFilter', description: 'Whether there is a value.', fields: isNull });
const moneyFilter = new GraphQLInputObjectType({
  name: 'MoneyFilter',
  description: 'Conditions on an amount.',
  fields: {
    amount: { type: decimalFilter, description: 'On the amount, whatever the currency.' },
    currency: { type: textFilter, description: 'On the currency.' },
    ...isNull,
  },
});
const addressFilter = new GraphQLInputObjectType({
  name: 'AddressFilter',
  description: 'Conditions on an address.',
  fields: Object.fromEntries(
    ['street', 'postalCode', 'city', 'region', 'country'].map((part) => [part, { type: textFilter, description: `On the ${part}.` }]),
  ),
});

/** The conditions on fields of a kind; those on a choice are made of its words. */
export const filterOf: Readonly<Record<Exclude<Field['kind'], 'choice'>, GraphQLInputObjectType>> = {
  text: textFilter,
  longText: textFilter,
  email: textFilter,
  phone: textFilter,
  url: textFilter,
  boolean: booleanFilter,
  integer: intFilter,
  decimal: decimalFilter,
  money: moneyFilter,
  date: dateFilter,
  instant: instantFilter,
  plan: planFilter,
  address: addressFilter,
  ref: idFilter,
  json: presenceFilter,
  list: textFilter,
  object: textFilter,
};
