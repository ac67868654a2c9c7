import { limits } from './limits.js';
import { checkHeader, checkRow, tooManyRows, type Told } from './raw-table.js';

/**
 * The rows of a database dump written as `insert into … values …`: each table of it is a table here, its columns named by the
 * `create table` before. What a cell of NULL says is an empty cell. No statement is ever carried out.
 */
export async function* readSql(file: string, text: AsyncIterable<string>): AsyncGenerator<Told> {
  const columns = new Map<string, readonly string[]>();
  const counts = new Map<string, number>();
  for await (const { statement, line } of statementsOf(text)) {
    noteTable(statement, columns);
    const insert = insertOf(statement, columns);
    if (!insert) continue;
    const table = `${file}#${insert.name}`;
    for (const row of rowsOf(statement, insert.at)) {
      const header = insert.columns ?? row.cells.map((_, i) => `column${i + 1}`);
      const count = counts.get(table) ?? 0;
      if (count === 0) yield { table, header: checkHeader(table, ['#', ...header]) };
      if (count >= limits.rows) throw tooManyRows(table);
      counts.set(table, count + 1);
      // The running number: what a serial key would have become.
      yield { table, line: line + row.newlines, ...checkRow(['#', ...header], [String(count + 1), ...row.cells]) };
    }
  }
}

/** Dumps name the columns where they make a table, and often nowhere else. */
function noteTable(statement: string, columns: Map<string, readonly string[]>): void {
  const [, name, body = ''] = /^create\s+table\s+(?:if\s+not\s+exists\s+)?([\w".]+)\s*\(([\s\S]*)\)/i.exec(statement) ?? [];
  if (name !== undefined) columns.set(nameOf(name), columnsOf(body));
}

interface Insert {
  readonly name: string;
  readonly columns: readonly string[] | undefined;
  /** Where its rows begin. */
  readonly at: number;
}

function insertOf(statement: string, columns: ReadonlyMap<string, readonly string[]>): Insert | null {
  const [head, table, named] = /^insert\s+into\s+([\w".]+)\s*(?:\(([^)]*)\))?\s*values\s*/i.exec(statement) ?? [];
  if (head === undefined || table === undefined) return null;
  const name = nameOf(table);
  return { name, columns: named === undefined ? columns.get(name) : named.split(',').map(nameOf), at: head.length };
}

const nameOf = (name: string): string => name.trim().replaceAll('"', '').split('.').at(-1) ?? '';

const columnsOf = (body: string): string[] =>
  body
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => !/^(constraint|primary|foreign|unique|check)\b/i.test(part))
    .map((part) => nameOf(part.split(/\s/)[0] ?? ''));

/** Statements without comments, each with the line it begins on. */
async function* statementsOf(text: AsyncIterable<string>): AsyncGenerator<{ statement: string; line: number }> {
  const scan = new Scanner();
  for await (const part of text) yield* scan.feed(part);
  yield* scan.feed(';\n', true);
}

class Scanner {
  private rest = '';
  private line = 1;
  private at = 0;
  private quoted = false;

  /** The last letter waits for the next part: it may begin a comment. */
  *feed(part: string, isLast = false): Generator<{ statement: string; line: number }> {
    this.rest += part;
    while (this.at < this.rest.length - (isLast ? 0 : 1)) {
      const mark = this.rest[this.at];
      if (mark === "'") this.quoted = !this.quoted;
      else if (!this.quoted && mark === ';') yield* this.cut();
      else if (!this.quoted && this.isComment() && !this.skipComment()) return;
      this.at += 1;
    }
  }

  private *cut(): Generator<{ statement: string; line: number }> {
    const whole = this.rest.slice(0, this.at);
    const statement = whole.trimStart();
    const before = newlines(whole.slice(0, whole.length - statement.length));
    if (statement !== '') yield { statement, line: this.line + before };
    this.line += newlines(whole);
    this.rest = this.rest.slice(this.at + 1);
    this.at = -1;
  }

  private isComment(): boolean {
    const two = this.rest.slice(this.at, this.at + 2);
    return two === '--' || two === '/*';
  }

  /** Blanks a comment out, its line ends kept; false while its end has not come. */
  private skipComment(): boolean {
    const isLine = this.rest[this.at] === '-';
    const end = this.rest.indexOf(isLine ? '\n' : '*/', this.at + 2);
    if (end === -1) return false;
    const comment = this.rest.slice(this.at, end + (isLine ? 0 : 2));
    this.rest = this.rest.slice(0, this.at) + comment.replace(/[^\n]+/g, ' ') + this.rest.slice(this.at + comment.length);
    this.at -= 1;
    return true;
  }
}

const newlines = (text: string) => text.split('\n').length - 1;

/** The tuples of a `values` list from `at` on. */
function* rowsOf(statement: string, at: number): Generator<{ cells: string[]; newlines: number }> {
  const value = /\s*(?:[A-Za-z]?'((?:[^']|'')*)'(?:::[\w ]+)?|([^,()']+(?:\([^)]*\))?))\s*([,)])/y;
  const open = /[\s,]*\(/y;
  let seen = at;
  let lines = newlines(statement.slice(0, at));
  for (open.lastIndex = at; open.test(statement);) {
    lines += newlines(statement.slice(seen, open.lastIndex));
    seen = open.lastIndex;
    const cells: string[] = [];
    value.lastIndex = open.lastIndex;
    for (let match = value.exec(statement); match; match = value.exec(statement)) {
      cells.push(match[1] === undefined ? plain(match[2] ?? '') : match[1].replaceAll("''", "'"));
      open.lastIndex = value.lastIndex;
      if (match[3] === ')') break;
    }
    yield { cells, newlines: lines };
  }
}

const plain = (text: string): string => (/^null$/i.test(text.trim()) ? '' : text.trim());
