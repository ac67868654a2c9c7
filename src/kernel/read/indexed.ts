import { invalid } from '../errors/domain-error.js';
import { isHuman } from '../resource/collation.js';
import { isKeptOrder } from './order-fields.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';
import type { Registry } from '../resource/registry.js';
import { relationsOf } from '../resource/relations.js';
import { badAt, pointer } from './leaves.js';
import type { ListSelection } from './selection.js';
import { entries, isAbsent, items, type Val } from './values.js';

/**
 * What a whole list of a large resource may be filtered and ordered by: that which an index serves. Lists under a row, and
 * lists narrowed to some ids or some row's, are short enough for anything.
 */
export function refuseUnindexed(registry: Registry, { resource, page }: ListSelection): void {
  if (!resource.large || isNarrow(resource, page.filter)) return;
  refuseFilter({ registry, resource, path: '/filter' }, page.filter);
  const [first] = isAbsent(page.orderBy) ? [] : items(page.orderBy).flatMap((item) => entries(item).filter(([, val]) => !isAbsent(val)));
  const name = first?.[0];
  if (name === undefined || !isOrder(resource, name) || isIndexedOrder(resource, name)) return;
  throw invalid(
    'order.not_indexed',
    `A whole list of ${resource.plural} is not ordered by "${name}": no index serves it. Filter by an id or a reference too, or order by one of ${indexedOrders(resource).join(', ')}.`,
    { field: name },
  );
}

/** How a field of a large resource is indexed: by a tree (equal, range, order), by its trigrams (parts of texts), both or not at all. */
export interface Indexed {
  readonly tree: boolean;
  readonly trigrams: boolean;
}

export function indexOf(resource: Resource, name: string): Indexed {
  if (name === 'id') return { tree: true, trigrams: false };
  const field = own(resource, name);
  const leads = (resource.indexes ?? []).some(([first]) => first === name);
  if (!field) return { tree: leads, trigrams: false };
  const { index, unique, search } = field.options;
  // Other than `index: true`, an index of a searched text is in the order of code points.
  const tree = index === true || (!isHuman(field) && (unique === true || leads || leadsUnique(resource, name))) || field.kind === 'ref';
  return { tree, trigrams: search === true };
}

const leadsUnique = (resource: Resource, name: string) => (resource.unique ?? []).some(({ fields }) => fields[0] === name);

/** A unique index knows no order among the rows whose value is empty. */
export function isIndexedOrder(resource: Resource, name: string): boolean {
  const field = own(resource, name);
  if (!indexOf(resource, name).tree) return false;
  // Indexes beside the rows find rows; only those that have all of them order them.
  if (field?.stored) return isKeptOrder(field);
  return !field?.options.unique || field.options.index === true || field.options.required === true;
}

export const indexedOrders = (resource: Resource): string[] =>
  ['id', 'createdAt', 'updatedAt', ...Object.keys(resource.fields)].filter((name) => isIndexedOrder(resource, name));

const isOrder = (resource: Resource, name: string) =>
  ['id', 'createdAt', 'updatedAt'].includes(name) || Object.hasOwn(resource.fields, name) || relationsOf(resource).has(name);

/** Operators an index serves, or whose rows a walk along the key meets soon. */
const treeOperators = ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'isNull'];
/** Those that an index beside the rows serves. */
export const besideOperators = ['eq', 'in', 'lt', 'lte', 'gt', 'gte'];
const trigramOperators = ['eq', 'in', 'contains', 'startsWith', 'endsWith'];

export function servedOperators(resource: Resource, name: string): readonly string[] {
  if (own(resource, name)?.stored) return indexOf(resource, name).tree ? besideOperators : [];
  const { tree, trigrams } = indexOf(resource, name);
  return [
    ...new Set([
      ...(tree ? treeOperators : []),
      ...(tree && isTime(resource, name) ? ['during'] : []),
      ...(trigrams ? trigramOperators : []),
    ]),
  ];
}

