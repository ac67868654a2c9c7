import { recordKeys } from '../audit/key-of.js';
import { wrap } from '../audit/record-keys.js';
import { anchorText } from '../audit/verify-chain.js';
import type { OpenWork } from '../db/open-work.js';
import { anchorsTable, bytesOf, hexOf, keysTable, reseal, type Moved } from './audit-lines.js';
import { damaged } from './box-errors.js';
import { insertRows, type Loading } from './load-rows.js';

/** How lines of a table of the audit are stored; the others take the ordinary way. */
export type LoadLines = (work: OpenWork, loading: Loading, lines: readonly string[], moved: Moved) => Promise<void>;

export const auditLoaders: ReadonlyMap<string, LoadLines> = new Map<string, LoadLines>([
  [keysTable, loadKeys],
  ['kernel.audit_entries', loadEntries],
  ['kernel.audit_chain', loadLinks],
  ['kernel.audit_heads', loadHead],
  [anchorsTable, loadAnchors],
]);

/** In which order these tables are filled: each needs what was filled before it. */
export const auditOrder: readonly string[] = [...auditLoaders.keys()];

const parsed = <T>(lines: readonly string[]): T[] => JSON.parse(`[${lines.join(',')}]`) as T[];

interface KeyRow {
  readonly record_id: string;
  readonly key: string;
}

async function loadKeys(work: OpenWork, loading: Loading, lines: readonly string[]): Promise<void> {
  const { tenantId, connection } = work;
  const sealed = parsed<KeyRow>(lines).map(({ record_id: recordId, key }) => {
    const bytes = bytesOf(key);
    if (bytes.length !== 32) throw damaged('A key of a record has not the length of a key.');
    return JSON.stringify({ record_id: recordId, key: hexOf(wrap(connection.installationKey, bytes, { tenantId, recordId })) });
  });
  await insertRows(work, loading, sealed);
}

interface EntryRow {
  readonly id: number;
  readonly record_id: string;
  readonly personal: string | null;
}

async function loadEntries(work: OpenWork, loading: Loading, lines: readonly string[], moved: Moved): Promise<void> {
  const rows = parsed<EntryRow>(lines);
  const last = rows.reduce((most, { id }) => Math.max(most, id), 0);
  if (!Number.isSafeInteger(last) || last > 2 ** 52) throw damaged('An entry of the audit has no number an entry can have.');
  await work.exec('select kernel.reserve_audit_ids($1)', [last]);
  if (moved.from === moved.to) return insertRows(work, loading, lines);
  const keys = await recordKeys(work.connection, [...new Set(rows.filter(({ personal }) => personal).map((row) => row.record_id))]);
  const resealed = lines.map((line, i) => {
    const row = rows[i];
    if (!row?.personal) return line;
    return line.replace(`"${escaped(row.personal)}"`, `"${escaped(reseal(row.personal, keys.get(row.record_id), row.record_id, moved))}"`);
  });
  await insertRows(work, loading, resealed);
}

const escaped = (bytes: string): string => bytes.replace('\\', '\\\\');

interface LinkRow {
  readonly seq: number;
  readonly entry_id: number;
  readonly at: string;
  readonly class: string;
  readonly content_hash: string;
  readonly hash: string;
}

/** Under its own id a tenant keeps its links as they are. Entries speak of their tenant, so under another they are linked anew. */
async function loadLinks(work: OpenWork, _: Loading, lines: readonly string[], { from, to }: Moved): Promise<void> {
  const rows = parsed<LinkRow>(lines);
  await work.exec('select kernel.admit_links($1, $2, $3, $4, $5, $6, null, null)', [
    rows.map(({ seq }) => seq),
    rows.map((row) => row.entry_id),
    rows.map(({ at }) => at),
    rows.map((row) => row.class),
    rows.map((row) => bytesOf(row.content_hash)),
    from === to ? rows.map(({ hash }) => bytesOf(hash)) : null,
  ]);
}

interface HeadRow {
  readonly seq: number;
  readonly hash: string;
}

async function loadHead(work: OpenWork, _: Loading, lines: readonly string[], { from, to }: Moved): Promise<void> {
  const [head] = parsed<HeadRow>(lines);
  if (!head || from !== to) return;
  await work.exec(`select kernel.admit_links('{}', '{}', '{}', '{}', '{}', '{}', $1, $2)`, [head.seq, bytesOf(head.hash)]);
}

interface AnchorRow {
  readonly day: string;
  readonly seq: number;
  readonly hash: string;
  readonly made_at: string;
  readonly signature: string;
}

/** Anchors whose signature was good are signed here: over the link of that number as it is here. */
async function loadAnchors(work: OpenWork, loading: Loading, lines: readonly string[], { from, to }: Moved): Promise<void> {
  const rows = parsed<AnchorRow>(lines);
  const anew = from === to ? new Map<number, string>() : await linksAt(work, rows);
  const signed = rows.map((row) => {
    const hash = anew.get(row.seq) ?? row.hash;
    const signature =
      row.signature === 'good' ? work.links.sign('audit-anchor', anchorText(work.tenantId, row.seq, hash.slice(2))) : row.signature;
    return JSON.stringify({ ...row, hash, signature });
  });
  await insertRows(work, loading, signed);
}

async function linksAt(work: OpenWork, rows: readonly AnchorRow[]): Promise<Map<number, string>> {
  const found = await work.exec('select seq, hash::text as hash from kernel.audit_chain where tenant_id = $1 and seq = any($2)', [
    work.tenantId,
    rows.map(({ seq }) => seq),
  ]);
  return new Map(found.rows.map((row) => [Number(row['seq']), String(row['hash'])] as const));
}
