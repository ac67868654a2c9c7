import fc from 'fast-check';
import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { createFromUploads } from '#modules/imports/import/create-import.js';
import { ImportIssue } from '#modules/imports/import/import-issue.resource.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { dryRunImport, mapImport, startPrepared } from '#modules/imports/import/steer-import.js';
import { importRows } from '#modules/imports/queries/import-rows.js';
import { runImport } from '#modules/imports/run/run-import.js';
import { Upload } from '#modules/imports/store/upload.js';
import { QualityOffice } from '#modules/quality/testing/office.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const definition: StoredMapping = {
  files: [{ name: 'firms.csv' }, { name: 'people.csv' }],
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
        { from: 'sector', to: 'sector' },
        { from: 'employees', to: 'employees' },
        { from: 'parent', to: 'parentId', lookup: { resource: 'account', by: { externalRef: '{parent}' } } },
      ],
    },
    {
      name: 'people',
      resource: 'contact',
      file: 'people.csv',
      match: ['externalRef'],
      columns: [
        { from: 'nr', to: 'externalRef' },
        { from: 'name', to: 'lastName' },
        { from: 'mail', to: 'email' },
        { from: 'firm', to: 'accountId', lookup: { resource: 'account', by: { externalRef: '{firm}' } } },
      ],
    },
  ],
};

type Cells = readonly (string | number)[];
const table = (name: string, header: string, rows: readonly Cells[]): Upload =>
  Upload.of(name, Buffer.from(`${[header, ...rows.map((cells) => cells.join(','))].join('\n')}\n`));
const filesOf = (firms: readonly Cells[], people: readonly Cells[]): Upload[] => [
  table('firms.csv', 'id,name,number,sector,employees,parent', firms),
  table('people.csv', 'nr,name,mail,firm', people),
];

async function strict(): Promise<TestTenant> {
  const t = await kit.tenant();
  const office = new QualityOffice(kit, t);
  await office.rule({
    key: 'staffed',
    resource: 'account',
    kind: 'range',
    fields: ['employees'],
    settings: { max: 100 },
    severity: 'refuse',
  });
  await office.rule({ key: 'once', resource: 'account', kind: 'unique', fields: ['name'], severity: 'refuse' });
  await office.rule({ key: 'sector', resource: 'account', kind: 'values', fields: ['sector'], settings: { values: ['retail', 'energy'] } });
  await office.rule({ key: 'employed', resource: 'contact', kind: 'required', fields: ['accountId'], severity: 'refuse' });
  await office.rule({
    key: 'own-mail',
    resource: 'contact',
    kind: 'formula',
    settings: { formula: 'isEmpty(email) or account.sector != "retail"' },
  });
  return t;
}

async function prepared(t: TestTenant, files: readonly Upload[]): Promise<string> {
  const { importId } = await t.run(createFromUploads, { files }, t.admin);
  await kit.drain();
  await t.run(mapImport, { importId, definition }, t.admin);
  return importId;
}
const runOf = (t: TestTenant, importId: string) => t.work((work) => work.repo(ImportRun).get(importId));
const counts = ({ created, updated, unchanged, skipped, rejected, issueCount }: ImportRun) => ({
  created,
  updated,
  unchanged,
  skipped,
  rejected,
  issueCount,
});
const fatesOf = async (t: TestTenant, importId: string, of: 'run' | 'dry_run') =>
  (await t.run(importRows, { importId, of, limit: 1000 }, t.admin)).rows.map(({ step, line, fate }) => [step, line, fate]);
const issuesOf = async (t: TestTenant, importId: string) =>
  (await t.work((work) => work.repo(ImportIssue).list({ importId }, { orderBy: ['file', 'line', 'rule'] }))).map(
    ({ file, line, field, rule, severity, done, message }) => ({ file, line, field, rule, severity, done, message }),
  );

/** All that is told of a dry run and then of the run. */
async function both(t: TestTenant, files: readonly Upload[]) {
  const importId = await prepared(t, files);
  await t.run(dryRunImport, { importId }, t.admin);
  await kit.drain();
  const picture = async (of: 'run' | 'dry_run') => ({
    counts: counts(await runOf(t, importId)),
    fates: await fatesOf(t, importId, of),
    issues: await issuesOf(t, importId),
  });
  const dry = await picture('dry_run');
  const [left] = await kit.asOwner(
    `select (select count(*) from customers.accounts) + (select count(*) from customers.contacts) + (select count(*) from quality.findings)
       + (select count(*) from quality.keys) as n`,
    [],
    t.id,
  );
  await t.run(startPrepared, { importId }, t.admin);
  await kit.drain();
  return { dry, left: Number(left?.['n']), run: await picture('run') };
}

