import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field, Fields } from '#kernel/resource/fields.js';
import { withDefaults } from '#kernel/resource/normalise.js';

/** What a value may be made of: the mark of its tenant, whose text must never reach anybody else, and rows to refer to. */
export interface Source {
  /** Lower-case letters and digits; no two tenants share one. */
  readonly mark: string;
  /** Whose field it is: a resource or a verb. */
  readonly owner: string;
  readonly next: () => number;
  readonly ref: (target: string) => string | null;
}

/** Texts that a rule wants to be real words. */
const words: Readonly<Record<string, string>> = {
  currency: 'EUR',
  language: 'de',
  locale: 'de',
  timeZone: 'Europe/Berlin',
  zone: 'Europe/Berlin',
  password: 'correct horse battery',
  ip: '192.0.2.7',
  mapping: 'crm-opportunities',
};

/** JSON whose meaning its readers check; everything else takes any JSON. By name, or by owner and name. */
const shapes: Readonly<Record<string, (source: Source) => unknown>> = {
  permissions: () => ({ 'account:read': 'own' }),
  condition: (source) => ({ kind: 'trait', path: 'contact.lastName', op: 'eq', value: canary(source) }),
  definition: journey,
  draft: journey,
  templates: (source) => ({ mail: { version: 1, subject: canary(source), mjml: canary(source), text: null } }),
  files: (source) => [{ name: canary(source), bytes: 1, sha256: '0'.repeat(64) }],
  steps: () => [],
  pausesIn: () => [],
  denies: () => [],
  fieldRules: () => ({}),
  rights: () => ['operation:cancel', 'session:revoke'],
  position: () => ({ step: 0, record: 0 }),
  differences: () => [],
  reads: () => [],
  messages: (source) => ({ en: canary(source) }),
  settings: () => ({}),
  stages: () => [],
  features: () => ({ timeline: true, files: true, assignment: true }),
  uniqueWithin: () => [],
  query: () => ({ measures: ['opportunities.count'] }),
};

function journey(source: Source): unknown {
  return {
    trigger: { kind: 'event', event: 'cart.abandoned', maxLateness: 'PT1H' },
    reentry: { kind: 'once' },
    exitOn: [],
    purpose: 'newsletter',
    from: { name: canary(source), address: `${canary(source)}@shop.example` },
    timeZone: 'UTC',
    sendWithin: 'P1D',
    steps: [{ id: 'mail', kind: 'email', templateId: source.ref('email_template') }],
  };
}

/** Instants and days of samples: all the same, so that runs can be compared. */
const day = '2026-03-02';

/** Where the first choice is one that few rows may have. */
const chosen: Readonly<Record<string, string>> = { 'quality_sweep.state': 'finished' };

const makers: Readonly<Record<Field['kind'], (name: string, field: Field, source: Source) => unknown>> = {
  text: textFor,
  longText: textFor,
  email: (_name, _field, source) => `${canary(source)}@example.test`,
  phone: (_name, _field, { next }) => `+4930${String(1_000_000 + next())}`,
  url: (_name, _field, source) => `https://example.test/${canary(source)}`,
  choice: (name, { values }, { owner }) => chosen[`${owner}.${name}`] ?? values?.[0],
  boolean: (_name, { options }) => options.default ?? false,
  integer: (_name, { range }) => range?.min ?? 1,
  decimal: (_name, { range }, { next }) => String(Math.max(range?.min ?? 0, 1) + next()),
  money: (_name, _field, { next }) => ({ amount: String(next()), currency: 'EUR' }),
  date: () => day,
  instant: () => `${day}T09:00:00Z`,
  plan: () => ({ local: `${day}T09:00:00`, zone: 'Europe/Berlin' }),
  address: (_name, _field, source) => ({ street: canary(source), city: canary(source), country: 'DE' }),
  ref: (_name, { target }, { ref }) => ref(target ?? ''),
  json: (name, _field, source) => shapes[name]?.(source) ?? { note: canary(source) },
  list: (name, field, source) => [valueOf(name, field.item ?? { kind: 'text', options: {} }, source)],
  object: (_name, { shape }, source) => requiredOf(shape ?? {}, source),
};

/** Texts that must hold something, and may hold a mark. */
const around: Readonly<Record<string, (mark: string) => string>> = {
  mjml: (mark) => `<mjml><mj-body><mj-text>${mark} {{ links.unsubscribe }}</mj-text></mj-body></mjml>`,
};

