import { allModules } from '#app/modules.js';
import { seedDemo } from '#app/demo/seed-demo.js';
import { systemActor } from '#kernel/access/actor.js';
import { anchorChain } from '#kernel/audit/anchor-chain.job.js';
import { erasePerson } from '#kernel/audit/erase-person.js';
import { fieldHistory } from '#kernel/audit/field-history.js';
import { compareBoxes } from '#kernel/box/compare-boxes.js';
import { ZipReader } from '#kernel/box/zip-reader.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { Runner } from '#kernel/usecase/runner.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { reconcileField } from '#modules/customization/figures/reconcile-field.js';
import { openApiKit, type ApiKit, type Company } from '../api/api-kit.js';
import { inside, newPath, otherSecrets, pack, seal, unpack, verify } from './box-kit.js';

let api: ApiKit;
let kit: Kit;
let elsewhere: Kit;
let company: Company;
let box: string;
let contactId: string;
let erasedId: string;
const password = 'correct horse battery';

beforeAll(async () => {
  api = await openApiKit();
  kit = api.kit;
  elsewhere = await openKit(allModules, { ports: otherSecrets });
  company = await api.company();
  await furnish();
  box = await pack(kit, company.tenantId, { withSecrets: true });
});
afterAll(async () => {
  await api.close();
  await elsewhere.close();
});

