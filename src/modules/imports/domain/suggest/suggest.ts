import type { FieldShape, ResourceShape } from '../stored/compile.js';
import type { StoredColumn, StoredMapping, StoredStep } from '../stored/stored-mapping.js';
import { fileFit, nameFit, plainName } from './names.js';
import { sniff, type Look } from './sniff.js';

export interface SampleTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly sample: readonly (readonly string[])[];
}

/** What a column could become, with how sure that is. */
export interface ColumnGuess {
  readonly table: string;
  readonly column: string;
  /** Null: nothing fits, and the column is left out. */
  readonly to: string | null;
  readonly confidence: number;
  readonly reasons: readonly string[];
}
export interface TableGuess {
  readonly table: string;
  /** Null: no resource fits. */
  readonly resource: string | null;
  readonly confidence: number;
  readonly reasons: readonly string[];
}
export interface Suggestion {
  readonly definition: StoredMapping;
  readonly tables: readonly TableGuess[];
  readonly columns: readonly ColumnGuess[];
}

export interface Surroundings {
  readonly resources: readonly ResourceShape[];
  /** What ids of the other system are prefixed with. */
  readonly system: string;
  readonly currency: string;
  readonly country?: string;
  readonly locale?: string;
}

const sure = 0.45;

interface Guess {
  readonly table: SampleTable;
  readonly resource: ResourceShape;
  readonly score: number;
  readonly columns: readonly (ColumnGuess & { readonly field?: FieldShape; readonly look: Look })[];
}

/** What the tables could become. A proposal to look at: nothing is run by it. */
export function suggest(given: readonly SampleTable[], around: Surroundings): Suggestion {
  const guesses = given.map((table) => ({ table, guess: bestOf(table, around) }));
  const found = guesses.flatMap(({ guess }) => (guess ? [guess] : []));
  const steps = found.map((guess) => stepOf(guess, found, around));
  return {
    definition: {
      ...(around.locale === undefined ? {} : { locale: around.locale }),
      ...(around.country === undefined ? {} : { country: around.country }),
      files: found.map(({ table }) => ({ name: table.name })),
      steps,
    },
    tables: guesses.map(({ table, guess }) => tableGuess(table, guess)),
    columns: guesses.flatMap(({ table, guess }) => guess?.columns.map(told) ?? table.columns.map((column) => nothing(table, column))),
  };
}

const told = ({ table, column, to, confidence, reasons }: ColumnGuess): ColumnGuess => ({ table, column, to, confidence, reasons });

const nothing = (table: SampleTable, column: string): ColumnGuess => ({
  table: table.name,
  column,
  to: null,
  confidence: 0,
  reasons: ['no kind of record fits this table'],
});

function tableGuess(table: SampleTable, guess: Guess | null): TableGuess {
  if (!guess)
    return { table: table.name, resource: null, confidence: 0, reasons: ['too few of its columns are like fields of anything here'] };
  const { resource, score, columns } = guess;
  const used = columns.filter(({ to }) => to !== null).length;
  const reasons = [`${used} of ${columns.length} columns fit fields of ${resource.name}`];
  if (fileFit(table.name, resource.name) > 0) reasons.push(`the name "${table.name}" says so`);
  return { table: table.name, resource: resource.name, confidence: round(Math.min(1, score)), reasons };
}

/** The resource whose fields the columns fit best; the name of the file counts as much as a good part of them. */
function bestOf(table: SampleTable, around: Surroundings): Guess | null {
  const looks = table.columns.map((_, i) => sniff(table.sample.map((row) => row[i] ?? '')));
  const guesses = around.resources.map((resource) => guessFor(table, resource, looks));
  const best = guesses.reduce<Guess | null>((top, guess) => (top && top.score >= guess.score ? top : guess), null);
  return best && best.score >= sure && hasName(best) ? best : null;
}

/** Without its required texts no record could be made. */
const hasName = ({ resource, columns }: Guess): boolean =>
  Object.entries(resource.fields)
    .filter(([, { kind, options }]) => kind === 'text' && options.required && options.writer !== 'system' && !('default' in options))
    .every(([name]) => columns.some(({ to }) => to === name));

