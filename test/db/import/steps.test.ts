import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { createFromUploads } from '#modules/imports/import/create-import.js';
import { cancelImport } from '#modules/imports/import/cancel-import.js';
import { ImportIssue } from '#modules/imports/import/import-issue.resource.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { saveMapping } from '#modules/imports/import/save-mapping.js';
import { dryRunImport, mapImport, pauseImport, resumeImport, startPrepared, takeBackImport } from '#modules/imports/import/steer-import.js';
import { importHistory } from '#modules/imports/queries/import-history.js';
import { importRows } from '#modules/imports/queries/import-rows.js';
import { suggestMapping } from '#modules/imports/queries/suggest-mapping.js';
import { failedRows } from '#modules/imports/http/failed-rows.js';
import { runImport } from '#modules/imports/run/run-import.js';
import type { Transact } from '#modules/imports/run/transact.js';
import type { StoredMapping, StoredStep } from '#modules/imports/domain/stored/stored-mapping.js';
import { limits } from '#modules/imports/read/limits.js';
import { Upload } from '#modules/imports/store/upload.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const accountsStep: StoredStep = {
  name: 'accounts',
  resource: 'account',
  file: 'firms.csv',
  match: ['externalRef'],
  columns: [
    { from: 'id', to: 'externalRef', transform: ['prepend:old:'] },
    { from: 'name', to: 'name' },
    { from: 'city', to: 'address.city' },
    { from: 'revenue', to: 'annualRevenue', transform: ['decimal', 'money:EUR'], onError: 'empty' },
    { from: 'parent', to: 'parentId', transform: ['prepend:old:'], lookup: { resource: 'account', by: { externalRef: '{parent}' } } },
  ],
};
const contactsStep: StoredStep = {
  name: 'contacts',
  resource: 'contact',
  file: 'people.csv',
  match: ['externalRef'],
  columns: [
    { from: 'nr', to: 'externalRef', transform: ['prepend:old:p'] },
    { from: 'name', to: 'lastName' },
    { from: 'mail', to: 'email' },
    { from: 'firm', to: 'accountId', transform: ['prepend:old:'], lookup: { resource: 'account', by: { externalRef: '{firm}' } } },
  ],
};
const mapping: StoredMapping = {
  locale: 'de-DE',
  country: 'DE',
  files: [{ name: 'firms.csv' }, { name: 'people.csv' }],
  // In the wrong order: what is referred to is imported first all the same.
  steps: [contactsStep, accountsStep],
};
const firms = 'id;name;city;revenue;parent\n2;Tochter GmbH;Köln;1.234,56;1\n1;Mutter AG;Bonn;9.000.000,00;\n3;Rest KG;;viel;\n';
const people = 'nr;name;mail;firm\n1;Müller;a@example.com;1\n2;Meier;b@example.com;2\n3;;c@example.com;1\n2;Meier;d@example.com;2\n';
const csv = (name: string, text: string): Upload => Upload.of(name, Buffer.from(text));
const bothFiles = () => [csv('firms.csv', firms), csv('people.csv', people)];

const transact =
  (t: TestTenant): Transact =>
  (fn) =>
    kit.runtime.withWork({ tenantId: t.id, actor: systemActor('test'), cause: { command: 'test' } }, fn);
const runOf = (t: TestTenant, importId: string) => t.work((work) => work.repo(ImportRun).get(importId));
const issuesOf = (t: TestTenant, importId: string) =>
  t.work((work) => work.repo(ImportIssue).list({ importId }, { orderBy: ['file', 'line'] }));
const accounts = (t: TestTenant) => t.work((work) => work.repo(Account).list({}, { orderBy: ['externalRef'] }));
const contacts = (t: TestTenant) => t.work((work) => work.repo(Contact).list({}, { orderBy: ['externalRef'] }));

