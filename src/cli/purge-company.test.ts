import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allModules } from '#app/modules.js';
import { seedDemo } from '#app/demo/seed-demo.js';
import { boxTables } from '#kernel/box/box-tables.js';
import { compareBoxes } from '#kernel/box/compare-boxes.js';
import { unpackBox } from '#kernel/box/unpack-box.js';
import { writeBox } from '#kernel/box/write-box.js';
import { FolderFileStore } from '#kernel/files/folder-file-store.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { takeFile } from '#modules/files/file/take-file.js';
import { purgeCompany } from './purge-company.js';

const nothing = () => Promise.resolve();

/** Something happens while contents are read. */
class WatchedFiles extends FolderFileStore {
  beforeRead = nothing;

  override async read(...asked: Parameters<FolderFileStore['read']>) {
    await this.beforeRead();
    return super.read(...asked);
  }
}

let kit: Kit;
let folder: string;
let files: WatchedFiles;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kontor-test-purge-'));
  files = new WatchedFiles(join(folder, 'files'), { fileBytes: 1_000_000, tenantBytes: 3_000_000 });
  kit = await openKit(allModules, { ports: { files } });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await kit.close();
});

const words = 'What was said.';
const hash = createHash('sha256').update(words).digest('hex');
const fileOf = ({ id: tenantId }: TestTenant) => kit.runtime.ports.files.read({ tenantId, sha256: hash });

/** A company whose records refer to one another in a circle. */
async function small(): Promise<TestTenant> {
  const t = await kit.tenant();
  const motherId = await t.work(async (work) => {
    const [mother, daughter] = [await work.repo(Account).create({ name: 'Mutter' }), await work.repo(Account).create({ name: 'Tochter' })];
    await work.repo(Account).update(daughter.id, { parentId: mother.id });
    await work.repo(Account).update(mother.id, { parentId: daughter.id });
    return mother.id;
  });
  const draft = await kit.runtime.ports.files.draft();
  await writeFile(draft, words);
  const content = { name: 'words.txt', mediaType: 'text/plain', bytes: words.length, sha256: hash };
  await t.run(takeFile(kit.runtime.ports.files, draft), { recordId: motherId, ...content });
  await kit.drain();
  return t;
}

async function furnished(): Promise<TestTenant> {
  const t = await small();
  await t.work((work) => seedDemo((seed) => seed(work), { adminId: String(t.admin.id), roleIds: new Map() }));
  await kit.drain();
  return t;
}
/** Rows by table, of a company that is there and of one that is not. */
async function rowsOf(t: TestTenant): Promise<Record<string, number>> {
  const tables = await t.work((work) => boxTables(work));
  const counts = tables.map(({ name }) => `select '${name}' as name, count(*)::integer as n from ${name} where tenant_id = '${t.id}'`);
  const rows = await kit.asOwner(counts.join(' union all '), [], t.id);
  return Object.fromEntries(rows.map(({ name, n }) => [String(name), Number(n)]).filter(([, n]) => Number(n) > 0)) as Record<
    string,
    number
  >;
}

test('a company is deleted to its last row once its archive is written, and comes back out of it; another keeps what it has', async () => {
  const [t, other] = [await furnished(), await small()];
  const [mine, theirs] = [await rowsOf(t), await rowsOf(other)];
  expect(Object.keys(mine).length).toBeGreaterThan(40);
  const path = join(folder, 'company.zip');
  const gone = await purgeCompany(kit.runtime, kit.urls.owner, { tenantId: t.id, path });
  expect(gone).toBeGreaterThan(500);
  expect(await rowsOf(t)).toEqual({});
  expect(await rowsOf(other)).toEqual(theirs);
  await expect(fileOf(t)).rejects.toMatchObject({ code: 'ENOENT' });
  (await fileOf(other)).destroy();
  expect(await kit.asOwner('select from kernel.tenants where id = $1', [t.id], t.id)).toEqual([]);

  const { tenantId, isCopy } = await unpackBox(kit.runtime, { path, slug: 'again' });
  expect([tenantId, isCopy]).toEqual([t.id, false]);
  const again = join(folder, 'again.zip');
  await t.work((work) => writeBox(work, { path: again, ports: kit.runtime.ports, withSecrets: false }));
  const { examples } = await compareBoxes(path, again);
  // It was closed when it was written, and is so again.
  expect(examples).toEqual([]);
});

