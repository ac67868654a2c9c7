import pg from 'pg';
import { allModules } from '#app/modules.js';
import type { Actor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { asSuper, eventually } from './task-probe.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules, { poolSize: 4 });
});
afterAll(() => kit.close());

const [createAccount, createContact] = [crudCommand(Account, 'create'), crudCommand(Contact, 'create')];

interface Asked {
  readonly input: Record<string, unknown>;
  readonly actor?: Actor;
  readonly requestId: string;
}

/** As so many requests at the same moment. */
const atOnce = (tenant: TestTenant, command: typeof createAccount, all: readonly Asked[]) =>
  Promise.allSettled(
    all.map(({ input, actor = tenant.admin, requestId }) =>
      kit.runner.run(command, input, {
        tenantId: tenant.id,
        actor,
        requestId,
        origin: { ip: '192.0.2.7', client: `client of ${requestId}`, reason: `because of ${requestId}` },
      }),
    ),
  );

const numbered = (count: number, more: (i: number) => Record<string, unknown> = () => ({})): Asked[] =>
  Array.from({ length: count }, (_, i) => ({ requestId: `r${i}`, input: { name: `Account ${i}`, ...more(i) } }));

const entriesOf = (tenant: TestTenant) =>
  asSuper(
    kit,
    `select e.record_id, e.txid::text, e.actor_kind, e.actor_id, e.actor_label, e.command, e.action, e.changes, e.request_id, e.on_behalf_of, e.reason,
       e.ip, e.client, e.correlation_id, e.batch_id, e.personal is null as bare, o.type, o.subject_id, o.payload, o.actor, o.cause
     from kernel.audit_entries e join kernel.outbox o on o.tenant_id = e.tenant_id and o.subject_id = e.record_id
     where e.tenant_id = '${tenant.id}' and e.request_id like 'r%'`,
  );

const told = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? 'made' : (result.reason as { code: string }).code));

test('what is made together is answered, audited and told as what is made alone', async () => {
  const tenant = await kit.tenant();
  const results = await atOnce(
    tenant,
    createAccount,
    numbered(30, (i) => ({ sector: 'retail', employees: i })),
  );
  const rows = results.map((result) => (result.status === 'fulfilled' ? result.value.result : {}));
  expect(rows.map(({ name }) => name)).toEqual(numbered(30).map(({ input: { name } }) => name));
  const entries = await entriesOf(tenant);
  expect(entries).toHaveLength(30);
  // The first two went by themselves, the others with each other.
  const sizes = Object.values(Object.groupBy(entries, ({ txid }) => String(txid))).map((group) => group?.length ?? 0);
  expect(Math.max(...sizes)).toBeGreaterThan(5);
  const alone = entries.find(({ request_id: id }) => id === 'r0') ?? {};
  rows.forEach((row, i) => {
    const entry = entries.find(({ request_id: id }) => id === `r${i}`);
    expect(entry).toEqual({
      ...alone,
      record_id: row['id'],
      subject_id: row['id'],
      txid: entry?.['txid'],
      request_id: `r${i}`,
      correlation_id: `r${i}`,
      reason: `because of r${i}`,
      client: `client of r${i}`,
      changes: { ...(alone['changes'] as object), name: [null, `Account ${i}`], employees: [null, i] },
      payload: { ...(alone['payload'] as object), id: row['id'] },
      cause: { command: 'account.create', requestId: `r${i}` },
    });
    expect(Object.keys(row)).toEqual(Object.keys(rows[0] ?? {}));
  });
});

test('of personal values each record keeps its own key', async () => {
  const tenant = await kit.tenant();
  const made = await atOnce(
    tenant,
    createContact,
    Array.from({ length: 12 }, (_, i) => ({ requestId: `r${i}`, input: { lastName: `Name ${i}`, email: `a${i}@example.test` } })),
  );
  expect(told(made)).toEqual(Array.from({ length: 12 }, () => 'made'));
  const entries = await entriesOf(tenant);
  expect(entries.map(({ bare }) => bare)).toEqual(Array.from({ length: 12 }, () => false));
  const [{ keys } = { keys: 0 }] = await asSuper(
    kit,
    `select count(distinct key)::integer as keys from kernel.record_keys where tenant_id = '${tenant.id}' and record_id in (select id from customers.contacts where tenant_id = '${tenant.id}')`,
  );
  expect(keys).toBe(12);
});

test('who is refused takes nobody with him', async () => {
  const tenant = await kit.tenant();
  const missing = '01890000-0000-7000-8000-000000000001';
  const asked = numbered(20, (i) => {
    if (i === 7) return { parentId: missing };
    return i === 9 || i === 15 ? { number: 'the same' } : {};
  });
  const codes = told(await atOnce(tenant, createAccount, asked));
  expect(codes[7]).toBe('input.reference_not_found');
  expect([codes[9], codes[15]].toSorted()).toEqual(['account.number_taken', 'made']);
  expect(codes.filter((code) => code === 'made')).toHaveLength(18);
  expect(await tenant.work((work) => work.repo(Account).count({}))).toBe(18);
});

