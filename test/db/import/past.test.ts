import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Account } from '#modules/customers/account/account.resource.js';
import type { StoredColumn, StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { mapImport, startPrepared } from '#modules/imports/import/steer-import.js';
import { importHistory } from '#modules/imports/queries/import-history.js';
import { recordAuthors } from '#modules/imports/queries/record-authors.js';
import { runImport } from '#modules/imports/run/run-import.js';
import { Importer } from './importer.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const firms = (...more: StoredColumn[]): StoredMapping => ({
  files: [{ name: 'firms.csv' }],
  steps: [
    {
      name: 'firms',
      resource: 'account',
      file: 'firms.csv',
      match: ['externalRef'],
      columns: [
        { from: 'id', to: 'externalRef' },
        { from: 'name', to: 'name' },
        { from: 'parent', to: 'parentId', lookup: { resource: 'account', by: { externalRef: '{parent}' } } },
        { from: 'made', to: 'createdAt', transform: ['instant:iso'] },
        { from: 'changed', to: 'updatedAt', transform: ['instant:iso'] },
        ...more,
      ],
    },
  ],
});
const byWhom: StoredColumn[] = [
  { from: 'maker', to: 'createdBy' },
  { from: 'changer', to: 'updatedBy' },
];
const csv = (...rows: string[]) => ({ 'firms.csv': `id,name,parent,made,changed,maker,changer\n${rows.join('\n')}\n` });

async function open() {
  const importer = new Importer(kit, await kit.tenant());
  const { tenant } = importer;
  const [ann, bob] = [
    await tenant.user({ permissions: {}, email: 'ann@acme.example' }),
    await tenant.user({ permissions: {}, email: 'bob@acme.example' }),
  ];
  const idOf = async (externalRef: string) => (await tenant.work((work) => work.repo(Account).list({ externalRef })))[0]?.id ?? '';
  const authors = async (externalRef: string, actor = tenant.admin) =>
    tenant.run(recordAuthors, { recordId: await idOf(externalRef) }, actor);
  return { importer, tenant, ann: ann.id, bob: bob.id, idOf, authors };
}

test('authors come by address, by id and by a list of names; dates stay though a link is set later; audit says who imported', async () => {
  const { importer, tenant, ann, bob, idOf, authors } = await open();
  const valueMap = { 'A. Smith': 'ann@acme.example' };
  const definition = firms({ from: 'maker', to: 'createdBy', valueMap, otherwise: null }, { from: 'changer', to: 'updatedBy' });
  const rows = csv(
    `b,Daughter,a,2011-02-03,2012-03-04,A. Smith,${bob}`,
    'a,Mother,,2010-01-02,,Somebody,BOB@acme.example',
    'c,No date,,,,A. Smith,',
  );
  expect(await importer.imported(definition, rows)).toMatchObject({ state: 'finished', created: 3, updated: 1 });
  const dates = { createdAt: new Date('2011-02-03T00:00:00Z'), updatedAt: new Date('2012-03-04T00:00:00Z') };
  expect(await authors('b')).toMatchObject({ createdById: ann, updatedById: bob, ...dates });
  expect(await authors('a')).toMatchObject({ createdById: null, updatedById: bob, updatedAt: new Date('2010-01-02T00:00:00Z') });
  expect(await authors('c')).toMatchObject({ createdById: ann, updatedById: null });
  const told = await kit.asOwner(
    `select distinct actor_kind, on_behalf_of from kernel.audit_entries where record_id = $1`,
    [await idOf('b')],
    tenant.id,
  );
  expect(told).toEqual([{ actor_kind: 'system', on_behalf_of: null }]);

  // A change made here has an author whom audit knows.
  await tenant.work(async (work) => work.repo(Account).update(await idOf('b'), { name: 'Renamed' }));
  expect(await authors('b')).toMatchObject({ createdById: ann, updatedById: null });
});

test('an author nobody knows is listed; the row is left out where the mapping says so', async () => {
  const { importer, authors } = await open();
  const row = csv('a,Known,,,,nobody@acme.example,', 'b,Known too,,,,Anna,', 'c,Fine,,,,ann@acme.example,');
  const kept = await importer.imported(firms(...byWhom), row);
  expect(kept).toMatchObject({ state: 'finished', created: 3 });
  expect(await importer.issues(kept.id)).toEqual([
    [2, 'createdBy', 'author_not_found', 'warning'],
    [3, 'createdBy', 'author_not_found', 'warning'],
  ]);
  expect(await authors('a')).toMatchObject({ createdById: null });

  const strict = firms({ from: 'maker', to: 'createdBy', onError: 'reject' });
  const other = await open();
  const tried = await other.importer.tried(strict, row);
  expect(tried).toMatchObject({ state: 'ready', dryRun: { created: 1, rejected: 2 } });
  expect(await other.importer.start(tried.id)).toMatchObject({ state: 'partly', created: 1, rejected: 2 });
  expect(await other.importer.issues(tried.id)).toContainEqual([2, 'createdBy', 'author_not_found', 'error']);
});

