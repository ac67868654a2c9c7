import pg from 'pg';
import type { Actor } from '#kernel/access/actor.js';
import { makePlan, runPlan } from '#kernel/read/plan.js';
import type { PageArgs } from '#kernel/read/selection.js';
import { constant } from '#kernel/read/values.js';
import { typeCode } from '#kernel/resource/ids.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { dictionaryOf } from '#kernel/text/search-words.js';
import { allModules } from '#app/modules.js';

const rows = 50_000;
/** Texts among many others, none of which has any of their words. */
const texts = [
  'Vertrag 17',
  'Neue Verträge',
  'Mietvertrag Nord',
  'Häuser am See',
  'Haus Süd',
  'Straßen und Wege',
  'Brunnen Bau',
  'run of the mill',
  'Running Shoes',
  'big cities',
  'one city',
  'hoping for it',
  '100% a_b',
];

let kit: Kit;
let tenant: TestTenant;
beforeAll(async () => {
  kit = await openKit(allModules);
  tenant = await kit.tenant();
  const owner = new pg.Client({ connectionString: kit.urls.super });
  await owner.connect();
  try {
    await owner.query(`select set_config('app.tenant_id', $1, false), set_config('session_replication_role', 'replica', false)`, [
      tenant.id,
    ]);
    await owner.query(
      `insert into customers.accounts (tenant_id, id, name, number)
       select $1, (lpad(to_hex(1700000000000 + n), 12, '0') || '7${typeCode('account').toString(16).padStart(3, '0')}8' || lpad(to_hex(n), 15, '0'))::uuid,
         coalesce(($2::text[])[n], md5(n::text)), 'K-' || n from generate_series(1, $3::int) n`,
      [tenant.id, texts, rows],
    );
    await owner.query('vacuum analyze customers.accounts');
  } finally {
    await owner.end();
  }
});
afterAll(() => kit.close());

const account = () => kit.runtime.registry.resource('account');
const reader = (writes?: string): Actor => ({ ...tenant.admin, ...(writes === undefined ? {} : { writes }) });
const context = (actor: Actor) => ({ tenantId: tenant.id, actor, variables: {}, cursorSecret: 's' });

function planOf(page: PageArgs, actor: Actor) {
  const items = [
    { kind: 'nodes', key: 'rows', selection: { resource: account(), items: [{ kind: 'field', key: 'name', name: 'name' }] } },
  ] as const;
  return makePlan(kit.runtime.registry, actor, [{ kind: 'list', key: 'answer', list: { resource: account(), page, items } }]);
}

async function found(search: string, writes?: string): Promise<string[]> {
  const actor = reader(writes);
  const plan = planOf({ filter: constant({ search }), orderBy: constant([{ name: 'ASC' }]) }, actor);
  const answer = JSON.parse(await runPlan(kit.runtime.database.pool, plan, context(actor))) as { answer: { rows: { name: string }[] } };
  return answer.answer.rows.map(({ name }) => name);
}

test.each([
  ['de', 'Verträge', ['Neue Verträge', 'Vertrag 17']],
  ['de', 'vertrags', ['Neue Verträge', 'Vertrag 17']],
  ['de-AT', 'Vertrag', ['Mietvertrag Nord', 'Neue Verträge', 'Vertrag 17']],
  ['de', 'NEUEN VERTRAG', ['Neue Verträge']],
  ['de', 'Häusern', ['Haus Süd', 'Häuser am See']],
  ['de', 'Strasse', ['Straßen und Wege']],
  ['de', 'Wege der Straße', ['Straßen und Wege']],
  ['en', 'running', ['run of the mill', 'Running Shoes']],
  ['en', 'runs', ['run of the mill', 'Running Shoes']],
  ['en', 'city', ['big cities', 'one city']],
  ['en', 'cities', ['big cities', 'one city']],
  ['en', 'hope', ['hoping for it']],
  ['de', 'running', ['Running Shoes']],
  ['xx', 'shoes running', ['Running Shoes']],
  [undefined, 'see häuser', ['Häuser am See']],
])('by a company that writes %s, "%s" finds %j', async (writes, search, names) => {
  expect(await found(search, writes)).toEqual(names);
});

test('parts of words and what is no word are found as they stand', async () => {
  expect(await found('ietvertr', 'de')).toEqual(['Mietvertrag Nord']);
  expect(await found('run', 'en')).toEqual(['Brunnen Bau', 'run of the mill', 'Running Shoes']);
  expect(await found('100%', 'de')).toEqual(['100% a_b']);
  expect(await found('a_b', 'de')).toEqual(['100% a_b']);
  for (const nothing of ['%x%', '\\', '(', '[a', '.*', 'a|b', "'", 'die der das xyzzy', 'ver%rag'])
    expect(await found(nothing, 'de')).toEqual([]);
});

test.each(['Verträge', 'Neuer Vertrag', 'die Verträge des Nordens'])('a search for %j goes by the index of trigrams', async (search) => {
  const actor = reader('de');
  const plan = planOf({ filter: constant({ search }), orderBy: constant([{ name: 'ASC' }]) }, actor);
  const client = new pg.Client({ connectionString: kit.urls.app });
  await client.connect();
  try {
    await client.query(`select set_config('app.tenant_id', $1, false)`, [tenant.id]);
    const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>(`explain ${plan.text}`, plan.values(context(actor)));
    const explained = lines.map((line) => line['QUERY PLAN']).join('\n');
    expect(explained).toContain('accounts_search_idx');
    expect(explained).not.toContain('Seq Scan on accounts');
  } finally {
    await client.end();
  }
});

test('a list that is not searched knows nothing of words', () => {
  const actor = reader('de');
  const page = { filter: constant({ name: { contains: 'a' } }), orderBy: constant([{ name: 'ASC' }]) };
  expect(planOf(page, actor).text).toBe(planOf(page, reader()).text);
  expect(planOf(page, actor).text).not.toMatch(/regconfig|tsvector|beginnings/);
});

test('every dictionary that is named is there', async () => {
  const { rows: there } = await tenant.work((work) => work.exec('select cfgname from pg_ts_config', []));
  const names = there.map(({ cfgname }) => cfgname);
  for (const tag of ['de', 'en-GB', 'fr', 'nb', 'pt-BR', 'zh', 'xx', '', undefined]) expect(names).toContain(dictionaryOf(tag));
});
