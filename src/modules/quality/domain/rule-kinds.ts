import type { JsonValue } from '#kernel/pure/json.js';

export const RULE_KINDS = [
  'required',
  'format',
  'range',
  'values',
  'reference',
  'unique',
  'formula',
  'freshness',
  'children',
  'outlier',
  'misspelt',
  'deviation',
  'drift',
] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

type Member =
  | { readonly type: 'text'; readonly isNeeded?: true; readonly max?: number }
  | { readonly type: 'number'; readonly isNeeded?: true; readonly min: number; readonly max: number; readonly whole?: true }
  | { readonly type: 'bound' }
  | { readonly type: 'boolean' }
  | { readonly type: 'texts'; readonly isNeeded: true };

interface KindShape {
  /** How many fields it names. */
  readonly fields: readonly [least: number, most: number];
  /** Whether a record can be judged when it is written, by itself and by what is known of the others. */
  readonly atEntry: boolean;
  readonly settings: Readonly<Record<string, Member>>;
}

const name = { type: 'text', isNeeded: true, max: 80 } as const;
const days = { type: 'number', isNeeded: true, min: 1, max: 3650, whole: true } as const;

/** What a rule of each kind is told. */
export const kindShapes: Readonly<Record<RuleKind, KindShape>> = {
  required: { fields: [1, 10], atEntry: true, settings: {} },
  format: { fields: [1, 1], atEntry: true, settings: { pattern: { type: 'text', isNeeded: true, max: 200 } } },
  range: { fields: [1, 1], atEntry: true, settings: { min: { type: 'bound' }, max: { type: 'bound' } } },
  values: { fields: [1, 1], atEntry: true, settings: { values: { type: 'texts', isNeeded: true }, near: { type: 'boolean' } } },
  reference: { fields: [1, 1], atEntry: true, settings: { resource: name, field: name } },
  unique: { fields: [1, 5], atEntry: true, settings: { loose: { type: 'boolean' } } },
  formula: { fields: [0, 0], atEntry: true, settings: { formula: { type: 'text', isNeeded: true, max: 2000 } } },
  freshness: { fields: [1, 1], atEntry: false, settings: { days } },
  children: {
    fields: [0, 0],
    atEntry: false,
    settings: { resource: name, by: name, least: { type: 'number', min: 1, max: 1000, whole: true } },
  },
  outlier: {
    fields: [1, 1],
    atEntry: true,
    settings: { per: { type: 'text', max: 80 }, limit: { type: 'number', min: 1, max: 100 } },
  },
  misspelt: {
    fields: [1, 1],
    atEntry: true,
    settings: { distance: { type: 'number', min: 1, max: 3, whole: true }, ratio: { type: 'number', min: 2, max: 10_000 } },
  },
  deviation: {
    fields: [1, 1],
    atEntry: true,
    settings: { match: name, resource: name, by: name, field: name, tolerance: { type: 'number', isNeeded: true, min: 0, max: 10 } },
  },
  drift: { fields: [1, 1], atEntry: false, settings: { days, limit: { type: 'number', min: 0.01, max: 10 } } },
};

/** What stands in `settings` of a rule; which members depends on its kind. */
export interface RuleSettings {
  readonly pattern?: string;
  readonly min?: string;
  readonly max?: string;
  readonly values?: readonly string[];
  readonly near?: boolean;
  readonly resource?: string;
  readonly field?: string;
  readonly loose?: boolean;
  readonly formula?: string;
  readonly days?: number;
  readonly by?: string;
  readonly least?: number;
  readonly per?: string;
  readonly limit?: number;
  readonly distance?: number;
  readonly ratio?: number;
  readonly match?: string;
  readonly tolerance?: number;
}

/** What is wrong with one place of a rule as it was written. */
export interface Misfit {
  readonly path: string;
  readonly message: string;
}

const mostValues = 2000;
const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= max;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** The settings of a rule as a client has written them, or what is wrong with them. */
export function readSettings(kind: RuleKind, raw: unknown): { readonly settings: RuleSettings; readonly misfits: readonly Misfit[] } {
  const given = membersOf(raw);
  const { settings: shape } = kindShapes[kind];
  const known = Object.keys(shape);
  const stray = Object.keys(given).filter((key) => !known.includes(key));
  const misfits = stray.map((key) => ({
    path: `/settings/${key.slice(0, 80)}`,
    message: `is not known to rules of this kind; known: ${known.join(', ') || 'none'}`,
  }));
  const settings: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(shape)) {
    const value = given[key] ?? null;
    if (value === null && !('isNeeded' in member)) continue;
    const wrong = wrongWith(member, value);
    if (wrong === null) settings[key] = typeof value === 'number' && member.type === 'bound' ? String(value) : value;
    else misfits.push({ path: `/settings/${key}`, message: wrong });
  }
  return { settings, misfits };
}

const membersOf = (raw: unknown): Readonly<Record<string, JsonValue>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Record<string, JsonValue>) : {};

type Checkers = { readonly [K in Member['type']]: (member: Extract<Member, { type: K }>, value: JsonValue) => string | null };

const checkers: Checkers = {
  text: ({ max = 200 }, value) => (isText(value, max) ? null : `must be a text of at most ${max} characters`),
  boolean: (_, value) => (typeof value === 'boolean' ? null : 'must be true or false'),
  bound: (_, value) => (isNumber(value) || isText(value, 40) ? null : 'must be a number or a day'),
  number: ({ min, max, whole = false }, value) => {
    const fits = isNumber(value) && value >= min && value <= max && (!whole || Number.isInteger(value));
    return fits ? null : `must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
  },
  texts: (_, value) => {
    const fits = Array.isArray(value) && value.length > 0 && value.length <= mostValues && value.every((one) => isText(one, 200));
    return fits ? null : `must be a list of 1 to ${mostValues} texts`;
  },
};

function wrongWith<K extends Member['type']>(member: Extract<Member, { type: K }>, value: JsonValue): string | null {
  const type: K = member.type;
  return checkers[type](member, value);
}