function guessFor(table: SampleTable, resource: ResourceShape, looks: readonly Look[]): Guess {
  const targets = targetsOf(resource);
  const all = table.columns.flatMap((column, i) =>
    targets.map((target) => fitOf({ column, look: looks[i] ?? { filled: 0, kind: 'empty' } }, target)),
  );
  all.sort((a, b) => b.score - a.score);
  const taken = new Map<string, Fit>();
  const used = new Set<string>();
  for (const fit of all) {
    if (fit.score < sure || taken.has(fit.column) || used.has(fit.to)) continue;
    taken.set(fit.column, fit);
    used.add(fit.to);
  }
  const columns = table.columns.map((column, i) =>
    columnGuess(table, { column, look: looks[i] ?? { filled: 0, kind: 'empty' } }, taken.get(column)),
  );
  const sum = columns.reduce((total, { confidence, to }) => total + (to === null ? 0 : confidence), 0);
  return {
    table,
    resource,
    columns,
    score: 0.5 * fileFit(table.name, resource.name) + (0.7 * sum) / Math.max(3, Math.min(columns.length, 8)),
  };
}

interface Seen {
  readonly column: string;
  readonly look: Look;
}
interface Target {
  readonly to: string;
  readonly kind: string;
  readonly field?: FieldShape;
}
interface Fit extends Target {
  readonly column: string;
  readonly score: number;
  readonly reasons: readonly string[];
}

const addressParts = ['street', 'postalCode', 'city', 'region', 'country'];

function targetsOf({ fields }: ResourceShape): Target[] {
  const own = Object.entries(fields)
    .filter(([, { kind, options }]) => kind !== 'ref' && options.writer !== 'system')
    .flatMap(([name, field]): Target[] =>
      field.kind === 'address'
        ? addressParts.map((part) => ({ to: `${name}.${part}`, kind: 'text', field }))
        : [{ to: name, kind: field.kind, field }],
    );
  const histories = ['createdAt', 'updatedAt'].map((to) => ({ to, kind: 'instant' }));
  return [...own, ...histories];
}

function fitOf({ column, look }: Seen, target: Target): Fit {
  const name = nameFit(column, target.to);
  const type = typeFit(look, target);
  const score = name.score === 0 ? type.alone : name.score * type.factor;
  const reasons = [name.why, type.why].filter((why) => why !== '');
  return { ...target, column, score, reasons };
}

/** How well what the cells look like fits a kind of field. */
function typeFit(look: Look, { kind, field }: Target): { readonly factor: number; readonly alone: number; readonly why: string } {
  if (look.kind === 'empty') return { factor: 0.7, alone: 0, why: 'the cells that were looked at are empty' };
  const fits = accepts[kind] ?? [];
  if (kind === 'choice') return choiceFit(look, field);
  if (!fits.includes(look.kind))
    return { factor: fits.length === 0 ? 1 : 0.3, alone: 0, why: fits.length === 0 ? '' : `the cells do not look like ${kind}` };
  const alone = kind === 'email' || kind === 'url' ? 0.5 : 0;
  return { factor: 1, alone, why: `the cells look like ${look.format ?? look.kind}` };
}

function choiceFit(look: Look, field: FieldShape | undefined): { factor: number; alone: number; why: string } {
  const known = new Set((field?.values ?? []).map(plainName));
  const given = look.words ?? [];
  const hits = given.filter((word) => known.has(plainName(word))).length;
  return hits > 0
    ? { factor: 1, alone: 0, why: `${hits} of its words are known here` }
    : { factor: 0.6, alone: 0, why: 'its words have to be translated' };
}

const accepts: Readonly<Record<string, readonly Look['kind'][]>> = {
  email: ['email'],
  url: ['url'],
  phone: ['phone', 'integer'],
  integer: ['integer'],
  decimal: ['decimal', 'integer'],
  money: ['decimal', 'integer'],
  boolean: ['boolean'],
  date: ['date', 'instant'],
  instant: ['instant', 'date'],
};

