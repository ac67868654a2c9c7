import { customFields, toColumns, toCustom } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';

type Values = Readonly<Record<string, unknown>>;

const keyOf = (name: string, { stored }: Field) => (stored?.in === 'custom' ? stored.key : name);

/** Values of the columns of a resource's table, in their order. */
export function rowColumns(resource: Resource, values: Values): unknown[] {
  const own = Object.entries(resource.fields).filter(([, { stored }]) => !stored);
  const columns = own.flatMap(([name, field]) => toColumns(name, field, values[name]));
  const custom = customFields(resource);
  return custom.length === 0 ? columns : [...columns, JSON.stringify(membersOf(custom, values))];
}

/** Values of the columns of the named fields; then, if some are kept in `custom`, its members that go and those that are set. */
export function changedColumns(resource: Resource, names: readonly string[], after: Values): unknown[] {
  const changed = names.map((name): [string, Field] => [name, resource.fields[name] as Field]);
  const columns = changed.filter(([, { stored }]) => !stored).flatMap(([name, field]) => toColumns(name, field, after[name]));
  const custom = changed.filter(([, { stored }]) => stored?.in === 'custom');
  if (custom.length === 0) return columns;
  const gone = custom.filter(([name]) => isEmpty(after[name])).map(([name, field]) => keyOf(name, field));
  return [...columns, gone, JSON.stringify(membersOf(custom, after))];
}

/** Empty fields have no member: a row is as large as what is in it. */
const membersOf = (fields: readonly [string, Field][], values: Values) =>
  Object.fromEntries(
    fields.filter(([name]) => !isEmpty(values[name])).map(([name, field]) => [keyOf(name, field), toCustom(field, values[name])]),
  );

const isEmpty = (value: unknown) => value === null || value === undefined;
