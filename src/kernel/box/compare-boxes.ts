import { createHash } from 'node:crypto';
import { unsealValues } from '../audit/record-keys.js';
import { isRecord } from '../jobs/payload.js';
import { anchorsTable, bytesOf, keysTable } from './audit-lines.js';
import { manifestName, readManifest, type BoxPart, type Manifest } from './manifest.js';
import { ZipReader } from './zip-reader.js';

export interface Comparison {
  readonly isSame: boolean;
  /** Rows that are in one box only, or not the same in both. */
  readonly differing: number;
  /** The first of them, in words. */
  readonly examples: readonly string[];
  /** Rows that were looked at. */
  readonly rows: number;
}

interface Box {
  readonly zip: ZipReader;
  readonly manifest: Manifest;
  /** Keys of records, to look under the seals of the audit. */
  readonly keys: Map<string, Buffer>;
  /** Entries of the audit about the moving itself. */
  readonly moving: Set<number>;
}

/**
 * Whether two boxes hold the same. What cannot be the same is not held against them: the id of the tenant, seals and hashes that are made
 * over it, and what the audit says about the moving.
 */
export async function compareBoxes(first: string, second: string): Promise<Comparison> {
  const [a, b] = [await openBox(first), await openBox(second)];
  try {
    const examples: string[] = [];
    let [differing, rows] = [0, 0];
    for (const table of tablesOf(a, b)) {
      const found = await compareTable(table, a, b);
      rows += found.rows;
      differing += found.strange.length;
      examples.push(...found.strange.slice(0, 20 - examples.length));
    }
    const strange = strangeFiles(a, b);
    differing += strange.length;
    examples.push(...strange.slice(0, 20 - examples.length));
    return { isSame: differing === 0, differing, examples, rows };
  } finally {
    a.zip.close();
    b.zip.close();
  }
}

async function openBox(path: string): Promise<Box> {
  const zip = await ZipReader.open(path);
  const manifest = readManifest(await zip.text(manifestName));
  const box: Box = { zip, manifest, keys: new Map(), moving: new Set() };
  for await (const row of rowsOf(box, keysTable)) box.keys.set(String(row['record_id']), bytesOf(String(row['key'])));
  for await (const row of rowsOf(box, 'kernel.audit_entries')) if (isAboutMoving(row)) box.moving.add(Number(row['id']));
  return box;
}

const isAboutMoving = ({ command }: Record<string, unknown>): boolean => command === 'tenant.import' || command === 'tenant.export';

const partOf = ({ manifest }: Box, table: string): BoxPart | undefined => manifest.parts.find((part) => part.table === table);

async function* rowsOf(box: Box, table: string): AsyncGenerator<Record<string, unknown>> {
  const part = partOf(box, table);
  if (!part) return;
  for await (const line of box.zip.lines(part)) {
    const row: unknown = JSON.parse(line);
    if (isRecord(row)) yield row;
  }
}

const tablesOf = (...boxes: readonly Box[]): Set<string> =>
  new Set(boxes.flatMap(({ manifest }) => manifest.parts.map(({ table }) => table)));

interface Found {
  readonly rows: number;
  readonly strange: readonly string[];
}

async function compareTable(table: string, a: Box, b: Box): Promise<Found> {
  const [one, other] = [partOf(a, table), partOf(b, table)];
  // The last link is among the links.
  if (table === 'kernel.audit_heads') return { rows: 0, strange: [] };
  if (one && one.sha256 === other?.sha256) return { rows: one.rows, strange: [] };
  const [left, right] = [await digestsOf(a, b, table), await digestsOf(b, a, table, mostLinks(table, one))];
  const strange = [...left.keys()]
    .filter((digest) => !right.has(digest))
    .map((digest) => `${table}: only in the first: ${left.get(digest) ?? ''}`);
  const more = [...right.keys()]
    .filter((digest) => !left.has(digest))
    .map((digest) => `${table}: only in the second: ${right.get(digest) ?? ''}`);
  return { rows: left.size, strange: [...strange, ...more] };
}

/** Rows by what they come to once all is taken out that must differ, with the name of each. */
async function digestsOf(box: Box, against: Box, table: string, most = Infinity): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  const part = partOf(box, table);
  if (!part) return digests;
  const isCopy = box.manifest.tenant.id !== against.manifest.tenant.id;
  let seen = 0;
  for await (const line of box.zip.lines(part)) {
    const told = comparable(line, { table, box, isCopy });
    if (told === null || ++seen > most) continue;
    digests.set(createHash('sha256').update(told).digest('base64url'), nameOf(line));
  }
  return digests;
}

/** By what a row is known: its content is nobody's business. */
const nameOf = (line: string): string => {
  const [first] = Object.entries(JSON.parse(line) as Record<string, unknown>);
  return first ? `${first[0]} ${String(first[1])}` : '';
};

const chainTable = 'kernel.audit_chain';

/** Links are made seconds behind their entries: the second box may have more of them. */
const mostLinks = (table: string, first: BoxPart | undefined): number => (table === chainTable ? (first?.rows ?? 0) : Infinity);

function comparable(line: string, { table, box, isCopy }: { table: string; box: Box; isCopy: boolean }): string | null {
  const own = box.manifest.tenant.id;
  if (table === 'kernel.audit_entries') return comparableEntry(line, box);
  if (table !== chainTable && table !== anchorsTable) return line.replaceAll(own, '{tenant}');
  const row = JSON.parse(line) as Record<string, unknown>;
  if (table === chainTable && box.moving.has(Number(row['entry_id']))) return null;
  return JSON.stringify(isCopy ? { ...row, hash: null, content_hash: null } : row);
}

function comparableEntry(line: string, { keys, moving, manifest }: Box): string | null {
  const row = JSON.parse(line) as Record<string, unknown>;
  if (moving.has(Number(row['id']))) return null;
  const recordId = String(row['record_id']);
  const [key, sealed] = [keys.get(recordId), row['personal']];
  const values = key && typeof sealed === 'string' ? unsealValues(key, bytesOf(sealed), { tenantId: manifest.tenant.id, recordId }) : null;
  return JSON.stringify({ ...row, personal: values ?? sealed }).replaceAll(manifest.tenant.id, '{tenant}');
}

function strangeFiles(a: Box, b: Box): string[] {
  const [left, right] = [new Set(a.zip.files()), new Set(b.zip.files())];
  return [
    ...[...left].filter((file) => !right.has(file)).map((file) => `The content of the file ${file} is only in the first.`),
    ...[...right].filter((file) => !left.has(file)).map((file) => `The content of the file ${file} is only in the second.`),
  ];
}