function columnGuess(table: SampleTable, { column, look }: Seen, fit: Fit | undefined): Guess['columns'][number] {
  if (!fit) return { table: table.name, column, look, to: null, confidence: 0, reasons: ['no field is like it'] };
  const { to, score, reasons, field } = fit;
  return { table: table.name, column, look, to, confidence: round(Math.min(1, score)), reasons, ...(field ? { field } : {}) };
}

const round = (number: number) => Math.round(number * 100) / 100;

function stepOf({ table, resource, columns }: Guess, all: readonly Guess[], around: Surroundings): StoredStep {
  const refs = references({ table, resource }, all, around);
  const own = columns.flatMap((guess) => (guess.to === null ? [] : [storedColumn(guess, resource, around)]));
  const match = ['externalRef', 'email', 'number', 'code', 'name'].find((field) => own.some((one) => one.to === field));
  return {
    name: table.name,
    resource: resource.name,
    file: table.name,
    mode: 'upsert',
    match: match === undefined ? [] : [match],
    columns: [...own, ...refs],
  };
}

const prefixOf = (around: Surroundings, resource: string) => `prepend:${around.system}:${resource}:`;

const templateOf = (column: string): string => (column.includes('{') ? column : `{${column}}`);

/** What people mistype. */
const mistyped: ReadonlySet<string> = new Set(['phone', 'url', 'email']);

function storedColumn(
  { column, to: given, look, field }: Guess['columns'][number],
  resource: ResourceShape,
  around: Surroundings,
): StoredColumn {
  const to = given ?? '';
  const from = templateOf(column);
  if (to === 'externalRef') return { from, to, transform: [prefixOf(around, resource.name)] };
  if (field?.kind === 'choice') return { from, to, valueMap: valueMap(look, field), onError: 'empty' };
  const kind = field?.kind ?? 'instant';
  const transform = to.includes('.') ? [] : transformsFor(kind, look, around);
  const careful = mistyped.has(kind) ? { onError: 'empty' as const } : {};
  return transform.length > 0 ? { from, to, transform, ...careful } : { from, to, ...careful };
}

const valueMap = ({ words = [] }: Look, { values = [] }: FieldShape): Record<string, string> =>
  Object.fromEntries(words.flatMap((word) => values.filter((value) => plainName(value) === plainName(word)).map((value) => [word, value])));

function transformsFor(kind: string, look: Look, around: Surroundings): string[] {
  const makers: Readonly<Record<string, () => string[]>> = {
    date: () => [`date:${look.kind === 'instant' && look.format === 'yyyy-mm-dd' ? 'iso' : (look.format ?? 'iso')}`],
    instant: () => [`instant:${look.format ?? 'iso'}`],
    decimal: () => [`decimal:${look.mark ?? '.'}`],
    money: () => [`decimal:${look.mark ?? '.'}`, `money:${around.currency}`],
    integer: () => ['integer'],
    boolean: () => ['boolean'],
    url: () => ['url'],
    phone: () => [`phone:${around.country ?? 'DE'}`],
  };
  return makers[kind]?.() ?? [];
}

/** Columns whose values are ids of another table refer to its rows. */
function references({ table, resource }: Pick<Guess, 'table' | 'resource'>, all: readonly Guess[], around: Surroundings): StoredColumn[] {
  return Object.entries(resource.fields).flatMap(([to, field]) => {
    if (field.kind !== 'ref' || field.options.writer === 'system') return [];
    const target = all.find((other) => other.resource.name === field.target && other.columns.some((column) => column.to === 'externalRef'));
    const column =
      target && table.columns.find((name) => plainName(name) === plainName(to) || plainName(name) === `${plainName(field.target ?? '')}id`);
    if (!target || column === undefined) return [];
    const lookup = { resource: target.resource.name, by: { externalRef: `{${column}}` } };
    return [{ from: `{${column}}`, to, transform: [prefixOf(around, target.resource.name)], lookup }];
  });
}