async function analysed(t: TestTenant, files: readonly Upload[] = bothFiles()): Promise<string> {
  const { importId } = await t.run(createFromUploads, { files }, t.admin);
  await kit.drain();
  return importId;
}
async function mapped(t: TestTenant, files?: readonly Upload[], definition: StoredMapping = mapping): Promise<string> {
  const importId = await analysed(t, files);
  await t.run(mapImport, { importId, definition }, t.admin);
  return importId;
}
async function imported(t: TestTenant, files?: readonly Upload[], definition?: StoredMapping): Promise<ImportRun> {
  const importId = await mapped(t, files, definition);
  await t.run(startPrepared, { importId, withoutDryRun: true }, t.admin);
  await kit.drain();
  return runOf(t, importId);
}
const firmsOnly = (step: Partial<StoredStep> = {}): StoredMapping => ({
  ...mapping,
  files: [{ name: 'firms.csv' }],
  steps: [{ ...accountsStep, ...step }],
});

describe('an import by steps', () => {
  test('is looked through, suggested, mapped, tried without a trace, and started', async () => {
    const t = await kit.tenant();
    const importId = await analysed(t);
    const found = await runOf(t, importId);
    expect(found).toMatchObject({ state: 'analysed', created: 0 });
    expect(found.tables).toMatchObject([
      {
        name: 'firms.csv',
        format: 'csv',
        encoding: 'utf-8',
        delimiter: ';',
        columns: ['id', 'name', 'city', 'revenue', 'parent'],
        rows: 3,
      },
      { name: 'people.csv', rows: 4 },
    ]);
    const guess = await t.run(suggestMapping, { importId }, t.admin);
    expect(guess.tables).toMatchObject([{ resource: 'account' }, { resource: 'contact' }]);
    expect((await runOf(t, importId)).state).toBe('analysed');

    await t.run(mapImport, { importId, definition: mapping }, t.admin);
    await expect(t.run(startPrepared, { importId }, t.admin)).rejects.toMatchObject({ code: 'import.not_tried' });
    await t.run(dryRunImport, { importId }, t.admin);
    await kit.drain();
    const tried = await runOf(t, importId);
    expect(tried).toMatchObject({ state: 'ready', dryRun: { created: 5, updated: 1, rejected: 2 } });
    expect(await accounts(t)).toEqual([]);
    const { rows } = await t.run(importRows, { importId, of: 'dry_run' }, t.admin);
    expect(rows.map(({ step, line, fate }) => [step, line, fate])).toEqual([
      ['accounts', 2, 'created'],
      ['accounts', 3, 'created'],
      ['accounts', 4, 'created'],
      ['contacts', 2, 'created'],
      ['contacts', 3, 'created'],
      ['contacts', 4, 'rejected'],
      ['contacts', 5, 'rejected'],
      ['accounts: links', 2, 'updated'],
      ['accounts: links', 3, 'skipped'],
      ['accounts: links', 4, 'skipped'],
    ]);

    await t.run(startPrepared, { importId }, t.admin);
    await kit.drain();
    const done = await runOf(t, importId);
    expect(done).toMatchObject({ state: 'partly', created: 5, updated: 1, rejected: 2 });
    const [mother, daughter, rest] = await accounts(t);
    expect(daughter).toMatchObject({ name: 'Tochter GmbH', parentId: mother?.id, annualRevenue: { amount: '1234.5600', currency: 'EUR' } });
    expect(rest).toMatchObject({ name: 'Rest KG', annualRevenue: null });
    expect((await contacts(t)).map(({ lastName, accountId }) => [lastName, accountId])).toEqual([
      ['Müller', mother?.id],
      ['Meier', daughter?.id],
    ]);
    const issues = await issuesOf(t, importId);
    expect(issues.map(({ file, line, rule, severity }) => [file, line, rule, severity])).toEqual([
      ['firms.csv', 4, 'parse_number', 'warning'],
      ['people.csv', 4, 'required_missing', 'error'],
      ['people.csv', 5, 'duplicate_in_file', 'error'],
    ]);
  });

  test('gives the rows it left out back as they came, with why', async () => {
    const t = await kit.tenant();
    const run = await imported(t, [
      csv('firms.csv', firms),
      csv('people.csv', 'nr;name;mail;firm\n1;Müller;a@example.com;1\n2;;"=1+1";1\n'),
    ]);
    const table = run.tables?.[1];
    if (!table) throw new Error('no table');
    let text = '';
    for await (const part of failedRows(transact(t), { importId: run.id, table })) text += part;
    expect(text).toMatch(/^nr;name;mail;firm;__error\n2;;'=1\+1;1;.+\n$/);
  });

  test('the history of a company: dates of the past and fields of commands take a right of their own', async () => {
    const t = await kit.tenant();
    const dated = firmsOnly({ columns: [...accountsStep.columns, { from: 'since', to: 'createdAt', transform: ['instant:d.m.yyyy'] }] });
    const file = csv('firms.csv', 'id;name;city;revenue;parent;since\n1;Mutter AG;;;;24.12.2009\n');
    const { actor: clerk } = await t.user({ permissions: { 'import:*': 'all', 'account:*': 'all' } });
    const { actor: mover } = await t.user({
      permissions: { 'import:create': 'all', 'import:map': 'all', 'import:start': 'all', 'import:read': 'all', 'account:*': 'all' },
    });
    const { importId } = await t.run(createFromUploads, { files: [file] }, clerk);
    await expect(t.run(mapImport, { importId, definition: dated }, mover)).rejects.toMatchObject({
      kind: 'forbidden',
      details: { missing: 'import:history' },
    });
    await t.run(mapImport, { importId, definition: dated }, clerk);
    expect(await t.run(importHistory, { importId }, clerk)).toEqual({ fields: ['account.createdAt'] });
    await expect(t.run(startPrepared, { importId, withoutDryRun: true }, mover)).rejects.toMatchObject({
      details: { missing: 'import:history' },
    });
    await t.run(startPrepared, { importId, withoutDryRun: true }, clerk);
    await kit.drain();
    expect((await accounts(t))[0]).toMatchObject({ name: 'Mutter AG', createdAt: new Date('2009-12-24T00:00:00Z') });
  });

  test('rests, goes on and ends as if it had not rested', async () => {
    const t = await kit.tenant();
    const rows = Array.from({ length: 2500 }, (_, i) => `${i};Firma ${i};Bonn;1;`).join('\n');
    const importId = await mapped(t, [csv('firms.csv', `id;name;city;revenue;parent\n${rows}\n`)], firmsOnly());
    await t.run(startPrepared, { importId, withoutDryRun: true }, t.admin);
    await runImport(importId, transact(t), { pause: () => true });
    await t.run(pauseImport, { importId }, t.admin);
    await expect(t.run(pauseImport, { importId }, t.admin)).rejects.toMatchObject({ code: 'import.not_now' });
    await kit.drain();
    expect(await runOf(t, importId)).toMatchObject({ state: 'paused', processed: 1000 });
    await t.run(resumeImport, { importId }, t.admin);
    await kit.drain();
    expect(await runOf(t, importId)).toMatchObject({ state: 'finished', created: 2500 });
    expect(await accounts(t)).toHaveLength(2500);
    const page = await t.run(importRows, { importId, limit: 900 }, t.admin);
    const next = await t.run(importRows, { importId, limit: 900, after: page.next }, t.admin);
    expect([page.rows.length, page.rows[0]?.line, next.rows[0]?.line]).toEqual([900, 2, 902]);
  });

  test('files with the same name twice, or too large, are refused', async () => {
    const t = await kit.tenant();
    await expect(t.run(createFromUploads, { files: [csv('a.csv', 'a\n'), csv('a.csv', 'b\n')] }, t.admin)).rejects.toMatchObject({
      code: 'import.file_twice',
    });
    const large = Upload.at('/nowhere', { name: 'a.csv', size: limits.fileBytes + 1, sha256: '0'.repeat(64) });
    await expect(t.run(createFromUploads, { files: [large] }, t.admin)).rejects.toMatchObject({
      code: 'import.too_large',
      kind: 'too_large',
    });
  });

  test('a file that cannot be read fails the import with its place', async () => {
    const t = await kit.tenant();
    const importId = await analysed(t, [csv('a.csv', 'a,b\n1,"2\n')]);
    expect(await runOf(t, importId)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('a.csv, line 2: Quote Not Closed') as string,
    });
  });
});

