import { invalid } from '#kernel/errors/domain-error.js';
import { limits } from './limits.js';
import { checkHeader, checkRow, tooManyRows, type Told } from './raw-table.js';

const longestLine = 10_000_000;
/** Objects within objects that become columns; what lies deeper stays JSON. */
const deepest = 10;
/** Brackets within brackets that a line may have: JSON of more ends a stack. */
const nested = 500;

/** One JSON object a line. Nested objects become columns `address.city`, lists stay JSON; a key that comes late is a column too. */
export async function* readJsonl(table: string, text: AsyncIterable<string>): AsyncGenerator<Told> {
  const columns = new Map<string, number>();
  let line = 0;
  let rows = 0;
  for await (const content of linesOf(table, text)) {
    line += 1;
    if (content.trim() === '') continue;
    if (++rows > limits.rows) throw tooManyRows(table);
    const object = parseLine(content);
    if (object === null) {
      yield { table, line, cells: [], broken: { rule: 'parse_json', message: 'The line is no JSON object, or one too deep.' } };
      continue;
    }
    const cells = cellsOf(object, columns);
    // Every line is as wide as all columns so far: without this a small file would become a huge one.
    if (columns.size > limits.columns) yield { table, header: checkHeader(table, [...columns.keys()]) };
    yield { table, line, ...checkRow([...columns.keys()], padded(cells, columns.size)) };
  }
  if (rows === 0) throw invalid('import.file_empty', `${table} is empty.`);
  yield { table, header: checkHeader(table, [...columns.keys()]) };
}

const padded = (cells: readonly (string | undefined)[], length: number): string[] => Array.from({ length }, (_, i) => cells[i] ?? '');

async function* linesOf(table: string, text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const part of text) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw invalid('import.broken_csv', `${table}: a line is longer than ${longestLine} characters.`);
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Brackets that stay open; those in texts count too, which only asks more of a line than it must. */
function depthOf(content: string): number {
  let open = 0;
  let most = 0;
  for (let i = 0; i < content.length; i += 1) {
    const code = content.charCodeAt(i);
    if (code === 0x7b || code === 0x5b) most = Math.max(most, (open += 1));
    else if (code === 0x7d || code === 0x5d) open -= 1;
  }
  return most;
}

function parseLine(content: string): object | null {
  try {
    if (depthOf(content) > nested) return null;
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function cellsOf(object: object, columns: Map<string, number>): (string | undefined)[] {
  const cells: (string | undefined)[] = [];
  const put = (name: string, value: unknown, depth: number): void => {
    if (value === undefined || columns.size > limits.columns) return;
    if (depth < deepest && isObject(value)) return Object.entries(value).forEach(([key, inner]) => put(`${name}.${key}`, inner, depth + 1));
    const at = columns.get(name) ?? columns.size;
    columns.set(name, at);
    cells[at] = cellOf(value);
  };
  for (const [name, value] of Object.entries(object)) put(name, value, 1);
  return cells;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

function cellOf(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