test('two at once do not write with the rights or in the name of one', async () => {
  const tenant = await kit.tenant();
  const permissions = { 'account:create': 'own', 'account:read': 'own' } as const;
  const people = [await tenant.user({ permissions, name: 'One' }), await tenant.user({ permissions, name: 'Other' })];
  const asked = Array.from({ length: 24 }, (_, i) => {
    const [me, other] = [people[i % 2], people[(i + 1) % 2]];
    // Each tenth is for somebody else, whose rows are out of reach.
    const input = i % 10 === 9 ? { name: `Account ${i}`, ownerId: other?.id } : { name: `Account ${i}` };
    return { requestId: `r${i}`, input, ...(me ? { actor: me.actor } : {}) };
  });
  const codes = told(await atOnce(tenant, createAccount, asked));
  expect(codes).toEqual(asked.map((_, i) => (i % 10 === 9 ? 'access.owner_out_of_reach' : 'made')));
  const owners = await asSuper(
    kit,
    `select a.name, a.owner_id, e.actor_id from customers.accounts a join kernel.audit_entries e on e.tenant_id = a.tenant_id and e.record_id = a.id where a.tenant_id = '${tenant.id}'`,
  );
  expect(owners).toHaveLength(22);
  for (const { name, owner_id: owner, actor_id: actor } of owners) {
    const id = people[Number(String(name).split(' ')[1]) % 2]?.id;
    expect([owner, actor]).toEqual([id, id]);
  }
});

test('two companies at once stay two companies', async () => {
  const tenants = [await kit.tenant(), await kit.tenant()];
  await Promise.all(tenants.map((tenant) => atOnce(tenant, createAccount, numbered(15))));
  for (const tenant of tenants) expect(await tenant.work((work) => work.repo(Account).count({}))).toBe(15);
});

test('when the database cuts the line, who was told of his record has it, and nobody has two', async () => {
  const tenant = await kit.tenant();
  const holder = new pg.Client({ connectionString: kit.urls.super });
  await holder.connect();
  await holder.query('begin; lock table customers.accounts in share mode');
  const making = atOnce(tenant, createAccount, numbered(60));
  // Both statements that may be under way stand before the lock, one of them for many: none has written anything.
  const waiting = `select pid from pg_stat_activity where datname = current_database() and usename = 'kontor_app' and wait_event_type = 'Lock'`;
  await eventually(
    () => asSuper(kit, waiting),
    (found) => found.length === 2,
  );
  const cut = await asSuper(kit, `select pg_terminate_backend(pid) as cut from (${waiting}) w`);
  await holder.query('rollback');
  await holder.end();
  const results = await making;
  const made = results.flatMap((result) => (result.status === 'fulfilled' ? [String(result.value.result['name'])] : []));
  const names = (await tenant.work((work) => work.repo(Account).list({}))).map(({ name }) => name);
  expect(cut).toEqual([{ cut: true }, { cut: true }]);
  // At least the two whose line was cut were told so; they had written nothing, and nobody wrote it for them.
  expect(told(results).filter((code) => code !== 'made').length).toBeGreaterThanOrEqual(2);
  expect(names.toSorted()).toEqual(made.toSorted());
  const refused = numbered(60).filter((_, i) => results[i]?.status === 'rejected');
  expect(new Set(told(await atOnce(tenant, createAccount, refused)))).toEqual(new Set(['made']));
  expect(await tenant.work((work) => work.repo(Account).count({}))).toBe(60);
});

test('who stands in for somebody says so of each row, whether it is made alone, in a bulk or by others at the same moment', async () => {
  const tenant = await kit.tenant();
  const away = await tenant.user({ permissions: {}, name: 'Away' });
  const permissions = { 'account:create': 'own', 'account:read': 'own', 'user:read': 'all' } as const;
  const present = await tenant.user({ permissions, name: 'Present' });
  const actor: Actor = { ...present.actor, ownUserIds: [present.id, away.id] };
  const rows = Array.from({ length: 6 }, (_, i) => ({ name: `Row ${i}`, ownerId: i % 2 === 0 ? away.id : present.id }));
  const [first, second] = [rows.slice(0, 2), rows.slice(2, 4)];
  await tenant.work((work) => work.repo(Account).createMany(first), actor);
  await tenant.work((work) => work.repo(Account).insertMany(second, { events: 'none' }), actor);
  for (const input of rows.slice(4)) await tenant.run(createAccount, input, actor);
  const entries = await asSuper(
    kit,
    `select a.name, e.on_behalf_of from customers.accounts a join kernel.audit_entries e on e.tenant_id = a.tenant_id and e.record_id = a.id
     where a.tenant_id = '${tenant.id}' order by a.name`,
  );
  expect(entries).toEqual(rows.map(({ name, ownerId }) => ({ name, on_behalf_of: ownerId === away.id ? away.id : null })));
});
