import type { Action } from './plan.js';

/** What becomes of a row, in one letter: a chunk keeps one for each of its rows. */
const letters = { create: 'c', update: 'u', unchanged: '=', repeated: 'r', rejected: 'x', skipped: 's' } as const;
const names: Readonly<Record<string, Fate>> = {
  c: 'created',
  u: 'updated',
  '=': 'unchanged',
  r: 'repeated',
  x: 'rejected',
  s: 'skipped',
};

export const fates = ['created', 'updated', 'unchanged', 'repeated', 'rejected', 'skipped'] as const;
export type Fate = (typeof fates)[number];

export const letterOf = ({ kind }: Action): string => letters[kind];
export const fateOf = (letter: string): Fate => names[letter] ?? 'skipped';
