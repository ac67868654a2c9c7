import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ident, sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Bytes } from '../read/encoding.js';
import type { Broken } from '../read/raw-table.js';
import type { Transact } from '../run/transact.js';
import type { Upload } from './upload.js';

/* Files live in the database, in parts of about a megabyte: any worker can go on where another one stopped, and nobody holds one whole. */

/** A row of a table as it was read: its line, its cells, and what is wrong with it. */
export interface RawRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly broken?: Broken;
}
type Packed = [line: number, ...cells: (string | Broken)[]];

interface Part {
  readonly content: Buffer;
  readonly packed: boolean;
  readonly first: string;
  readonly seq: number;
}

const pack = (bytes: Uint8Array): Buffer => deflateRawSync(bytes, { level: constants.Z_BEST_SPEED });

export async function keepFile(work: Work, importId: string, upload: Upload): Promise<void> {
  let seq = 0;
  for await (const bytes of upload.parts()) {
    await insertPart(work, { importId, kind: 'source', name: upload.name, seq, first: 0, records: 0, content: pack(bytes) });
    seq += 1;
  }
}

interface NewPart {
  readonly importId: string;
  readonly kind: 'source' | 'records';
  readonly name: string;
  readonly seq: number;
  readonly first: number;
  readonly records: number;
  readonly content: Buffer;
}

const insertPart = (work: Work, part: NewPart): Promise<unknown> =>
  work.rows(sql`insert into imports.import_parts (tenant_id, import_id, kind, name, seq, first_record, records, packed, content)
    values (${work.tenantId}, ${part.importId}, ${part.kind}, ${part.name}, ${part.seq}, ${part.first}, ${part.records}, true, ${part.content})`);

/** Parts fetched at once: few transactions, and little in memory. */
const partsAtOnce = 4;

interface Named {
  readonly importId: string;
  readonly kind: NewPart['kind'];
  readonly name: string;
}

/** The parts of a file or table from one of them on. */
async function* partsFrom(transact: Transact, { importId, kind, name }: Named, from = 0): AsyncGenerator<Part> {
  for (let record = from, seq = -1; ;) {
    const found = await transact((work) =>
      work.rows<Part>(sql`select content, packed, first_record::text as first, records, seq from imports.import_parts
        where tenant_id = ${work.tenantId} and import_id = ${importId} and kind = ${kind} and name = ${name} and seq > ${seq}
          and first_record + records >= ${record} order by seq limit ${partsAtOnce}`),
    );
    yield* found;
    const last = found.at(-1);
    if (!last || found.length < partsAtOnce) return;
    seq = last.seq;
    record = 0;
  }
}

/** The bytes of a file as it came in. A small one is fetched once for all readings. */
export function sourceOf(transact: Transact, importId: string, name: string): Bytes {
  let whole: Uint8Array[] | null = null;
  return async function* () {
    if (whole) return yield* whole;
    const seen: Uint8Array[] = [];
    for await (const part of partsFrom(transact, { importId, kind: 'source', name })) {
      const bytes = part.packed ? inflateRawSync(part.content) : part.content;
      if (seen.length < partsAtOnce) seen.push(bytes);
      yield bytes;
    }
    if (seen.length < partsAtOnce) whole = seen;
  };
}

const partCharacters = 768 * 1024;

/** Writes the rows of a table as they are read, part by part. */
export class RecordWriter {
  private lines: string[] = [];
  private characters = 0;
  private seq = 0;
  private first = 0;

  constructor(
    private readonly transact: Transact,
    private readonly importId: string,
    private readonly name: string,
  ) {}

  get count(): number {
    return this.first + this.lines.length;
  }

  async add({ line, cells, broken }: RawRow): Promise<void> {
    const packed: Packed = broken ? [line, broken, ...cells] : [line, ...cells];
    const text = JSON.stringify(packed);
    this.lines.push(text);
    this.characters += text.length;
    if (this.characters >= partCharacters) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    const { importId, name, seq, first } = this;
    const part = {
      importId,
      kind: 'records' as const,
      name,
      seq,
      first,
      records: this.lines.length,
      content: pack(Buffer.from(`[${this.lines.join()}]`)),
    };
    await this.transact((work) => insertPart(work, part));
    this.first += this.lines.length;
    this.lines = [];
    this.characters = 0;
    this.seq += 1;
  }
}

/** The rows of a table from the one numbered `from` on. */
export async function* recordsOf(transact: Transact, importId: string, name: string, from = 0): AsyncGenerator<RawRow> {
  for await (const part of partsFrom(transact, { importId, kind: 'records', name }, from)) {
    const rows = JSON.parse(inflateRawSync(part.content).toString('utf8')) as Packed[];
    for (let i = Math.max(0, from - Number(part.first)); i < rows.length; i += 1) yield unpacked(rows[i] as Packed);
  }
}

function unpacked([line, ...rest]: Packed): RawRow {
  const [first] = rest;
  if (typeof first === 'object') return { line, cells: rest.slice(1) as string[], broken: first };
  return { line, cells: rest as string[] };
}

/** What reading a file made before it broke off, or before it is read in another way. */
export async function forgetRecords(work: Work, importId: string, file: string): Promise<void> {
  await work.rows(sql`delete from imports.import_parts where tenant_id = ${work.tenantId} and import_id = ${importId} and kind = 'records'
    and (name = ${file} or starts_with(name, ${`${file}#`}))`);
}

/** How long files and journal of an import are kept after its end. */
export const keptDays = 30;

/** Lets go of files that nobody will read again, and of the journals of their imports. */
export async function forgetFiles(work: Work, endedBefore: Date): Promise<void> {
  for (const table of ['import_chunks', 'import_restored'].map((name) => ident(name)))
    await work.rows(sql`delete from imports.${table} note using imports.imports import
      where import.tenant_id = ${work.tenantId} and note.tenant_id = import.tenant_id and note.import_id = import.id and import.finished_at < ${endedBefore}`);
  await work.rows(sql`delete from imports.import_parts part using imports.imports import
    where import.tenant_id = ${work.tenantId} and part.tenant_id = import.tenant_id and part.import_id = import.id and import.finished_at < ${endedBefore}`);
}
