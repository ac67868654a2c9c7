import type { GraphQLArgument } from 'graphql';
import type { Resource } from '#kernel/resource/define-resource.js';
import { columnsOf } from '#kernel/resource/columns.js';
import type { Registry } from '#kernel/resource/registry.js';
import { relationsOf } from '#kernel/resource/relations.js';
import type {
  AggregateField,
  AggregateFunction,
  AggregateItem,
  BaseField,
  Constant,
  EdgeItem,
  GroupItem,
  ListItem,
  ListSelection,
  ObjectItem,
  ObjectSelection,
  PageInfoField,
  PageInfoItem,
  Part,
} from '#kernel/read/selection.js';
import { constant, type Val } from '#kernel/read/values.js';
import { argument } from './arguments.js';
import { externalRefType } from './external-ref-type.js';
import { collect, subSelections, type CollectContext, type Collected } from './collect.js';

/** How the selection builder finds its way: definitions plus the argument definitions of list fields. */
export interface BuildContext extends CollectContext {
  readonly registry: Registry;
  readonly listArguments: (resource: Resource) => readonly GraphQLArgument[];
  /** Those of `groups` in a list of the resource. */
  readonly groupArguments: (resource: Resource) => readonly GraphQLArgument[];
}

const typename = (field: Collected, value: string): Constant => ({ kind: 'constant', key: field.key, value });
const baseFields = new Set<string>(['id', 'version', 'createdAt', 'updatedAt']);
const is = (name: string) => (condition: string) => condition === name;

/** What a selection set asks of a resource's row. */
export function objectSelection(context: BuildContext, resource: Resource, fields: readonly Collected[]): ObjectSelection {
  return { resource, items: fields.map((field) => objectItem(context, resource, field)) };
}

/** The fields of a selection on a resource type, which is also a Node. */
export const resourceFields = (context: BuildContext, resource: Resource, field: Collected) =>
  collect(context, subSelections(field), (condition) => condition === resource.typeName || condition === 'Node');

function objectItem(context: BuildContext, resource: Resource, field: Collected): ObjectItem {
  return commonItem(context, resource, field) ?? ownItem(context, resource, field) ?? relationItem(context, resource, field);
}

/** What every type has. */
function commonItem(context: BuildContext, resource: Resource, field: Collected): ObjectItem | null {
  const { key, name } = field;
  if (name === '__typename') return typename(field, resource.typeName);
  if (baseFields.has(name)) return { kind: 'base', key, name: name as BaseField };
  if (name === 'can' && !Object.hasOwn(resource.fields, 'can')) return { kind: 'can', key };
  if (name === 'externalRefs') return { kind: 'names', key, parts: parts(context, field, externalRefType.name) };
  return null;
}

function ownItem(context: BuildContext, resource: Resource, field: Collected): ObjectItem | null {
  const { key, name } = field;
  const own = resource.fields[name];
  // A hidden field is in no schema: what bears its name here is a relation.
  if (!own || own.options.hidden) return null;
  const inner = partsOf(context, name, field, resource);
  return { kind: 'field', key, name, ...(inner ? { parts: inner } : {}) };
}

function relationItem(context: BuildContext, resource: Resource, field: Collected): ObjectItem {
  const { key, name } = field;
  const refField = relationsOf(resource).get(name);
  if (refField !== undefined) {
    const target = context.registry.resource(resource.fields[refField]?.target ?? '');
    return { kind: 'one', key, refField, selection: objectSelection(context, target, resourceFields(context, target, field)) };
  }
  const inverse = context.registry.inverses.get(resource.name)?.find((i) => i.name === name);
  if (!inverse) throw new Error(`${resource.typeName}.${name} is in the schema but not in the definitions.`);
  return { kind: 'many', key, inverse, list: listSelection(context, inverse.from, field) };
}

/** Name of the GraphQL type of a composite field's value. */
export const compositeTypes: Readonly<Record<string, string>> = { money: 'Money', plan: 'ZonedPlan', address: 'Address' };

function partsOf(context: CollectContext, name: string, field: Collected, resource: Resource): readonly Part[] | undefined {
  const definition = resource.fields[name];
  const type = definition ? compositeTypes[definition.kind] : undefined;
  if (!definition || !type || columnsOf(name, definition).length < 2) return undefined;
  return parts(context, field, type);
}

