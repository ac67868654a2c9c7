import pg from 'pg';

/** What pg's Query asks of its connection; private to pg, hence the pinned version and a test. */
interface Wire {
  readonly stream: { write(bytes: Buffer): boolean; readonly writable: boolean };
}
interface Description {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}
interface DataRow {
  readonly fields: readonly (string | null)[];
}
interface Inner {
  prepare(wire: Wire): void;
  handleRowDescription(description: Description): void;
  handleDataRow(row: DataRow): void;
  handleCommandComplete(): void;
}
interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** A connection as statements of this file use it. */
interface Line {
  /** The connection, but for asking for descriptions and for writing each message by itself. */
  readonly quiet: Wire;
  /** The same, and what it is told is not the last of what is sent. */
  readonly going: Wire;
  /** The quiet one, asking for descriptions. */
  readonly asking: Wire;
  parts: Buffer[];
  /** Columns of the statements this connection keeps, by name: PostgreSQL never changes them while it keeps the statement. */
  readonly columns: Map<string, readonly Column[]>;
}

const lines = new WeakMap<Wire, Line>();
const inner = pg.Query.prototype as unknown as Inner;

function lineOf(wire: Wire): Line {
  const known = lines.get(wire);
  if (known) return known;
  const [quiet, going, asking] = [Object.create(wire) as Wire, Object.create(wire) as Wire, Object.create(wire) as Wire];
  const line: Line = { quiet, going, asking, parts: [], columns: new Map() };
  const collect = { _send: (bytes: Buffer) => void line.parts.push(bytes) };
  Object.assign(line.asking, collect);
  Object.assign(line.quiet, collect, { describe: () => undefined });
  Object.assign(line.going, collect, { describe: () => undefined, sync: () => undefined });
  lines.set(wire, line);
  return line;
}

/** Bind, execute and whatever else goes out in one write. */
function send(query: pg.Query, wire: Wire, asks: boolean): void {
  const line = lineOf(wire);
  line.parts = [];
  inner.prepare.call(query as unknown as Inner, asks ? line.asking : line.quiet);
  if (wire.stream.writable) wire.stream.write(Buffer.concat(line.parts));
}

/** A statement whose answer is one row with one text: its columns are known without asking. */
class TextQuery extends pg.Query implements Inner {
  answer: string | null = null;

  prepare(wire: Wire): void {
    send(this, wire, false);
  }

  handleRowDescription(): void {
    // Not asked for.
  }

  handleDataRow({ fields }: DataRow): void {
    this.answer = fields[0] ?? null;
  }

  handleCommandComplete(): void {
    // Nothing is told of the command.
  }
}

/** A statement with a name that is run for several sets of values, one after the other: all in one write, and the answers in one. */
class TextsQuery extends pg.Query implements Inner {
  readonly answers: (string | null)[] = [];
  private answer: string | null = null;

  constructor(
    statement: Omit<NamedStatement, 'values'>,
    private readonly sets: readonly unknown[][],
    done: (error: Error | undefined) => void,
  ) {
    super({ name: statement.name, text: statement.text, values: [] }, done);
  }

  prepare(wire: Wire): void {
    const line = lineOf(wire);
    line.parts = [];
    this.sets.forEach((values, i) => {
      Object.assign(this, { values });
      inner.prepare.call(this, i < this.sets.length - 1 ? line.going : line.quiet);
    });
    if (wire.stream.writable) wire.stream.write(Buffer.concat(line.parts));
  }

  handleRowDescription(): void {
    // Not asked for.
  }

  handleDataRow({ fields }: DataRow): void {
    this.answer = fields[0] ?? null;
  }

  handleCommandComplete(): void {
    this.answers.push(this.answer);
    this.answer = null;
  }
}

/** How the text of a column of a type is read. */
export type Reader = (type: number) => (text: string) => unknown;

/** A statement with a name whose columns are asked for once a connection. */
class RowsQuery extends pg.Query implements Inner {
  readonly found: Record<string, unknown>[] = [];
  private columns: readonly Column[] | undefined;
  private line: Line | undefined;

  constructor(
    private readonly statement: NamedStatement,
    private readonly reader: Reader,
    done: (error: Error | undefined) => void,
  ) {
    super({ name: statement.name, text: statement.text, values: statement.values }, done);
  }

  prepare(wire: Wire): void {
    this.line = lineOf(wire);
    this.columns = this.line.columns.get(this.statement.name);
    send(this, wire, !this.columns);
  }

  handleRowDescription({ fields }: Description): void {
    this.columns = fields.map(({ name, dataTypeID }) => ({ name, read: this.reader(dataTypeID) }));
    this.line?.columns.set(this.statement.name, this.columns);
  }

  handleDataRow({ fields }: DataRow): void {
    const row: Record<string, unknown> = {};
    this.columns?.forEach(({ name, read }, i) => {
      const text = fields[i] ?? null;
      row[name] = text === null ? null : read(text);
    });
    this.found.push(row);
  }

  handleCommandComplete(): void {
    // Nothing is told of the command.
  }
}

export interface TextStatement {
  /** Kept by the connection under this name. Null: planned for this run only. */
  readonly name: string | null;
  readonly text: string;
  readonly values: unknown[];
}
export interface NamedStatement extends TextStatement {
  readonly name: string;
}

/**
 * Runs a statement that answers one text; null when it answers no row. Both sides are spared what pg's own query does for any
 * statement: a description of the columns, a result with fields and types, and a write for each message. Errors are pg's.
 */
export function queryText(client: pg.ClientBase, { name, text, values }: TextStatement): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const query = new TextQuery({ ...(name === null ? {} : { name }), text, values }, (error) => {
      if (error) reject(error);
      else resolve(query.answer);
    });
    client.query(query);
  });
}

/** `queryText` for several sets of values, in their order. All fail if one does. */
export function queryTexts(
  client: pg.ClientBase,
  statement: Omit<NamedStatement, 'values'>,
  sets: readonly unknown[][],
): Promise<(string | null)[]> {
  return new Promise((resolve, reject) => {
    const query = new TextsQuery(statement, sets, (error) => {
      if (error) reject(error);
      else resolve(query.answers);
    });
    client.query(query);
  });
}

/** The rows of a statement that comes again and again: its columns are described once a connection. */
export function queryRows(client: pg.ClientBase, statement: NamedStatement, reader: Reader): Promise<Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    const query = new RowsQuery(statement, reader, (error) => {
      if (error) reject(error);
      else resolve(query.found);
    });
    client.query(query);
  });
}
