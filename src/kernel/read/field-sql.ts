import { columnsOf, columnSql, type Column } from '../resource/columns.js';
import type { Field } from '../resource/fields.js';
import type { Resource } from '../resource/define-resource.js';
import { constantJson, objectJson, orNull, textJson, textOf, valueJson, type Json } from './json-text.js';
import type { Part } from './selection.js';

export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'::text`;

const baseColumns = {
  id: { name: 'id', type: 'uuid' },
  version: { name: 'version', type: 'integer' },
  createdAt: { name: 'created_at', type: 'timestamptz' },
  updatedAt: { name: 'updated_at', type: 'timestamptz' },
} as const;
export const baseJson = (name: keyof typeof baseColumns, alias: string): Json =>
  valueJson(`${alias}.${baseColumns[name].name}`, { type: baseColumns[name].type, notNull: true });

/** What a field is written from: its table's alias, the parts wanted of it, and whether only its mask may leave the database. */
interface Shown {
  readonly alias: string;
  readonly parts?: readonly Part[] | undefined;
  readonly masked: boolean;
  /** The column in the reader's language. */
  readonly told: (column: string) => string;
}

/** A field as it appears in JSON: exact numbers as text, money and its like as objects. */
export function fieldJson(resource: Resource, name: string, { alias, parts, masked, told }: Shown): Json {
  const field = resource.fields[name] as Field;
  const columns = columnsOf(name, field);
  const first = columns[0];
  if (!first) throw new Error(`${resource.name}.${name} has no column.`);
  if (masked) return orNull(textJson(maskSql(field, columnSql(first, alias))));
  if (first.json) return [{ sql: first.json(alias) }];
  if (first.text && first.part === undefined) return shownJson(told(first.text(alias)), first.type);
  if (first.part === undefined) return valueJson(told(columnSql(first, alias)), first);
  const wanted = parts ?? columns.map((c) => ({ key: c.part ?? '', part: c.part ?? '' }));
  const members = wanted.map(({ key, part }) => {
    if (typeof part !== 'string') return { key, value: constantJson(part.value) };
    const column = columns.find((c) => c.part === part);
    if (!column) throw new Error(`${resource.name}.${name} has no part ${part}.`);
    const value = column.text
      ? shownJson(column.text(alias), column.type)
      : valueJson(columnSql(column, alias), { type: column.type, notNull: false });
    return { key, value };
  });
  const isEmpty = (column: Column) => `${column.text?.(alias) ?? columnSql(column, alias)} is null`;
  const empty = field.kind === 'address' ? columns.map(isEmpty).join(' and ') : isEmpty(first);
  return [{ sql: `case when ${empty} then 'null' else ${textOf(objectJson(members))} end` }];
}

/** What is kept as the text it is shown as. */
const shownJson = (text: string, type: string): Json => orNull(isBare(type) ? text : textJson(text));
const isBare = (type: string) => type === 'boolean' || type === 'integer';

/** The twin of `masked` in SQL: the value itself never leaves the database. */
function maskSql(field: Field, column: string): string {
  const domain = `case when strpos(${column}, '@') > 0 then '@' || split_part(${column}, '@', -1) else '' end`;
  if (field.kind === 'email') return `left(${column}, 1) || '•••' || ${domain}`;
  if (field.kind === 'phone') return `'•••' || right(regexp_replace(${column}, '[^0-9]', '', 'g'), 2)`;
  return `case when ${column} is null then null else '•••' end`;
}

/** All readable fields of a resource under their own names: the body of a REST answer. */
export const readableFields = (resource: Resource): string[] =>
  Object.entries(resource.fields)
    .filter(([, field]) => !field.options.hidden)
    .map(([name]) => name);