test('a dry run tells of each row what the rules of the company will refuse and warn of, and leaves nothing behind', async () => {
  const t = await strict();
  const firms = [
    ['a', 'Alpha', 'N1', 'retail', 10, ''],
    ['b', 'Beta', 'N2', 'forestry', 10, 'a'],
    ['c', 'Gamma', 'N3', 'energy', 1000, ''],
    ['d', 'alpha', 'N4', 'energy', 10, ''],
    ['e', 'Epsilon', 'N1', 'energy', 10, ''],
  ];
  const people = [
    ['1', 'Ada', 'ada@example.com', 'a'],
    ['2', 'Bob', 'bob@example.com', 'c'],
    ['3', 'Cyd', '', 'b'],
  ];
  const { dry, run, left } = await both(t, filesOf(firms, people));
  expect(left).toBe(0);
  expect(dry).toEqual(run);
  expect(run.counts).toMatchObject({ created: 4, rejected: 4 });
  expect(dry.issues.map(({ line, field, rule, severity }) => [line, field, rule, severity])).toEqual([
    [3, 'sector', 'sector', 'warning'],
    [4, 'employees', 'staffed', 'error'],
    [5, 'name', 'once', 'error'],
    [6, 'number', 'unique_violation', 'error'],
    [2, null, 'own-mail', 'warning'],
    [3, 'accountId', 'employed', 'error'],
    [3, 'accountId', 'parent_not_found', 'warning'],
  ]);
});

test('whatever stands in the files, the dry run and the run tell the same of every row', async () => {
  const pick = (...of: string[]) => fc.constantFrom(...of);
  const ids = pick('a', 'b', 'c', 'd', 'e', 'f');
  const firm = fc.tuple(
    ids,
    pick('Alpha', 'Beta', 'Gamma', ''),
    pick('N1', 'N2', '', ''),
    pick('retail', 'forestry', ''),
    pick('5', '500', 'x'),
    ids,
  );
  const person = fc.tuple(pick('1', '2', '3', '4'), pick('Ada', 'Bob', ''), pick('a@example.com', '', 'no'), ids);
  const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(some(firm), some(firm), some(person), async (before, firms, people) => {
      const t = await strict();
      const earlier = await both(t, filesOf(before, []));
      expect(earlier.dry).toEqual(earlier.run);
      const later = await both(t, filesOf(firms, people));
      expect(later.dry).toEqual(later.run);
    }),
    { numRuns: 4 },
  );
});

test('a dry run too long for one transaction asks the rules chunk by chunk, and says of which rows it cannot', async () => {
  const t = await strict();
  const firms = [
    ['a', 'Alpha', 'N1', 'retail', 10, ''],
    ['b', 'Beta', 'N2', 'forestry', 10, ''],
    ['c', 'Gamma', 'N3', 'energy', 1000, ''],
  ];
  const importId = await prepared(
    t,
    filesOf(firms, [
      ['1', 'Ada', 'ada@example.com', 'a'],
      ['2', 'Bob', '', ''],
    ]),
  );
  await t.run(dryRunImport, { importId }, t.admin);
  const transact: Parameters<typeof runImport>[1] = (fn) =>
    kit.runtime.withWork({ tenantId: t.id, actor: systemActor('import', 'import'), cause: { command: 'test' } }, fn);
  const run = await runImport(importId, transact, { mostRehearsed: 0 });
  expect(run).toMatchObject({ state: 'ready', dryRun: { created: 3, rejected: 2 } });
  expect((await issuesOf(t, importId)).map(({ line, rule }) => [line, rule])).toEqual([
    [3, 'sector'],
    [4, 'staffed'],
    [2, 'rules_not_asked'],
    [3, 'employed'],
  ]);
  expect(await kit.asOwner(`select count(*)::integer as n from customers.accounts`, [], t.id)).toEqual([{ n: 0 }]);
});

test('of many rows that a rule refuses each is left out by itself, and the others come in', async () => {
  const t = await strict();
  const firms = Array.from({ length: 400 }, (_, i) => [`f${i}`, `Firm ${i}`, '', 'energy', i % 4 === 0 ? 900 : 9, '']);
  const importId = await prepared(t, filesOf(firms, []));
  await t.run(startPrepared, { importId, withoutDryRun: true }, t.admin);
  await kit.drain();
  expect(await runOf(t, importId)).toMatchObject({ created: 300, rejected: 100, issueCount: 100 });
});