describe('what is there already', () => {
  const one = (text: string) => [csv('firms.csv', `id;name;city;revenue;parent\n${text}\n`)];

  test('is changed, an empty cell keeps and \\N clears', async () => {
    const t = await kit.tenant();
    await imported(t, one('1;Mutter AG;Bonn;12,5;'), firmsOnly());
    const run = await imported(t, one('1;Mutter SE;;\\N;'), firmsOnly());
    expect(run).toMatchObject({ state: 'finished', updated: 1, created: 0 });
    expect(await accounts(t)).toMatchObject([{ name: 'Mutter SE', address: { city: 'Bonn' }, annualRevenue: null }]);
  });

  test.each([
    ['create', 'reject', { state: 'partly', created: 1, rejected: 1 }, 'Alt'],
    ['create', 'skip', { state: 'finished', created: 1, unchanged: 1 }, 'Alt'],
    ['create', 'update', { state: 'finished', created: 1, updated: 1 }, 'Neu'],
    ['update', undefined, { state: 'partly', created: 0, updated: 1, rejected: 1 }, 'Neu'],
    ['link_only', undefined, { state: 'finished', created: 0, updated: 1 }, 'Neu'],
  ] as const)('mode %s with duplicates %s', async (mode, duplicates, expected, name) => {
    const t = await kit.tenant();
    await imported(t, one('1;Alt;;;'), firmsOnly());
    const run = await imported(t, one('1;Neu;;;\n2;Zwei;;;'), firmsOnly({ mode, ...(duplicates ? { duplicates } : {}) }));
    expect(run).toMatchObject(expected);
    expect((await accounts(t))[0]).toMatchObject({ name });
  });

  test('the same key three times in a file: the first counts, or the last, as the mapping says', async () => {
    const [t, other] = [await kit.tenant(), await kit.tenant()];
    const text = '1;Eins;;;\n1;Zwei;;;\n1;Drei;;;';
    expect(await imported(t, one(text), firmsOnly({ duplicates: 'skip' }))).toMatchObject({ created: 1, updated: 0, rejected: 0 });
    expect(await imported(other, one(text), firmsOnly({ duplicates: 'update' }))).toMatchObject({ created: 1, updated: 2, rejected: 0 });
    expect([(await accounts(t))[0]?.name, (await accounts(other))[0]?.name]).toEqual(['Eins', 'Drei']);
  });
});

