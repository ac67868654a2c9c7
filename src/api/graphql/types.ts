import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigMap,
  type GraphQLInputFieldConfigMap,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import type { Resource } from '#kernel/resource/define-resource.js';
import { deprecationReason } from '#kernel/resource/deprecation.js';
import type { Field, Fields } from '#kernel/resource/fields.js';
import { pascal } from '#kernel/resource/names.js';
import type { Registry } from '#kernel/resource/registry.js';
import { listOf, AddressType, DateTime, Decimal, Json, LocalDate, LocalDateTime, MoneyType, ZonedPlanType } from './scalars.js';
import { SharedTypes } from './shared-types.js';

const input = (name: string, description: string, fields: GraphQLInputFieldConfigMap) =>
  new GraphQLInputObjectType({ name, description, fields });
const required = <T extends GraphQLInputType>(type: T) => new GraphQLNonNull(type);

const moneyInput = input('MoneyInput', 'An exact amount in a currency.', {
  amount: { type: required(Decimal), description: 'Up to four digits after the point.' },
  currency: { type: required(GraphQLString), description: 'ISO 4217 code.' },
});
const planInput = input('ZonedPlanInput', 'A planned wall-clock time.', {
  local: { type: required(LocalDateTime), description: 'Wall-clock time.' },
  zone: { type: required(GraphQLString), description: 'IANA time zone.' },
});
const addressInput = input(
  'AddressInput',
  'A postal address.',
  Object.fromEntries(
    ['street', 'postalCode', 'city', 'region', 'country'].map((part) => [
      part,
      { type: GraphQLString, description: part === 'country' ? 'ISO 3166-1 alpha-2 code.' : `The ${part}.` },
    ]),
  ),
);

/** An input type to be made of a set of fields. */
interface InputShape {
  readonly typeName: string;
  readonly description: string;
  readonly fields: Fields;
  readonly mode?: 'create' | 'patch';
  /** Whose name the types of choices bear; its own unless told. */
  readonly owner?: string;
}

const isName = (value: string) => /^[_A-Za-z]\w*$/.test(value) && !['true', 'false', 'null'].includes(value) && !value.startsWith('__');

const enums = new SharedTypes<GraphQLEnumType>();
const inputs = new SharedTypes<GraphQLInputObjectType>();

/** The GraphQL types of all fields of a registry, each made once. */
export class TypeBook {
  private readonly enums = new Map<string, GraphQLEnumType>();
  private readonly objects = new Map<string, GraphQLObjectType>();
  private readonly inputs = new Map<string, GraphQLInputObjectType>();

  constructor(readonly registry: Registry) {}

  readonly node = new GraphQLInterfaceType({
    name: 'Node',
    description: 'Anything with an id. The id alone says what it is.',
    fields: { id: { type: new GraphQLNonNull(GraphQLID), description: 'Globally unique id.' } },
    resolveType: (value) => (value as { [typeTag]?: string })[typeTag],
  });

  output(field: Field, owner: string, name: string): GraphQLOutputType {
    const type = this.bareOutput(field, owner, name);
    // Records older than a field of a company's own may lack it.
    if (!field.options.required || field.stored) return type;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- graphql-js made it; the rule loses its way in the recursive types
    return new GraphQLNonNull(type);
  }

  input(field: Field, owner: string, name: string, mode: 'create' | 'patch' = 'create'): GraphQLInputType {
    const type = this.bareInput(field, owner, name);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- graphql-js made it; the rule loses its way in the recursive types
    return mode === 'create' && field.options.required && field.options.default === undefined ? new GraphQLNonNull(type) : type;
  }

  /** The type of a choice; a plain String when its words are no GraphQL names. */
  choice(field: Field, owner: string, name: string): GraphQLEnumType | typeof GraphQLString {
    const values = field.values ?? [];
    if (!values.every(isName)) return GraphQLString;
    // A field of a company's own does not meet with what is made of the owner's name: `AccountFilter`.
    const typeName = `${owner}${field.stored ? 'X' : ''}${pascal(name)}`;
    const make = () =>
      this.enums.get(typeName) ??
      new GraphQLEnumType({
        name: typeName,
        description: field.options.description ?? `Values of ${name}.`,
        values: Object.fromEntries(values.map((value) => [value, { value }])),
      });
    const known = enums.get(field, typeName, make);
    this.enums.set(typeName, known);
    return known;
  }

