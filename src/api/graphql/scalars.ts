import {
  GraphQLEnumType,
  GraphQLError,
  GraphQLList,
  GraphQLNonNull,
  GraphQLBoolean,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLString,
  Kind,
  valueFromASTUntyped,
  type GraphQLNullableType,
} from 'graphql';
import { isDay, isDecimal, isInstant } from '#kernel/resource/validators.js';
import { wireInstant } from '../wire.js';

interface TextScalar {
  readonly name: string;
  readonly description: string;
  readonly holds: (value: unknown) => boolean;
  readonly example: string;
  readonly shape?: (value: unknown) => unknown;
}

function textScalar({ name, description, holds, example, shape = (v) => v }: TextScalar): GraphQLScalarType {
  const parse = (value: unknown) => {
    if (!holds(value)) throw new GraphQLError(`${name} is written like ${example}.`, { extensions: { code: 'input.invalid' } });
    return shape(value);
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: (value) => (value instanceof Date ? wireInstant(value) : value),
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : null),
  });
}

export const DateTime = textScalar({
  name: 'DateTime',
  description: 'A point in time, RFC 3339: `2026-03-02T09:00:00+00:00`. Answers are in UTC.',
  holds: isInstant,
  example: '"2026-03-02T09:00:00Z"',
});
export const LocalDate = textScalar({
  name: 'Date',
  description: 'A calendar day: `2026-03-02`.',
  holds: isDay,
  example: '"2026-03-02"',
});
export const LocalDateTime = textScalar({
  name: 'LocalDateTime',
  description: 'Wall-clock time without a zone: `2026-03-02T09:00:00`.',
  holds: (v) => typeof v === 'string' && isInstant(`${v}Z`),
  example: '"2026-03-02T09:00:00"',
});
export const Decimal = textScalar({
  name: 'Decimal',
  description: 'An exact decimal number as text: `"1234.50"`. Never a float.',
  holds: (v) => isDecimal(v, 15),
  example: '"1234.50"',
  shape: String,
});

export const Json = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

export const SortDirection = new GraphQLEnumType({
  name: 'SortDirection',
  description: 'Which way a list is ordered. Empty values come last when ascending, first when descending.',
  values: { ASC: { description: 'Smallest first.' }, DESC: { description: 'Largest first.' } },
});

export const byKey = (source: unknown, _args: unknown, _context: unknown, info: { path: { key: string | number } }): unknown =>
  (source as Record<string | number, unknown>)[info.path.key];

export const listOf = <T extends GraphQLNullableType>(item: T) => new GraphQLList(new GraphQLNonNull(item));
const nonNull = (type: GraphQLScalarType) => new GraphQLNonNull(type);

export const MoneyType = new GraphQLObjectType({
  name: 'Money',
  description: 'An exact amount in a currency.',
  fields: {
    amount: { type: nonNull(Decimal), description: 'Up to four digits after the point.', resolve: byKey },
    currency: { type: nonNull(GraphQLString), description: 'ISO 4217 code.', resolve: byKey },
  },
});

export const ZonedPlanType = new GraphQLObjectType({
  name: 'ZonedPlan',
  description: 'A planned wall-clock time. It stays put when the rules of its zone change.',
  fields: {
    local: { type: nonNull(LocalDateTime), description: 'Wall-clock time.', resolve: byKey },
    zone: { type: nonNull(GraphQLString), description: 'IANA time zone, `Europe/Berlin`.', resolve: byKey },
    at: {
      type: DateTime,
      description: 'The instant it is, by the rules of the zone as they are now; of what is past, as they were.',
      resolve: byKey,
    },
    isShifted: {
      type: GraphQLBoolean,
      description: 'The clocks skip this time: it is one step later. Of a time that comes twice the first is meant.',
      resolve: byKey,
    },
  },
});

export const AddressType = new GraphQLObjectType({
  name: 'Address',
  description: 'A postal address.',
  fields: Object.fromEntries(
    (['street', 'postalCode', 'city', 'region', 'country'] as const).map((part) => [
      part,
      {
        type: GraphQLString,
        description: part === 'country' ? 'ISO 3166-1 alpha-2 code.' : `The ${part === 'postalCode' ? 'postal code' : part}.`,
        resolve: byKey,
      },
    ]),
  ),
});