describe('an import taken back', () => {
  test('leaves nothing of its records, changes and links', async () => {
    const t = await kit.tenant();
    await imported(t, [csv('firms.csv', 'id;name;city;revenue;parent\n2;Alte Tochter;Kiel;5;\n')], firmsOnly());
    const before = await accounts(t);
    const run = await imported(t);
    expect(await accounts(t)).toHaveLength(3);
    await t.run(takeBackImport, { importId: run.id }, t.admin);
    await kit.drain();
    expect(await runOf(t, run.id)).toMatchObject({ state: 'reverted', kept: 0 });
    const after = await accounts(t);
    expect(await contacts(t)).toEqual([]);
    const told = ({ name, address, annualRevenue, parentId }: (typeof before)[number]) => ({ name, address, annualRevenue, parentId });
    expect(after.map(told)).toEqual(before.map(told));
    await expect(t.run(takeBackImport, { importId: run.id }, t.admin)).rejects.toMatchObject({ code: 'import.not_now' });
  });

  test('cannot be asked for when its journal has gone', async () => {
    const own = await openKit(allModules);
    try {
      const t = await own.tenant();
      const { importId } = await t.run(createFromUploads, { files: [csv('firms.csv', firms)] }, t.admin);
      await own.drain();
      await t.run(mapImport, { importId, definition: firmsOnly() }, t.admin);
      await t.run(startPrepared, { importId, withoutDryRun: true }, t.admin);
      await own.drain();
      own.clock.advance({ days: 31 });
      await expect(t.run(takeBackImport, { importId }, t.admin)).rejects.toMatchObject({ code: 'import.not_now' });
    } finally {
      await own.close();
    }
  });

  test('leaves alone, and lists, what somebody has changed or used since', async () => {
    const t = await kit.tenant();
    const run = await imported(t, [csv('firms.csv', 'id;name;city;revenue;parent\n1;Eins;;;\n2;Zwei;;;\n3;Drei;;;\n')], firmsOnly());
    const [one, two] = await accounts(t);
    if (!one || !two) throw new Error('no accounts');
    await t.work((work) => work.repo(Account).update(one.id, { name: 'Eins, berichtigt' }));
    await t.work((work) => work.repo(Contact).create({ lastName: 'Neu', accountId: two.id }));
    await t.run(takeBackImport, { importId: run.id }, t.admin);
    await kit.drain();
    expect(await runOf(t, run.id)).toMatchObject({ state: 'revert_partly', reverted: 1, kept: 2 });
    expect((await accounts(t)).map(({ name }) => name)).toEqual(['Eins, berichtigt', 'Zwei']);
    const kept = (await issuesOf(t, run.id)).filter(({ rule }) => rule === 'kept');
    expect(kept.map(({ line, value }) => [line, value])).toEqual([
      [2, one.id],
      [3, two.id],
    ]);
  });

  test('of many, those that are used or were changed since stay, and all others go, whatever they refer to', async () => {
    const t = await kit.tenant();
    const count = 40;
    // Each belongs to the next, the last to the first: within a chunk they hold one another.
    const lines = Array.from({ length: count }, (_, i) => `${i};Firma ${i};;;${(i + 1) % count}`);
    await t.work((work) => work.repo(Account).create({ name: 'Vorher', externalRef: 'old:7' }));
    const run = await imported(t, [csv('firms.csv', `id;name;city;revenue;parent\n${lines.join('\n')}\n`)], firmsOnly());
    const made = new Map((await accounts(t)).map((row) => [row.externalRef, row]));
    const idOf = (i: number) => made.get(`old:${i}`)?.id ?? '';
    await t.work(async (work) => {
      for (const i of [3, 20]) await work.repo(Contact).create({ lastName: 'Dort', accountId: idOf(i) });
      await work.repo(Account).update(idOf(31), { name: 'Berichtigt' });
    });
    await t.run(takeBackImport, { importId: run.id }, t.admin);
    await kit.drain();
    expect((await accounts(t)).map(({ name }) => name).sort()).toEqual(['Berichtigt', 'Firma 20', 'Firma 3', 'Vorher']);
    expect(await runOf(t, run.id)).toMatchObject({ state: 'revert_partly', reverted: 2 * count - 4, kept: 4 });
    // Of the one that was changed neither its making nor its link is taken back.
    const kept = (await issuesOf(t, run.id)).filter(({ rule }) => rule === 'kept');
    expect(kept.map(({ value }) => value).sort()).toEqual([3, 20, 31, 31].map(idOf).sort());
  });
});

