import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { createFromUploads } from '#modules/imports/import/create-import.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { startImport } from '#modules/imports/import/start-import.js';
import { mapImport, startPrepared } from '#modules/imports/import/steer-import.js';
import { runImport } from '#modules/imports/run/run-import.js';
import type { Transact } from '#modules/imports/run/transact.js';
import { Upload } from '#modules/imports/store/upload.js';
import { realData, realTest } from '../../real-data.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const folder = realData;
const file = (path: string): Upload => Upload.of(path.split('/').at(-1) ?? path, readFileSync(join(folder, path)));
const transact =
  (t: TestTenant): Transact =>
  (fn) =>
    kit.runtime.withWork({ tenantId: t.id, actor: systemActor('test'), cause: { command: 'test' } }, fn);
const ask = (t: TestTenant, text: string) => kit.asOwner(text, [], t.id);

async function load(t: TestTenant, mapping: string, paths: readonly string[]): Promise<ImportRun> {
  const { id } = await t.work((work) => startImport(work, { mapping, files: paths.map(file) }));
  return runImport(id, transact(t));
}

/** Rows of the files counted without any reader of ours. */
function counted(path: string, row: RegExp): number {
  return readFileSync(join(folder, path), 'utf8').match(row)?.length ?? 0;
}
const anyLine = /^.+$/gm;

