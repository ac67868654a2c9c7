import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allModules } from '#app/modules.js';
import { placeHold } from '#kernel/audit/place-hold.js';
import { liftHold } from '#kernel/audit/lift-hold.js';
import { drain } from '#kernel/jobs/drain.js';
import { cancelPurge } from '#kernel/modules/cancel-purge.js';
import { disableModule } from '#kernel/modules/disable-module.js';
import { enableModule } from '#kernel/modules/enable-module.js';
import { listModules } from '#kernel/modules/list-modules.js';
import { schedulePurge } from '#kernel/modules/schedule-purge.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import { FolderFileStore } from '#kernel/files/folder-file-store.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Designer } from '#modules/customization/testing/designer.js';
import { exportTenant } from '#modules/exports/tenant/export-tenant.js';
import { assignRole } from '#modules/identity/role/assign-role.js';
import { createRole } from '#modules/identity/role/create-role.js';
import { Lead } from '#modules/sales/lead/lead.resource.js';
import { takeFile } from '#modules/files/file/take-file.js';

let kit: Kit;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kontor-test-module-purge-'));
  kit = await openKit(allModules, { ports: { files: new FolderFileStore(folder, { fileBytes: 1_000_000, tenantBytes: 3_000_000 }) } });
});
afterAll(async () => {
  await kit.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An export goes on as who began it, so that its administrator is one by a role, not only for the test. */
async function company(): Promise<TestTenant> {
  const t = await kit.tenant();
  const { roleId } = await t.run(createRole, { key: 'boss', name: 'Boss', permissions: { '*': 'all' } });
  await t.run(assignRole, { roleId, userId: String(t.admin.id) });
  return t;
}

const start = new Date('2026-03-02T10:00:00Z');
beforeEach(() => kit.clock.set(start));

const days = (count: number) => kit.clock.advance({ days: count });
const count = async (t: TestTenant, table: string): Promise<number> =>
  Number((await kit.asOwner(`select count(*) as n from ${table} where tenant_id = $1`, [t.id], t.id))[0]?.['n']);
const leads = (t: TestTenant, many: number) =>
  t.work((work) =>
    work.repo(Lead).insertMany(Array.from({ length: many }, (_, i) => ({ lastName: `Lead ${i}`, ownerId: String(t.admin.id) }))),
  );
const stateOf = async (t: TestTenant, key = 'sales') => (await t.run(listModules, {})).modules.find((one) => one.key === key);
const events = async (t: TestTenant, type: string) =>
  (await kit.asOwner('select payload from kernel.outbox where tenant_id = $1 and type = $2', [t.id, `modules.${type}`], t.id)).map(
    ({ payload }) => payload,
  );

/** A minute passes with each thing that is done, so that none of them happens at the moment of another. */
async function exported(t: TestTenant): Promise<string> {
  kit.clock.advance({ minutes: 1 });
  const { operationId } = await t.run(exportTenant, {});
  await kit.drain();
  expect(await t.work((work) => work.repo(Operation).get(operationId))).toMatchObject({ state: 'succeeded' });
  return operationId;
}

/** A company with leads whose sales are off and exported. */
async function ready(many = 3): Promise<TestTenant> {
  const t = await company();
  await leads(t, many);
  await t.run(disableModule, { key: 'sales' });
  await exported(t);
  return t;
}

async function scheduled(t: TestTenant, key = 'sales'): Promise<void> {
  expect(await t.run(schedulePurge, { key })).toMatchObject({ state: 'purge_scheduled', changed: true });
  await kit.drain();
}

test('what a module has goes 30 days after it was exported, and nothing of anybody else; then it begins empty', async () => {
  const [t, other] = [await company(), await company()];
  const d = new Designer(kit, t);
  await d.field('account', 'bestLeadId', 'relation', { target: 'lead', settings: { onDelete: 'set_null' } });
  const [lead] = await leads(t, 3);
  await leads(other, 2);
  const account = await d.create('account', { name: 'Acme', bestLeadId: lead });
  await exported(t);
  await t.run(disableModule, { key: 'sales' });
  const touched = [
    { of: 'lead', field: null, fate: 'deleted', rows: 3 },
    { of: 'account', field: 'bestLeadId', fate: 'emptied', rows: 1 },
  ];
  // The export was made before it was off.
  expect(await t.run(schedulePurge, { key: 'sales', dryRun: true })).toMatchObject({
    changed: false,
    obstacles: ['module.not_exported'],
    touched,
  });
  await expect(t.run(schedulePurge, { key: 'sales' })).rejects.toMatchObject({ code: 'module.not_exported' });
  const theirs = await exported(other);
  await expect(t.run(schedulePurge, { key: 'sales', exportId: theirs })).rejects.toMatchObject({ code: 'module.not_exported' });

  const exportId = await exported(t);
  expect(await t.run(schedulePurge, { key: 'sales', dryRun: true })).toMatchObject({ changed: true, obstacles: [], touched });
  expect(await stateOf(t)).toMatchObject({ state: 'disabled' });
  const { purgeAt } = await t.run(schedulePurge, { key: 'sales', exportId });
  expect(await t.run(schedulePurge, { key: 'sales' })).toMatchObject({ changed: false, purgeAt });
  await kit.drain();
  days(29);
  await kit.drain();
  expect([await count(t, 'sales.leads'), (await stateOf(t))?.state]).toEqual([3, 'purge_scheduled']);
  days(2);
  await kit.drain();
  expect(await stateOf(t)).toMatchObject({ state: 'purged', on: false });
  expect([await count(t, 'sales.leads'), await count(other, 'sales.leads')]).toEqual([0, 2]);
  expect(await count(t, 'kernel.field_index_ref')).toBe(0);
  expect(await events(t, 'module_purged')).toEqual([{ key: 'sales', rows: 4 }]);
  const [entry] = await kit.asOwner(
    `select changes, class from kernel.audit_entries where tenant_id = $1 and action = 'purged'`,
    [t.id],
    t.id,
  );
  expect(entry).toMatchObject({
    class: 'security',
    changes: { rows: [{ lead: 3, 'account.bestLeadId': 1 }, null], scheduledById: [null, t.admin.id] },
  });
  const [emptied] = await kit.asOwner(
    `select changes from kernel.audit_entries where tenant_id = $1 and record_id = $2 and action = 'updated'`,
    [t.id, account['id']],
    t.id,
  );
  expect(emptied).toMatchObject({ changes: { bestLeadId: [lead, null] } });

  await t.run(enableModule, { key: 'sales' });
  expect(await count(t, 'sales.leads')).toBe(0);
  expect(await count(t, 'sales.pipelines')).toBeGreaterThan(0);
  await leads(t, 1);
  // And all of it once more.
  kit.clock.advance({ minutes: 1 });
  await t.run(disableModule, { key: 'sales' });
  await exported(t);
  await scheduled(t);
  days(31);
  await kit.drain();
  expect([await count(t, 'sales.leads'), (await stateOf(t))?.state]).toEqual([0, 'purged']);
});

test('it takes an administrator, and a module that is off and can be', async () => {
  const t = await company();
  const { actor } = await t.user({ permissions: { 'module:enable': 'all', 'module:disable': 'all', 'account:*': 'all' } });
  const key = 'sales';
  for (const ask of [() => t.run(schedulePurge, { key }, actor), () => t.run(cancelPurge, { key }, actor)])
    await expect(ask()).rejects.toMatchObject({ code: 'access.forbidden' });
  await expect(t.run(schedulePurge, { key: 'sales' })).rejects.toMatchObject({ code: 'module.not_off' });
  await expect(t.run(schedulePurge, { key: 'customers' })).rejects.toMatchObject({ code: 'module.ground' });
  await expect(t.run(cancelPurge, { key: 'nonsense' })).rejects.toMatchObject({ code: 'module.not_found' });
  expect(await t.run(cancelPurge, { key: 'sales' })).toEqual({ key: 'sales', state: 'enabled', changed: false });
});

test('called off, or switched on meanwhile, it keeps everything', async () => {
  const [t, other] = [await ready(), await ready()];
  await scheduled(t);
  await scheduled(other);
  expect(await t.run(cancelPurge, { key: 'sales' })).toEqual({ key: 'sales', state: 'disabled', changed: true });
  expect(await t.run(cancelPurge, { key: 'sales' })).toMatchObject({ changed: false });
  await other.run(enableModule, { key: 'sales' });
  days(40);
  await kit.drain();
  expect([await count(t, 'sales.leads'), await count(other, 'sales.leads')]).toEqual([3, 3]);
  expect([(await stateOf(t))?.state, (await stateOf(other))?.state]).toEqual(['disabled', 'enabled']);
  expect(await events(t, 'purge_called_off')).toEqual([{ key: 'sales', because: 'asked' }]);
});

test.each([
  ['is gone', 'export_unreadable', (t: TestTenant) => Promise.resolve(rmSync(join(folder, 'blobs', t.id), { recursive: true }))],
  [
    'is not what was written',
    'export_unreadable',
    async (t: TestTenant) => {
      const [file] = await kit.asOwner(`select file_key from operations.operations where tenant_id = $1`, [t.id], t.id);
      const key = String(file?.['file_key']);
      await writeFile(join(folder, 'blobs', t.id, key.slice(0, 2), key), 'PK nothing');
    },
  ],
  ['has less than there is', 'export_incomplete', (t: TestTenant) => leads(t, 1)],
])('nothing goes when the export %s', async (_, because, spoil) => {
  const t = await ready();
  await spoil(t);
  const before = await count(t, 'sales.leads');
  await t.run(schedulePurge, { key: 'sales' });
  await drain(kit.runtime, { onFailure: 'retry' });
  expect(await stateOf(t)).toMatchObject({ state: 'disabled', purgeAt: null, calledOff: expect.any(String) as unknown });
  expect(await events(t, 'purge_called_off')).toEqual([{ key: 'sales', because }]);
  days(31);
  await kit.drain();
  expect(await count(t, 'sales.leads')).toBe(before);
});

test('records of others that must not lose theirs keep a module, before and on the day', async () => {
  const t = await company();
  const d = new Designer(kit, t);
  await d.field('account', 'leadId', 'relation', { target: 'lead' });
  const [lead] = await leads(t, 2);
  const account = await d.create('account', { name: 'Acme', leadId: lead });
  await t.run(disableModule, { key: 'sales' });
  await exported(t);
  await expect(t.run(schedulePurge, { key: 'sales' })).rejects.toMatchObject({
    code: 'module.still_referenced',
    details: { by: ['account.leadId'] },
  });
  // Its reference is put aside, and is back on the day.
  const aside =
    'update kernel.field_index_ref set tenant_id = tenant_id, field_id = $2 where tenant_id = $1 and record_id = $3 returning field_id';
  const [{ field_id: field } = {}] = await kit.asOwner(`select field_id from kernel.field_index_ref where tenant_id = $1`, [t.id], t.id);
  await kit.asOwner(aside, [t.id, t.id, account['id']], t.id);
  await scheduled(t);
  await kit.asOwner(aside, [t.id, field, account['id']], t.id);
  days(31);
  await kit.drain();
  expect(await stateOf(t)).toMatchObject({ state: 'disabled' });
  expect(await count(t, 'sales.leads')).toBe(2);
  expect(await events(t, 'purge_called_off')).toEqual([{ key: 'sales', because: 'still_referenced' }]);
});

test('a legal hold keeps it, and one that is placed meanwhile puts it off until it is lifted', async () => {
  const t = await ready();
  const hold = async (record?: string) =>
    (await t.run(placeHold, { name: 'AZ 1', reason: 'a dispute', ...(record ? { record } : {}) })).legalHoldId;
  const lift = (legalHoldId: string) => t.run(liftHold, { legalHoldId, reason: 'settled' });
  const [{ id: lead } = {}] = await kit.asOwner('select id from sales.leads where tenant_id = $1 limit 1', [t.id], t.id);
  for (const record of [undefined, String(lead)]) {
    const id = await hold(record);
    await expect(t.run(schedulePurge, { key: 'sales' })).rejects.toMatchObject({ code: 'module.on_hold' });
    await lift(id);
  }
  await hold(String(t.admin.id));
  await scheduled(t);
  const late = await hold(String(lead));
  days(31);
  await kit.drain();
  expect([await count(t, 'sales.leads'), (await stateOf(t))?.state]).toEqual([3, 'purge_scheduled']);
  await lift(late);
  days(2);
  await kit.drain();
  expect([await count(t, 'sales.leads'), (await stateOf(t))?.state]).toEqual([0, 'purged']);
});

test('what breaks off in the middle goes on where it was, counts nothing twice, and lets nobody in between', async () => {
  const t = await ready(1);
  // Put there without an audit of each, and before it was looked at what the export has.
  const many = `insert into sales.leads select (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid()))).*
    from sales.leads l, generate_series(1, 6000) where l.tenant_id = $1`;
  await kit.asOwner(many, [t.id], t.id);
  await exported(t);
  await scheduled(t);
  days(31);
  await kit.asOwner(`create function sales.breaks() returns trigger language plpgsql as $$ begin
    if (select count(*) from sales.leads) < 5000 then raise exception 'The worker is gone.'; end if; return null; end $$`);
  await kit.asOwner('create trigger breaks before delete on sales.leads for each statement execute function sales.breaks()');
  await drain(kit.runtime, { onFailure: 'retry' });
  expect(await count(t, 'sales.leads')).toBe(1_001);
  expect((await stateOf(t))?.state).toBe('purging');
  const key = 'sales';
  for (const ask of [() => t.run(enableModule, { key }), () => t.run(cancelPurge, { key }), () => t.run(schedulePurge, { key })])
    await expect(ask()).rejects.toMatchObject({ code: 'module.busy', details: { because: 'purging' } });
  expect(await t.run(disableModule, { key: 'sales' })).toMatchObject({ changed: false, state: 'purging' });
  await kit.asOwner('drop function sales.breaks() cascade');
  days(1);
  await kit.drain();
  expect(await stateOf(t)).toMatchObject({ state: 'purged' });
  const [{ rows } = {}] = await events(t, 'module_purged').then((found) => found as { rows: number }[]);
  expect(rows).toBe(6_001);
});

test('files go with what is in them', async () => {
  const t = await company();
  const words = 'What was said.';
  const draft = await kit.runtime.ports.files.draft();
  await writeFile(draft, words);
  const content = {
    name: 'words.txt',
    mediaType: 'text/plain',
    bytes: words.length,
    sha256: createHash('sha256').update(words).digest('hex'),
  };
  const account = await new Designer(kit, t).create('account', { name: 'Acme' });
  await t.run(takeFile(kit.runtime.ports.files, draft), { recordId: String(account['id']), ...content });
  await t.run(disableModule, { key: 'files' });
  await exported(t);
  await scheduled(t, 'files');
  days(31);
  await kit.drain();
  expect(await stateOf(t, 'files')).toMatchObject({ state: 'purged' });
  expect([await count(t, 'files.files'), await count(t, 'files.blobs')]).toEqual([0, 0]);
  await expect(kit.runtime.ports.files.read({ tenantId: t.id, sha256: content.sha256 })).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await events(t, 'module_purged')).toEqual([{ key: 'files', rows: 2 }]);
});

test('whatever can be switched off can go whole, all of it at once, and begins again', async () => {
  const t = await company();
  await leads(t, 2);
  const { modules } = await t.run(listModules, {});
  const keys = modules.map(({ key }) => key);
  expect(keys).toEqual(
    expect.arrayContaining(['analytics', 'files', 'imports', 'marketing', 'quality', 'sales', 'sales.leads', 'service', 'timeline']),
  );
  for (const key of keys.toReversed()) await t.run(disableModule, { key });
  await kit.drain();
  await exported(t);
  for (const key of keys) await t.run(schedulePurge, { key });
  await kit.drain();
  days(31);
  await kit.drain();
  expect((await t.run(listModules, {})).modules.map(({ state }) => state)).toEqual(keys.map(() => 'purged'));
  for (const key of keys) await t.run(enableModule, { key });
  expect((await t.run(listModules, {})).modules.map(({ state, purgeAt }) => [state, purgeAt])).toEqual(keys.map(() => ['enabled', null]));
});

test('the door through which history goes is shut for all that is not being purged', async () => {
  const t = await ready();
  for (const table of ['sales.opportunity_stage_changes', 'customers.consent_entries', 'kernel.audit_entries', 'sales.leads; select 1'])
    await expect(t.work((work) => work.exec('select modules.purge_rows($1, 10)', [table]))).rejects.toThrow();
  await kit.asOwner(`update modules.tenant_modules set state = 'purging', key = 'customers' where tenant_id = $1`, [t.id], t.id);
  await expect(t.work((work) => work.exec(`select modules.purge_rows('customers.accounts', 10)`, []))).rejects.toThrow(
    'is not being purged',
  );
});
