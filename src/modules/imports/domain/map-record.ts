import type { CellSource, FileSpec, Reference, Severity, Source, Step } from './mapping.js';
import { fill, partsOf } from './template.js';
import { transform } from './transform.js';

/** One record of a file, cells trimmed and known by column. */
export interface SourceRecord {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  /** What the reader found wrong with the line itself; such a record is not imported. */
  readonly broken?: { readonly rule: string; readonly message: string; readonly column?: string };
}

/** Something to tell about one line. */
export interface Finding {
  readonly line: number;
  readonly field: string | null;
  readonly rule: string;
  readonly severity: Severity;
  readonly value: string | null;
  readonly done: string;
  readonly message: string;
}

/** A reference with its templates filled in. */
export interface Wanted {
  readonly resource: string;
  readonly by: Readonly<Record<string, string | Wanted>>;
}

export interface MappedRow {
  readonly line: number;
  /** Values by field; empty ones are left out: an empty cell never clears a value. Null, from a cell of `\\N`, does. */
  readonly values: Record<string, unknown>;
  /** Fields still to be filled with ids. */
  readonly wanted: Readonly<Record<string, Wanted>>;
  /** Fields written when the row is made and left alone afterwards. */
  readonly once: ReadonlySet<string>;
  readonly findings: Finding[];
  /** When the other system made and last changed it. */
  history?: History;
  /** Who is said to have made and last changed it there. */
  readonly authors?: Authors;
  /** `skip`: nothing for this step in the line, which is no fault. `repeat`: an earlier line said just the same. */
  fate: 'import' | 'reject' | 'skip' | 'repeat';
}

export interface History {
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
  readonly createdById?: string;
  readonly updatedById?: string;
}

/** By `createdBy` and `updatedBy`. */
export type Authors = Readonly<Record<string, { readonly wanted: Wanted; readonly strict: boolean }>>;

const leftOut = 'row left out';

/** What a record is read as. */
export interface Reading {
  readonly step: Step;
  readonly file: FileSpec | undefined;
  readonly now: Date;
  /** Who started the import; null when a machine did. */
  readonly me?: string | null;
  /** Whether this step speaks for the file's columns: of several that read it, one does. */
  readonly speaks: boolean;
}

/** A record as the resource's fields hold it. */
export function mapRecord(record: SourceRecord, reading: Reading): MappedRow {
  const { step, speaks } = reading;
  if (record.broken) return speaks ? without(record, 'reject', [brokenLine(record, record.broken)]) : without(record, 'skip');
  return step.mode === 'report' ? without(record, 'reject', [homeless(record, step)]) : mapCells(record, reading);
}

function mapCells(record: SourceRecord, { step, file, now, me = null, speaks }: Reading): MappedRow {
  const findings: Finding[] = [];
  const cells = clean(file, record, speaks ? findings : []);
  if (step.when !== undefined && !cells[step.when]) return without(record, 'skip', findings);
  const given = { cells, now, me, faults: [] };
  const { faults, ...fields } = readFields(step, given);
  if (step.mode === 'link' && isBare(step, fields)) return without(record, 'skip', findings);
  const authors = step.authors ? { authors: readAuthors(step.authors, given) } : {};
  findings.push(...faults.map((fault) => faultOf(record, fault)));
  const history = step.history ? { history: readHistory(step.history, { ...given, faults: [] }) } : {};
  return {
    line: record.line,
    ...fields,
    ...history,
    ...authors,
    findings,
    fate: faults.every((fault) => fault.orEmpty) ? 'import' : 'reject',
  };
}

const without = ({ line }: SourceRecord, fate: 'reject' | 'skip', findings: Finding[] = []): MappedRow => ({
  line,
  values: {},
  wanted: {},
  once: new Set<string>(),
  findings,
  fate,
});

/** Nothing but the key: there is no link to set. */
const isBare = ({ key }: Step, { values, wanted }: Pick<MappedRow, 'values' | 'wanted'>): boolean =>
  [...Object.keys(values), ...Object.keys(wanted)].every((field) => key.includes(field));

/** A row that has nowhere to go is told, with what it says, rather than passed over. */
const homeless = ({ line, cells }: SourceRecord, { reason }: Step): Finding => ({
  line,
  field: null,
  rule: 'no_home',
  severity: 'error',
  value: Object.values(cells)
    .filter((cell) => cell !== '')
    .join(' | ')
    .slice(0, 500),
  done: leftOut,
  message: reason ?? 'There is nothing here that holds such rows.',
});

/** A date that makes no sense is no reason to leave the row out: it is then as old as the import. */
function readHistory(history: NonNullable<Step['history']>, given: Cells): NonNullable<MappedRow['history']> {
  const found = Object.entries(history).flatMap(([name, source]) => {
    const outcome = read(source, given);
    return outcome !== null && 'value' in outcome && outcome.value instanceof Date ? [[name, outcome.value] as const] : [];
  });
  return Object.fromEntries(found);
}

function readAuthors(authors: NonNullable<Step['authors']>, given: Cells): Authors {
  const found = Object.entries(authors).flatMap(([name, { source, strict = false }]) => {
    const outcome = read(source, given);
    if (outcome === null) return [];
    if ('rule' in outcome) given.faults.push({ ...outcome, orEmpty: !strict });
    const wanted = 'wanted' in outcome ? outcome.wanted : 'value' in outcome ? userNamed(outcome.value) : null;
    return wanted ? [[name, { wanted, strict }] as const] : [];
  });
  return Object.fromEntries(found);
}

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A user by what a cell says: his id here, or else his address. */
function userNamed(value: unknown): Wanted | null {
  if (typeof value !== 'string' || value === '') return null;
  return { resource: 'user', by: id.test(value) ? { id: value.toLowerCase() } : { email: value.toLowerCase() } };
}

