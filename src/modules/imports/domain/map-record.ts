import type { CellSource, FileSpec, Reference, Severity, Source, Step } from './mapping.js';
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
  /** Values by field; empty ones are left out: an empty cell never clears a value. */
  readonly values: Record<string, unknown>;
  /** Fields still to be filled with ids. */
  readonly wanted: Readonly<Record<string, Wanted>>;
  /** Fields written when the row is made and left alone afterwards. */
  readonly once: ReadonlySet<string>;
  readonly findings: Finding[];
  /** `skip`: nothing for this step in the line, which is no fault. `repeat`: an earlier line said just the same. */
  fate: 'import' | 'reject' | 'skip' | 'repeat';
}

const leftOut = 'row left out';

/** What a record is read as. */
export interface Reading {
  readonly step: Step;
  readonly file: FileSpec | undefined;
  readonly now: Date;
  /** Whether this step speaks for the file's columns: of several that read it, one does. */
  readonly speaks: boolean;
}

/** A record as the resource's fields hold it. */
export function mapRecord(record: SourceRecord, { step, file, now, speaks }: Reading): MappedRow {
  const findings: Finding[] = [];
  const empty = { line: record.line, values: {}, wanted: {}, once: new Set<string>(), findings };
  if (record.broken) {
    if (!speaks) return { ...empty, fate: 'skip' };
    findings.push(brokenLine(record, record.broken));
    return { ...empty, fate: 'reject' };
  }
  const cells = clean(file, record, speaks ? findings : []);
  if (step.when !== undefined && !cells[step.when]) return { ...empty, fate: 'skip' };
  const { faults, ...read } = readFields(step, cells, now);
  findings.push(...faults.map((fault) => faultOf(record, fault)));
  return { line: record.line, ...read, findings, fate: faults.every((fault) => fault.orEmpty) ? 'import' : 'reject' };
}

function readFields(step: Step, cells: Readonly<Record<string, string>>, now: Date) {
  const values: Record<string, unknown> = {};
  const wanted: Record<string, Wanted> = {};
  const once = new Set<string>();
  const faults: Fault[] = [];
  for (const [field, source] of Object.entries(step.set)) {
    const outcome = read(source, cells, now);
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

function read(source: Source, cells: Readonly<Record<string, string>>, now: Date): Read {
  if ('constant' in source) return source.constant === null ? null : { value: source.constant };
  if ('now' in source) return { value: now, once: true };
  if ('firstOf' in source) return source.firstOf.map((s) => read(s, cells, now)).find((found) => found !== null) ?? null;
  if ('reference' in source) {
    const wanted = fillReference(source.reference, cells);
    return wanted && { wanted };
  }
  return readCell(source, cells, source.orEmpty === true);
}

function readCell(
  source: CellSource,
  cells: Readonly<Record<string, string>>,
  orEmpty: boolean,
): { readonly value: unknown } | Fault | null {
  const cell = fill(source.from, cells);
  if (cell === null) return null;
  const outcome = transform(cell, source.transforms ?? []);
  if ('rule' in outcome) return { ...outcome, column: partsOf(source.from).columns[0] ?? '', cell, orEmpty };
  return outcome.value === null ? null : outcome;
}

/** A template with its columns filled in; null when one of them is empty. */
function fill(text: string, cells: Readonly<Record<string, string>>): string | null {
  const { texts, columns } = partsOf(text);
  let filled = texts[0] ?? '';
  for (const [i, name] of columns.entries()) {
    const cell = cells[name] ?? '';
    if (cell === '') return null;
    filled += cell + (texts[i + 1] ?? '');
  }
  return filled === '' ? null : filled;
}

interface TemplateParts {
  readonly texts: readonly string[];
  readonly columns: readonly string[];
}
const templates = new Map<string, TemplateParts>();

/** Mappings have few templates and files many rows: each template is taken apart once. */
function partsOf(text: string): TemplateParts {
  const known = templates.get(text);
  if (known) return known;
  const pieces = text.split(/\{([^}]+)\}/);
  const parts = { texts: pieces.filter((_, i) => i % 2 === 0), columns: pieces.filter((_, i) => i % 2 === 1) };
  templates.set(text, parts);
  return parts;
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
