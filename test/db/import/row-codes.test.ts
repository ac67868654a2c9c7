import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Designer } from '#modules/customization/testing/designer.js';
import { rowCodes } from '#modules/imports/domain/row-codes.js';
import type { StoredColumn, StoredMapping, StoredStep } from '#modules/imports/domain/stored/stored-mapping.js';
import { failedRows } from '#modules/imports/http/failed-rows.js';
import type { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { mapImport } from '#modules/imports/import/steer-import.js';
import { Importer } from './importer.js';

let kit: Kit;
let importer: Importer;
let designer: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
  const tenant = await kit.tenant();
  [importer, designer] = [new Importer(kit, tenant), new Designer(kit, tenant)];
  const option = (key: string, de: string, en: string) => ({ key, labels: { de, en }, isActive: true });
  // "Gift" is German for poison, and two options are called the same.
  const options = [
    option('present', 'Geschenk', 'Gift'),
    option('poison', 'Gift', 'Poison'),
    option('big', 'Groß', 'Large'),
    option('huge', 'Groß', 'Huge'),
  ];
  await designer.field('account', 'kind', 'enum', { options });
  await designer.field('account', 'rating', 'text', { sourceOwner: 'erp' });
});
afterAll(() => kit.close());

const firms = (columns: StoredColumn[], more: Partial<StoredStep> = {}): StoredMapping => ({
  files: [{ name: 'firms.csv' }],
  steps: [
    {
      name: 'firms',
      resource: 'account',
      file: 'firms.csv',
      match: ['externalRef'],
      columns: [{ from: 'id', to: 'externalRef' }, { from: 'name', to: 'name' }, ...columns],
      ...more,
    },
  ],
});
const valueOf = async (externalRef: string, field: string) =>
  (await importer.tenant.work((work) => work.repo(work.resource('account')).list({ externalRef })))[0]?.[field as 'id'];

async function german(run: ImportRun): Promise<string> {
  let text = '';
  const table = run.tables?.[0] ?? null;
  for await (const part of failedRows(importer.transact, { importId: run.id, table, language: 'de-AT' })) text += part;
  return text;
}

test('an option is known by its name and by what people call it in any language, and refused where it could be several', async () => {
  const rows = 'id,name,kind\na,A,poison\nb,B,POISON\nc,C,geschenk\nd,D,Gift\ne,E,Groß\nf,F,Nonsense\ng,G,\n';
  const definition = firms([{ from: 'kind', to: 'kind' }]);
  const tried = await importer.tried(definition, { 'firms.csv': rows });
  expect(tried).toMatchObject({ state: 'ready', dryRun: { created: 4, rejected: 3 } });
  const run = await importer.start(tried.id);
  expect(run).toMatchObject({ state: 'partly', created: 4, rejected: 3 });
  expect(await importer.issues(run.id)).toEqual([
    [5, 'kind', 'enum_ambiguous', 'error'],
    [6, 'kind', 'enum_ambiguous', 'error'],
    [7, 'kind', 'enum_unknown', 'error'],
  ]);
  expect([await valueOf('a', 'kind'), await valueOf('b', 'kind'), await valueOf('c', 'kind')]).toEqual(['poison', 'poison', 'present']);
  expect(await german(run)).toContain('kind: kann mehrere der Auswahlmöglichkeiten meinen.');

  const kept = await importer.imported(firms([{ from: 'kind', to: 'kind', onError: 'empty' }]), {
    'firms.csv': 'id,name,kind\nh,H,Gift\n',
  });
  expect(kept).toMatchObject({ state: 'finished', created: 1 });
  expect(await importer.issues(kept.id)).toEqual([[2, 'kind', 'enum_ambiguous', 'warning']]);
});

describe('values that belong to another system', () => {
  const definition = firms([{ from: 'rating', to: 'rating' }]);
  const rows = (rating: string) => ({ 'firms.csv': `id,name,rating\nx,Firm,${rating}\ny,Other,\n` });
  const key = (label: string) => importer.as({ ...importer.tenant.admin, kind: 'api_key', label });

  test('come in by an import which the key of that system starts; by any other, rows that would write them are left out', async () => {
    const stranger = await key('shop').imported(definition, rows('A'));
    expect(stranger).toMatchObject({ state: 'partly', created: 1, rejected: 1 });
    expect(await importer.issues(stranger.id)).toEqual([[2, 'rating', 'no_right', 'error']]);
    const owner = await key('erp').imported(definition, rows('A'));
    expect(owner).toMatchObject({ state: 'finished', created: 1, unchanged: 1 });
    expect(await valueOf('x', 'rating')).toBe('A');
    // Saying what is there already writes nothing.
    expect(await importer.imported(definition, rows('A'))).toMatchObject({ state: 'finished', unchanged: 2 });
    const person = await importer.imported(definition, rows('B'));
    expect(person).toMatchObject({ state: 'partly', rejected: 1, unchanged: 1 });
    expect(await valueOf('x', 'rating')).toBe('A');
    expect(await importer.imported(definition, rows('\\N'))).toMatchObject({ state: 'partly', rejected: 1 });
    expect(await german(person)).toContain('rating: gehört einem anderen System, das allein es schreibt.');
  });

  test('are told by the dry run of whoever asks for it, and who starts it counts', async () => {
    const tried = await key('shop').tried(definition, { 'firms.csv': 'id,name,rating\nz,Firm,C\n' });
    expect(tried).toMatchObject({ state: 'ready', speaksFor: 'shop', dryRun: { created: 0, rejected: 1 } });
    expect(await key('erp').start(tried.id)).toMatchObject({ state: 'finished', speaksFor: 'erp', created: 1 });
  });
});

test('what the importer may not write or look for is told before anything is read', async () => {
  const { tenant } = importer;
  const importId = await importer.map(firms([]), { 'firms.csv': 'id,name\n1,A\n' });
  const rights = { 'import:*': 'all', 'account:*': 'all' } as const;
  const { actor: blind } = await tenant.user({ permissions: rights, fieldRights: { 'account.name': 'read' } });
  await expect(tenant.run(mapImport, { importId, definition: firms([]) }, blind)).rejects.toMatchObject({ code: 'access.field_forbidden' });
  const { actor: narrow } = await tenant.user({ permissions: { ...rights, 'account:read': 'own', 'account:*': 'own' } });
  await expect(tenant.run(mapImport, { importId, definition: firms([]) }, narrow)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('every code of a row has its sentence in both languages', () => {
  const spoken = Object.entries(rowCodes).map(([code, { en, de }]) => [code, en.length > 0 && de.length > 0 && en !== de]);
  expect(spoken).toEqual(spoken.map(([code]) => [code, true]));
});

test('rows of one header and half another, repeated headers and formulas have fates of their own', async () => {
  const rows = 'id,name\n1,=1+1\nid,name\n2,B,extra\n3,\\N\n4,@SUM(A1)\n';
  const run = await importer.imported(firms([]), { 'firms.csv': rows });
  expect(await importer.issues(run.id)).toEqual([
    [3, null, 'header_again', 'error'],
    [4, null, 'column_count', 'error'],
    [5, 'name', 'required_missing', 'error'],
  ]);
  expect(await importer.tenant.work((work) => work.repo(Account).count({ externalRef: ['1', '4'] }))).toBe(2);
});
