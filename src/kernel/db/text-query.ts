import pg from 'pg';

/** What pg's Query asks of its connection; private to pg, hence the pinned version and a test. */
interface Wire {
  readonly stream: { write(bytes: Buffer): boolean; readonly writable: boolean };
}
interface Inner {
  prepare(wire: Wire): void;
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete(): void;
}

/** A wire that asks for no description of the row and sends what it is given at once. */
interface Brief {
  readonly wire: Wire;
  parts: Buffer[];
}
const briefs = new WeakMap<Wire, Brief>();

function briefOf(wire: Wire): Brief {
  const known = briefs.get(wire);
  if (known) return known;
  const brief: Brief = { wire: Object.create(wire) as Wire, parts: [] };
  Object.assign(brief.wire, { describe: () => undefined, _send: (bytes: Buffer) => void brief.parts.push(bytes) });
  briefs.set(wire, brief);
  return brief;
}

const inner = pg.Query.prototype as unknown as Inner;

/**
 * A statement whose answer is one row with one text. Both sides are spared what pg's own query does for any statement: the
 * description of the columns, a result with fields and types, and a write for each message.
 */
class TextQuery extends pg.Query implements Inner {
  answer: string | null = null;

  prepare(wire: Wire): void {
    const brief = briefOf(wire);
    brief.parts = [];
    inner.prepare.call(this, brief.wire);
    if (wire.stream.writable) wire.stream.write(Buffer.concat(brief.parts));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.answer = fields[0] ?? null;
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

/** Runs a statement that answers one text; null when it answers no row. Errors are pg's. */
export function queryText(client: pg.ClientBase, { name, text, values }: TextStatement): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const query = new TextQuery({ ...(name === null ? {} : { name }), text, values }, (error) => {
      if (error) reject(error);
      else resolve(query.answer);
    });
    client.query(query);
  });
}
