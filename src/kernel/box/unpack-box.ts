import { systemActor } from '../access/actor.js';
import { noteAudit } from '../audit/note-audit.js';
import type { OpenWork } from '../db/open-work.js';
import type { Runtime } from '../db/runtime.js';
import { isRecord } from '../jobs/payload.js';
import type { Ports } from '../ports/ports.js';
import { newId, typeCode } from '../resource/ids.js';
import type { Moved } from './audit-lines.js';
import { auditBroken, damaged, notEmpty, otherSchema } from './box-errors.js';
import { boxTables, quoted, type BoxTable } from './box-tables.js';
import { auditLoaders, auditOrder } from './load-audit.js';
import { keepFiles } from './load-files.js';
import { fillLate, insertRows, portionsOf, type Loading } from './load-rows.js';
import { fingerprintOf, manifestName, partName, readManifest, sealName, type BoxPart, type Manifest } from './manifest.js';
import type { BoxProgress } from './write-box.js';
import { migrationsOf, sealOf } from './write-box.js';
import { ZipReader } from './zip-reader.js';

export interface Unpacking {
  readonly path: string;
  /** What the company is called here: its own names when left out. */
  readonly slug?: string;
  readonly name?: string;
  /** An empty tenant that takes it in; a new one when left out. */
  readonly tenantId?: string | null;
  /** Whether tasks that wait go on waiting until they are woken; by default they do where the tenant is there already under its own id. */
  readonly isHeld?: boolean;
  /** SHA-256 of the manifest, as it was told when the box was made. */
  readonly fingerprint?: string;
  readonly onProgress?: (progress: BoxProgress) => void | Promise<void>;
}

export interface Unpacked {
  readonly tenantId: string;
  readonly manifest: Manifest;
  /** It has another id than it had. */
  readonly isCopy: boolean;
  readonly isHeld: boolean;
}

/** Makes a tenant of a box, in one transaction: until it is through nobody sees anything of it, and if it breaks off nothing was. */
export async function unpackBox(runtime: Runtime, order: Unpacking): Promise<Unpacked> {
  const zip = await ZipReader.open(order.path);
  try {
    const manifest = await openManifest(runtime, zip, order.fingerprint);
    const from = manifest.tenant.id;
    const to = order.tenantId ?? ((await isTaken(runtime, from)) ? newId(typeCode('tenant')) : from);
    const isCopy = from !== to;
    if (isCopy && !manifest.audit.isIntact) throw auditBroken();
    const isHeld = order.isHeld ?? isCopy;
    await unpack(runtime, zip, { ...order, manifest, moved: { from, to }, isHeld });
    runtime.variants.forget(to);
    return { tenantId: to, manifest, isCopy, isHeld };
  } finally {
    zip.close();
  }
}

/** The manifest of a box of this installation must have its signature; that of another one may be known by its fingerprint. */
export async function openManifest(
  { ports }: { readonly ports: Pick<Ports, 'sign' | 'verify'> },
  zip: ZipReader,
  fingerprint?: string,
): Promise<Manifest> {
  const text = await zip.text(manifestName);
  const manifest = readManifest(text);
  if (fingerprint !== undefined && fingerprintOf(text) !== fingerprint.toLowerCase()) throw damaged('It has another fingerprint.');
  const seal: unknown = JSON.parse(await zip.text(sealName).then((found) => (/^\s*\{.*\}\s*$/s.test(found) ? found : 'null')));
  const { installation, signature } = isRecord(seal) ? seal : {};
  if (installation === sealOf(ports, text).installation && !ports.verify('tenant-box', text, String(signature)))
    throw damaged('Its manifest was changed after it was signed.');
  const listed = new Set([manifestName, sealName, ...manifest.parts.map(({ table }) => partName(table))]);
  const stray = zip.names.find((name) => name.startsWith('tables/') && !listed.has(name));
  if (stray) throw damaged(`Its manifest does not know ${stray}.`);
  return manifest;
}

const unpacker = { actor: systemActor('tenant box'), cause: { command: 'tenant.import' } };

async function isTaken(runtime: Runtime, tenantId: string): Promise<boolean> {
  const { rows } = await runtime.withStatement({ tenantId, ...unpacker }, (work) =>
    work.exec('select from kernel.tenants where id = $1', [tenantId]),
  );
  return rows.length > 0;
}

interface Job extends Unpacking {
  readonly manifest: Manifest;
  readonly moved: Moved;
  readonly isHeld: boolean;
}

async function unpack(runtime: Runtime, zip: ZipReader, job: Job): Promise<void> {
  const kept: string[] = [];
  const { files } = runtime.ports;
  try {
    await runtime.withWork({ tenantId: job.moved.to, ...unpacker }, async (work) => {
      await work.exec(
        `select set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true), set_config('timezone', 'UTC', true)`,
        [],
      );
      const loadings = await openTables(work, job);
      await placeTenant(work, job, loadings);
      const advance = await startProgress(job);
      for (const loading of loadings) await fillTable(work, zip, loading, { moved: job.moved, advance });
      for (const loading of loadings.filter(({ table }) => table.late.length > 0))
        for await (const lines of portionsOf(movedLines(zip, loading.part, job.moved))) await fillLate(work, loading, lines);
      await keepFiles(work, zip, { files, missing: job.manifest.files.missing, kept, advance });
      await noteArrival(work, job);
    });
  } catch (error) {
    for (const sha256 of kept) await files.remove({ tenantId: job.moved.to, sha256 }).catch(() => undefined);
    throw error;
  }
}