const parts = (context: CollectContext, field: Collected, type: string): Part[] =>
  collect(context, subSelections(field), is(type)).map((part) => ({
    key: part.key,
    part: part.name === '__typename' ? typename(part, type) : part.name,
  }));

/** What a field of connection type asks of a list. */
export function listSelection(context: BuildContext, resource: Resource, field: Collected): ListSelection {
  const page = given(context, field, context.listArguments(resource));
  const items = collect(context, subSelections(field), is(`${resource.typeName}Connection`)).map((item) =>
    listItem(context, resource, item),
  );
  return { resource, page, items };
}

function given(context: BuildContext, field: Collected, definitions: readonly GraphQLArgument[]): Readonly<Record<string, Val>> {
  const vals = definitions.map((definition) => [definition.name, argument(context, field, definition)] as const);
  return Object.fromEntries(vals.flatMap(([name, val]) => (val === undefined ? [] : [[name, val]])));
}

function listItem(context: BuildContext, resource: Resource, field: Collected): ListItem {
  const { key, name } = field;
  const inner = (type: string) => collect(context, subSelections(field), is(type));
  switch (name) {
    case 'nodes':
      return { kind: 'nodes', key, selection: objectSelection(context, resource, resourceFields(context, resource, field)) };
    case 'edges':
      return { kind: 'edges', key, items: inner(`${resource.typeName}Edge`).map((edge) => edgeItem(context, resource, edge)) };
    case 'pageInfo':
      return { kind: 'pageInfo', key, items: inner('PageInfo').map(pageInfoItem) };
    case 'totalCount':
      return { kind: 'totalCount', key };
    case 'aggregate':
      return {
        kind: 'aggregate',
        key,
        items: inner(`${resource.typeName}Aggregate`).map((item) => aggregateItem(context, resource, item)),
      };
    case 'groups':
      return groupsItem(context, resource, field);
    default:
      return typename(field, `${resource.typeName}Connection`);
  }
}

function groupsItem(context: BuildContext, resource: Resource, field: Collected): ListItem {
  const { by, first } = given(context, field, context.groupArguments(resource));
  const type = `${resource.typeName}Group`;
  const items = collect(context, subSelections(field), is(type)).map((item): GroupItem => {
    if (item.name === '__typename') return typename(item, type);
    return item.name === 'keys' ? { kind: 'keys', key: item.key } : aggregateItem(context, resource, item);
  });
  return { kind: 'groups', key: field.key, by: by ?? constant([]), ...(first ? { first } : {}), items };
}

function edgeItem(context: BuildContext, resource: Resource, field: Collected): EdgeItem {
  if (field.name === 'node')
    return { kind: 'node', key: field.key, selection: objectSelection(context, resource, resourceFields(context, resource, field)) };
  if (field.name === 'cursor') return { kind: 'cursor', key: field.key };
  return typename(field, `${resource.typeName}Edge`);
}

const pageInfoItem = (field: Collected): PageInfoItem =>
  field.name === '__typename' ? typename(field, 'PageInfo') : { kind: 'info', key: field.key, name: field.name as PageInfoField };

function aggregateItem(context: BuildContext, resource: Resource, field: Collected): AggregateItem {
  if (field.name === 'count') return { kind: 'count', key: field.key };
  if (field.name === '__typename') return typename(field, `${resource.typeName}Aggregate`);
  const fn = field.name as AggregateFunction;
  const type = aggregateTypeName(resource, fn);
  const fields = collect(context, subSelections(field), is(type)).map((inner): AggregateField | Constant => {
    if (inner.name === '__typename') return typename(inner, type);
    const money = resource.fields[inner.name]?.kind === 'money';
    return { key: inner.key, name: inner.name, ...(money ? { parts: parts(context, inner, 'Money') } : {}) };
  });
  return { kind: 'function', key: field.key, fn, fields };
}

/** `OpportunitySum`, `OpportunityAverage`, … */
export const aggregateTypeName = (resource: Resource, fn: AggregateFunction) =>
  `${resource.typeName}${{ sum: 'Sum', avg: 'Average', min: 'Minimum', max: 'Maximum' }[fn]}`;