/** The demo company, and one of each thing that is not in it. */
async function furnish(): Promise<void> {
  const { admin, tenantId } = company;
  await inside(kit, tenantId, (work) => seedDemo((seed) => seed(work), { adminId: admin.userId, roleIds: new Map() }));
  const made = async (path: string, body: object) => {
    const answer = await admin.post(path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    const { id } = answer.body;
    return typeof id === 'string' ? id : '';
  };
  const labels = { en: 'Field' };
  await made('/v1/field-definitions', { objectName: 'account', key: 'contractNo', type: 'text', isUnique: true, labels });
  await made('/v1/object-definitions', { key: 'permit', plural: 'permits', labels });
  await made('/v1/field-definitions', { objectName: 'x_permit', key: 'fee', type: 'decimal', isIndexed: true, labels });
  await made('/v1/field-definitions', {
    objectName: 'x_permit',
    key: 'twice',
    type: 'formula',
    formula: 'fee * 2',
    isIndexed: true,
    labels,
  });
  await made('/v1/field-definitions', {
    objectName: 'contact',
    key: 'badge',
    type: 'text',
    isUnique: true,
    uniqueWithin: ['accountId'],
    labels,
  });
  const daughters = { from: 'account', by: 'parentId', function: 'count' };
  await made('/v1/field-definitions', {
    objectName: 'account',
    key: 'daughters',
    type: 'rollup',
    rollup: daughters,
    isIndexed: true,
    labels,
  });
  const parentId = await made('/v1/accounts', { name: 'Mutter GmbH', contractNo: 'C-1' });
  const accountId = await made('/v1/accounts', { name: 'Tochter "GmbH" \\ & Söhne\n=1+1', contractNo: 'C-2', parentId });
  // Later than its daughter in the order of ids, so that it is not there yet when the daughter is unpacked.
  const late = await made('/v1/accounts', { name: 'Späte Mutter' });
  expect((await admin.patch(`/v1/accounts/${accountId}`, { parentId: late })).status).toBe(200);
  await made('/v1/records/permits', { fee: '12.50' });
  await made('/v1/languages/fr/enable', {});
  await made('/v1/fiscal-calendar/set', { kind: 'months', firstMonth: 7 });
  const productId = await made('/v1/products', { code: 'F-1', name: 'Schraube' });
  await made(`/v1/translations/records/${productId}/set`, { language: 'fr', texts: { name: 'Vis' } });
  const file = await admin.raw('POST', `/v1/files?recordId=${accountId}&name=a.txt`, 'Inhalt', { 'content-type': 'text/plain' });
  expect(file.status).toBe(201);
  contactId = await made('/v1/contacts', { lastName: 'Vorher', badge: '1', accountId, email: 'before@example.test' });
  expect((await admin.patch(`/v1/contacts/${contactId}`, { lastName: 'Nachher' })).status).toBe(200);
  erasedId = await made('/v1/contacts', { lastName: 'Vergessen' });
  await inside(kit, tenantId, (work) => work.repo(Contact).delete(erasedId));
  const actor = systemActor('test');
  await new Runner(kit.runtime).run(erasePerson, { recordId: erasedId, reason: 'asked for' }, { tenantId, actor });
  await kit.drain();
  await seal(kit, tenantId);
  await inside(kit, tenantId, (work) => anchorChain.run({}, work));
  await seal(kit, tenantId);
}

const lastNames = async (of: Kit, tenantId: string, recordId: string) => {
  const { result } = await new Runner(of.runtime).run(
    fieldHistory,
    { recordId, path: 'lastName' },
    { tenantId, actor: systemActor('test') },
  );
  return JSON.stringify(result);
};

test('another installation takes the company in under its own id, and would hand out the same box', async () => {
  expect(await unpack(elsewhere, box)).toMatchObject({ tenantId: company.tenantId, isCopy: false, isHeld: false });
  const again = await pack(elsewhere, company.tenantId, { withSecrets: true });
  expect(await compareBoxes(box, again)).toMatchObject({ isSame: true, differing: 0, examples: [] });
  expect(await verify(elsewhere, company.tenantId)).toMatchObject({ intact: true, complete: true });
  const tenant = await inside(elsewhere, company.tenantId, (work) =>
    work.exec('select languages, fiscal_calendar from kernel.tenants', []),
  );
  expect(tenant.rows).toEqual([{ languages: ['fr'], fiscal_calendar: { kind: 'months', firstMonth: 7 } }]);
  const anchors = await inside(kit, company.tenantId, (work) => work.exec('select seq, hash from kernel.audit_anchors', []));
  expect(anchors.rows).toHaveLength(1);
});

test('figures that are kept arrive as they were, and are what they come to', async () => {
  const fields = await inside(elsewhere, company.tenantId, (work) =>
    work.exec(`select id from customization.field_definitions where key in ('twice', 'daughters')`, []),
  );
  expect(fields.rows).toHaveLength(2);
  for (const { id } of fields.rows) {
    const request = { tenantId: company.tenantId, actor: systemActor('test') };
    const { result } = await new Runner(elsewhere.runtime).run(reconcileField, { fieldDefinitionId: String(id) }, request);
    expect(result).toEqual({ differing: 0 });
  }
  const kept = await inside(elsewhere, company.tenantId, (work) => work.exec('select max(value) as most from kernel.kept_num', []));
  expect(kept.rows).toEqual([{ most: '25.00' }]);
});

test('what the audit keeps sealed is readable where it arrives, and what was erased stays erased', async () => {
  const history = await lastNames(elsewhere, company.tenantId, contactId);
  expect(history).toContain('Vorher');
  expect(history).toBe(await lastNames(kit, company.tenantId, contactId));
  expect(await lastNames(elsewhere, company.tenantId, erasedId)).not.toContain('Vergessen');
});

test('what is written after the arrival goes on the same chain', async () => {
  await inside(elsewhere, company.tenantId, (work) => work.repo(Contact).update(contactId, { lastName: 'Danach' }));
  await seal(elsewhere, company.tenantId);
  expect(await verify(elsewhere, company.tenantId)).toMatchObject({ intact: true, complete: true });
  expect(await lastNames(elsewhere, company.tenantId, contactId)).toMatch(/Vorher.*Danach|Danach.*Vorher/);
});

describe('a copy in the same installation', () => {
  let copyId: string;

  test('has an id of its own and holds the same', async () => {
    const copy = await unpack(kit, box, { slug: 'the-copy' });
    copyId = copy.tenantId;
    expect(copy).toMatchObject({ isCopy: true, isHeld: true });
    expect(copyId).not.toBe(company.tenantId);
    expect(await verify(kit, copyId)).toMatchObject({ intact: true });
    await seal(kit, copyId);
    expect(await verify(kit, copyId)).toMatchObject({ intact: true, complete: true });
    const again = await pack(kit, copyId, { withSecrets: true });
    expect(await compareBoxes(box, again)).toMatchObject({ isSame: true, examples: [] });
  });

  test('lets its people sign in, and shows them what was there, their own fields and files too', async () => {
    const { accessToken } = await api.auth.flows.login(
      { email: company.adminEmail, password, tenant: 'the-copy' },
      { ip: '127.0.0.1', userAgent: null },
    );
    const raw = (url: string) => api.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${accessToken}` } });
    const ask = async <T>(url: string): Promise<T> => (await raw(url)).json<T>();
    const get = async (url: string) => (await ask<{ data: Record<string, unknown>[] }>(url)).data;
    const filter = encodeURIComponent('{"contractNo":{"eq":"C-2"}}');
    const [account] = await get(`/v1/accounts?filter=${filter}&fields=name,contractNo&expand=parent`);
    expect(account).toMatchObject({ name: 'Tochter "GmbH" \\ & Söhne\n=1+1', contractNo: 'C-2', parent: { name: 'Späte Mutter' } });
    expect(await get('/v1/records/permits?fields=fee')).toMatchObject([{ fee: '12.50' }]);
    const { files } = await ask<{ files: { id: string }[] }>(`/v1/files?recordId=${String(account?.['id'])}`);
    expect((await raw(`/v1/files/${String(files[0]?.id)}/content`)).payload).toBe('Inhalt');
    expect(await lastNames(kit, copyId, contactId)).toContain('Vorher');
  });

  test('does nothing twice: what waits in the original rests in the copy', async () => {
    const { rows } = await inside(kit, copyId, (work) => work.exec('select distinct state from kernel.tasks', []));
    expect(rows.map(({ state }) => state)).not.toContain('pending');
    expect(rows.length).toBeGreaterThan(0);
  });
});

test('a box without secrets has neither passwords nor sessions, and in none is a key anybody could sign in with', async () => {
  const key = await company.admin.post('/v1/api-keys', { name: 'k', permissions: { 'account:read': 'all' } });
  expect(key.status).toBeLessThan(300);
  const zip = await ZipReader.open(await pack(kit, company.tenantId));
  expect(zip.names).not.toContain('tables/identity.passwords.jsonl');
  expect(zip.names).not.toContain('tables/identity.sessions.jsonl');
  expect(await zip.text('tables/identity.api_keys.jsonl')).toContain(`"hash":"${'0'.repeat(64)}"`);
  zip.close();
});

test('nothing of another company is in a box, and a box names no other company', async () => {
  const other = await api.company();
  await other.admin.post('/v1/accounts', { name: 'Nobody elses business' });
  const mine = await pack(kit, other.tenantId, { withSecrets: true });
  const zip = await ZipReader.open(mine);
  for (const name of zip.names.filter((one) => one.startsWith('tables/'))) {
    const text = await zip.text(name);
    expect([name, text.includes(company.tenantId), text.includes('Tochter'), text.includes('Musterstadt')]).toEqual([
      name,
      false,
      false,
      false,
    ]);
  }
  expect(await zip.text('tables/customers.accounts.jsonl')).toMatch(/^\{.*Nobody elses business.*\}\n$/);
  zip.close();
});

test('a box shows one moment, whatever is written while it is made', async () => {
  const other = await api.company();
  await other.admin.post('/v1/accounts', { name: 'before' });
  const path = await pack(kit, other.tenantId, {
    onSettled: async () => {
      await other.admin.post('/v1/accounts', { name: 'after' });
    },
  });
  const zip = await ZipReader.open(path);
  const text = await zip.text('tables/customers.accounts.jsonl');
  expect([text.includes('"before"'), text.includes('"after"')]).toEqual([true, false]);
  zip.close();
});

test('a box is not written over what is there already', async () => {
  const path = newPath();
  await pack(kit, company.tenantId, { path });
  await expect(pack(kit, company.tenantId, { path })).rejects.toMatchObject({ code: 'EEXIST' });
});
