import type { Problem, StoredMapping } from './stored-mapping.js';

/* What a stored mapping must look like, said once in the smallest language that can say it. */
type Shape =
  | { readonly is: 'text'; readonly max?: number }
  | { readonly is: 'boolean' }
  | { readonly is: 'value' }
  | { readonly is: 'one of'; readonly words: readonly string[] }
  | { readonly is: 'list'; readonly of: Shape; readonly max: number }
  | { readonly is: 'map'; readonly of: Shape }
  | { readonly is: 'either'; readonly shapes: readonly Shape[] }
  | { readonly is: 'object'; readonly required: readonly string[]; readonly fields: () => Readonly<Record<string, Shape>> };

const text = (max = 200): Shape => ({ is: 'text', max });
const list = (of: Shape, max: number): Shape => ({ is: 'list', of, max });
const map = (of: Shape): Shape => ({ is: 'map', of });
const object = (required: readonly string[], fields: () => Readonly<Record<string, Shape>>): Shape => ({ is: 'object', required, fields });
const boolean: Shape = { is: 'boolean' };
const value: Shape = { is: 'value' };
const words = (...all: string[]): Shape => ({ is: 'one of', words: all });

const lookup: Shape = object(['resource', 'by'], () => ({ resource: text(80), by: map({ is: 'either', shapes: [text(500), lookup] }) }));
const column = object(['from', 'to'], () => ({
  from: { is: 'either', shapes: [text(500), list(text(500), 20)] },
  to: text(),
  transform: list(text(), 20),
  valueMap: map(value),
  otherwise: value,
  onError: words('reject', 'empty'),
  lookup,
  onlyIf: object(['column', 'is'], () => ({ column: text(), is: list(text(), 100) })),
}));
const step = object(['name', 'resource', 'match', 'columns'], () => ({
  name: text(80),
  resource: text(80),
  file: text(),
  rows: list(map(text(500)), 500),
  match: list(text(80), 10),
  mode: words('create', 'upsert', 'update', 'link_only', 'report'),
  duplicates: words('reject', 'skip', 'update'),
  distinct: boolean,
  when: text(),
  reason: text(500),
  columns: list(column, 500),
  defaults: map(value),
}));
const file = object(['name'], () => ({
  name: text(),
  encoding: text(40),
  delimiter: words(',', ';', '\t', '|'),
  header: list(text(), 500),
  optional: boolean,
}));
const mapping = object(['files', 'steps'], () => ({
  locale: text(35),
  zone: text(64),
  country: text(2),
  silent: boolean,
  files: list(file, 200),
  steps: list(step, 200),
}));

/** The mapping, or what is wrong with its shape. */
export function checkShape(given: unknown): { readonly mapping: StoredMapping } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  check(mapping, given, '', problems);
  return problems.length > 0 ? { problems: problems.slice(0, 100) } : { mapping: given as StoredMapping };
}

type Checkers = {
  readonly [K in Shape['is']]: (shape: Extract<Shape, { is: K }>, given: unknown, path: string, problems: Problem[]) => void;
};

const say = (problems: Problem[], path: string, message: string) => void problems.push({ path: path === '' ? '/' : path, message });

const checkers: Checkers = {
  text: (shape, given, path, problems) => {
    if (typeof given !== 'string' || given === '' || given.length > (shape.max ?? 200))
      say(problems, path, `must be a text of at most ${shape.max ?? 200} characters`);
  },
  boolean: (_, given, path, problems) => {
    if (typeof given !== 'boolean') say(problems, path, 'must be true or false');
  },
  value: (_, given, path, problems) => {
    if (given !== null && typeof given === 'object' && JSON.stringify(given).length > 2000) say(problems, path, 'is too large');
  },
  'one of': (shape, given, path, problems) => {
    if (typeof given !== 'string' || !shape.words.includes(given)) say(problems, path, `must be one of ${shape.words.join(', ')}`);
  },
  list: (shape, given, path, problems) => {
    if (!Array.isArray(given) || given.length > shape.max) return say(problems, path, `must be a list of at most ${shape.max}`);
    given.forEach((one, i) => check(shape.of, one, `${path}/${i}`, problems));
  },
  map: (shape, given, path, problems) => {
    if (!isPlain(given) || Object.keys(given).length > 5000) return say(problems, path, 'must be an object');
    for (const [key, one] of Object.entries(given)) check(shape.of, one, `${path}/${key}`, problems);
  },
  either: (shape, given, path, problems) => {
    const tries = shape.shapes.map((one) => {
      const found: Problem[] = [];
      check(one, given, path, found);
      return found;
    });
    if (!tries.some((found) => found.length === 0)) problems.push(...(tries.at(typeof given === 'object' ? -1 : 0) ?? []));
  },
  object: (shape, given, path, problems) => {
    if (!isPlain(given)) return say(problems, path, 'must be an object');
    const fields = shape.fields();
    for (const name of shape.required) if (given[name] === undefined) say(problems, `${path}/${name}`, 'is missing');
    for (const [name, one] of Object.entries(given)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field) say(problems, `${path}/${name.slice(0, 80)}`, 'is not known here');
      else if (one !== undefined) check(field, one, `${path}/${name}`, problems);
    }
  },
};

function check<K extends Shape['is']>(shape: Extract<Shape, { is: K }>, given: unknown, path: string, problems: Problem[]): void {
  const is: K = shape.is;
  checkers[is](shape, given, path, problems);
}

const isPlain = (given: unknown): given is Record<string, unknown> => typeof given === 'object' && given !== null && !Array.isArray(given);
