import { Decimal } from 'decimal.js';
import type { Target } from './target.js';

interface Money {
  readonly amount: string;
  readonly currency: string;
}
type Address = Readonly<Record<string, string | null | undefined>>;

/** Whether writing `next` over `current` would change nothing: 4514 and 4514.0000 are one number. */
export function sameValue(field: Target, next: unknown, current: unknown): boolean {
  if (isEmpty(next) || isEmpty(current)) return isEmpty(next) && isEmpty(current);
  return comparers[field.kind]?.(next, current) ?? next === current;
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined;

const comparers: Readonly<Record<string, (next: unknown, current: unknown) => boolean>> = {
  decimal: (next, current) => sameNumber(next, current),
  money: (next, current) =>
    sameNumber((next as Money).amount, (current as Money).amount) && (next as Money).currency === (current as Money).currency,
  instant: (next, current) => new Date(next as string | Date).getTime() === new Date(current as string | Date).getTime(),
  address: (next, current) =>
    Object.entries(next as Address).every(([part, value]) => (value ?? null) === ((current as Address)[part] ?? null)),
  plan: (next, current) => stable(next) === stable(current),
  json: (next, current) => stable(next) === stable(current),
};

const sameNumber = (a: unknown, b: unknown) => new Decimal(String(a)).eq(String(b));

/** A source that knows only the country leaves the street alone. */
export const merged = (field: Target, next: unknown, current: unknown): unknown =>
  field.kind === 'address' && current && next ? { ...(current as Address), ...(next as Address) } : next;

/** JSON with its keys in order: PostgreSQL does not keep the order they were sent in. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
