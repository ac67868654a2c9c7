import type { Field } from './fields.js';
import { isExtensible, type Resource } from './define-resource.js';
import { comparedColumn, resourceColumns } from './columns.js';
import { humanCollation, isHuman } from './collation.js';
import { snake } from './names.js';

export interface ForeignKey {
  readonly name: string;
  readonly column: string;
  readonly target: string;
  readonly onDelete: string;
}
export interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly method?: 'gin';
}

const tableName = (resource: Resource) => resource.table.split('.')[1] ?? '';
const baseColumns = new Set(['tenant_id', 'id', 'version', 'created_at', 'updated_at']);
export const isBaseColumn = (name: string) => baseColumns.has(name);

/** What fields of a tenant's own are kept in. */
export const customLine = 'custom jsonb not null';

/** The body of `tenantTable`: one line a column. */
export function columnLines(resource: Resource): string[] {
  const own = [...resourceColumns(resource).values()].flat().map((c) => `${c.name} ${c.type}${c.notNull ? ' not null' : ''}`);
  return isExtensible(resource) ? [...own, customLine] : own;
}

export function foreignKeys(resource: Resource, tableOf: (name: string) => string): ForeignKey[] {
  return refs(resource).map(([name, field]) => ({
    name: `${tableName(resource)}_${snake(name)}_fkey`,
    column: snake(name),
    target: tableOf(field.target ?? ''),
    onDelete:
      field.onDelete === 'cascade' ? 'on delete cascade' : field.onDelete === 'set_null' ? `on delete set null (${snake(name)})` : '',
  }));
}

export function indexes(resource: Resource): Index[] {
  const table = tableName(resource);
  // Plans are found by their instants.
  const firstColumn = (name: string) => comparedColumn(resourceColumns(resource).get(name))?.name ?? snake(name);
  const list = Object.entries(resource.fields).flatMap(([name, field]) => fieldIndexes(table, firstColumn(name), field));
  for (const { fields: set } of resource.unique ?? []) {
    const columns = set.map(firstColumn);
    list.push({ name: `${table}_${columns.join('_')}_key`, columns: ['tenant_id', ...columns], unique: true });
  }
  for (const set of resource.indexes ?? []) {
    const columns = set.map(firstColumn);
    list.push({ name: `${table}_${columns.join('_')}_idx`, columns: ['tenant_id', ...columns, 'id'], unique: false });
  }
  const searched = Object.entries(resource.fields).flatMap(([name, { options }]) =>
    options.search && !options.hidden ? [firstColumn(name)] : [],
  );
  if (resource.large && searched.length > 0) list.push(searchIndex(table, searched));
  return list;
}

const fieldIndexes = (table: string, column: string, field: Field): Index[] => [
  ...(field.options.unique ? [{ name: `${table}_${column}_key`, columns: ['tenant_id', column], unique: true }] : []),
  ...(field.options.index || (field.kind === 'ref' && !field.options.unique) ? [treeIndex(table, column, field)] : []),
];

/** Parts of texts are found by their trigrams, within one tenant. */
const searchIndex = (table: string, columns: readonly string[]): Index => ({
  name: `${table}_search_idx`,
  columns: ['tenant_id', ...columns.map((column) => `${column} gin_trgm_ops`)],
  unique: false,
  method: 'gin',
});

/** Names of people and things are kept in the order people expect: another index than one in the order of code points. */
const treeIndex = (table: string, column: string, field: Field): Index =>
  isHuman(field)
    ? { name: `${table}_${column}_order_idx`, columns: ['tenant_id', `${column} ${humanCollation}`, 'id'], unique: false }
    : { name: `${table}_${column}_idx`, columns: ['tenant_id', column, 'id'], unique: false };

/** What to paste into a migration for a resource whose table does not exist yet. */
export function createStatements(resource: Resource, tableOf: (name: string) => string): string[] {
  const body = columnLines(resource)
    .map((line) => `      ${line === customLine ? `${line} default '{}'` : line}`)
    .join(',\n');
  return [
    `    await tenantTable(q, '${resource.table}', \`\n${body}\`);`,
    ...indexes(resource).map((i) => `    await q.query(\`${indexStatement(resource.table, i)}\`);`),
    ...foreignKeys(resource, tableOf).map((k) => `    await q.query(\`${keyStatement(resource.table, k)}\`);`),
  ];
}

export const indexStatement = (table: string, i: Index) =>
  `create ${i.unique ? 'unique ' : ''}index ${i.name} on ${table} ${i.method ? `using ${i.method} ` : ''}(${i.columns.join(', ')})`;

export const keyStatement = (table: string, k: ForeignKey) =>
  `alter table ${table} add constraint ${k.name} foreign key (tenant_id, ${k.column}) references ${k.target} (tenant_id, id)${k.onDelete ? ` ${k.onDelete}` : ''}`;

function refs(resource: Resource): [string, Field][] {
  return Object.entries(resource.fields).filter(([, field]) => field.kind === 'ref');
}