function readFields(step: Step, given: Cells) {
  const values: Record<string, unknown> = {};
  const wanted: Record<string, Wanted> = {};
  const once = new Set<string>();
  const { faults } = given;
  for (const [field, source] of Object.entries(step.set)) {
    const outcome = read(source, given);
    if (outcome === null) continue;
    if ('rule' in outcome) faults.push(outcome);
    else if ('wanted' in outcome) wanted[field] = outcome.wanted;
    else values[field] = outcome.value;
    if ('once' in outcome) once.add(field);
  }
  return { values, wanted, once, faults };
}

const brokenLine = ({ line, cells }: SourceRecord, { rule, message, column }: NonNullable<SourceRecord['broken']>): Finding => ({
  line,
  field: column ?? null,
  rule,
  severity: 'error',
  value: column === undefined ? null : (cells[column] ?? null),
  done: leftOut,
  message,
});

const faultOf = ({ line }: SourceRecord, { column, cell, rule, message, orEmpty }: Fault): Finding => ({
  line,
  field: column,
  rule,
  severity: orEmpty ? 'warning' : 'error',
  value: cell,
  done: orEmpty ? 'left empty' : leftOut,
  message: `${column} ${message}.`,
});

/** Cells with their known mistakes put right. */
function clean(file: FileSpec | undefined, record: SourceRecord, findings: Finding[]): Readonly<Record<string, string>> {
  const cells: Record<string, string> = { ...record.cells };
  for (const [name, rule] of Object.entries(file?.columns ?? {})) {
    const cell = cells[name] ?? '';
    const meant = rule.corrections && Object.hasOwn(rule.corrections, cell) ? rule.corrections[cell] : undefined;
    const said = { line: record.line, field: name, value: cell };
    if (meant !== undefined) {
      cells[name] = meant;
      findings.push({
        ...said,
        rule: 'correction',
        severity: 'warning',
        done: `read as ${meant}`,
        message: `"${cell}" is written for "${meant}".`,
      });
    }
    if (cell === '' && rule.whenEmpty) findings.push({ ...said, rule: 'empty', ...rule.whenEmpty, message: `${name} is empty.` });
  }
  return cells;
}

interface Fault {
  readonly rule: string;
  readonly message: string;
  readonly column: string;
  readonly cell: string;
  readonly orEmpty: boolean;
}
type Read = { readonly value: unknown; readonly once?: true } | { readonly wanted: Wanted } | Fault | null;

interface Cells {
  readonly cells: Readonly<Record<string, string>>;
  readonly now: Date;
  readonly me: string | null;
  /** Faults that leave a part of a value empty. */
  readonly faults: Fault[];
}

function read(source: Source, given: Cells): Read {
  if ('constant' in source) return present(source.constant);
  if ('now' in source) return { value: given.now, once: true };
  if ('me' in source) return givenTo(given.me);
  if ('only' in source) return applies(source.only, given) ? read(source.source, given) : null;
  if ('parts' in source) return readParts(source.parts, given);
  if ('firstOf' in source) return firstWith(source.firstOf, given);
  if ('reference' in source) return readReference(source.reference, given);
  return readCell(source, given.cells, source.orEmpty === true);
}

const firstWith = (sources: readonly Source[], given: Cells): Read =>
  sources.map((source) => read(source, given)).find((found) => found !== null) ?? null;
const givenTo = (me: string | null): Read => (me === null ? null : { value: me, once: true });
function readReference(reference: Reference, { cells }: Cells): Read {
  const wanted = fillReference(reference, cells);
  return wanted && { wanted };
}
const present = (value: unknown): Read => (value === null ? null : { value });
const applies = ({ column, is }: { readonly column: string; readonly is: readonly string[] }, { cells }: Cells) =>
  is.includes(cells[column] ?? '');

/** The parts that have a value; nothing when none has. */
function readParts(parts: Readonly<Record<string, Source>>, given: Cells): Read {
  const value: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(parts)) {
    const outcome = read(source, given);
    if (outcome === null || 'wanted' in outcome) continue;
    if (!('rule' in outcome)) value[name] = outcome.value;
    else if (outcome.orEmpty) given.faults.push(outcome);
    else return outcome;
  }
  return Object.keys(value).length === 0 ? null : { value };
}

/** What a cell says that empties a field; an empty cell leaves it as it is. */
const clearing = '\\N';

function readCell(
  source: CellSource,
  cells: Readonly<Record<string, string>>,
  orEmpty: boolean,
): { readonly value: unknown } | Fault | null {
  const cell = fill(source.from, cells);
  if (cell === null) return null;
  if (cell === clearing) return { value: null };
  const outcome = transform(cell, source.transforms ?? []);
  if ('rule' in outcome) return { ...outcome, column: partsOf(source.from).columns[0] ?? '', cell, orEmpty };
  return outcome.value === null ? null : outcome;
}

/** Null when one of its parts has no value: then there is nothing to refer to. */
function fillReference(reference: Reference, cells: Readonly<Record<string, string>>): Wanted | null {
  const by: Record<string, string | Wanted> = {};
  for (const [field, part] of Object.entries(reference.by)) {
    const filled = 'resource' in part ? fillReference(part, cells) : readCell(part, cells, true);
    if (filled === null || 'rule' in filled) return null;
    by[field] = 'resource' in filled ? filled : String(filled.value);
  }
  return { resource: reference.resource, by };
}
