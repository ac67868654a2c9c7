import { reachOf, type Grant, type Permissions } from './actor.js';
import { narrowest, reachCovers, widest, type Reach } from './reach.js';

/** Everything any of the roles allows: for each right the reaches of all together. */
export const union = (roles: readonly Permissions[]): Permissions => roles.reduce((a, b) => combine(a, b, widest), {});

/** What both allow: for each right the narrower reach. A key has what its maker has and it was given. */
export const intersection = (a: Permissions, b: Permissions): Permissions => combine(a, b, narrowest);

/** What is left of `permissions` when some rights are denied: a denial wins over every grant, the more exact ones too. */
export function without(permissions: Permissions, denies: readonly string[]): Permissions {
  if (denies.length === 0) return permissions;
  const denied = Object.fromEntries(denies.map((entry): [string, Grant] => [entry, 'none']));
  const entries = entriesOf(permissions, denied);
  return compact(entries.map((entry) => [entry, denies.some((deny) => matches(deny, entry)) ? null : reachOf(permissions, entry)]));
}

/** Whether `have` allows all that `wanted` allows, as widely. */
export const covers = (have: Permissions, wanted: Permissions): boolean => beyond(have, wanted).length === 0;

/** The entries of `wanted` that reach further than `have`; empty when nothing does. */
export function beyond(have: Permissions, wanted: Permissions): string[] {
  return entriesOf(have, wanted).filter((entry) => !reachCovers(reachOf(have, entry), reachOf(wanted, entry)));
}

/** The same text for the same rights, in whatever order they were written: what plans of the read path are kept under. */
export function shapeText(permissions: Readonly<Record<string, string>>): string {
  return Object.entries(permissions)
    .map(([entry, reach]) => `${entry}=${reach}`)
    .sort()
    .join(' ');
}

/** Whether the pattern `*`, `noun:*`, `*:verb` or a right itself covers an entry altogether. */
export function matches(pattern: string, entry: string): boolean {
  if (pattern === '*' || pattern === entry) return true;
  if (entry === '*') return false;
  const [[noun, verb], [ownNoun, ownVerb]] = [pattern.split(':'), entry.split(':')];
  return (verb === '*' && noun === ownNoun) || (noun === '*' && verb === ownVerb);
}

type Entry = readonly [entry: string, reach: Reach | null];

const combine = (a: Permissions, b: Permissions, pick: (x: Reach | null, y: Reach | null) => Reach | null): Permissions =>
  compact(entriesOf(a, b).map((entry) => [entry, pick(reachOf(a, entry), reachOf(b, entry))]));

/** From the widest pattern to the most exact; `none` is written only where a wider pattern would give something. */
function compact(entries: readonly Entry[]): Permissions {
  const result: Record<string, Grant> = {};
  for (const [entry, reach] of [...entries].sort((a, b) => exactness(a[0]) - exactness(b[0]))) {
    if (reach !== null) result[entry] = reach;
    else if (reachOf(result, entry) !== null) result[entry] = 'none';
  }
  return result;
}

/** The order in which `reachOf` looks, last first. */
const exactness = (entry: string) => (entry === '*' ? 0 : entry.startsWith('*:') ? 1 : entry.endsWith(':*') ? 2 : 3);

/**
 * Entries of both, and where `lead:*` of one meets `*:read` of another, `lead:read` itself: there neither entry is
 * more exact for both sides, so the answer has to be spelled out.
 */
function entriesOf(a: Permissions, b: Permissions): string[] {
  const entries = new Set([...Object.keys(a), ...Object.keys(b)]);
  const nouns = [...entries].filter((entry) => entry.endsWith(':*')).map((entry) => entry.slice(0, -2));
  const verbs = [...entries].filter((entry) => entry.startsWith('*:')).map((entry) => entry.slice(2));
  for (const noun of nouns) for (const verb of verbs) entries.add(`${noun}:${verb}`);
  return [...entries];
}