/** Every row of every table is a record, or a line in the list of what was not imported, and none is both. */
async function expectNothingLost(t: TestTenant, run: ImportRun, rows: Readonly<Record<string, number>>): Promise<void> {
  expect(run.failure).toBeNull();
  expect(Object.fromEntries((run.tables ?? []).map((table) => [table.name.replace(/^.*#/, ''), table.rows]))).toEqual(rows);
  const fates = await ask(
    t,
    `select step, sum(length(fates))::integer as rows, sum(length(translate(fates, 'xs', '')))::integer as stored,
       sum(length(translate(fates, 'cu=rs', '')))::integer as rejected from imports.import_chunks where import_id = '${run.id}' group by step order by step`,
  );
  expect(fates.reduce((sum, fate) => sum + Number(fate['rows']), 0)).toBe(run.total);
  const [told] = await ask(
    t,
    `select count(distinct (file, line, message))::integer as n from imports.import_issues where import_id = '${run.id}' and severity = 'error'`,
  );
  expect(Number(told?.['n'])).toBe(run.rejected);
  expect(fates.reduce((sum, fate) => sum + Number(fate['rejected']), 0)).toBe(run.rejected);
}
const madeBy = (run: ImportRun) =>
  Object.fromEntries((run.steps ?? []).filter(({ created }) => created > 0).map(({ step, created }) => [step, created]));
const leftOutBy = (run: ImportRun) =>
  Object.fromEntries((run.steps ?? []).filter(({ rejected }) => rejected > 0).map(({ step, rejected }) => [step, rejected]));

realTest('northwind comes in, and each of its orders is listed as not imported', async () => {
  const t = await kit.tenant();
  const run = await load(t, 'northwind', ['northwind/northwind.sql']);
  const left = { categories: 8, orders: 830, order_details: 2155, employee_territories: 49, region: 4, territories: 53, us_states: 51 };
  expect(run.tables?.reduce((sum, { rows }) => sum + rows, 0)).toBe(counted('northwind/northwind.sql', /^INSERT INTO/gm));
  await expectNothingLost(t, run, { employees: 9, customers: 91, suppliers: 29, shippers: 6, products: 77, ...left });
  expect(madeBy(run)).toEqual({
    employees: 9,
    customers: 91,
    'contacts of customers': 91,
    suppliers: 29,
    'contacts of suppliers': 29,
    shippers: 6,
    products: 77,
    'price list': 1,
    prices: 77,
  });
  expect(leftOutBy(run)).toEqual(left);
  const [alfred] = await ask(
    t,
    `select a.name, a.address_city, a.address_country, c.first_name, c.last_name, c.job_title from customers.accounts a
       join customers.contacts c on c.account_id = a.id where a.external_ref = 'northwind:customer:ALFKI'`,
  );
  expect(alfred).toEqual({
    name: 'Alfreds Futterkiste',
    address_city: 'Berlin',
    address_country: 'DE',
    first_name: 'Maria',
    last_name: 'Anders',
    job_title: 'Sales Representative',
  });
});

realTest('chinook comes in: customers, tracks and prices', async () => {
  const t = await kit.tenant();
  const run = await load(t, 'chinook', ['chinook/Chinook_PostgreSql_SerialPKs.sql']);
  const left = { artist: 275, album: 347, genre: 25, media_type: 5, invoice: 412, invoice_line: 2240, playlist: 18, playlist_track: 8715 };
  expect(run.tables?.reduce((sum, { rows }) => sum + rows, 0)).toBe(counted('chinook/Chinook_PostgreSql_SerialPKs.sql', /^ {4}\(/gm));
  await expectNothingLost(t, run, { employee: 8, customer: 59, track: 3503, ...left });
  expect(madeBy(run)).toEqual({ employees: 8, companies: 10, customers: 59, tracks: 3503, 'price list': 1, prices: 3503 });
  expect(leftOutBy(run)).toEqual(left);
  const [sum] = await ask(t, `select sum(unit_price)::numeric(12, 2)::text as sum from catalog.prices`);
  expect(sum).toEqual({ sum: '3680.97' });
});

realTest('adventureworks, whose files have no header, comes in', async () => {
  const t = await kit.tenant();
  const left = { DimGeography: 655, DimPromotion: 16, FactCallCenter: 120, FactSalesQuota: 163, FactSurveyResponse: 2727 };
  const rows = { DimReseller: 701, DimSalesTerritory: 11, ...left };
  const run = await load(
    t,
    'adventureworks',
    Object.keys(rows).map((name) => `adventureworks_dw/${name}.csv`),
  );
  for (const { name, rows: read } of run.tables ?? []) expect([name, read]).toEqual([name, counted(`adventureworks_dw/${name}`, anyLine)]);
  await expectNothingLost(t, run, Object.fromEntries(Object.entries(rows).map(([name, count]) => [`${name}.csv`, count])));
  expect(madeBy(run)).toEqual({ territories: 11, resellers: 701 });
  expect(Object.values(leftOutBy(run)).sort()).toEqual(Object.values(left).sort());
});

realTest('an export of Salesforce comes in by its template, and again changes nothing', async () => {
  const t = await kit.tenant({ currency: 'USD' });
  const rows = { Account: 18, Contact: 25, Lead: 22, Opportunity: 36, OpportunityHistory: 48 };
  const load = async () => {
    const { importId } = await t.run(
      createFromUploads,
      { files: Object.keys(rows).map((name) => file(`crm_exports/salesforce/${name}.csv`)) },
      t.admin,
    );
    await kit.drain();
    await t.run(mapImport, { importId, template: 'salesforce' }, t.admin);
    await t.run(startPrepared, { importId, withoutDryRun: true }, t.admin);
    await kit.drain();
    return t.work((work) => work.repo(ImportRun).get(importId));
  };
  const run = await load();
  await expectNothingLost(t, run, Object.fromEntries(Object.entries(rows).map(([name, count]) => [`${name}.csv`, count])));
  for (const { name, rows: read } of run.tables ?? [])
    expect([name, read]).toEqual([name, parse(readFileSync(join(folder, 'crm_exports', 'salesforce', name))).length - 1]);
  expect(run.state).toBe('partly');
  expect(madeBy(run)).toEqual({ pipeline: 1, stages: 10, leads: 22, accounts: 18, contacts: 25, opportunities: 36 });
  expect(leftOutBy(run)).toEqual({ 'history of opportunities': 48 });
  const deals = await ask(
    t,
    `select status, count(*)::integer as n, sum(amount)::integer as sum from sales.opportunities group by status order by status`,
  );
  expect(deals).toEqual([
    { status: 'lost', n: 8, sum: 830000 },
    { status: 'open', n: 16, sum: 2115000 },
    { status: 'won', n: 12, sum: 2815000 },
  ]);
  expect(await load()).toMatchObject({ created: 0, updated: 0 });
});
