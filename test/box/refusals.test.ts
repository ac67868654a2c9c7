import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { allModules } from '#app/modules.js';
import { compareBoxes } from '#kernel/box/compare-boxes.js';
import { ZipReader } from '#kernel/box/zip-reader.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { asSuper, inside, newPath, otherSecrets, pack, seal, unpack, verify } from './box-kit.js';

let kit: Kit;
let elsewhere: Kit;
let company: TestTenant;
let box: string;
beforeAll(async () => {
  kit = await openKit(allModules);
  elsewhere = await openKit(allModules, { ports: otherSecrets });
  company = await kit.tenant();
  for (const name of ['Eins', 'Zwei']) await company.work((work) => work.repo(Account).create({ name, ownerId: company.admin.userId }));
  await seal(kit, company.id);
  box = await pack(kit, company.id);
});
afterAll(async () => {
  await kit.close();
  await elsewhere.close();
});

/** Who and what there is, to see that nothing came of it. */
const inventory = (of: Kit) =>
  asSuper(
    of,
    'select t.id, (select count(*) from customers.accounts a where a.tenant_id = t.id) as accounts from kernel.tenants t order by t.id',
  );

interface Entry {
  readonly name: string;
  readonly content: Buffer;
}

async function entriesOf(path: string): Promise<Entry[]> {
  const zip = await ZipReader.open(path);
  const entries: Entry[] = [];
  for (const name of zip.names) {
    const chunks: Buffer[] = [];
    for await (const chunk of zip.chunks(name, zip.sizeOf(name))) chunks.push(chunk);
    entries.push({ name, content: Buffer.concat(chunks) });
  }
  zip.close();
  return entries;
}

async function zipped(entries: readonly Entry[]): Promise<string> {
  const path = newPath();
  const zip = new ZipFile();
  const output = createWriteStream(path);
  zip.outputStream.pipe(output);
  for (const { name, content } of entries) zip.addBuffer(content, name);
  zip.end();
  await finished(output);
  return path;
}

/** The box with some of its entries otherwise. */
const edited = async (change: (entries: Entry[]) => Entry[]): Promise<string> => zipped(change(await entriesOf(box)));
const replaced = (name: string, change: (text: string) => string) => (entries: Entry[]) =>
  entries.map((entry) => (entry.name === name ? { name, content: Buffer.from(change(entry.content.toString())) } : entry));
const accounts = 'tables/customers.accounts.jsonl';
const manifest = (change: (found: Record<string, unknown>) => void) =>
  replaced('manifest.json', (text) => {
    const found = JSON.parse(text) as Record<string, unknown>;
    change(found);
    return JSON.stringify(found);
  });
/** Rows that were changed together with what the manifest says about them. */
const forged = (entries: Entry[]) => {
  const changed = replaced(accounts, (text) => text.replace('"Eins"', '"Null"'))(entries);
  const content = changed.find(({ name }) => name === accounts)?.content ?? Buffer.alloc(0);
  return manifest((found) => {
    const part = (found['parts'] as Record<string, unknown>[]).find(({ table }) => table === 'customers.accounts');
    if (part) part['sha256'] = createHash('sha256').update(content).digest('hex');
  })(changed);
};

test.each<[string, (entries: Entry[]) => Entry[], string]>([
  ['rows that were changed', replaced(accounts, (text) => text.replace('"Eins"', '"Null"')), 'box.damaged'],
  ['rows that are missing', replaced(accounts, (text) => text.slice(0, text.indexOf('\n') + 1)), 'box.damaged'],
  ['a table that is missing', (entries) => entries.filter(({ name }) => name !== accounts), 'box.damaged'],
  ['rows and a manifest that were changed together', forged, 'box.damaged'],
  [
    'a table its manifest does not know',
    (entries) => [...entries, { name: 'tables/a.b.jsonl', content: Buffer.from('{}\n') }],
    'box.damaged',
  ],
  ['a file no row speaks of', (entries) => [...entries, { name: `files/${'a'.repeat(64)}`, content: Buffer.alloc(0) }], 'box.damaged'],
  ['a name that leads out of it', (entries) => [...entries, { name: 'files/x', content: Buffer.from('x') }], 'box.damaged'],
  ['no manifest', (entries) => entries.filter(({ name }) => name !== 'manifest.json'), 'box.damaged'],
  ['a manifest that is no JSON', replaced('manifest.json', () => '{'), 'box.damaged'],
  ['a manifest of something else', manifest((found) => (found['kind'] = 'cake')), 'box.damaged'],
  ['a manifest without parts', manifest((found) => delete found['parts']), 'box.damaged'],
  ['no seal', (entries) => entries.filter(({ name }) => name !== 'seal.json'), 'box.damaged'],
  ['a newer format', manifest((found) => (found['formatVersion'] = 2)), 'box.newer_format'],
])('a box with %s is refused, and nothing of it stays', async (_, change, code) => {
  const before = await inventory(kit);
  await expect(unpack(kit, await edited(change))).rejects.toMatchObject({ code });
  expect(await inventory(kit)).toEqual(before);
});

test('what another installation changed and signed for itself is found by the fingerprint that was told with the box', async () => {
  const path = await edited(forged);
  await expect(unpack(elsewhere, path, { fingerprint: 'ab'.repeat(32) })).rejects.toMatchObject({ code: 'box.damaged' });
  const zip = await ZipReader.open(box);
  const fingerprint = createHash('sha256')
    .update(await zip.text('manifest.json'))
    .digest('hex');
  zip.close();
  await expect(unpack(elsewhere, path, { fingerprint })).rejects.toMatchObject({ code: 'box.damaged' });
});

