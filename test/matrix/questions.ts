import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  type GraphQLInputObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { relationsOf } from '#kernel/resource/relations.js';

export type PlainRow = Readonly<Record<string, unknown>>;

/** One question about a list that could tell something of a row: a filter or an order. */
export interface Question {
  readonly resource: Resource;
  /** The resource whose field is asked about, and the field. */
  readonly about: Resource;
  readonly field: string;
  readonly how: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const base = new Set(['id', 'version', 'createdAt', 'updatedAt']);
const joins = new Set(['and', 'or', 'not', 'search']);

/** Each filter operator and each order the schema offers for a list, with the very values of the rows that must not be found. */
export function questionsOf(schema: GraphQLSchema, registry: Registry, rows: ReadonlyMap<string, PlainRow>): Question[] {
  return [...registry.resources.values()]
    .filter(({ operations }) => operations.includes('list'))
    .flatMap((resource) => [
      ...filtersOf(schema, registry, {
        resource,
        about: resource,
        rows,
        wrap: (filter) => ({ ...only(rows, resource), ...filter }),
        depth: 0,
      }),
      ...ordersOf(schema, registry, { resource, rows }),
    ]);
}

/** Whoever asks knows the id already: all that is left to find out is what the row holds. */
const only = (rows: ReadonlyMap<string, PlainRow>, { name }: Resource) => ({ id: { in: [rows.get(name)?.['id']] } });

interface Place {
  readonly resource: Resource;
  readonly about: Resource;
  readonly rows: ReadonlyMap<string, PlainRow>;
  readonly wrap: (filter: object) => object;
  readonly depth: number;
}

function filtersOf(schema: GraphQLSchema, registry: Registry, place: Place): Question[] {
  const { about, resource, rows, wrap, depth } = place;
  const row = rows.get(about.name);
  if (!row) return [];
  return Object.values(inputOf(schema, `${about.typeName}Filter`)?.getFields() ?? {}).flatMap(({ name, type }): Question[] => {
    if (joins.has(name)) return name === 'search' ? searches(place, row) : [];
    if (base.has(name) || isShown(about, name)) {
      const operators = getNamedType(type);
      const all = isInputObjectType(operators) ? conditions(operators, row[name]) : [];
      return (depth === 0 ? all : all.slice(0, 1)).map(([how, condition]) => ({
        resource,
        about,
        field: name,
        how,
        args: { filter: wrap(name === 'id' ? { and: [{ id: condition }] } : { [name]: condition }) },
      }));
    }
    return depth > 0 ? [] : filtersOf(schema, registry, inward(registry, place, name));
  });
}

/** A relation may bear the name of a hidden field. */
const isShown = ({ fields }: Resource, name: string) => Object.hasOwn(fields, name) && fields[name]?.options.hidden !== true;

/** The resource that a ref leads to by this name. */
const targetOf = (registry: Registry, resource: Resource, name: string): Resource =>
  registry.resource(resource.fields[relationsOf(resource).get(name) ?? '']?.target ?? '');

/** Through a relation: the rows of the list that is asked are judged by rows of another resource. */
function inward(registry: Registry, place: Place, name: string): Place {
  const inverse = registry.inverses.get(place.resource.name)?.find((one) => one.name === name);
  const target = inverse?.from ?? targetOf(registry, place.resource, name);
  const narrowed = (filter: object) => ({ ...only(place.rows, target), ...filter });
  return {
    ...place,
    about: target,
    depth: 1,
    wrap: (filter) => ({ ...only(place.rows, place.resource), [name]: inverse ? { some: narrowed(filter) } : narrowed(filter) }),
  };
}

const searches = ({ resource, about, wrap }: Place, row: PlainRow): Question[] =>
  Object.entries(about.fields)
    .filter(([name, { options }]) => options.search === true && options.hidden !== true && typeof row[name] === 'string')
    .map(([field]) => ({ resource, about, field, how: 'search', args: { filter: wrap({ search: row[field] }) } }));

/** Each operator with the value it would find the row by. Composite values are asked by their parts. */
function conditions(operators: GraphQLInputObjectType, value: unknown): [string, object][] {
  return Object.values(operators.getFields()).flatMap(({ name, type }): [string, object][] => {
    const inner = getNamedType(type);
    if (isInputObjectType(inner)) {
      const part = typeof value === 'object' && value !== null ? (value as PlainRow)[name] : undefined;
      return part === undefined || part === null ? [] : conditions(inner, part).map(([how, c]) => [`${name}.${how}`, { [name]: c }]);
    }
    if (name === 'isNull') return [[name, { isNull: value === null }]];
    if (value === null || value === undefined) return [];
    const written = writtenOf(name, value);
    return [[name, { [name]: isListType(getNullableType(type)) ? [written] : written }]];
  });
}

/** A plan is asked about by its local time. */
function writtenOf(operator: string, value: unknown): unknown {
  // The rows were made today.
  if (operator === 'during') return 'this_year';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null && 'local' in value ? value.local : value;
}

/** Orders by each field, also of a row that a reference points to. */
function ordersOf(schema: GraphQLSchema, registry: Registry, { resource, rows }: Pick<Place, 'resource' | 'rows'>): Question[] {
  const members = (of: Resource) => Object.values(inputOf(schema, `${of.typeName}Order`)?.getFields() ?? {});
  const question = (about: Resource, field: string, direction: string, key: object): Question => ({
    resource,
    about,
    field,
    how: `order ${direction}`,
    args: { filter: only(rows, resource), orderBy: [key] },
  });
  return members(resource).flatMap(({ name, type }) => {
    if (isEnumType(getNamedType(type)))
      return ['ASC', 'DESC'].map((direction) => question(resource, name, direction, { [name]: direction }));
    const target = targetOf(registry, resource, name);
    const inner = members(target).find((one) => isEnumType(getNamedType(one.type)));
    return inner ? [question(target, inner.name, 'through a reference', { [name]: { [inner.name]: 'ASC' } })] : [];
  });
}

const inputOf = (schema: GraphQLSchema, name: string): GraphQLInputObjectType | null => {
  const type = schema.getType(name);
  return isInputObjectType(type) ? type : null;
};
