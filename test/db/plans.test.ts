import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { codeOf, newId, typeCode } from '#kernel/resource/ids.js';
import type { Field } from '#kernel/resource/fields.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { indexedOrders, refuseUnindexed, servedOperators } from '#kernel/read/indexed.js';
import { makePlan } from '#kernel/read/plan.js';
import type { ListItem, PageArgs } from '#kernel/read/selection.js';
import { constant } from '#kernel/read/values.js';
import { columnSql, resourceColumns } from '#kernel/resource/columns.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { createField } from '#modules/customization/field/create-field.js';
import type { Registry } from '#kernel/resource/registry.js';

/** 2 M rows with KONTOR_LARGE=1; else as many as a slow machine fills in a minute and the planner already treats alike. */
const rows = process.env['KONTOR_LARGE'] === '1' ? 2_000_000 : 100_000;

let kit: Kit;
let tenant: TestTenant;
let client: pg.Client;
let registry: Registry;

beforeAll(async () => {
  kit = await openKit(allModules);
  tenant = await kit.tenant();
  const figures = await keep();
  await fill(figures);
  client = new pg.Client({ connectionString: kit.urls.app, options: '-c jit=off' });
  await client.connect();
  await client.query(`select set_config('app.tenant_id', $1, false)`, [tenant.id]);
}, 20 * 60_000);
afterAll(async () => {
  await client.end();
  await kit.close();
});

/** Figures of the company's own that are kept: what they come to is filled in with the rows. */
async function keep(): Promise<ReadonlyMap<string, string>> {
  const labels = { en: 'Kept' };
  const make = async (key: string, type: 'formula' | 'rollup', more: object) => {
    const field = { objectName: 'account', key, type, labels, isIndexed: true, ...more };
    return (await tenant.run(createField, field)).fieldDefinitionId;
  };
  const rollup = { from: 'account', by: 'parentId', function: 'count' };
  const ids = new Map([
    ['a.employees * 2', await make('score', 'formula', { formula: 'employees * 2' })],
    ['case when a.parent_id is null then 0 else 1 end', await make('daughters', 'rollup', { rollup })],
  ]);
  registry = await kit.runtime.definitionsOf(tenant.id);
  return ids;
}

/** Rows whose values are spread as in life: many of some, few of others, empty now and then. Triggers and keys are left out. */
async function fill(figures: ReadonlyMap<string, string>): Promise<void> {
  const owner = new pg.Client({ connectionString: kit.urls.super });
  await owner.connect();
  const id = (name: string) =>
    `(lpad(to_hex(1700000000000 + n), 12, '0') || '7${typeCode(name).toString(16).padStart(3, '0')}8' || lpad(to_hex(n), 15, '0'))::uuid`;
  try {
    await owner.query(
      `select set_config('app.tenant_id', '${tenant.id}', false), set_config('session_replication_role', 'replica', false)`,
    );
    const { rows: indexes } = await owner.query<{ name: string; definition: string }>(
      `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
       where i.indrelid in ('customers.accounts'::regclass, 'customers.contacts'::regclass) and not i.indisprimary and not i.indisunique`,
    );
    // Made anew over all rows at once, which is much faster than row by row.
    for (const { name } of indexes) await owner.query(`drop index ${name}`);
    await owner.query(
      `insert into customers.accounts (tenant_id, id, name, number, owner_id, parent_id, sector, email, employees, annual_revenue, annual_revenue_currency, external_ref, created_at, updated_at)
       select $1, ${id('account')}, md5(n::text), 'K-' || n, case when n % 3 > 0 then $2::uuid end, case when n % 50 = 0 then ${id('account')} end,
         (array['retail', 'medical', 'technology', 'rare'])[1 + least(n % 10, 3) % 4], case when n % 2 = 0 then md5(n::text) || '@example.test' end, n % 5000,
         case when n % 4 > 0 then n % 100000 end, case when n % 4 > 0 then 'EUR' end, 'erp:' || n, now() - n * interval '1 second', now() - n * interval '1 minute'
       from generate_series(1, $3::int) n`,
      [tenant.id, tenant.admin.userId, rows],
    );
    await owner.query(
      `insert into customers.contacts (tenant_id, id, account_id, owner_id, first_name, last_name, email, do_not_call, external_ref, created_at, updated_at)
       select $1, ${id('contact')}, (select (lpad(to_hex(1700000000000 + m), 12, '0') || '7${typeCode('account').toString(16).padStart(3, '0')}8' || lpad(to_hex(m), 15, '0'))::uuid from (select 1 + n % $3::int as m) x),
         $2, left(md5('f' || n), 8), left(md5('l' || n % 50000), 10), case when n % 2 = 0 then md5(n::text) || '@example.test' end, n % 20 = 0, 'erp:' || n,
         now() - n * interval '1 second', now() - n * interval '1 minute'
       from generate_series(1, $3::int) n`,
      [tenant.id, tenant.admin.userId, rows],
    );
    await owner.query(`set maintenance_work_mem = '256MB'`);
    for (const { definition } of indexes) await owner.query(definition);
    for (const [figure, fieldId] of figures)
      await owner.query(
        `insert into kernel.kept_num (tenant_id, field_id, record_id, value) select a.tenant_id, $1, a.id, ${figure} from customers.accounts a`,
        [fieldId],
      );
    await owner.query('vacuum analyze kernel.kept_num');
    await owner.query('vacuum analyze customers.accounts');
    await owner.query('vacuum analyze customers.contacts');
  } finally {
    await owner.end();
  }
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Node[];
  readonly 'Plan Rows': number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
}