test('a user of another company is nobody here, by his address as by his id', async () => {
  const { importer, authors } = await open();
  const stranger = await (await kit.tenant()).user({ permissions: {}, email: 'stranger@other.example' });
  const run = await importer.imported(firms(...byWhom), csv(`a,One,,,,${stranger.id},stranger@other.example`));
  expect(await importer.issues(run.id)).toEqual([
    [2, 'createdBy', 'author_not_found', 'warning'],
    [2, 'updatedBy', 'author_not_found', 'warning'],
  ]);
  expect(await authors('a')).toMatchObject({ createdById: null, updatedById: null });
});

test('nobody without the right brings authors, neither when it is mapped nor when it is started', async () => {
  const { importer, tenant } = await open();
  const { actor: mapper } = await tenant.user({ permissions: { 'import:*': 'all', 'account:*': 'all' } });
  const rights = { 'import:create': 'all', 'import:map': 'all', 'import:start': 'all', 'import:read': 'all', 'account:*': 'all' } as const;
  const { actor: clerk } = await tenant.user({ permissions: rights });
  const definition = firms(...byWhom);
  const missing = { kind: 'forbidden', details: { missing: 'import:history' } };
  await expect(importer.as(clerk).imported(definition, csv('a,One,,,,,'))).rejects.toMatchObject(missing);
  const importId = await importer.as(mapper).map(definition, csv('a,One,,,,,'));
  expect(await tenant.run(importHistory, { importId })).toMatchObject({
    fields: expect.arrayContaining(['account.createdBy', 'account.updatedBy']) as unknown,
  });
  await expect(tenant.run(startPrepared, { importId, withoutDryRun: true }, clerk)).rejects.toMatchObject(missing);
  const looked = firms({ from: 'maker', to: 'createdBy', lookup: { resource: 'contact', by: { email: '{maker}' } } });
  await expect(tenant.run(mapImport, { importId, definition: looked }, mapper)).rejects.toMatchObject({ code: 'import.mapping_unfit' });
});

test('authors are told to who may read the record, go when the import is taken back, and survive a power cut', async () => {
  const { importer, tenant, ann, bob, idOf, authors } = await open();
  const rows = Array.from({ length: 1100 }, (_, n) => `${n},Firm ${n},${n === 7 ? 3 : ''},2010-01-02,,ann@acme.example,bob@acme.example`);
  const importId = await importer.map(firms(...byWhom), csv(...rows));
  await tenant.run(startPrepared, { importId, withoutDryRun: true });
  let left = 4;
  await expect(
    runImport(importId, (fn) =>
      importer.transact(async (work) => {
        const done = await fn(work);
        if ((left -= 1) < 0) throw new Error('The power went out.');
        return done;
      }),
    ),
  ).rejects.toThrow('The power went out.');
  expect(await runImport(importId, importer.transact)).toMatchObject({ state: 'finished', created: 1100, updated: 1 });
  const noted = await kit.asOwner(
    'select count(*)::integer as count from imports.record_authors where created_by_id = $1 and updated_by_id = $2',
    [ann, bob],
    tenant.id,
  );
  expect(noted).toEqual([{ count: 1100 }]);
  expect(await authors('7')).toMatchObject({ createdById: ann, updatedById: bob });
  const { actor: outsider } = await tenant.user({ permissions: { 'account:read': 'own' } });
  const { actor: reader } = await tenant.user({ permissions: { 'account:read': 'all' } });
  await expect(authors('7', outsider)).rejects.toMatchObject({ kind: 'not_found' });
  expect(await authors('7', reader)).toMatchObject({ createdById: ann });
  const recordId = await idOf('7');
  const other = await kit.tenant();
  await expect(other.run(recordAuthors, { recordId })).rejects.toMatchObject({ kind: 'not_found' });
  await expect(tenant.run(recordAuthors, { recordId: 'nonsense' })).rejects.toMatchObject({ code: 'record.not_found' });

  await importer.takenBack(importId);
  expect(await kit.asOwner('select 1 from imports.record_authors', [], tenant.id)).toEqual([]);
  await expect(tenant.run(recordAuthors, { recordId })).rejects.toMatchObject({ kind: 'not_found' });
});
