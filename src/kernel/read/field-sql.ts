import { columnsOf } from '../resource/columns.js';
import type { Field } from '../resource/fields.js';
import type { Resource } from '../resource/define-resource.js';
import type { Part } from './selection.js';

export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'::text`;

const baseColumns = { id: 'id', version: 'version', createdAt: 'created_at', updatedAt: 'updated_at' } as const;
export const baseColumn = (name: keyof typeof baseColumns, alias: string) => `${alias}.${baseColumns[name]}`;

/** What a field is written from: its table's alias, the parts wanted of it, and whether only its mask may leave the database. */
interface Shown {
  readonly alias: string;
  readonly parts?: readonly Part[] | undefined;
  readonly masked: boolean;
}

/** A field as it appears in JSON: exact numbers as text, money and its like as objects. */
export function fieldExpression(resource: Resource, name: string, { alias, parts, masked }: Shown): string {
  const field = resource.fields[name] as Field;
  const columns = columnsOf(name, field);
  const first = columns[0];
  if (!first) throw new Error(`${resource.name}.${name} has no column.`);
  if (masked) return maskSql(field, `${alias}.${first.name}`);
  if (first.part === undefined) return exact(`${alias}.${first.name}`, first.type);
  const wanted = parts ?? columns.map((c) => ({ key: c.part ?? '', part: c.part ?? '' }));
  const picked = wanted.map(({ key, part }) => {
    if (typeof part !== 'string') return `${literal(part.value)} as ${quote(key)}`;
    const column = columns.find((c) => c.part === part);
    if (!column) throw new Error(`${resource.name}.${name} has no part ${part}.`);
    return `${exact(`${alias}.${column.name}`, column.type)} as ${quote(key)}`;
  });
  const empty =
    field.kind === 'address' ? columns.map((c) => `${alias}.${c.name} is null`).join(' and ') : `${alias}.${first.name} is null`;
  return `case when ${empty} then null else (select row_to_json(p.*) from (select ${picked.join(', ')}) p) end`;
}

/** The twin of `masked` in SQL: the value itself never leaves the database. */
function maskSql(field: Field, column: string): string {
  const domain = `case when strpos(${column}, '@') > 0 then '@' || split_part(${column}, '@', -1) else '' end`;
  if (field.kind === 'email') return `left(${column}, 1) || '•••' || ${domain}`;
  if (field.kind === 'phone') return `'•••' || right(regexp_replace(${column}, '[^0-9]', '', 'g'), 2)`;
  return `case when ${column} is null then null else '•••' end`;
}

export const exact = (column: string, type: string) => (type.startsWith('numeric') ? `${column}::text` : column);

/** All readable fields of a resource under their own names: the body of a REST answer. */
export const readableFields = (resource: Resource): string[] =>
  Object.entries(resource.fields)
    .filter(([, field]) => !field.options.hidden)
    .map(([name]) => name);