/** The tables of the box, in the order in which they are filled here. */
async function openTables(work: OpenWork, { manifest, isHeld }: Job): Promise<Loading[]> {
  const tables = await boxTables(work);
  const known = new Map(tables.map((table) => [table.name, table] as const));
  const migrations = new Set(await migrationsOf(work));
  const unknown = [
    ...manifest.migrations.filter((name) => !migrations.has(name)),
    ...manifest.parts.flatMap((part) => strangeIn(part, known.get(part.table))),
  ];
  if (unknown.length > 0) throw otherSchema(unknown);
  const parts = new Map(manifest.parts.map((part) => [part.table, part] as const));
  if (parts.size < manifest.parts.length) throw damaged('Its manifest has a table twice.');
  const ordinary = tables.map(({ name }) => name).filter((name) => !auditLoaders.has(name));
  return [...ordinary, ...auditOrder].flatMap((name) => {
    const [table, part] = [known.get(name), parts.get(name)];
    return table && part ? [{ table, part, ...(name === 'kernel.tasks' && isHeld ? { instead: resting } : {}) }] : [];
  });
}

const resting = { state: `case when l.state = 'pending' then 'resting' else l.state end` };

function strangeIn({ table, columns }: BoxPart, known: BoxTable | undefined): string[] {
  if (!known || known.rule.leftOut) return [table];
  const names = new Set(known.columns.filter(({ name }) => known.rule.columns?.[name] !== null).map(({ name }) => name));
  return columns.filter((name) => !names.has(name)).map((name) => `${table}.${name}`);
}

/** The row of the tenant itself: a new one, or that of one that has nothing. */
async function placeTenant(work: OpenWork, job: Job, loadings: readonly Loading[]): Promise<void> {
  const { tenant } = job.manifest;
  const slug = job.slug ?? tenant.slug;
  const { state, currency, timeZone, locale, createdAt, languages, fiscalCalendar = null } = tenant;
  const facts = [job.moved.to, job.name ?? tenant.name, state, currency, timeZone, locale, createdAt, languages, fiscalCalendar];
  if (job.tenantId) {
    await work.exec(
      `update kernel.tenants set name = $2, state = $3, currency = $4, time_zone = $5, locale = $6, created_at = $7, languages = $8, fiscal_calendar = $9 where id = $1`,
      facts,
    );
    return refuseFilled(work, slug, loadings);
  }
  const { rows } = await work.exec(
    `insert into kernel.tenants (id, name, state, currency, time_zone, locale, created_at, languages, fiscal_calendar, slug)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict do nothing returning id`,
    [...facts, slug],
  );
  if (rows.length === 0) throw notEmpty(slug, []);
}

async function refuseFilled(work: OpenWork, slug: string, loadings: readonly Loading[]): Promise<void> {
  // What the clock planned for a company without anything is planned again.
  await work.exec('delete from kernel.tasks where tenant_id = $1', [work.tenantId]);
  const filled: string[] = [];
  for (const { table } of loadings) {
    const found = await work.exec(`select from ${quoted(table.name)} where tenant_id = $1 limit 1`, [work.tenantId]);
    if (found.rows.length > 0) filled.push(table.name);
  }
  if (filled.length > 0) throw notEmpty(slug, filled);
}

type Advance = (by: number) => Promise<void>;

async function startProgress({ manifest, onProgress }: Job): Promise<Advance> {
  const total = manifest.parts.reduce((sum, { rows }) => sum + rows, 0) + manifest.files.count;
  let done = 0;
  await onProgress?.({ done, total });
  return async (by) => {
    done += by;
    await onProgress?.({ done, total });
  };
}

interface Filling {
  readonly moved: Moved;
  readonly advance: Advance;
}

async function fillTable(work: OpenWork, zip: ZipReader, loading: Loading, { moved, advance }: Filling): Promise<void> {
  const load = auditLoaders.get(loading.table.name) ?? insertRows;
  let rows = 0;
  for await (const lines of portionsOf(movedLines(zip, loading.part, moved))) {
    await load(work, loading, lines, moved);
    rows += lines.length;
    await advance(lines.length);
  }
  if (rows !== loading.part.rows) throw damaged(`${loading.table.name} has ${rows} rows instead of ${loading.part.rows}.`);
}

/** Wherever the tenant is named in what it has, it is named as it is called here. */
async function* movedLines(zip: ZipReader, part: BoxPart, { from, to }: Moved): AsyncGenerator<string> {
  for await (const line of zip.lines(part)) yield from === to ? line : line.replaceAll(from, to);
}

const noteArrival = (work: OpenWork, { manifest, moved }: Job): Promise<void> =>
  noteAudit(work, {
    resource: 'tenant',
    recordId: work.tenantId,
    action: 'imported',
    class: 'security',
    changes: {
      from: [null, moved.from],
      madeAt: [null, manifest.madeAt],
      auditSeq: [null, manifest.audit.seq],
      auditHash: [null, manifest.audit.hash],
    },
  });
