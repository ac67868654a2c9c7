import { createHash } from 'node:crypto';

/** Where a request's value comes from: a constant of the document, or a place inside its variables. */
export type Path = readonly (string | number)[];

/**
 * An argument while a plan is made. Its structure (which keys, which are null) shapes the statement; its leaves become
 * parameters, looked up anew at each run when they stem from variables.
 */
export type Val =
  | { readonly from: 'constant'; readonly value: unknown }
  | { readonly from: 'variable'; readonly path: Path; readonly value: unknown }
  | { readonly from: 'object'; readonly entries: ReadonlyMap<string, Val> }
  | { readonly from: 'list'; readonly items: readonly Val[] };

export const constant = (value: unknown): Val => ({ from: 'constant', value });
export const variable = (path: Path, value: unknown): Val => ({ from: 'variable', path, value });

/** Left out or null. */
export const isAbsent = (val: Val | undefined): val is undefined =>
  val === undefined || ((val.from === 'constant' || val.from === 'variable') && (val.value === undefined || val.value === null));

/** The present members of an object value. */
export function entries(val: Val): readonly (readonly [string, Val])[] {
  if (val.from === 'object') return [...val.entries];
  if (val.from === 'list' || typeof val.value !== 'object' || val.value === null || Array.isArray(val.value)) return [];
  return Object.entries(val.value)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, val.from === 'variable' ? variable([...val.path, key], value) : constant(value)] as const);
}

/** The members of a list value; a single value counts as a list of one, as GraphQL coerces it. */
export function items(val: Val): readonly Val[] {
  if (val.from === 'list') return val.items;
  if (val.from === 'object') return [val];
  if (!Array.isArray(val.value)) return [val];
  return (val.value as readonly unknown[]).map((value, i) =>
    val.from === 'variable' ? variable([...val.path, i], value) : constant(value),
  );
}

/** The value itself, put together. */
export function plain(val: Val | undefined): unknown {
  if (val === undefined) return undefined;
  if (val.from === 'object') return Object.fromEntries([...val.entries].map(([key, value]) => [key, plain(value)]));
  if (val.from === 'list') return val.items.map(plain);
  return val.value;
}

/** The value with its variables looked up as they are now. */
function valueAt(val: Val, variables: unknown): unknown {
  switch (val.from) {
    case 'variable':
      return lookup(variables, val.path);
    case 'object':
      return Object.fromEntries([...val.entries].map(([key, inner]) => [key, valueAt(inner, variables)]));
    case 'list':
      return val.items.map((inner) => valueAt(inner, variables));
    default:
      return val.value;
  }
}

/** Where a value comes from: equal for values that are equal whatever the variables are. */
export function placesOf(val: Val): unknown {
  switch (val.from) {
    case 'variable':
      return { $: val.path };
    case 'object':
      return [...val.entries].map(([key, inner]) => [key, placesOf(inner)]);
    case 'list':
      return val.items.map(placesOf);
    default:
      return { '=': val.value };
  }
}

/** A short text that is the same for the same value, however its members are ordered. */
export const fingerprint = (val: Val, variables: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(valueAt(val, variables), sorted))
    .digest('base64url')
    .slice(0, 16);

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

export function lookup(variables: unknown, path: Path): unknown {
  let value = variables;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/**
 * The structure of variables without their leaves: requests that share it share a plan. Lists of plain values count as
 * one leaf; booleans are kept, since directives depend on them.
 */
export function shapeOf(value: unknown): string {
  if (value === undefined) return '-';
  if (value === null) return 'n';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value !== 'object') return 'v';
  if (Array.isArray(value)) return value.some((v) => typeof v === 'object' && v !== null) ? `[${value.map(shapeOf).join(',')}]` : 'l';
  return `{${Object.entries(value)
    .map(([key, v]) => `${JSON.stringify(key)}:${shapeOf(v)}`)
    .join(',')}}`;
}
