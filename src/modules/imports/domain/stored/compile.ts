import type { CellSource, FileSpec, Mapping, Reference, Source, Step, StepMode, Transform } from '../mapping.js';
import { plainLabel } from '../transform.js';
import { orderSteps } from './order-steps.js';
import { readTransform, transformNames } from './read-transform.js';
import type { Problem, StoredColumn, StoredLookup, StoredMapping, StoredStep } from './stored-mapping.js';

/** What compiling needs to know of a resource: its fields, and whether files may write it. */
export interface ResourceShape {
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldShape>>;
}
export interface FieldShape {
  readonly kind: string;
  readonly options: { readonly required?: true; readonly writer?: string; readonly description?: string };
  readonly values?: readonly string[];
  /** What people call the values, by language. */
  readonly valueLabels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly target?: string;
}
export type Shapes = (resource: string) => ResourceShape | undefined;

export interface Compiled {
  readonly mapping: Mapping;
  readonly problems: readonly Problem[];
  /** Whether it writes fields that belong to commands, or dates of the past. */
  readonly writesHistory: boolean;
}

/** A stored mapping in the words of the engine, with everything in it that cannot be meant. */
export function compileMapping(name: string, stored: StoredMapping, shapes: Shapes): Compiled {
  const context = new Context(stored, shapes);
  const steps = stored.steps.map((step, i) => context.step(step, `/steps/${i}`));
  const files = Object.fromEntries(stored.files.map((file) => [file.name, fileSpec(file)]));
  const mapping: Mapping = {
    name,
    description: `The mapping ${name}.`,
    files,
    steps: orderSteps(steps, (step, field) => shapes(step.resource)?.fields[field]?.options.required === true),
    checks: [],
    ...(stored.silent === false ? { silent: false as const } : {}),
  };
  return { mapping, problems: context.problems, writesHistory: context.writesHistory };
}

function fileSpec({ name, encoding, delimiter, header, optional }: StoredMapping['files'][number]): FileSpec {
  const read = {
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(header ? { header } : {}),
  };
  return { name, columns: {}, ...(Object.keys(read).length > 0 ? { read } : {}), ...(optional ? { optional } : {}) };
}

const histories = ['createdAt', 'updatedAt'];
const authors = ['createdBy', 'updatedBy'];
const past = [...histories, ...authors];
const wholes: Readonly<Record<string, readonly string[]>> = {
  address: ['street', 'postalCode', 'city', 'region', 'country'],
  money: ['amount', 'currency'],
  plan: ['local', 'zone'],
};

/** What a column is to become. */
type Aim = Pick<FieldShape, 'kind' | 'values' | 'valueLabels'>;
const plainText: Aim = { kind: 'text' };

/** The values of a choice by what people call them in any language: two may be called the same. */
function namedOptions({ values = [], valueLabels = {} }: Omit<Aim, 'kind'>): Readonly<Record<string, readonly string[]>> {
  const named: Record<string, string[]> = {};
  for (const value of values)
    for (const label of new Set([value, ...Object.values(valueLabels[value] ?? {})].map(plainLabel)))
      named[label] = [...(Object.hasOwn(named, label) ? (named[label] ?? []) : []), value];
  return named;
}

/** What the columns of a step are gathered into. */
interface Filling {
  readonly shape: ResourceShape | undefined;
  readonly path: string;
  readonly set: Record<string, Source>;
  readonly parts: Record<string, Record<string, Source>>;
}

class Context {
  readonly problems: Problem[] = [];
  writesHistory = false;

  constructor(
    private readonly stored: StoredMapping,
    private readonly shapes: Shapes,
  ) {}

  step(step: StoredStep, path: string): Step {
    const shape = this.shapes(step.resource);
    if (!shape && step.mode !== 'report') this.say(`${path}/resource`, `"${step.resource}" is nothing that files can be imported into`);
    if (step.file === undefined && !step.rows) this.say(`${path}/file`, 'is missing, and so are rows');
    if (step.file !== undefined && !this.stored.files.some(({ name }) => name === step.file))
      this.say(`${path}/file`, `"${step.file}" is not among the files`);
    const set = step.mode === 'report' ? {} : this.sources(step, shape, path);
    for (const [i, field] of step.match.entries())
      if (!Object.hasOwn(set, field)) this.say(`${path}/match/${i}`, `no column gives "${field}", so nothing can be found by it`);
    return { ...this.facts(step, shape, path), set };
  }

  private facts(step: StoredStep, shape: ResourceShape | undefined, path: string): Omit<Step, 'set'> {
    const { name, resource, file, rows, match, duplicates, when, reason } = step;
    const mode: StepMode = step.mode === 'link_only' ? 'link' : (step.mode ?? 'upsert');
    return {
      name,
      resource,
      key: match,
      mode,
      ...(file === undefined ? {} : { file }),
      ...(rows ? { rows } : {}),
      ...(duplicates ? { duplicates } : {}),
      ...(step.distinct ? { distinct: true as const } : {}),
      ...(when === undefined ? {} : { when }),
      ...(reason === undefined ? {} : { reason }),
      ...this.past(step, shape, path),
    };
  }

  private past(step: StoredStep, shape: ResourceShape | undefined, path: string): Pick<Step, 'history' | 'authors'> {
    const [history, by] = [this.history(step), this.authors(step, shape, path)];
    return { ...(history ? { history } : {}), ...(by ? { authors: by } : {}) };
  }

  private history(step: StoredStep): Step['history'] {
    const found = step.columns.filter(({ to }) => histories.includes(to));
    if (found.length === 0) return undefined;
    this.writesHistory = true;
    return Object.fromEntries(found.map((column) => [column.to, this.source(column, { kind: 'instant' }, '')]));
  }

