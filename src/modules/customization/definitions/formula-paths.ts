import { columnsOf, columnSql, kindCondition, refSql } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import type { Freshness, Source } from '#kernel/resource/figures.js';
import type { FormulaType } from '../domain/formula/formula.js';
import { behind, isOwnFigure } from './figures-of.js';

export type Lookup = (name: string) => Resource | undefined;

/** Where a path of a formula ends: a field of some resource, or a part of it, after so many references. */
interface Found {
  readonly type: FormulaType;
  /** The fields it touches on the way, `opportunity.accountId`. */
  readonly names: readonly string[];
  readonly sql: (alias: string, as?: Freshness) => string;
  /** What it is made of, all the way down to what is written or kept. */
  readonly sources: () => readonly Source[];
  readonly isMoving: () => boolean;
}

const deepest = 3;
const types: Readonly<Partial<Record<Field['kind'], FormulaType>>> = {
  text: 'text',
  longText: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  choice: 'text',
  ref: 'text',
  boolean: 'boolean',
  integer: 'number',
  decimal: 'number',
  date: 'date',
  instant: 'instant',
};
const base: Readonly<Record<string, Pick<Found, 'type' | 'sql'>>> = {
  id: { type: 'text', sql: (t) => `${t}.id::text` },
  createdAt: { type: 'instant', sql: (t) => `${t}.created_at` },
  updatedAt: { type: 'instant', sql: (t) => `${t}.updated_at` },
};

/** What a path means on records of a resource; null when it means nothing, or nothing a formula could use. */
export function findPath(lookup: Lookup, resource: Resource, path: readonly string[], depth = 0): Found | null {
  const [name = '', ...rest] = path;
  const own = ownOf(base, name);
  if (own) return rest.length === 0 ? { ...own, names: [], ...baseSources(resource, name) } : null;
  const field = ownOf(resource.fields, name);
  if (field && endsAt(field, rest)) return fieldPath(resource, name, field, rest);
  return depth < deepest && rest.length > 0 ? throughRef({ lookup, resource, name, rest, depth }) : null;
}

/** What never changes makes nothing out of date. */
const baseSources = ({ name: resource }: Resource, field: string): Pick<Found, 'sources' | 'isMoving'> => ({
  sources: () => (field === 'updatedAt' ? [{ resource, field, path: [] }] : []),
  isMoving: () => false,
});

const ownOf = <T>(of: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(of, name) ? of[name] : undefined);

const endsAt = ({ kind, options }: Field, rest: readonly string[]) =>
  options.hidden !== true && (rest.length === 0 || kind === 'money' || kind === 'address');

function fieldPath(resource: Resource, name: string, field: Field, rest: readonly string[]): Found | null {
  const names = [`${resource.name}.${name}`];
  const columns = columnsOf(name, field);
  const [first] = columns;
  const type = types[field.kind];
  const more = { names, ...fieldSources(resource, name, field) };
  if (rest.length === 0) {
    if (!first || !type) return null;
    return { type, ...more, sql: (t, as) => cast(columnSql(first, t, as), field.kind) };
  }
  const part = rest.length === 1 ? columns.find((column) => column.part === rest[0]) : undefined;
  return part ? { type: part.part === 'amount' ? 'number' : 'text', ...more, sql: (t) => columnSql(part, t) } : null;
}

function fieldSources(resource: Resource, name: string, { stored }: Field): Pick<Found, 'sources' | 'isMoving'> {
  const itself: Source = { resource: resource.name, field: name, path: [] };
  if (stored?.in !== 'formula') return { sources: () => [itself], isMoving: () => false };
  const below = () => stored.sources?.() ?? [];
  return {
    sources: () => (stored.kept && !isOwnFigure(below()) ? [{ ...itself, isKept: true }] : below()),
    isMoving: () => stored.isMoving?.() ?? false,
  };
}

const cast = (sql: string, kind: Field['kind']) => (kind === 'ref' ? `${sql}::text` : kind === 'integer' ? `${sql}::numeric` : sql);

interface Step {
  readonly lookup: Lookup;
  readonly resource: Resource;
  readonly name: string;
  readonly rest: readonly string[];
  readonly depth: number;
}

/** `account.name` leads through `accountId`, whatever its reader may see of accounts: who defines the formula decides that. */
function throughRef({ lookup, resource, name, rest, depth }: Step): Found | null {
  const refField = [`${name}Id`, name].find((one) => resource.fields[one]?.kind === 'ref' && Object.hasOwn(resource.fields, one));
  const target = refField === undefined ? undefined : lookup(resource.fields[refField]?.target ?? '');
  const found = target && findPath(lookup, target, rest, depth + 1);
  if (!found || refField === undefined) return null;
  return {
    type: found.type,
    names: [`${resource.name}.${refField}`, ...found.names],
    sources: () => [
      { resource: resource.name, field: refField, path: [] },
      ...behind({ kind: 'up', holder: resource.name, ref: refField }, found.sources()),
    ],
    isMoving: found.isMoving,
    sql: (alias) => {
      const t = `${alias}_`;
      return `(select ${found.sql(t)} from ${target.table} ${t} where ${t}.tenant_id = ${alias}.tenant_id and ${t}.id = ${refSql(resource, refField, alias)}${kindCondition(target, t)})`;
    },
  };
}
