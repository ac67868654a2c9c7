import { quote, refuse } from './refuse.js';

/* Reading of untrusted JSON, one shape at a time. */

export type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with no other keys than these; `__proto__` is just another unknown key. */
export function objectAt(value: unknown, path: string, keys: readonly string[]): Json {
  if (!isObject(value)) throw refuse('analytics.query_invalid', path, `Expected an object at ${path || 'the top'}, got ${quote(value)}.`);
  const extra = Object.keys(value).find((key) => !keys.includes(key));
  if (extra !== undefined)
    throw refuse('analytics.query_invalid', `${path}/${extra.slice(0, 60)}`, `Unknown key ${quote(extra)}. Allowed: ${keys.join(', ')}.`);
  return value;
}

export function listAt(value: unknown, path: string, max: number): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw refuse('analytics.query_invalid', path, `Expected a list at ${path}, got ${quote(value)}.`);
  if (value.length > max)
    throw refuse('analytics.query_invalid', path, `At most ${max} entries are allowed at ${path}, got ${value.length}.`);
  return value;
}

export function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw refuse('analytics.query_invalid', path, `Expected text at ${path}, got ${quote(value)}.`);
  if (value.length > 1000 || value.includes('\u0000') || !value.isWellFormed()) {
    throw refuse(
      'analytics.value_invalid',
      path,
      `The text at ${path} is longer than 1,000 characters, holds NUL or half a surrogate pair.`,
    );
  }
  return value;
}

export function integerAt(value: unknown, path: string, min: number): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
    throw refuse('analytics.query_invalid', path, `Expected a whole number of at least ${min} at ${path}, got ${quote(value)}.`);
  }
  return value;
}

export function booleanAt(value: unknown, path: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw refuse('analytics.query_invalid', path, `Expected true or false at ${path}, got ${quote(value)}.`);
  return value;
}

export function oneOf<const V extends readonly string[]>(value: unknown, words: V, path: string): V[number] {
  const word = words.find((w) => w === value);
  if (word === undefined)
    throw refuse('analytics.query_invalid', path, `Expected one of ${words.join(', ')} at ${path}, got ${quote(value)}.`);
  return word;
}