const canary = ({ mark, owner, next }: Source) => `${mark}.${owner}.${next()}`;

function textFor(name: string, { max = 200 }: Field, source: Source): string {
  const word = words[name];
  if (word !== undefined) return word;
  const text = around[name]?.(canary(source)) ?? canary(source);
  if (text.length <= max) return text;
  const short = `${source.mark}${source.next()}`;
  return short.length <= max ? short : 'x'.repeat(Math.min(max, 3));
}

export const valueOf = (name: string, field: Field, source: Source): unknown => makers[field.kind](name, field, source);

/** A value for each field that input cannot do without. */
export function requiredOf(fields: Fields, source: Source): Record<string, unknown> {
  const needed = Object.entries(fields).filter(([, { options }]) => options.required === true && options.default === undefined);
  return Object.fromEntries(needed.map(([name, field]) => [name, valueOf(name, field, source)]));
}

type Row = Record<string, unknown>;

/** Values for members of unique sets that would be the same in every sample. */
export function distinct({ unique = [], fields }: Pick<Resource, 'unique' | 'fields'>, { next }: Source): Row {
  const alone = Object.entries(fields).filter(([, { kind, options }]) => kind === 'integer' && options.unique === true);
  const names = new Set([...unique.flatMap((set) => set.fields), ...alone.map(([name]) => name)]);
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const vary = names.has(name) ? varied[field.kind] : undefined;
      return vary ? [[name, vary(field, next())]] : [];
    }),
  );
}

const varied: Partial<Record<Field['kind'], (field: Field, n: number) => unknown>> = {
  integer: ({ range: { min = 1, max = 1_000_000 } = {} }, n) => min + (n % (max - min)),
  date: (_field, n) => new Date(Date.UTC(2020, 0, n)).toISOString().slice(0, 10),
  decimal: (_field, n) => String(n),
};

/** A reference that has to be fresh for each sample: no two rows have the same, or only with others of a set that says which rows belong together. */
export function pairing({ unique = [], fields }: Pick<Resource, 'unique' | 'fields'>): readonly [string, string] | null {
  const alone = Object.entries(fields).find(([, { kind, options }]) => kind === 'ref' && options.unique === true);
  if (alone) return [alone[0], alone[1].target ?? ''];
  const fixed = new Set(['ref', 'choice', 'boolean']);
  const set = unique.find((u) => u.fields.every((name) => fixed.has(fields[name]?.kind ?? '')));
  const name = set?.fields.find((one) => fields[one]?.kind === 'ref');
  return name === undefined ? null : [name, fields[name]?.target ?? ''];
}

/**
 * Rows with a value for every field, those of the system and hidden ones too, as far as the invariants allow: the fullest first.
 * `fixed` stands in all of them.
 */
export function rowsOf(resource: Resource, source: Source, fixed: Readonly<Row> = {}): Row[] {
  const made = Object.entries(resource.fields).map(([name, field]) => [name, revived(field, valueOf(name, field, source))] as const);
  const full: Row = { ...Object.fromEntries(made.filter(([, value]) => value !== null && value !== undefined)), ...fixed };
  const optional = Object.keys(full).filter((name) => resource.fields[name]?.options.required !== true && !Object.hasOwn(fixed, name));
  const leaving = [[], ...optional.map((a) => [a]), ...optional.flatMap((a, i) => optional.slice(i + 1).map((b) => [a, b])), optional];
  const fits = (row: Row) => resource.invariants.every(({ holds }) => holds(withDefaults(resource.fields, row) as never));
  const fitting = leaving.map((names) => without(full, names)).filter(fits);
  return fitting.length > 0 ? fitting : [full];
}

const without = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

/** Rows are written past the API, which would have made a Date of it. */
const revived = (field: Field, value: unknown) => (field.kind === 'instant' && typeof value === 'string' ? new Date(value) : value);

/** Which resource's texts a body holds that bear this mark: `lead` for `kq7.lead.12`. `?` where a short text names none. */
export function canariesIn(text: string, mark: string): Set<string> {
  return new Set([...text.matchAll(new RegExp(`${mark}(?:\\.(\\w+))?`, 'g'))].map(([, owner]) => owner ?? '?'));
}