test('a table or a column from a newer installation is refused by name', async () => {
  const path = await edited(
    manifest((found) => {
      found['migrations'] = [...(found['migrations'] as string[]), 'Tomorrow9900000000000'];
      const [part] = found['parts'] as Record<string, unknown>[];
      if (part) part['columns'] = [...(part['columns'] as string[]), 'of_tomorrow'];
    }),
  );
  await expect(unpack(elsewhere, path)).rejects.toMatchObject({
    code: 'box.other_schema',
    details: { unknown: ['Tomorrow9900000000000', expect.stringMatching(/\.of_tomorrow$/)] },
  });
});

test('what is no archive, one cut off in the middle and one with a changed byte are refused', async () => {
  const bytes = readFileSync(box);
  const at = bytes.indexOf('customers.accounts.jsonl') + 40;
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 255;
  for (const content of [Buffer.from('no zip'), bytes.subarray(0, bytes.length / 2), flipped]) {
    const path = newPath();
    writeFileSync(path, content);
    await expect(unpack(kit, path)).rejects.toMatchObject({ code: 'box.damaged' });
  }
});

test('paths that lead out of the box and names that are there twice are refused before anything is read', async () => {
  const path = await edited((entries) =>
    [...entries, { name: 'files/aa/../b', content: Buffer.from('x') }].filter(({ name }) => !name.includes('..')),
  );
  const bytes = readFileSync(path);
  for (const evil of ['../../evil.json', '/tmp/evil12345', 'files\\..\\evil1']) {
    const name = 'manifest.json';
    const renamed = Buffer.from(bytes.toString('latin1').replaceAll(name, evil.padEnd(name.length, 'x').slice(0, name.length)), 'latin1');
    const file = newPath();
    writeFileSync(file, renamed);
    await expect(unpack(kit, file)).rejects.toMatchObject({ code: 'box.damaged' });
  }
  const twice = await zipped([...(await entriesOf(box)), ...(await entriesOf(box)).slice(0, 1)]);
  await expect(unpack(kit, twice)).rejects.toMatchObject({ code: 'box.damaged' });
});

test('a bomb is refused before it is unpacked', async () => {
  const path = await edited(replaced(accounts, () => `{"name":"${' '.repeat(30_000_000)}"}\n`));
  await expect(unpack(kit, path)).rejects.toMatchObject({ code: 'box.too_large' });
});

test('a company that has something takes nothing in, and one that has nothing does', async () => {
  const other = await elsewhere.tenant();
  await expect(unpack(elsewhere, box, { tenantId: other.id })).rejects.toMatchObject({
    code: 'box.tenant_not_empty',
    details: { tables: expect.arrayContaining(['identity.users']) as unknown },
  });
  const empty = '0198f000-0000-7000-8000-000000000001';
  await elsewhere.asOwner(`insert into kernel.tenants (id, slug, name) values ($1, 'empty-one', 'Empty')`, [empty], empty);
  await unpack(elsewhere, box, { tenantId: empty });
  expect(await verify(elsewhere, empty)).toMatchObject({ intact: true });
  expect(await compareBoxes(box, await pack(elsewhere, empty))).toMatchObject({ isSame: true });
  await expect(unpack(elsewhere, box, { tenantId: empty })).rejects.toMatchObject({ code: 'box.tenant_not_empty' });
});

test('an unpacking whose connection is cut in the middle leaves nothing, and can be begun again', async () => {
  const before = await inventory(elsewhere);
  const mine = await elsewhere.tenant();
  await mine.work((work) => work.repo(Account).create({ name: 'A', ownerId: mine.admin.userId }));
  await seal(elsewhere, mine.id);
  const path = await pack(elsewhere, mine.id);
  let cuts = 0;
  const cut = async ({ done }: { done: number }) => {
    if (done > 0 && cuts++ === 0)
      await asSuper(
        elsewhere,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
      );
  };
  await expect(unpack(elsewhere, path, { slug: 'cut-off', onProgress: cut })).rejects.toThrow();
  expect(cuts).toBeGreaterThan(0);
  expect(await inventory(elsewhere)).toHaveLength(before.length + 1);
  const { tenantId } = await unpack(elsewhere, path, { slug: 'cut-off' });
  expect(await verify(elsewhere, tenantId)).toMatchObject({ intact: true });
});

test('of two that unpack under one name at once, one is refused and the other is whole', async () => {
  const results = await Promise.allSettled([1, 2].map(() => unpack(kit, box, { slug: 'only-one' })));
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'box.tenant_not_empty' } });
});

test('an audit that is broken can go along with its company, and cannot be made good by copying', async () => {
  const other = await kit.tenant();
  await other.work((work) => work.repo(Account).create({ name: 'A', ownerId: other.admin.userId }));
  await seal(kit, other.id);
  await asSuper(kit, `update kernel.audit_entries set actor_label = 'nobody' where tenant_id = $1`, [other.id]);
  const path = await pack(kit, other.id);
  await expect(unpack(kit, path)).rejects.toMatchObject({ code: 'box.audit_broken' });
  await unpack(elsewhere, path);
  expect(await verify(elsewhere, other.id)).toMatchObject({ intact: false, brokenSeq: 1, problem: 'entry_changed' });
});

test('the application takes over no chain for a company that is there already', async () => {
  const admit = `select kernel.admit_links('{9}', '{9}', '{2026-01-01}', '{change}', '{""}', '{""}', null, null)`;
  await expect(inside(kit, company.id, (work) => work.exec(admit, []))).rejects.toMatchObject({ code: '42501' });
  await expect(
    inside(kit, company.id, async (work) => {
      await work.exec('update kernel.tenants set name = name where id = $1', [company.id]);
      await work.exec(admit, []);
    }),
  ).rejects.toMatchObject({ code: '42501' });
});