  /** Whoever is said to have made a record is a user here: by a look-up, or by what the cell says, an address or an id. */
  private authors(step: StoredStep, shape: ResourceShape | undefined, path: string): Step['authors'] {
    const found = step.columns.flatMap((column, i) => (authors.includes(column.to) && !shape?.fields[column.to] ? [{ column, i }] : []));
    if (found.length === 0) return undefined;
    this.writesHistory = true;
    return Object.fromEntries(
      found.map(({ column, i }) => {
        const place = `${path}/columns/${i}`;
        if (column.lookup && column.lookup.resource !== 'user') this.say(`${place}/lookup/resource`, 'must be "user": authors are users');
        const strict = column.onError === 'reject' ? { strict: true as const } : {};
        return [column.to, { source: this.source(column, plainText, place), ...strict }];
      }),
    );
  }

  private sources(step: StoredStep, shape: ResourceShape | undefined, path: string): Record<string, Source> {
    const set: Record<string, Source> = {};
    const parts: Record<string, Record<string, Source>> = {};
    for (const [i, column] of step.columns.entries()) {
      if (past.includes(column.to) && !shape?.fields[column.to]) continue;
      this.column(column, { shape, path: `${path}/columns/${i}`, set, parts });
    }
    this.defaults(step, { shape, path, set, parts });
    for (const [field, of] of Object.entries(parts)) set[field] = { parts: of };
    return set;
  }

  private column(column: StoredColumn, { shape, path, set, parts }: Filling): void {
    const [field = '', part] = column.to.split('.');
    const target = this.target(shape, field, `${path}/to`);
    if (part === undefined) {
      const source = this.source(column, target ?? plainText, path);
      set[field] = set[field] ? { firstOf: [set[field], source] } : source;
      return;
    }
    const source = this.source(column, plainText, path);
    if (target && !wholes[target.kind]?.includes(part)) this.say(`${path}/to`, `"${field}" has no part "${part}"`);
    else (parts[field] ??= {})[part] = source;
  }

  private defaults({ defaults = {} }: StoredStep, { shape, path, set, parts }: Filling): void {
    for (const [to, constant] of Object.entries(defaults)) {
      const [field = '', part] = to.split('.');
      this.target(shape, field, `${path}/defaults/${to}`);
      const into = part === undefined ? set : (parts[field] ??= {});
      const name = part ?? field;
      const source: Source = constant === '@me' ? { me: true } : { constant };
      into[name] = into[name] ? { firstOf: [into[name], source] } : source;
    }
  }

  private target(shape: ResourceShape | undefined, field: string, path: string): FieldShape | undefined {
    if (!shape) return undefined;
    const target = Object.hasOwn(shape.fields, field) ? shape.fields[field] : undefined;
    if (!target) this.say(path, `${shape.name} has no field "${field}"`);
    if (target?.options.writer === 'system') this.writesHistory = true;
    return target;
  }

  private source(column: StoredColumn, target: Aim, path: string): Source {
    const source = this.plain(column, target, path);
    return column.onlyIf ? { only: column.onlyIf, source } : source;
  }

  private plain(column: StoredColumn, target: Aim, path: string): Source {
    if (column.lookup) return { reference: this.reference(column, column.lookup, path) };
    const transforms = [...this.transforms(column, path), ...this.closing(column, target)];
    const orEmpty = column.onError === 'empty' ? { orEmpty: true as const } : {};
    const one = (from: string): Source => ({ from: templateOf(from), transforms, ...orEmpty });
    return typeof column.from === 'string' ? one(column.from) : { firstOf: column.from.map(one) };
  }

  private transforms({ transform = [], valueMap, otherwise }: StoredColumn, path: string): Transform[] {
    const found = transform.flatMap((text, i) => {
      const read = readTransform(text, this.stored);
      if (!read) this.say(`${path}/transform/${i}`, `"${text}" is no transform; there are ${transformNames.join(', ')}`);
      return read ?? [];
    });
    if (!valueMap) return found;
    return [...found, { do: 'words', words: valueMap, ...(otherwise === undefined ? {} : { otherwise }) }];
  }

  /** What the kind of a field asks for where the mapping is silent. */
  private closing({ transform = [], valueMap }: StoredColumn, { kind, ...target }: Aim): Transform[] {
    if (valueMap) return [];
    if (kind === 'choice' && target.values) return [{ do: 'option', values: target.values, named: namedOptions(target) }];
    if (transform.length > 0) return [];
    const usual = usualOf[kind];
    const read = usual === undefined ? null : readTransform(usual, this.stored);
    return read ? [read] : [];
  }

  private reference(column: StoredColumn, lookup: StoredLookup, path: string): Reference {
    if (!this.shapes(lookup.resource) && lookup.resource !== 'user' && lookup.resource !== 'team')
      this.say(`${path}/lookup/resource`, `"${lookup.resource}" is no kind of record that can be looked up`);
    const by = Object.entries(lookup.by).map(([field, part]): [string, CellSource | Reference] =>
      typeof part === 'string'
        ? [field, { from: part, transforms: this.transforms(column, path) }]
        : [field, this.reference({ from: '', to: '' }, part, path)],
    );
    return { resource: lookup.resource, by: Object.fromEntries(by) };
  }

  private say(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}

const usualOf: Readonly<Record<string, string>> = {
  date: 'date',
  instant: 'instant',
  decimal: 'decimal',
  integer: 'integer',
  boolean: 'boolean',
  url: 'url',
  email: 'email',
  phone: 'phone',
};

/** A plain name of a column is a template of one. */
const templateOf = (from: string): string => (from.includes('{') ? from : `{${from}}`);
