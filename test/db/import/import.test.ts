import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import type { Work } from '#kernel/usecase/work.js';
import { allModules } from '#app/modules.js';
import { cancelImport } from '#modules/imports/import/cancel-import.js';
import { ImportIssue } from '#modules/imports/import/import-issue.resource.js';
import type { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { startImport } from '#modules/imports/import/start-import.js';
import { takeUploads } from '#modules/imports/import/take-import.js';
import { runImport, type RunOptions } from '#modules/imports/run/run-import.js';
import type { Upload } from '#modules/imports/store/upload.js';
import { changed, crmFiles, pictureSql, someFiles } from './crm-files.js';
import { realTest } from '../../real-data.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const start = (t: TestTenant, files: readonly Upload[] = someFiles()) =>
  t.work((work) => startImport(work, { mapping: 'crm-opportunities', files }));
const transact =
  (t: TestTenant) =>
  <T>(fn: (work: Work) => Promise<T>): Promise<T> =>
    kit.runtime.withWork({ tenantId: t.id, actor: systemActor('test'), cause: { command: 'test' } }, fn);
const go = (t: TestTenant, run: ImportRun, options?: RunOptions) => runImport(run.id, transact(t), options);
const importFiles = async (t: TestTenant, files?: readonly Upload[]) => go(t, await start(t, files));

const ask = (t: TestTenant, text: string, values: unknown[] = []) => kit.asOwner(text, values, t.id);
const picture = async (t: TestTenant) => (await ask(t, pictureSql))[0];
const issuesOf = (t: TestTenant, run: ImportRun) =>
  t.work((work) => work.repo(ImportIssue).list({ importId: run.id }, { orderBy: ['file', 'line'] }));
const counted = ({ created, updated, unchanged, rejected, issueCount }: ImportRun) => ({
  created,
  updated,
  unchanged,
  rejected,
  issueCount,
});

describe('the real files', () => {
  let t: TestTenant;
  let first: ImportRun;
  beforeAll(async () => {
    t = await kit.tenant();
    first = await importFiles(t, crmFiles());
  });

  realTest('come in whole', async () => {
    expect(first).toMatchObject({ state: 'finished', total: 9095, processed: 9095, created: 8952, updated: 15, unchanged: 0, rejected: 0 });
    const rows = await ask(
      t,
      `select (select count(*) from customers.accounts)::integer accounts, (select count(*) from catalog.products)::integer products,
      (select count(*) from identity.users where manager_id is not null)::integer agents, (select count(*) from identity.teams)::integer teams,
      (select string_agg(name, ' ' order by position) from sales.stages) stages, (select count(*) from sales.opportunities)::integer deals`,
    );
    expect(rows).toEqual([{ accounts: 85, products: 7, agents: 35, teams: 6, stages: 'Prospecting Engaging Won Lost', deals: 8800 }]);
  });

  realTest('agents and managers are users of their team and region who cannot sign in yet', async () => {
    const [darcel] = await ask(
      t,
      `select u.name, t.name as team, t.region, m.name as manager, mt.name as manager_team from identity.users u
      join identity.teams t on t.id = u.team_id join identity.users m on m.id = u.manager_id join identity.teams mt on mt.id = m.team_id where u.name = 'Darcel Schlecht'`,
    );
    expect(darcel).toEqual({
      name: 'Darcel Schlecht',
      team: 'Team Melvin Marxen',
      region: 'Central',
      manager: 'Melvin Marxen',
      manager_team: 'Team Melvin Marxen',
    });
    expect(await ask(t, `select count(*)::integer as n from identity.passwords`)).toEqual([{ n: 0 }]);
  });

  realTest('give the sums that were published', async () => {
    const won = `select sum(o.amount)::numeric(20, 0)::text as won from sales.opportunities o join identity.users u on u.id = o.owner_id
      join identity.users m on m.id = u.manager_id join identity.teams t on t.id = u.team_id where o.status = 'won'`;
    expect(await ask(t, won)).toEqual([{ won: '10005534' }]);
    expect(await ask(t, `${won} and t.region = 'Central'`)).toEqual([{ won: '3346293' }]);
    expect(await ask(t, `${won} and m.name = 'Melvin Marxen'`)).toEqual([{ won: '2251930' }]);
    expect(await ask(t, `${won} and u.name = 'Darcel Schlecht'`)).toEqual([{ won: '1153214' }]);
    const rate = `select round(100.0 * count(*) filter (where status = 'won') / count(*) filter (where status <> 'open'), 2)::text as rate from sales.opportunities`;
    expect(await ask(t, rate)).toEqual([{ rate: '63.15' }]);
  });

  realTest('keep parents, countries, money and days', async () => {
    const [company] = await ask(
      t,
      `select a.sector, a.address_country, a.annual_revenue::numeric(20, 2)::text as revenue, a.annual_revenue_currency as currency, a.employees, a.founded_year, p.name as parent
      from customers.accounts a join customers.accounts p on p.id = a.parent_id where a.name = 'Bluth Company'`,
    );
    expect(company).toEqual({
      sector: 'technology',
      address_country: 'US',
      revenue: '1242320000.00',
      currency: 'USD',
      employees: 3027,
      founded_year: 1993,
      parent: 'Acme Corporation',
    });
    const [deal] = await ask(
      t,
      `select o.name, o.amount::numeric(20, 2)::text as amount, o.engaged_on::text, o.close_on::text, p.code from sales.opportunities o
      join catalog.products p on p.id = o.product_id where o.external_ref = 'crm-opportunities:opportunity:Z063OYW0'`,
    );
    expect(deal).toEqual({
      name: 'GTX Pro for Isdom',
      amount: '4514.00',
      engaged_on: '2016-10-25',
      close_on: '2017-03-11',
      code: 'GTX Pro',
    });
  });

  realTest('have every dirty row listed, with what was done', async () => {
    const issues = await issuesOf(t, first);
    const kinds = Map.groupBy(issues, ({ file, field, rule, value, done }) =>
      [file, field, rule, rule === 'unused' ? '' : value, done].join(' | '),
    );
    expect(Object.fromEntries([...kinds].map(([kind, list]) => [kind, list.length]))).toEqual({
      'accounts.csv | sector | correction | technolgy | read as technology': 12,
      'accounts.csv | office_location | correction | Philipines | read as Philippines': 1,
      'sales_pipeline.csv | product | correction | GTXPro | read as GTX Pro': 1480,
      'sales_pipeline.csv | account | empty |  | imported without account': 1425,
      'sales_pipeline.csv | amount | currency | USD | 6711 amounts kept in USD, not converted to EUR': 1,
      'sales_teams.csv | sales_agent | unused |  | imported all the same': 5,
    });
    expect(first.issueCount).toBe(issues.length);
    expect(issues.find((issue) => issue.rule === 'correction' && issue.value === 'GTXPro')).toMatchObject({ line: 3, severity: 'warning' });
    expect(
      issues
        .filter((issue) => issue.rule === 'unused')
        .map((issue) => [issue.value, issue.line])
        .sort(),
    ).toEqual([
      ['Carl Lin', 36],
      ['Carol Thompson', 30],
      ['Elizabeth Anderson', 18],
      ['Mei-Mei Johns', 12],
      ['Natalya Ivanova', 24],
    ]);
  });

  realTest('say nothing of the currency in a company that reckons in it', async () => {
    const american = await kit.tenant({ currency: 'USD' });
    const issues = await issuesOf(american, await importFiles(american, someFiles(50)));
    expect(issues.filter(({ rule }) => rule === 'currency')).toEqual([]);
  });

  realTest('change nothing when they come again', async () => {
    const before = await picture(t);
    const again = await importFiles(t, crmFiles());
    expect(counted(again)).toEqual({ created: 0, updated: 0, unchanged: 8967, rejected: 0, issueCount: first.issueCount });
    expect(await picture(t)).toEqual(before);
    expect(
      await ask(
        t,
        `select count(*)::integer as n from kernel.audit_entries where action = 'updated' and resource not in ('import', 'account')`,
      ),
    ).toEqual([{ n: 0 }]);
  });
});

describe('the result is the same', () => {
  let files: Upload[];
  let clean: unknown;
  let counts: ReturnType<typeof counted>;
  beforeAll(async () => {
    const t = await kit.tenant();
    files = someFiles(2500);
    counts = counted(await importFiles(t, files));
    clean = await picture(t);
  });

  realTest('when two imports run at once', async () => {
    const t = await kit.tenant();
    const runs = await Promise.all([importFiles(t, files), importFiles(t, files)]);
    expect(runs.map((run) => run.state)).toEqual(['finished', 'finished']);
    expect(runs.reduce((sum, run) => sum + run.created, 0)).toBe(counts.created);
    expect(await picture(t)).toEqual(clean);
  });

  realTest('when the import breaks off again and again', async () => {
    const t = await kit.tenant();
    const run = await start(t, files);
    let crashes = 0;
    for (let at = 0; ; at += 1) {
      if (at === 400)
        throw new Error('The import does not come to its end: it has more transactions after the last chunk than we let pass.');
      let left = at % 14; // the transaction that does not come back
      const fragile = <T>(fn: (work: Work) => Promise<T>): Promise<T> =>
        transact(t)(async (work) => {
          const result = await fn(work);
          if (left-- === 0) throw new Error('The power went out.');
          return result;
        });
      const end = await runImport(run.id, fragile).catch(() => {
        crashes += 1;
        return null;
      });
      if (end?.state === 'finished') break;
    }
    expect(crashes).toBeGreaterThan(10);
    expect(await picture(t)).toEqual(clean);
    const finished = await go(t, run);
    expect(counted(finished)).toEqual(counts);
    expect(await issuesOf(t, finished)).toHaveLength(counts.issueCount);
  });
});

describe('dirty files', () => {
  realTest('a row that breaks a rule is left out and listed, the rest comes in', async () => {
    const t = await kit.tenant();
    const run = await importFiles(
      t,
      changed({
        'sales_pipeline.csv': (text) =>
          [
            text.split('\n').slice(0, 5).join('\n'),
            'BADDAY01,Moses Frase,GTX Basic,Cancity,Won,13/20/2016,3/1/2017,10',
            'BADSUM01,Moses Frase,GTX Basic,Cancity,Won,10/20/2016,3/1/2017,ten',
            'NOOWNER1,Nobody Known,GTX Basic,Cancity,Won,10/20/2016,3/1/2017,10',
            'NOACC001,Moses Frase,GTX Basic,Unknown Ltd,Won,10/20/2016,3/1/2017,10',
            'BADSTAGE,Moses Frase,GTX Basic,Cancity,Dreaming,10/20/2016,3/1/2017,10',
            'OPENEND1,Moses Frase,GTX Basic,Cancity,Engaging,10/20/2016,3/1/2017,10',
            '1C1I7A6R,Moses Frase,GTX Basic,Cancity,Won,10/20/2016,3/1/2017,10',
            'SHORT001,Moses Frase',
            'HUGESUM1,Moses Frase,GTX Basic,Cancity,Won,10/20/2016,3/1/2017,12345678901234567890',
            '',
          ].join('\n'),
      }),
    );
    expect(run).toMatchObject({ state: 'finished', rejected: 8 });
    const issues = (await issuesOf(t, run)).filter((issue) => issue.file === 'sales_pipeline.csv' && issue.line > 5);
    expect(issues.map(({ line, field, rule, severity }) => [line, field, rule, severity])).toEqual(
      expect.arrayContaining([
        [6, 'engage_date', 'parse_date', 'error'],
        [7, 'close_value', 'parse_number', 'error'],
        [8, 'ownerId', 'owner_not_found', 'error'],
        [9, 'accountId', 'parent_not_found', 'warning'],
        [10, 'deal_stage', 'enum_unknown', 'error'],
        [11, null, 'opportunity.closed_without_time', 'error'],
        [12, null, 'duplicate_in_file', 'error'],
        [13, null, 'column_count', 'error'],
        [14, 'amount', 'wrong_type', 'error'],
      ]),
    );
    expect(await ask(t, `select count(*)::integer as n from sales.opportunities`)).toEqual([{ n: 5 }]);
  });

  realTest('a row that the database refuses is found among its neighbours and listed', async () => {
    const t = await kit.tenant();
    await ask(
      t,
      `insert into catalog.products (tenant_id, id, code, name, unit, is_active) values ($1, gen_random_uuid(), 'MG Special', 'Somebody else''s', 'piece', true)`,
      [t.id],
    );
    const run = await importFiles(t);
    expect(run).toMatchObject({ state: 'finished', rejected: 2 });
    const issues = (await issuesOf(t, run)).filter((issue) => issue.file === 'products.csv');
    expect(issues.sort((a, b) => a.rule.localeCompare(b.rule))).toMatchObject([
      { line: 4, rule: 'parent_not_found', severity: 'error' },
      { line: 4, rule: 'unique_violation', severity: 'error' },
    ]);
    expect(await ask(t, `select count(*)::integer as n from sales.opportunities where product_id is null`)).toEqual([{ n: 126 }]);
  });

  realTest('a file that breaks on its last line leaves nothing behind', async () => {
    const t = await kit.tenant();
    const run = await importFiles(t, changed({ 'sales_pipeline.csv': (text) => `${text}X1,"Moses Frase,GTX Basic\n` }));
    expect(run).toMatchObject({
      state: 'failed',
      created: 0,
      failure: 'sales_pipeline.csv, line 8802: Quote Not Closed: the parsing is finished with an opening quote.',
    });
    expect(await ask(t, `select count(*)::integer as n from identity.teams`)).toEqual([{ n: 0 }]);
  });

  realTest('what changed at the source is written, and nothing else', async () => {
    const t = await kit.tenant();
    await importFiles(t);
    await ask(t, `update customers.accounts set address_street = 'Main Street 1' where name = 'Condax'`);
    const run = await importFiles(
      t,
      changed({
        'sales_pipeline.csv': (text) =>
          text.split('\n', 601).join('\n').replace('Won,10/20/2016,3/1/2017,1054', 'Won,10/20/2016,3/1/2017,2054'),
      }),
    );
    expect(counted(run)).toMatchObject({ created: 0, updated: 1 });
    const [deal] = await ask(
      t,
      `select version, amount::integer as amount from sales.opportunities where external_ref = 'crm-opportunities:opportunity:1C1I7A6R'`,
    );
    expect(deal).toEqual({ version: 2, amount: 2054 });
    expect(await ask(t, `select address_street from customers.accounts where name = 'Condax'`)).toEqual([
      { address_street: 'Main Street 1' },
    ]);
  });
});

describe('who may import', () => {
  realTest('takes the right to import and the right to make and change what the files hold', async () => {
    const t = await kit.tenant();
    const input = { mapping: 'crm-opportunities', files: someFiles() };
    const { actor: reader } = await t.user({ permissions: { '*:read': 'all', 'import:run': 'all' } });
    await expect(t.run(takeUploads, input, reader)).rejects.toMatchObject({ kind: 'forbidden', details: { missing: 'team:create' } });
    const { actor: seller } = await t.user({ permissions: { '*:create': 'own', '*:update': 'own', 'import:run': 'all' } });
    await expect(t.run(takeUploads, input, seller)).rejects.toMatchObject({ kind: 'forbidden' });
    const { actor: clerk } = await t.user({ permissions: { '*:create': 'all', '*:update': 'all' } });
    await expect(t.run(takeUploads, input, clerk)).rejects.toMatchObject({ kind: 'forbidden', details: { missing: 'import:run' } });
  });

  realTest('files must be those the mapping reads', async () => {
    const t = await kit.tenant();
    const [first, ...rest] = crmFiles();
    if (!first) throw new Error('no files');
    await expect(start(t, rest)).rejects.toMatchObject({ code: 'import.file_missing' });
    await expect(start(t, [first, first, ...rest])).rejects.toMatchObject({ code: 'import.file_twice' });
    await expect(t.work((work) => startImport(work, { mapping: 'nonsense', files: [] }))).rejects.toMatchObject({
      code: 'import.mapping_unknown',
    });
  });
});

describe('in the background', () => {
  realTest('a worker takes the import to its end, tells so once, and the same key does not start another', async () => {
    const t = await kit.tenant();
    const call = { idempotencyKey: 'load-1' };
    const input = { mapping: 'crm-opportunities', files: someFiles() };
    const { importId } = await t.run(takeUploads, input, t.admin, call);
    expect(await t.run(takeUploads, input, t.admin, call)).toEqual({ importId });
    await kit.drain();
    expect(await ask(t, `select state, created, started_by_id = $1 as mine from imports.imports`, [t.admin.userId])).toEqual([
      { state: 'finished', created: 752, mine: true },
    ]);
    const told = await ask(
      t,
      `select type, payload from kernel.outbox where type in ('imports.import_finished', 'sales.opportunity_created')`,
    );
    expect(told).toEqual([
      { type: 'imports.import_finished', payload: { importId, mapping: 'crm-opportunities', created: 752, updated: 15, rejected: 0 } },
    ]);
  });

  realTest('a long import is done in turns', async () => {
    const t = await kit.tenant();
    const run = await start(t);
    let turns = 0;
    while ((await go(t, run, { pause: () => true })).state === 'running') turns += 1;
    expect(turns).toBeGreaterThan(5);
    expect(await ask(t, `select count(*)::integer as n from sales.opportunities`)).toEqual([{ n: 600 }]);
  });

  realTest('a cancelled import stops where it is', async () => {
    const t = await kit.tenant();
    const run = await start(t);
    await go(t, run, { pause: () => true });
    await t.run(cancelImport, { importId: run.id });
    expect(await go(t, run)).toMatchObject({ state: 'cancelled', created: 6 });
    await expect(t.run(cancelImport, { importId: run.id })).rejects.toMatchObject({ code: 'import.over' });
  });
});
