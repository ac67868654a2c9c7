import { isDeepStrictEqual } from 'node:util';
import { textOf } from '../pure/text.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field, Fields } from '../resource/fields.js';
import { shortened } from './long-text.js';

export type Change = readonly [before: unknown, after: unknown];
/** In place of a change whose values are sealed with the key of the record. */
export const sealedMark = 'sealed';
/** What an entry keeps in the clear, field by field. */
export type KeptChanges = Record<string, Change | typeof sealedMark>;

export interface Changes {
  readonly kept: KeptChanges;
  /** Personal values, null when there are none. */
  readonly personal: Record<string, Change> | null;
}

const personal = new WeakMap<Resource, boolean>();

/** Whether records of the resource have keys. */
export function hasPersonal(resource: Resource): boolean {
  const known = personal.get(resource) ?? Object.values(resource.fields).some(({ options }) => options.personal === true);
  personal.set(resource, known);
  return known;
}

/** Field by field before and after; secrets only as a mark that they changed. */
export function changesOf(fields: Fields, before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Changes {
  const kept: KeptChanges = {};
  let sealed: Record<string, Change> | null = null;
  for (const [name, field] of Object.entries(fields)) {
    const change = changeOf(field, before[name] ?? null, after[name] ?? null);
    if (!change) continue;
    const isSealed = field.options.personal === true && !field.options.hidden;
    kept[name] = isSealed ? sealedMark : change;
    if (isSealed) (sealed ??= {})[name] = change;
  }
  return { kept, personal: sealed };
}

function changeOf(field: Field, old: unknown, fresh: unknown): Change | null {
  if (field.stored?.in === 'formula' || same(field, old, fresh)) return null;
  if (field.options.hidden) return ['•', '•'];
  return field.kind === 'longText' ? shortened(old, fresh) : [old, fresh];
}

function same(field: Field, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (field.kind === 'decimal') return sameNumber(textOf(a), textOf(b));
  if (field.kind === 'money') {
    const [x, y] = [a as { amount: string; currency: string }, b as { amount: string; currency: string }];
    return x.currency === y.currency && sameNumber(x.amount, y.amount);
  }
  if (field.kind === 'address') return isDeepStrictEqual(compact(a as object), compact(b as object));
  return isDeepStrictEqual(a, b);
}

const compact = (value: object) => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null && v !== undefined));

/** `5.0` and `5.0000` are the same amount. */
const sameNumber = (a: string, b: string) => trimmed(a) === trimmed(b);
const trimmed = (n: string) => (n.includes('.') ? n.replace(/\.?0+$/, '') : n).replace(/^-0$/, '0');
