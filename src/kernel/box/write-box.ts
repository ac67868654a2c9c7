import { verifyChain } from '../audit/verify-chain.js';
import type { OpenWork } from '../db/open-work.js';
import type { BlobName, FileStore, Ports } from '../ports/ports.js';
import { isFiscalCalendar } from '../pure/fiscal.js';
import { lineOut } from './audit-lines.js';
import { boxTables, quoted, travels, type BoxTable } from './box-tables.js';
import {
  fileName,
  fingerprintOf,
  manifestName,
  newManifest,
  partName,
  sealName,
  type BoxPart,
  type BoxTenant,
  type Manifest,
} from './manifest.js';
import { ZipWriter } from './zip-writer.js';

export interface BoxOrder {
  /** Where the box goes; nothing may be there. */
  readonly path: string;
  readonly ports: Pick<Ports, 'files' | 'sign'>;
  readonly withSecrets: boolean;
  /** Called when it is settled what will be in the box: what is written from now on is not. */
  readonly onSettled?: () => Promise<void>;
  readonly onProgress?: (progress: BoxProgress) => void | Promise<void>;
}
export interface MadeBox {
  readonly manifest: Manifest;
  /** By which anybody can tell this box from every other. */
  readonly fingerprint: string;
}
export interface BoxProgress {
  /** Rows and files. */
  readonly done: number;
  readonly total: number;
}

/**
 * Writes all a tenant has to an archive, as it is at one moment however long that takes. `work` must be a transaction in which nothing has
 * been asked yet.
 */
export async function writeBox(work: OpenWork, order: BoxOrder): Promise<MadeBox> {
  await work.exec('set transaction isolation level repeatable read, read only', []);
  await work.exec(
    `select set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true), set_config('timezone', 'UTC', true)`,
    [],
  );
  const tenant = await tenantOf(work);
  await order.onSettled?.();
  const zip = new ZipWriter(order.path, work.now);
  try {
    const made = await fill(zip, work, order, tenant);
    await zip.end();
    return made;
  } catch (error) {
    await zip.abandon();
    throw error;
  }
}

async function fill(zip: ZipWriter, work: OpenWork, order: BoxOrder, tenant: BoxTenant): Promise<MadeBox> {
  const tables = (await boxTables(work)).filter((table) => travels(table, order.withSecrets));
  const progress = await startProgress(work, tables, order);
  const parts: BoxPart[] = [];
  for (const table of tables) parts.push(await addPart(zip, work, table, progress));
  const files = await addFiles(zip, work, order, progress);
  const manifest = newManifest({
    madeAt: work.now.toISOString(),
    tenant,
    withSecrets: order.withSecrets,
    migrations: await migrationsOf(work),
    audit: await auditOf(work),
    parts,
    files,
  });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await zip.add(manifestName, once(text));
  await zip.add(sealName, once(`${JSON.stringify(sealOf(order.ports, text))}\n`));
  return { manifest, fingerprint: fingerprintOf(text) };
}

/** By which an installation knows a box of its own, and that nobody changed it. */
export const sealOf = ({ sign }: Pick<Ports, 'sign'>, manifest: string) => ({
  installation: sign('tenant-box-home', 'home'),
  signature: sign('tenant-box', manifest),
});

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

async function tenantOf(work: OpenWork): Promise<BoxTenant> {
  const { rows } = await work.exec(
    `select id, slug, name, state, currency, time_zone as "timeZone", locale, languages, fiscal_calendar as fiscal, created_at::text as "createdAt" from kernel.tenants where id = $1`,
    [work.tenantId],
  );
  const [row] = rows;
  if (!row) throw new Error('There is no such tenant.');
  const text = (name: string) => String(row[name]);
  return {
    id: text('id'),
    slug: text('slug'),
    name: text('name'),
    state: text('state'),
    currency: text('currency'),
    timeZone: text('timeZone'),
    locale: text('locale'),
    languages: row['languages'] as readonly string[],
    ...(isFiscalCalendar(row['fiscal']) ? { fiscalCalendar: row['fiscal'] } : {}),
    createdAt: text('createdAt'),
  };
}

export async function migrationsOf(work: OpenWork): Promise<string[]> {
  const { rows } = await work.exec('select name from public.kontor_migrations order by name', []);
  return rows.map((row) => String(row['name']));
}

async function auditOf(work: OpenWork): Promise<Manifest['audit']> {
  const { intact, head } = await verifyChain(work, { most: Number.MAX_SAFE_INTEGER - 1 });
  return { seq: head?.seq ?? 0, hash: head?.hash ?? null, isIntact: intact };
}

type Advance = (by: number) => Promise<void>;