test('nothing is deleted of a company whose archive cannot be written, and it goes on as it was', async () => {
  const t = await small();
  const rows = await rowsOf(t);
  const order = { tenantId: t.id, path: join(folder, 'no', 'such', 'folder.zip') };
  await expect(purgeCompany(kit.runtime, kit.urls.owner, order)).rejects.toThrow();
  expect(await rowsOf(t)).toEqual(rows);
  expect(await kit.asOwner('select state from kernel.tenants where id = $1', [t.id], t.id)).toEqual([{ state: 'active' }]);
});

test('a company that is changed while its archive is written is not deleted, keeps no archive, and goes on as it was', async () => {
  const t = await small();
  const rows = await rowsOf(t);
  const path = join(folder, 'changed.zip');
  // A worker that was at it all the while writes when the archive has been read once.
  files.beforeRead = async () => {
    files.beforeRead = nothing;
    await t.work((work) => work.repo(Account).create({ name: 'Late' }));
  };
  await expect(purgeCompany(kit.runtime, kit.urls.owner, { tenantId: t.id, path })).rejects.toThrow(
    'was changed while its archive was written',
  );
  expect([existsSync(path), readdirSync(folder).filter((name) => name.startsWith('changed.zip'))]).toEqual([false, []]);
  expect((await rowsOf(t))['customers.accounts']).toBe((rows['customers.accounts'] ?? 0) + 1);
  expect(await kit.asOwner('select state from kernel.tenants where id = $1', [t.id], t.id)).toEqual([{ state: 'active' }]);
  await purgeCompany(kit.runtime, kit.urls.owner, { tenantId: t.id, path });
  expect([await rowsOf(t), existsSync(path)]).toEqual([{}, true]);
});

test('a deletion that broke off half-way is gone on with, and what was deleted is in the archive', async () => {
  const [t, other] = [await small(), await small()];
  const theirs = await rowsOf(other);
  const path = join(folder, 'broken.zip');
  await kit.asOwner(
    `create function customers.breaks() returns trigger language plpgsql as $$ begin raise exception 'The line is cut.'; end $$`,
  );
  await kit.asOwner('create trigger breaks before delete on customers.accounts for each statement execute function customers.breaks()');
  await expect(purgeCompany(kit.runtime, kit.urls.owner, { tenantId: t.id, path })).rejects.toThrow('The line is cut.');
  const left = await rowsOf(t);
  expect([left['files.files'], left['customers.accounts']]).toEqual([undefined, 2]);
  expect(await kit.asOwner('select state from kernel.tenants where id = $1', [t.id], t.id)).toEqual([{ state: 'closed' }]);
  await kit.asOwner('drop function customers.breaks() cascade');
  await purgeCompany(kit.runtime, kit.urls.owner, { tenantId: t.id, path: null });
  expect([await rowsOf(t), await rowsOf(other)]).toEqual([{}, theirs]);
  expect((await unpackBox(kit.runtime, { path, slug: 'broken' })).tenantId).toBe(t.id);
  expect((await t.work((work) => work.repo(Account).list({}))).map(({ name }) => name).toSorted()).toEqual(['Mutter', 'Tochter']);
});

test('without an archive only who says so; what broke off is gone on with', async () => {
  const t = await small();
  await kit.asOwner('delete from kernel.audit_chain where tenant_id = $1', [t.id], t.id);
  await purgeCompany(kit.runtime, kit.urls.owner, { tenantId: t.id, path: null });
  expect(await rowsOf(t)).toEqual({});
  await expect(purgeCompany(kit.runtime, kit.urls.owner, { tenantId: t.id, path: null })).rejects.toThrow('There is no company');
});