const pageInfo: ListItem = { kind: 'pageInfo', key: 'page', items: [{ kind: 'info', key: 'endCursor', name: 'endCursor' }] };

function planOf(resource: Resource, page: PageArgs) {
  const items: ListItem[] = [
    { kind: 'nodes', key: 'nodes', selection: { resource, items: [{ kind: 'base', key: 'id', name: 'id' }] } },
    pageInfo,
  ];
  return makePlan(registry, tenant.admin, [{ kind: 'list', key: 'r', list: { resource, page, items } }]);
}

const context = () => ({ tenantId: tenant.id, actor: tenant.admin, variables: {}, cursorSecret: 'plans' });

async function explain(resource: Resource, page: PageArgs, options = 'format json'): Promise<Node> {
  const plan = planOf(resource, page);
  const { rows: found } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `explain (${options}) ${plan.text}`,
    plan.values(context()),
  );
  const root = found[0]?.['QUERY PLAN'][0].Plan;
  if (!root) throw new Error('PostgreSQL explained nothing.');
  return root;
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** What must not be: every row of the table read, or more than a small part of it sorted. */
function faults(root: Node, resource: Resource): string[] {
  const table = resource.table.split('.')[1];
  return nodesOf(root).flatMap((node) => {
    if (node['Node Type'] === 'Seq Scan' && [table, 'kept_num'].includes(node['Relation Name']))
      return [`Seq Scan of ${node['Relation Name'] ?? ''}`];
    const sorted = node['Node Type'] === 'Sort' ? (node.Plans?.[0]?.['Plan Rows'] ?? 0) : 0;
    return sorted > rows / 5 ? [`Sort of ${sorted} rows`] : [];
  });
}

/** A value of the field that occurs: for a text part of one. */
async function sample(resource: Resource, name: string, field: Field | undefined, operator: string): Promise<unknown> {
  if (operator === 'isNull') return true;
  if (operator === 'during') return 'this_quarter';
  const [own] = resourceColumns(resource).get(name) ?? [];
  const column = own ? columnSql(own, 't') : name.replace(/([A-Z])/g, (c) => `_${c.toLowerCase()}`);
  const { rows: found } = await client.query<{ v: string }>(
    `select to_json(${column}) #>> '{}' as v from ${resource.table} t where tenant_id = $1 and ${column} is not null limit 1 offset 777`,
    [tenant.id],
  );
  return shaped(found[0]?.v ?? randomUUID(), field, operator);
}

