import type { Actor } from '#kernel/access/actor.js';
import { reachShape } from '#kernel/access/scope.js';
import { makePlan } from '#kernel/read/plan.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { customers } from '#modules/customers/customers.module.js';
import { identity } from '#modules/identity/identity.module.js';

// Conditions on rows must be answered by indexes whatever the reach: a table that is read from end to end is slow for everybody.
const rows = 100_000;
let kit: Kit;
let t: TestTenant;
let users: string[];
let territories: string[];
beforeAll(async () => {
  kit = await openKit([identity, customers]);
  t = await kit.tenant();
  const ids = (resource: string, count: number) => Array.from({ length: count }, () => newId(typeCode(resource)));
  [users, territories] = [ids('user', 5_000), ids('territory', 50)];
  await kit.asOwner(
    `insert into identity.users (tenant_id, id, email, name) select $1, u, u || '@example.test', 'User' from unnest($2::uuid[]) u`,
    [t.id, users],
    t.id,
  );
  await kit.asOwner(
    `insert into identity.territories (tenant_id, id, name) select $1, u, u from unnest($2::uuid[]) u`,
    [t.id, territories],
    t.id,
  );
  await kit.asOwner(
    `insert into customers.accounts (tenant_id, id, name, owner_id, territory_id)
     select $1, gen_random_uuid(), 'Account ' || n, ($2::uuid[])[1 + n % 5000], ($3::uuid[])[1 + n % 50] from generate_series(1, ${rows}) n`,
    [t.id, users, territories],
    t.id,
  );
  await kit.asOwner(
    `insert into kernel.record_shares (tenant_id, resource, record_id, principal_kind, principal_id, level, shared_at)
     select $1, 'account', id, 'user', $2, 'read', now() from customers.accounts where tenant_id = $1 limit 20`,
    [t.id, users[4_999]],
    t.id,
  );
  for (const table of ['customers.accounts', 'kernel.record_shares', 'identity.users']) await kit.asOwner(`analyze ${table}`);
});
afterAll(() => kit.close());

const actor = async (reach: 'own' | 'team' | 'territory' | 'team+territory' | 'all', reached: Partial<Actor> = {}): Promise<Actor> => {
  const made = { ...(await t.user({ permissions: { 'account:read': reach }, reached })).actor };
  return { ...made, shape: `${made.shape} ${reachShape(made)}` };
};

/** How PostgreSQL goes about a page of accounts, or counting them. */
async function planOf(who: Actor, item: 'nodes' | 'totalCount'): Promise<string> {
  const resource = kit.runtime.registry.resource('account');
  const selection = { resource, items: [{ kind: 'field', key: 'name', name: 'name' } as const] };
  const items = [
    item === 'nodes' ? ({ kind: 'nodes', key: 'nodes', selection } as const) : ({ kind: 'totalCount', key: 'totalCount' } as const),
  ];
  const plan = makePlan(kit.runtime.registry, who, [{ kind: 'list', key: 'r', list: { resource, page: {}, items } }]);
  const values = plan.values({ tenantId: t.id, actor: who, variables: {}, cursorSecret: 'test' });
  const client = await kit.runtime.database.pool.lease(t.id);
  try {
    const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>(`explain ${plan.text}`, values);
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  } finally {
    client.release();
  }
}

describe.each(['nodes', 'totalCount'] as const)('%s', (item) => {
  test('own rows, those of a team of five, of a territory, and shared ones are found by indexes', async () => {
    const five = users.slice(0, 5);
    const shared = { principalIds: [users[4_999] ?? ''], sharedNouns: ['account'] };
    for (const [name, who] of [
      ['own', await actor('own')],
      ['own and shared', await actor('own', shared)],
      ['team', await actor('team', { teamUserIds: five })],
      ['team and shared', await actor('team', { teamUserIds: five, ...shared })],
      ['territory', await actor('territory', { territoryIds: territories.slice(0, 1) })],
      [
        'team, territory and shared',
        await actor('team+territory', { teamUserIds: five, territoryIds: territories.slice(0, 1), ...shared }),
      ],
    ] as const) {
      const plan = await planOf(who, item);
      expect([name, plan]).toEqual([name, expect.not.stringContaining('Seq Scan on accounts')]);
    }
  });
});

test('who reaches all pays nothing for what others need: his statement knows no owner, no territory and no share', async () => {
  const who = await actor('all', { principalIds: [users[0] ?? ''], sharedNouns: ['account'], territoryIds: territories });
  const resource = kit.runtime.registry.resource('account');
  const list = { resource, page: {}, items: [{ kind: 'totalCount', key: 'n' } as const] };
  const plan = makePlan(kit.runtime.registry, who, [{ kind: 'list', key: 'r', list }]);
  expect(plan.text).not.toMatch(/owner_id|territory_id|record_shares/);
});

test('an arm is written only when somebody needs it', async () => {
  const resource = kit.runtime.registry.resource('account');
  const list = { resource, page: {}, items: [{ kind: 'totalCount', key: 'n' } as const] };
  const text = (who: Actor) => makePlan(kit.runtime.registry, who, [{ kind: 'list', key: 'r', list }]).text;
  expect(text(await actor('own'))).not.toMatch(/territory_id|record_shares|any\(/);
  expect(text(await actor('team'))).not.toMatch(/territory_id|record_shares/);
  expect(text(await actor('territory'))).toMatch(/owner_id.+territory_id/);
  expect(text(await actor('own', { sharedNouns: ['lead'] }))).not.toMatch(/record_shares/);
});