const isTime = (resource: Resource, name: string) =>
  name === 'createdAt' || name === 'updatedAt' || ['date', 'instant', 'plan'].includes(own(resource, name)?.kind ?? '');

/** Whether the rows are some row's, or some rows by their ids: at the top of the filter, so that it holds for all of them. */
function isNarrow(resource: Resource, filter: Val | undefined): boolean {
  if (isAbsent(filter)) return false;
  return entries(filter).some(([key, val]) => {
    if (isAbsent(val)) return false;
    if (key === 'and') return items(val).some((inner) => isNarrow(resource, inner));
    const field = own(resource, key);
    if (key !== 'id' && field?.kind !== 'ref' && field?.options.unique !== true) return false;
    return entries(val).some(([operator, operand]) => (operator === 'eq' || operator === 'in') && !isAbsent(operand));
  });
}

/** The rows a part of a filter is about, and the JSON pointer to that part. */
interface Place {
  readonly registry: Registry;
  readonly resource: Resource;
  readonly path: string;
}
const below = (place: Place, ...keys: readonly (string | number)[]): Place => ({
  ...place,
  path: [place.path, ...keys.map((key) => pointer(String(key)))].join('/'),
});

function refuseFilter(place: Place, filter: Val | undefined): void {
  if (isAbsent(filter) || isNarrow(place.resource, filter)) return;
  for (const [key, val] of entries(filter)) {
    if (isAbsent(val) || key === 'search') continue;
    if (key === 'not') refuseFilter(below(place, key), val);
    else if (key === 'and' || key === 'or') items(val).forEach((inner, i) => refuseFilter(below(place, key, i), inner));
    else refuseMember(place, key, val);
  }
}

function refuseMember(place: Place, key: string, val: Val): void {
  const { registry, resource } = place;
  const field = own(resource, key);
  const ref = relationsOf(resource).get(key);
  if (ref !== undefined) return refuseRelated({ ...below(place, key), resource: registry.resource(own(resource, ref)?.target ?? '') }, val);
  const inverse = registry.inverses.get(resource.name)?.find(({ name }) => name === key);
  if (inverse) return entries(val).forEach(([how, inner]) => refuseRelated({ ...below(place, key, how), resource: inverse.from }, inner));
  if (field || ['version', 'createdAt', 'updatedAt', 'id'].includes(key)) refuseOperators(below(place, key), key, val);
}

const own = (resource: Resource, name: string): Field | undefined =>
  Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;

function refuseOperators({ resource, path }: Place, key: string, val: Val): void {
  const served = servedOperators(resource, key);
  const stray = onTheClock(own(resource, key), val) ?? operatorsOf(own(resource, key), val).find((operator) => !served.includes(operator));
  if (stray === undefined) return;
  throw badAt(
    invalid(
      'filter.not_indexed',
      `A whole list of ${resource.plural} is not filtered by "${key}" with "${stray.slice(0, 40)}": no index serves it. Filter by an id or a reference too.`,
      { field: key, operator: stray.slice(0, 40) },
    ),
    `${path}/${pointer(stray)}`,
  );
}

const refuseRelated = (place: Place, filter: Val) => (place.resource.large ? refuseFilter(place, filter) : undefined);

/** Of a plan its instant has an index, and what the clock shows has none. */
const onTheClock = (field: Field | undefined, val: Val): string | undefined =>
  field?.kind === 'plan' ? entries(val).find(([part]) => part !== 'at')?.[0] : undefined;

/** The operators on the indexed column; those on other parts of money, of a plan or of an address count as unknown ones. */
function operatorsOf(field: Field | undefined, val: Val): string[] {
  const given = entries(val).filter(([, inner]) => !isAbsent(inner));
  if (field?.kind !== 'money' && field?.kind !== 'address' && field?.kind !== 'plan') return entries(val).map(([operator]) => operator);
  return given.flatMap(([part, inner]) => {
    if (part === 'amount' || part === 'at') return entries(inner).map(([operator]) => operator);
    return part === 'isNull' ? ['isNull'] : [part];
  });
}