  /** An output object of a command's shape. */
  shape(
    typeName: string,
    description: string,
    fields: Fields,
    more: () => GraphQLFieldConfigMap<unknown, unknown> = () => ({}),
  ): GraphQLObjectType {
    const known =
      this.objects.get(typeName) ??
      new GraphQLObjectType({
        name: typeName,
        description,
        fields: () => ({
          ...Object.fromEntries(
            Object.entries(fields).map(([name, field]) => [
              name,
              {
                type: this.output(field, typeName, name),
                description: describe(name, field),
                deprecationReason: deprecationReason(field.options.deprecated),
              },
            ]),
          ),
          ...more(),
        }),
      });
    this.objects.set(typeName, known);
    return known;
  }

  /** An input object of a set of fields. */
  inputShape({ typeName, description, fields, mode = 'create', owner = typeName }: InputShape): GraphQLInputObjectType {
    const make = () =>
      this.inputs.get(typeName) ??
      new GraphQLInputObjectType({
        name: typeName,
        description,
        fields: () =>
          Object.fromEntries(
            Object.entries(fields).map(([name, field]) => [
              name,
              {
                type: this.input(field, owner, name, mode),
                description: describe(name, field),
                deprecationReason: deprecationReason(field.options.deprecated),
              },
            ]),
          ),
      });
    const known = inputs.get(fields, `${typeName} ${owner} ${mode}`, make);
    this.inputs.set(typeName, known);
    return known;
  }

  private bareOutput(field: Field, owner: string, name: string): GraphQLOutputType {
    switch (field.kind) {
      case 'money':
        return MoneyType;
      case 'plan':
        return ZonedPlanType;
      case 'address':
        return AddressType;
      case 'list':
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- graphql-js made it; the rule loses its way in the recursive types
        return listOf<GraphQLOutputType>(this.bareOutput(field.item as Field, owner, name));
      case 'object':
        return this.shape(
          field.options.name ?? `${owner}${pascal(name)}`,
          field.options.description ?? `Part of ${owner}.`,
          field.shape ?? {},
        );
      default:
        return this.scalar(field, owner, name);
    }
  }

  private bareInput(field: Field, owner: string, name: string): GraphQLInputType {
    switch (field.kind) {
      case 'money':
        return moneyInput;
      case 'plan':
        return planInput;
      case 'address':
        return addressInput;
      case 'list':
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- graphql-js made it; the rule loses its way in the recursive types
        return listOf<GraphQLInputType>(this.bareInput(field.item as Field, owner, name));
      case 'object':
        return this.inputShape({
          typeName: `${field.options.name ?? `${owner}${pascal(name)}`}Input`,
          description: field.options.description ?? `Part of ${owner}.`,
          fields: field.shape ?? {},
        });
      default:
        return this.scalar(field, owner, name);
    }
  }

  private scalar(field: Field, owner: string, name: string) {
    switch (field.kind) {
      case 'choice':
        return this.choice(field, owner, name);
      case 'boolean':
        return GraphQLBoolean;
      case 'integer':
        return GraphQLInt;
      case 'decimal':
        return Decimal;
      case 'date':
        return LocalDate;
      case 'instant':
        return DateTime;
      case 'ref':
        return GraphQLID;
      case 'json':
        return Json;
      default:
        return GraphQLString;
    }
  }
}

/** Marks an object with the name of its GraphQL type, for `Node`. */
export const typeTag = Symbol('typeName');

export const describe = (name: string, field: Field): string =>
  field.options.description ??
  (field.kind === 'ref'
    ? `Id of the ${(field.target ?? '').replaceAll('_', ' ')}.`
    : `${name.charAt(0).toUpperCase()}${name.slice(1).replace(/([A-Z])/g, (c) => ` ${c.toLowerCase()}`)}.`);

export const visibleFields = (resource: Resource): [string, Field][] =>
  Object.entries(resource.fields).filter(([, field]) => !field.options.hidden);
