import { humanCollation, isHuman } from '../resource/collation.js';
import { columnSql, comparedColumn, resourceColumns } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';

/** A column lists are ordered by. */
export interface SortColumn {
  readonly sql: (alias: string) => string;
  readonly type: string;
  readonly nullable: boolean;
  /** Words of people, in the order people expect; all other text goes by code point. */
  readonly human: boolean;
}

const base: Readonly<Record<string, SortColumn>> = {
  id: { sql: (t) => `${t}.id`, type: 'uuid', nullable: false, human: false },
  createdAt: { sql: (t) => `${t}.created_at`, type: 'timestamptz', nullable: false, human: false },
  updatedAt: { sql: (t) => `${t}.updated_at`, type: 'timestamptz', nullable: false, human: false },
};
const unordered = new Set<Field['kind']>(['json', 'longText', 'address', 'list', 'object']);

/** A figure that is kept for every record, in an index that has them in its order. */
export const isKeptOrder = (field: Field): boolean => field.stored?.in === 'formula' && field.stored.kept !== undefined && !isHuman(field);

export const isOrderable = (field: Field) => !field.options.hidden && !unordered.has(field.kind);

/** The column a list of the resource is ordered by when asked for `name`; null when there is none. */
export function sortColumn(resource: Resource, name: string): SortColumn | null {
  if (Object.hasOwn(base, name)) return base[name] ?? null;
  const field = Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;
  const column = field && isOrderable(field) ? comparedColumn(resourceColumns(resource).get(name)) : undefined;
  if (!field || !column) return null;
  return { sql: (t) => columnSql(column, t), type: column.type, nullable: !column.notNull, human: isHuman(field) };
}

export const collated = (expression: string, { human }: Pick<SortColumn, 'human'>) =>
  human ? `${expression} ${humanCollation}` : expression;
