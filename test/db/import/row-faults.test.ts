import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import type { StoredMapping, StoredStep } from '#modules/imports/domain/stored/stored-mapping.js';
import { ImportIssue } from '#modules/imports/import/import-issue.resource.js';
import type { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { startDefined } from '#modules/imports/import/start-defined.js';
import { runImport } from '#modules/imports/run/run-import.js';
import { Upload } from '#modules/imports/store/upload.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const firms = (step: Partial<StoredStep> = {}): StoredMapping => ({
  locale: 'de-DE',
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
        { from: 'number', to: 'number' },
        { from: 'branch', to: 'sector', valueMap: { IT: 'technology' } },
        { from: 'founded', to: 'foundedYear' },
        { from: 'owner', to: 'ownerId', lookup: { resource: 'user', by: { email: '{owner}' } } },
        { from: 'parent', to: 'parentId', lookup: { resource: 'account', by: { externalRef: '{parent}' } } },
      ],
      ...step,
    },
  ],
});

async function bring(t: TestTenant, definition: StoredMapping, content: string | Uint8Array): Promise<ImportRun> {
  const files = [Upload.of(definition.files[0]?.name ?? '', Buffer.from(content))];
  const { id } = await t.work((work) => startDefined(work, { name: 'own', definition, files, startedById: null }));
  return runImport(id, (fn) => kit.runtime.withWork({ tenantId: t.id, actor: systemActor('test'), cause: { command: 'test' } }, fn));
}
const rulesOf = async (t: TestTenant, { id }: ImportRun) =>
  (await t.work((work) => work.repo(ImportIssue).list({ importId: id }, { orderBy: ['line', 'rule'] }))).map(
    ({ line, field, rule, severity }) => [line, field, rule, severity],
  );

test('each fault of a row has a name of its own, and all that is right comes in', async () => {
  const t = await kit.tenant();
  await t.work((work) => work.repo(Account).create({ name: 'There already', externalRef: 'old', number: 'N-1' }));
  const rows = [
    'id,name,number,branch,founded,owner,parent',
    'a,Right AG,N-2,IT,1999,,',
    `b,${'x'.repeat(1000)},,,,,`,
    'a,Again,,,,,',
    'old,Old one,,,,,',
    'c,Taken number,N-1,,,,',
    'd,Strange branch,,Zauberei,,,',
    'e,No year,,,MCMXCIX,,',
    'f,Nobody’s,,,,nobody@example.com,',
    'g,Orphan,,,,,nowhere',
    'h,Too short',
    'i,NUL \0 inside,,,,,',
    'j,"=HYPERLINK(""http://x"")",,,,,',
  ];
  const run = await bring(t, firms({ mode: 'create' }), `${rows.join('\n')}\n`);
  expect(run).toMatchObject({ state: 'partly', failure: null });
  const created = (await t.work((work) => work.repo(Account).list({}, { orderBy: ['externalRef'] }))).map(({ name }) => name);
  expect(run.processed).toBe(run.total);
  expect(created).toHaveLength(1 + run.created);
  expect(created).toEqual(expect.arrayContaining(['There already', 'Right AG', '=HYPERLINK("http://x")']));
  const rules = await rulesOf(t, run);
  expect(rules).toEqual(
    expect.arrayContaining([
      [3, 'name', 'too_long', 'error'],
      [4, null, 'duplicate_in_file', 'error'],
      [5, 'externalRef', 'duplicate_in_db', 'error'],
      [6, 'number', 'unique_violation', 'error'],
      [7, 'branch', 'enum_unknown', 'error'],
      [8, 'founded', 'parse_number', 'error'],
      [9, 'ownerId', 'owner_not_found', 'warning'],
      [10, 'parentId', 'parent_not_found', 'warning'],
      [11, null, 'column_count', 'error'],
      [12, 'name', 'encoding', 'error'],
    ]),
  );
  expect(new Set(rules.filter(([, , , severity]) => severity === 'error').map(([line]) => line)).size).toBe(run.rejected);
});

test.each([
  ['Windows-1252', Buffer.from('id;name\n1;Müller & Söhne\n', 'latin1'), {}],
  ['UTF-16', Buffer.from('\uFEFFid;name\n1;Müller & Söhne\n', 'utf16le'), {}],
  ['a named one', Buffer.from('id;name\n1;Müller & Söhne\n', 'latin1'), { encoding: 'iso-8859-15' }],
])('letters in %s come in as they were meant', async (_, bytes, read) => {
  const t = await kit.tenant();
  const run = await bring(t, { ...firms(), files: [{ name: 'firms.csv', ...read }] }, bytes);
  expect(run).toMatchObject({ state: 'finished', created: 1 });
  expect(await t.work((work) => work.repo(Account).list({}))).toMatchObject([{ name: 'Müller & Söhne' }]);
});

test('a wrongly named encoding fails the import with its place, and writes nothing', async () => {
  const t = await kit.tenant();
  const run = await bring(t, { ...firms(), files: [{ name: 'firms.csv', encoding: 'utf-16le' }] }, 'id;name\n1;Müller\n');
  expect(run).toMatchObject({ state: 'failed', created: 0, failure: expect.stringContaining('firms.csv, line 1: ') as string });
});

test.each([
  ['reject', 1, 2],
  ['skip', 1, 0],
  ['update', 1, 0],
] as const)('the same e-mail in three rows, with duplicates to %s', async (duplicates, created, rejected) => {
  const t = await kit.tenant();
  const columns = [
    { from: 'name', to: 'lastName' },
    { from: 'mail', to: 'email' },
  ];
  const step = { name: 'people', resource: 'contact', file: 'people.csv', match: ['email'], duplicates, columns };
  const rows = 'name,mail\nEins,a@example.com\nZwei,A@example.com\nDrei,a@EXAMPLE.com\n';
  const run = await bring(t, { files: [{ name: 'people.csv' }], steps: [step] }, rows);
  expect(run).toMatchObject({ created, rejected });
  const people = await t.work((work) => work.repo(Contact).list({}));
  expect(people.map(({ lastName }) => lastName)).toEqual([duplicates === 'update' ? 'Drei' : 'Eins']);
});