function shaped(text: string, field: Field | undefined, operator: string): unknown {
  const typed = field?.kind === 'integer' ? Number(text) : field?.kind === 'boolean' ? text === 'true' : text;
  if (operator === 'in' || operator === 'notIn') return [typed];
  return ['contains', 'startsWith', 'endsWith'].includes(operator) ? text.slice(0, 6) : typed;
}

const large = () => ['account', 'contact'].map((name) => registry.resource(name));

describe(`over ${rows} rows`, () => {
  test('every filter that is allowed alone, with every operator, stays on an index', async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const resource of large()) {
      for (const name of ['id', 'createdAt', 'updatedAt', ...Object.keys(resource.fields)]) {
        const field = resource.fields[name];
        for (const operator of servedOperators(resource, name)) {
          const condition = { [operator]: await sample(resource, name, field, operator) };
          const filter = constant({ [name]: field?.kind === 'money' && operator !== 'isNull' ? { amount: condition } : condition });
          const found = faults(await explain(resource, { filter }), resource);
          wrong.push(...found.map((fault) => `${resource.name}.${name} ${operator}: ${fault}`));
          tried++;
        }
      }
      wrong.push(
        ...faults(await explain(resource, { filter: constant({ search: 'abcdef' }) }), resource).map(
          (f) => `${resource.name} search: ${f}`,
        ),
      );
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(120);
  });

  test('what begins on a day stands together in one index, in its order', async () => {
    const owner = new pg.Client({ connectionString: kit.urls.super });
    await owner.connect();
    await owner.query(
      `insert into customers.activities (tenant_id, id, kind, subject, owner_id, start_local, start_zone, start_at, start_is_shifted)
       select $1, gen_random_uuid(), 'meeting', 'Meet', $2, '2027-01-01', 'UTC', timestamptz '2027-01-01' + n * interval '1 hour', false from generate_series(1, 20000) n`,
      [tenant.id, tenant.admin.userId],
    );
    await owner.query('vacuum analyze customers.activities');
    await owner.end();
    const filter = constant({ start: { at: { gte: '2027-05-03T00:00:00Z', lt: '2027-05-04T00:00:00Z' } } });
    const activity = kit.runtime.registry.resource('activity');
    const root = await explain(activity, { filter, orderBy: constant([{ start: 'ASC' }]) });
    expect(nodesOf(root).flatMap((node) => node['Index Name'] ?? [])).toEqual(['activities_start_at_idx']);
    expect(faults(root, activity)).toEqual([]);
  });

  test.each(['eq', 'in'])(
    'names are found (%s) by the tree that orders them, which their trigrams are much slower than',
    async (operator) => {
      for (const [resource, name, index] of [
        ['account', 'name', 'accounts_name_order_idx'],
        ['contact', 'lastName', 'contacts_last_name_order_idx'],
      ] as const) {
        const { [resource]: found } = Object.fromEntries(large().map((one) => [one.name, one]));
        if (!found) throw new Error(`No ${resource}.`);
        const filter = constant({ [name]: { [operator]: await sample(found, name, found.fields[name], operator) } });
        const used = nodesOf(await explain(found, { filter })).flatMap((node) => node['Index Name'] ?? []);
        expect(used).toEqual([index]);
      }
    },
  );

  test('every order that is allowed, either way, stays on an index, on the first page and behind a cursor', async () => {
    const wrong: string[] = [];
    for (const resource of large()) {
      for (const name of indexedOrders(resource)) {
        for (const orderBy of ['ASC', 'DESC'].map((direction) => constant([{ [name]: direction }]))) {
          const after = constant(await cursorOf(resource, orderBy));
          const found = [await explain(resource, { orderBy }), await explain(resource, { orderBy, after })];
          wrong.push(...found.flatMap((root) => faults(root, resource)).map((fault) => `${resource.name} by ${name}: ${fault}`));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('what is kept orders the whole list and finds in it', async () => {
    const account = registry.resource('account');
    expect(indexedOrders(account)).toEqual(expect.arrayContaining(['score', 'daughters']));
    for (const [name, page] of [
      ['score', { orderBy: constant([{ score: 'DESC' }]) }],
      ['daughters', { orderBy: constant([{ daughters: 'ASC' }, { name: 'ASC' }]) }],
      ['score', { filter: constant({ score: { eq: '42' } }) }],
    ] as const) {
      const used = nodesOf(await explain(account, page)).flatMap((node) => node['Index Name'] ?? []);
      expect([name, used]).toEqual([name, expect.arrayContaining(['kept_num_value_idx'])]);
    }
  });

  test('page 1,000 costs what page 1 costs, in any order, empty values included', async () => {
    for (const resource of large()) {
      for (const name of indexedOrders(resource)) {
        const orderBy = constant([{ [name]: 'ASC' }]);
        const first = await blocks(resource, { orderBy, after: constant(await cursorOf(resource, orderBy)) });
        const deep = await blocks(resource, { orderBy, after: constant(await cursorOf(resource, orderBy, Math.floor(rows * 0.9))) });
        expect({ order: `${resource.name}.${name}`, isDear: deep > first * 3 + 150 }).toEqual({
          order: `${resource.name}.${name}`,
          isDear: false,
        });
      }
    }
  });
});

/** Pages of memory a read touches: what it costs, whatever the machine. */
async function blocks(resource: Resource, page: PageArgs): Promise<number> {
  const root = await explain(resource, page, 'analyze, buffers, timing off, format json');
  return (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0);
}

/** The cursor behind the row at `offset` of an order. */
async function cursorOf(resource: Resource, orderBy: PageArgs['orderBy'], offset = 40): Promise<string> {
  const plan = planOf(resource, { ...(orderBy ? { orderBy } : {}), first: constant(1) });
  const limited = plan.text.replace(/limit (\$\d+::integer|\d+)/, `offset ${offset} limit 2`);
  const { rows: found } = await client.query<{ data: string }>(limited, plan.values(context()));
  const { r } = JSON.parse(found[0]?.data ?? '{}') as { r: { page: { endCursor: string } } };
  return r.page.endCursor;
}

test('what no index serves is refused for a whole list, and allowed for some row’s', () => {
  const contact = registry.resource('contact');
  const refusal = (page: PageArgs): unknown => {
    try {
      refuseUnindexed(registry, { resource: contact, page, items: [] });
      return null;
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };
  const title = { jobTitle: { contains: 'head' } };
  const accountId = { eq: newId(typeCode('account')) };
  expect(codeOf(accountId.eq)).toBe(typeCode('account'));
  expect(refusal({ filter: constant(title) })).toBe('filter.not_indexed');
  expect(refusal({ filter: constant({ or: [title, { lastName: { eq: 'a' } }] }) })).toBe('filter.not_indexed');
  expect(refusal({ filter: constant({ account: { website: { eq: 'x' } } }) })).toBe('filter.not_indexed');
  expect(refusal({ filter: constant({ lastName: { isNull: true } }) })).toBeNull();
  expect(refusal({ filter: constant({ firstName: { gte: 'a' } }) })).toBe('filter.not_indexed');
  expect(refusal({ orderBy: constant([{ account: { name: 'ASC' } }]) })).toBe('order.not_indexed');
  expect(refusal({ orderBy: constant([{ jobTitle: 'ASC' }]) })).toBe('order.not_indexed');
  expect(refusal({ filter: constant({ ...title, accountId }), orderBy: constant([{ account: { name: 'ASC' } }]) })).toBeNull();
  expect(refusal({ filter: constant({ and: [title, { accountId }] }) })).toBeNull();
  expect(refusal({ filter: constant({ or: [title, { accountId }] }) })).toBe('filter.not_indexed');
});
