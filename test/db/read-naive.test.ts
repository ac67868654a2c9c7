import fc from 'fast-check';
import { makePlan, runPlan } from '#kernel/read/plan.js';
import type { ListItem, PageArgs } from '#kernel/read/selection.js';
import { constant } from '#kernel/read/values.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Naive, type Condition, type Order, type Plain } from './naive-reader.js';

const runs = Number(process.env['KONTOR_PROPERTY_RUNS'] ?? 120);
const seed = Number(process.env['KONTOR_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let kit: Kit;
let tenant: TestTenant;
let opportunity: Resource;
let naive: Naive;

const names = [
  'Ärzte & Söhne',
  'arzt',
  'Arzt',
  'Zimmer',
  'zimmer 100%',
  'a_b',
  'a\\b',
  'Österreich',
  'O’Brien',
  'ss',
  'ß',
  'Straße',
  'ÉCOLE',
  'école',
  '10',
  '9',
  'z',
  '🙂',
];
const parts = ['a', 'A', 'ä', 'Ä', '%', '_', '\\', 'zimmer', 'É', '10', 'ss', 'ß', '', 'b'];

beforeAll(async () => {
  kit = await openKit(allModules);
  tenant = await kit.tenant();
  opportunity = kit.runtime.registry.resource('opportunity');
  await fill();
  naive = await Naive.read((text) => kit.asOwner(text, [], tenant.id));
});
afterAll(() => kit.close());

const nameAt = (i: number) => names[i % names.length] ?? '';
const oneIn = (n: number, i: number) => i % n === 0;

/** Deals with every kind of value, many equal ones and many empty ones among them. */
async function fill(): Promise<void> {
  const { registry } = kit.runtime;
  await tenant.work(async (work) => {
    const pipeline = await work.repo(registry.resource('pipeline')).create({ name: 'P', position: 1 });
    const stage = await work
      .repo(registry.resource('stage'))
      .create({ pipelineId: pipeline.id, name: 'S', position: 1, kind: 'open', probability: 10 });
    const accounts = [];
    for (const [i, name] of names.slice(0, 6).entries())
      accounts.push(await work.repo(registry.resource('account')).create({ name, ...(i % 2 ? { sector: 'retail', employees: i } : {}) }));
    for (let i = 0; i < 60; i++) {
      await work.repo(opportunity).create({
        name: nameAt(i),
        accountId: accounts[i % accounts.length]?.id,
        ownerId: tenant.admin.userId,
        pipelineId: pipeline.id,
        stageId: stage.id,
        status: 'open',
        probability: (i * 7) % 30,
        amount: oneIn(4, i) ? null : { amount: `${(i % 5) * 100}.${i % 3}`, currency: i % 2 ? 'EUR' : 'USD' },
        engagedOn: oneIn(3, i) ? null : `2026-0${1 + (i % 9)}-1${i % 10}`,
        closeOn: oneIn(6, i) ? null : `2026-0${1 + (i % 4)}-15`,
        stageEnteredAt: new Date(Date.UTC(2026, i % 12, 1, 0, 0, 0, i % 2)),
        lostReason: oneIn(5, i) ? nameAt(i + 3) : null,
      });
    }
  });
}

const ids: ListItem = {
  kind: 'nodes',
  key: 'rows',
  selection: {
    get resource() {
      return opportunity;
    },
    items: [{ kind: 'base', key: 'id', name: 'id' }],
  },
};
const info: ListItem = {
  kind: 'pageInfo',
  key: 'page',
  items: (['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'] as const).map((name) => ({ kind: 'info', key: name, name })),
};
interface Found {
  readonly rows: readonly { readonly id: string }[];
  readonly page: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string;
    readonly endCursor: string;
  };
}

/** Deals of one owner, so that anything may be asked of them. */
async function read(filter: Plain, page: Partial<Record<keyof PageArgs, unknown>>): Promise<Found> {
  const mine = { and: [{ ownerId: { eq: tenant.admin.userId } }, filter] };
  const args = Object.fromEntries(Object.entries({ ...page, filter: mine }).map(([name, value]) => [name, constant(value)]));
  const list = { resource: opportunity, page: args, items: [ids, info] };
  const { runtime } = kit;
  const plan = makePlan(runtime.registry, tenant.admin, [{ kind: 'list', key: 'r', list }]);
  const context = { tenantId: tenant.id, actor: tenant.admin, variables: {}, cursorSecret: 'naive' };
  return (JSON.parse(await runPlan(runtime.database.pool, plan, context)) as { r: Found }).r;
}

async function walk(
  filter: Plain,
  orderBy: unknown,
  size: number,
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<string[]> {
  const seen: string[] = [];
  for (let after: string | undefined, n = 0; ; n++) {
    const { rows, page } = await read(filter, { orderBy, first: size, after });
    seen.push(...rows.map(({ id }) => id));
    if (!page.hasNextPage) return seen;
    after = page.endCursor;
    await between(n);
  }
}

async function walkBack(filter: Plain, orderBy: unknown, size: number): Promise<string[]> {
  const seen: string[] = [];
  for (let before: string | undefined; ;) {
    const { rows, page } = await read(filter, { orderBy, last: size, before });
    seen.unshift(...rows.map(({ id }) => id));
    if (!page.hasPreviousPage) return seen;
    before = page.startCursor;
  }
}

const text = fc.oneof(fc.constantFrom(...names), fc.constantFrom(...parts));
const operators = <T>(value: fc.Arbitrary<T>, ordered = true): fc.Arbitrary<Condition> =>
  fc.oneof(
    fc.record({ eq: value }),
    fc.record({ ne: value }),
    fc.record({ in: fc.array(value, { maxLength: 4 }) }),
    fc.record({ notIn: fc.array(value, { maxLength: 4 }) }),
    fc.record({ isNull: fc.boolean() }),
    fc.constantFrom<Condition>({ eq: null }, { ne: null }),
    ...(ordered ? (['lt', 'lte', 'gt', 'gte'] as const).map((name) => fc.record({ [name]: value })) : []),
  );
const like = fc.oneof(...(['contains', 'startsWith', 'endsWith'] as const).map((name) => fc.record({ [name]: text })));
const day = fc.constantFrom('2026-01-15', '2026-03-15', '2026-02-12', '2025-12-31');
const single = fc.oneof(
  fc.record({ name: fc.oneof(like, operators(text)) }),
  fc.record({ lostReason: fc.oneof(like, operators(text)) }),
  fc.record({ probability: operators(fc.integer({ min: -1, max: 30 })) }),
  fc.record({ engagedOn: operators(day) }),
  fc.record({ closeOn: operators(day) }),
  fc.record({
    stageEnteredAt: operators(fc.constantFrom('2026-03-01T00:00:00Z', '2026-03-01T01:00:00.000+01:00', '2026-06-01T00:00:00.001Z')),
  }),
  fc.record({ status: operators(fc.constantFrom('open', 'won'), false) }),
  fc.record({ amount: fc.record({ amount: operators(fc.constantFrom('100', '100.0', '200.1', '400.2000', '0.0001')) }) }),
  fc.record({ amount: fc.record({ currency: operators(fc.constantFrom('EUR', 'USD'), false) }) }),
  fc.record({ account: fc.record({ name: fc.oneof(like, operators(text)) }) }),
  fc.record({ account: fc.record({ employees: operators(fc.integer({ min: 0, max: 6 })) }) }),
);
const { filter } = fc.letrec<{ filter: Plain }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    single,
    fc.array(single, { maxLength: 3 }).map((all) => Object.assign({}, ...all) as Plain),
    fc.record({ and: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
})) as { filter: fc.Arbitrary<Plain> };
const way = fc.constantFrom('ASC' as const, 'DESC' as const);
const orderBy: fc.Arbitrary<Order[]> = fc.array(
  fc.oneof(
    ...['name', 'lostReason', 'probability', 'engagedOn', 'closeOn', 'stageEnteredAt', 'amount', 'createdAt'].map((name) =>
      way.map((d) => ({ [name]: d })),
    ),
    ...['name', 'sector', 'employees'].map((name) => way.map((d) => ({ account: { [name]: d } }))),
    way.map((d) => ({ account: { parent: { name: d } } })),
  ),
  { maxLength: 3 },
);

test(
  `${runs} filters and orders find, in order, what a reader in memory finds; pages both ways hold each row once`,
  async () => {
    await fc.assert(
      fc.asyncProperty(filter, orderBy, fc.integer({ min: 3, max: 25 }), async (wanted, order, size) => {
        const expected = naive.ids(wanted, order);
        expect((await read(wanted, { orderBy: order, first: 200 })).rows.map(({ id }) => id)).toEqual(expected);
        expect(await walk(wanted, order, size)).toEqual(expected);
        expect(await walkBack(wanted, order, size)).toEqual(expected);
      }),
      { numRuns: runs, seed },
    );
  },
  20 * 60_000,
);

test('while rows come and go between the pages, each row that is left alone is found exactly once', async () => {
  const order = [{ closeOn: 'DESC' }, { name: 'ASC' }];
  const stays = await walk({}, order, 50);
  const [model] = await kit.asOwner('select stage_id, pipeline_id, account_id from sales.opportunities limit 1', [], tenant.id);
  const made: string[] = [];
  const seen = await walk({}, order, 7, (page) =>
    tenant.work(async (work) => {
      const old = made.shift();
      if (old !== undefined && page % 2 === 1) await work.repo(opportunity).delete(old);
      for (const closeOn of [null, '2026-02-15', '2026-04-15']) {
        const row = await work.repo(opportunity).create({
          name: names[page % names.length] ?? '',
          accountId: String(model?.['account_id']),
          ownerId: tenant.admin.userId,
          pipelineId: String(model?.['pipeline_id']),
          stageId: String(model?.['stage_id']),
          status: 'open',
          probability: 1,
          closeOn,
          stageEnteredAt: work.now,
        });
        made.push(row.id);
      }
    }),
  );
  expect(seen.filter((id) => stays.includes(id))).toEqual(stays);
  expect(new Set(seen).size).toBe(seen.length);
});