describe('mappings', () => {
  test('are kept in versions, and an import keeps the one it was mapped by', async () => {
    const t = await kit.tenant();
    const first = await t.run(saveMapping, { name: 'old', definition: firmsOnly() }, t.admin);
    const second = await t.run(saveMapping, { name: 'old', definition: firmsOnly({ mode: 'update' }) }, t.admin);
    expect([first.number, second.number]).toEqual([1, 2]);
    const importId = await analysed(t, [csv('firms.csv', firms)]);
    await t.run(mapImport, { importId, mappingId: first.mappingId }, t.admin);
    expect(await runOf(t, importId)).toMatchObject({ state: 'mapped', mapping: 'old', mappingId: first.mappingId });
    await t.run(cancelImport, { importId }, t.admin);
    await expect(t.run(mapImport, { importId, mappingId: first.mappingId }, t.admin)).rejects.toMatchObject({ code: 'import.not_now' });
  });

  test.each([
    ['an unknown field', { ...accountsStep, columns: [...accountsStep.columns, { from: 'x', to: 'nonsense' }] }, '/steps/0/columns/5/to'],
    [
      'an unknown transform',
      { ...accountsStep, columns: [...accountsStep.columns, { from: 'x', to: 'sector', transform: ['eval:1'] }] },
      '/steps/0/columns/5/transform/0',
    ],
    ['accounts of people', { ...accountsStep, resource: 'user' }, '/steps/0/resource'],
    ['rights', { ...accountsStep, resource: 'role' }, '/steps/0/resource'],
    ['a key no column gives', { ...accountsStep, match: ['number'] }, '/steps/0/match/0'],
    ['a word of no meaning', { ...accountsStep, surprise: true }, '/steps/0/surprise'],
    [
      'an unknown part',
      { ...accountsStep, columns: [...accountsStep.columns, { from: 'x', to: 'address.planet' }] },
      '/steps/0/columns/5/to',
    ],
  ])('%s is refused with its place', async (_, step, path) => {
    const t = await kit.tenant();
    await expect(t.run(saveMapping, { name: 'bad', definition: { ...firmsOnly(), steps: [step] } }, t.admin)).rejects.toMatchObject({
      code: 'import.mapping_unfit',
      details: { errors: expect.arrayContaining([expect.objectContaining({ path })]) as unknown },
    });
  });

  test('neither another company nor a narrow role comes near an import', async () => {
    const [t, other] = [await kit.tenant(), await kit.tenant()];
    const importId = await mapped(t);
    await expect(other.run(startPrepared, { importId, withoutDryRun: true }, other.admin)).rejects.toMatchObject({ kind: 'not_found' });
    const { actor: seller } = await t.user({ permissions: { 'import:*': 'all', 'account:*': 'own', 'contact:*': 'all' } });
    await expect(t.run(startPrepared, { importId, withoutDryRun: true }, seller)).rejects.toMatchObject({
      kind: 'forbidden',
      details: { missing: 'account:create' },
    });
    await expect(t.run(dryRunImport, { importId }, seller)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('a power cut', () => {
  /** Every transaction but the first `at` ones is undone by an error that nobody expects. */
  const fragile =
    (t: TestTenant, at: number): Transact =>
    (fn) => {
      at -= 1;
      return transact(t)(async (work) => {
        const result = await fn(work);
        if (at < 0) throw new Error('The power went out.');
        return result;
      });
    };
  /** Goes on from break to break, each time a transaction or so further, until nothing breaks. */
  async function throughBreaks(t: TestTenant, importId: string): Promise<number> {
    for (let breaks = 0; breaks < 60; breaks += 1) {
      const end = await runImport(importId, fragile(t, 4 + (breaks % 9)), {}).catch(() => null);
      if (end) return breaks;
    }
    throw new Error('The import does not come to its end.');
  }

  test('in a dry run, in the import and while it is taken back changes nothing of what comes out', async () => {
    const t = await kit.tenant();
    const rows = Array.from({ length: 1100 }, (_, i) => `${i};Firma ${i};Bonn;1;${i % 50 === 0 && i > 0 ? i - 1 : ''}`).join('\n');
    const importId = await mapped(t, [csv('firms.csv', `id;name;city;revenue;parent\n${rows}\n7;Doppelt;;;\n`)], firmsOnly());
    await t.run(dryRunImport, { importId }, t.admin);
    expect(await throughBreaks(t, importId)).toBeGreaterThan(0);
    expect(await runOf(t, importId)).toMatchObject({ state: 'ready', dryRun: { created: 1100, updated: 21, rejected: 1 } });
    expect(await accounts(t)).toHaveLength(0);

    await t.run(startPrepared, { importId }, t.admin);
    expect(await throughBreaks(t, importId)).toBeGreaterThan(0);
    expect(await runOf(t, importId)).toMatchObject({ state: 'partly', created: 1100, updated: 21, rejected: 1 });
    const all = await accounts(t);
    expect([all.length, all.filter(({ parentId }) => parentId !== null).length]).toEqual([1100, 21]);
    expect(await issuesOf(t, importId)).toHaveLength(1);

    await t.run(takeBackImport, { importId }, t.admin);
    expect(await throughBreaks(t, importId)).toBeGreaterThan(0);
    expect(await runOf(t, importId)).toMatchObject({ state: 'reverted', reverted: 1121, kept: 0 });
    expect(await accounts(t)).toHaveLength(0);
  });
});
