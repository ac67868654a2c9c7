/** The same throws in the same order for the same seed, so that every demo company is alike. */
export interface Dice {
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** True in `percent` of a hundred throws. */
  chance(percent: number): boolean;
}

/** Mulberry32: small, fast, and good enough for names and dates. */
export function makeDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    between,
    pick: <T>(items: readonly [T, ...T[]]): T => items[between(0, items.length - 1)] ?? items[0],
    chance: (percent) => next() * 100 < percent,
  };
}

/** Always a number that belongs to nobody: the ranges of the Bundesnetzagentur for films and books. */
export const phoneNumber = (city: string, n: number) => `${prefixes[city] ?? '+493023125'}${String(n % 1000).padStart(3, '0')}`;
export const mobileNumber = (n: number) => `+49171392${String(n % 100).padStart(4, '0')}`;

const prefixes: Readonly<Record<string, string>> = {
  Berlin: '+493023125',
  Hamburg: '+494066969',
  Köln: '+492214710',
  'Frankfurt am Main': '+496990009',
  München: '+498999998',
};

/** `Müller & Söhne` → `mueller-soehne`. */
export const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[äöüß]/g, (c) => ({ ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' })[c] ?? c)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** The calendar day `days` after `at`, in UTC. */
export const dayAfter = (at: Date, days: number) => new Date(at.getTime() + days * 86_400_000).toISOString().slice(0, 10);
export const instantAfter = (at: Date, days: number) => new Date(at.getTime() + days * 86_400_000);
