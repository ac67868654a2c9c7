import { nearest } from './distance.js';

/** Which values a field has, and how often: the most frequent first. */
export type Counts = readonly (readonly [value: string, count: number])[];

/** What a sweep learns of all records for a rule that compares with what is usual. */
export interface Learned {
  readonly counts?: Counts;
  readonly groups?: readonly { readonly key: string; readonly median: string; readonly mad: string }[];
}

export interface Misspelling {
  /** Most letters by which it differs. */
  readonly distance: number;
  /** How many times as frequent the right spelling is at least. */
  readonly ratio: number;
}

/** The frequent value that was probably meant by a rare one; null when it is not rare, or like no frequent one. */
export function meantBy(value: string, counts: Counts, { distance, ratio }: Misspelling): string | null {
  const own = Math.max(1, counts.find(([known]) => known === value)?.[1] ?? 1);
  const frequent = counts.filter(([, count]) => count >= ratio * own).map(([known]) => known);
  return nearest(value, frequent, distance);
}

/** Values that need no second look. */
export const wellSpelt = (counts: Counts, rule: Misspelling): string[] =>
  counts.filter(([value]) => meantBy(value, counts, rule) === null).map(([value]) => value);