async function startProgress(work: OpenWork, tables: readonly BoxTable[], { onProgress }: BoxOrder): Promise<Advance> {
  if (!onProgress) return () => Promise.resolve();
  let [done, total] = [0, 0];
  for (const table of tables) {
    const { rows } = await work.exec(`select count(*) as n from ${fromOf(table)}`, [work.tenantId]);
    total += Number(rows[0]?.['n'] ?? 0) * (table.name === blobsTable ? 2 : 1);
  }
  await onProgress({ done, total });
  return async (by) => {
    done += by;
    await onProgress({ done, total });
  };
}

/** Its rows name contents that lie in the file store. */
export const blobsTable = 'files.blobs';

/** The rows of a table that travel; the tenant is `$1`. */
export const fromOf = ({ name, rule }: BoxTable): string =>
  `${quoted(name)} r where r.tenant_id = $1${rule.where ? ` and (${rule.where})` : ''}`;

const written = ({ columns, rule }: BoxTable) => columns.filter(({ name }) => rule.columns?.[name] !== null);

async function addPart(zip: ZipWriter, work: OpenWork, table: BoxTable, advance: Advance): Promise<BoxPart> {
  let rows = 0;
  const convert = lineOut(work, table.name);
  const lines = async function* (): AsyncGenerator<string> {
    for await (const page of pagesOf(work, table)) {
      const out = convert ? page.map(convert).filter((line) => line !== null) : page;
      rows += out.length;
      yield out.map((line) => `${line}\n`).join('');
      await advance(page.length);
    }
  };
  const { bytes, sha256 } = await zip.add(partName(table.name), lines());
  return { table: table.name, columns: written(table).map(({ name }) => name), rows, bytes, sha256 };
}

/** Rows come in portions of about this size, whether they are short or long. */
const portionBytes = 1_048_576;
const mostRows = 2_000;

async function* pagesOf(work: OpenWork, table: BoxTable): AsyncGenerator<string[]> {
  await work.exec(`declare box_rows no scroll cursor for ${selectOf(table)}`, [work.tenantId]);
  for (let size = 8; ;) {
    const { rows } = await work.exec(`fetch ${size} from box_rows`, []);
    if (rows.length === 0) break;
    const page = rows.map((row) => String(row['line']));
    yield page;
    const bytes = page.reduce((sum, line) => sum + line.length, 0);
    size = Math.max(1, Math.min(mostRows, size * 4, Math.floor((portionBytes * page.length) / Math.max(1, bytes))));
  }
  await work.exec('close box_rows', []);
}

function selectOf(table: BoxTable): string {
  const columns = written(table).map(({ name }) => {
    const instead = table.rule.columns?.[name];
    return instead ? `${instead} as ${quoted(name)}` : `r.${quoted(name)}`;
  });
  return `select row_to_json(l)::text as line from (select ${columns.join(', ')} from ${fromOf(table)}${orderOf(table)}) l`;
}

/** The same order everywhere: not that of the language a database was made for. A table of one row a tenant has no key besides it. */
function orderOf({ key, columns }: BoxTable): string {
  const texts = new Set(columns.filter(({ type }) => type === 'text').map(({ name }) => name));
  const terms = key.map((name) => `r.${quoted(name)}${texts.has(name) ? ' collate "C"' : ''}`);
  return terms.length === 0 ? '' : ` order by ${terms.join(', ')}`;
}

async function addFiles(zip: ZipWriter, work: OpenWork, order: BoxOrder, advance: Advance): Promise<Manifest['files']> {
  let [count, bytes] = [0, 0];
  const missing: string[] = [];
  for await (const sha256 of blobsOf(work)) {
    const written = await addFile(zip, order.ports.files, { tenantId: work.tenantId, sha256 });
    if (written === null) missing.push(sha256);
    else [count, bytes] = [count + 1, bytes + written];
    await advance(1);
  }
  return { count, bytes, missing };
}

async function* blobsOf(work: OpenWork): AsyncGenerator<string> {
  for (let after = ''; ;) {
    const { rows } = await work.exec(
      `select sha256 from ${blobsTable} where tenant_id = $1 and sha256 collate "C" > $2 order by sha256 collate "C" limit 500`,
      [work.tenantId, after],
    );
    if (rows.length === 0) return;
    for (const row of rows) yield (after = String(row['sha256']));
  }
}

/** The number of its bytes; null when the store has it no more. */
async function addFile(zip: ZipWriter, files: FileStore, blob: BlobName): Promise<number | null> {
  const content = await contentOf(files, blob);
  if (!content) return null;
  const { bytes, sha256 } = await zip.add(fileName(blob.sha256), content, { packed: false });
  if (sha256 !== blob.sha256) throw new Error(`The content kept as ${blob.sha256} is not what it was.`);
  return bytes;
}

async function contentOf(files: FileStore, blob: BlobName): Promise<AsyncIterable<Buffer> | null> {
  try {
    return await files.read(blob);
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ENOENT') return null;
    throw error;
  }
}
