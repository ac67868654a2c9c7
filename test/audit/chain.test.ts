import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { allModules } from '#app/modules.js';
import { sealAudit } from '#kernel/audit/seal-audit.js';
import { verifyChain } from '#kernel/audit/verify-chain.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

/** As somebody no right and no wall holds back. */
async function tamper(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: kit.urls.super });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Transactions of other tests on the same server hold the sealer up for as long as they last. */
async function seal(tenant: TestTenant): Promise<void> {
  for (;;) {
    while ((await sealAudit(doorsOf(kit.runtime), 1_000)) > 0);
    const open = await tamper(
      'select from kernel.audit_entries e where tenant_id = $1 and not exists (select from kernel.audit_chain c where c.tenant_id = e.tenant_id and c.entry_id = e.id) limit 1',
      [tenant.id],
    );
    if (open.length === 0) return;
    await sleep(20);
  }
}
const verify = (tenant: TestTenant) => tenant.work((work) => verifyChain(work));

/** A tenant with at least `count` links. */
async function written(count = 6): Promise<TestTenant> {
  const tenant = await kit.tenant();
  for (let i = 0; i < count; i++)
    await tenant.work((work) => work.repo(Account).create({ name: `No. ${i}`, ownerId: tenant.admin.userId }));
  await seal(tenant);
  return tenant;
}

test('every entry gets one link, in the order of its transaction, with a hash over the one before', async () => {
  const tenant = await written();
  const { rows } = await tenant.work((work) => work.exec('select seq, entry_id, hash from kernel.audit_chain order by seq', []));
  expect(rows.map((row) => Number(row['seq']))).toEqual(rows.map((_, i) => i + 1));
  expect(rows.length).toBe(7);
  expect(await verify(tenant)).toMatchObject({
    intact: true,
    complete: true,
    checked: 7,
    verifiedTo: 7,
    brokenSeq: null,
    head: { seq: 7 },
  });
});

test('an entry whose transaction is still open holds back those behind it, and none is ever put in front of another', async () => {
  const tenant = await written(1);
  let [begun, goOn]: [() => void, () => void] = [() => undefined, () => undefined];
  const started = new Promise<void>((resolve) => (begun = resolve));
  const released = new Promise<void>((resolve) => (goOn = resolve));
  const slow = tenant.work(async (work) => {
    await work.repo(Account).create({ name: 'slow', ownerId: tenant.admin.userId });
    begun();
    await released;
  });
  await started;
  const { id } = await tenant.work((work) => work.repo(Account).create({ name: 'quick', ownerId: tenant.admin.userId }));
  await sealAudit(doorsOf(kit.runtime));
  const links = () =>
    tenant.work(async (work) => {
      const { rows } = await work.exec(
        `select e.record_id from kernel.audit_chain c join kernel.audit_entries e on e.tenant_id = c.tenant_id and e.id = c.entry_id order by c.seq`,
        [],
      );
      return rows.map((row) => row['record_id']);
    });
  const before = await links();
  expect(before).not.toContain(id);
  goOn();
  await slow;
  await seal(tenant);
  const after = await links();
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.at(-1)).toBe(id);
  expect(await verify(tenant)).toMatchObject({ intact: true, complete: true });
});

test('two sealers at once and one after the other leave one chain', async () => {
  const tenant = await kit.tenant();
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      await tenant.work((work) => work.repo(Contact).create({ lastName: `P${i}` }));
      await sealAudit(doorsOf(kit.runtime), 3);
    }),
  );
  await seal(tenant);
  expect(await verify(tenant)).toMatchObject({ intact: true, checked: 21 });
});

test('a sealer that is killed in the middle leaves nothing half done, and the next goes on where it began', async () => {
  const tenant = await written(2);
  const before = await tamper('select seq, hash from kernel.audit_chain where tenant_id = $1 order by seq', [tenant.id]);
  await tenant.work((work) => work.repo(Account).create({ name: 'late', ownerId: tenant.admin.userId }));
  const sealer = new pg.Client({ connectionString: kit.urls.app });
  const gone = new Promise<unknown>((resolve) => sealer.on('error', resolve));
  await sealer.connect();
  await sealer.query('begin');
  const { rows } = await sealer.query<{ pid: number }>('select pg_backend_pid() as pid, kernel.seal_audit(5000)');
  await tamper('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await gone;
  expect(await tamper('select seq, hash from kernel.audit_chain where tenant_id = $1 order by seq limit 3', [tenant.id])).toEqual(before);
  await seal(tenant);
  expect(await verify(tenant)).toMatchObject({ intact: true, complete: true, checked: 4 });
});

test.each([
  ['a changed row', `update kernel.audit_entries set actor_label = 'nobody' where tenant_id = $1 and id = $2`, 'entry_changed'],
  [
    'a changed value',
    `update kernel.audit_entries set changes = '{"name":[null,"other"]}' where tenant_id = $1 and id = $2`,
    'entry_changed',
  ],
  ['a removed row', `delete from kernel.audit_entries where tenant_id = $1 and id = $2`, 'entry_missing'],
  ['a removed link', `delete from kernel.audit_chain where tenant_id = $1 and entry_id = $2`, 'link_missing'],
  ['a changed link', `update kernel.audit_chain set class = 'access' where tenant_id = $1 and entry_id = $2`, 'link_changed'],
])('%s is found, and where', async (_, text, problem) => {
  const tenant = await written();
  const [link] = await tamper('select entry_id from kernel.audit_chain where tenant_id = $1 and seq = 4', [tenant.id]);
  await tamper(text, [tenant.id, link?.['entry_id']]);
  expect(await verify(tenant)).toMatchObject({ intact: false, brokenSeq: 4, problem, verifiedTo: 3 });
});

test('two rows that changed places are found', async () => {
  const tenant = await written();
  const [a, b] = await tamper('select id from kernel.audit_entries where tenant_id = $1 order by id desc limit 2', [tenant.id]);
  await tamper(
    `update kernel.audit_entries e set changes = o.changes, record_id = o.record_id, at = o.at from kernel.audit_entries o
     where e.tenant_id = $1 and o.tenant_id = $1 and e.id in ($2, $3) and o.id in ($2, $3) and o.id <> e.id`,
    [tenant.id, a?.['id'], b?.['id']],
  );
  expect(await verify(tenant)).toMatchObject({ intact: false, brokenSeq: 6 });
});

test('a link that was cut off and one that was added behind the back of the sealer are found', async () => {
  const tenant = await written();
  await tamper('delete from kernel.audit_chain where tenant_id = $1 and seq > 5', [tenant.id]);
  expect(await verify(tenant)).toMatchObject({ intact: false, brokenSeq: 6, problem: 'tail_missing' });
  const other = await written();
  await tamper(
    `insert into kernel.audit_entries (tenant_id, txid, at, actor_kind, actor_label, command, resource, record_id, action, changes)
     values ($1, '3', now(), 'user', 'made up', 'account.update', 'account', $1, 'updated', '{}')`,
    [other.id],
  );
  expect(await verify(other)).toMatchObject({ intact: false, problem: 'entry_inserted' });
  await tamper('delete from kernel.audit_entries where txid = $1', ['3']);
});

test('entries from before there was a chain come first in it', async () => {
  const tenant = await kit.tenant();
  await tamper(
    `insert into kernel.audit_entries (tenant_id, txid, at, actor_kind, actor_label, command, resource, record_id, action, changes)
     select $1, '0', '2020-01-01', 'user', 'old', 'account.update', 'account', $1, 'updated', jsonb_build_object('name', jsonb_build_array(null, n)) from generate_series(1, 3) n`,
    [tenant.id],
  );
  // The mark stands where it stood when the old rows were all there were.
  await tamper(`update kernel.audit_mark set txid = '0', entry_id = 0`);
  await seal(tenant);
  expect(await verify(tenant)).toMatchObject({ intact: true, checked: 4 });
  const [first] = await tamper(
    `select e.actor_label from kernel.audit_chain c join kernel.audit_entries e on e.id = c.entry_id where c.tenant_id = $1 and c.seq = 1`,
    [tenant.id],
  );
  expect(first).toEqual({ actor_label: 'old' });
});

test('data that came from another server by a dump goes on with its chain', async () => {
  const tenant = await written();
  await tenant.work((work) => work.repo(Account).create({ name: 'not chained when it was dumped', ownerId: tenant.admin.userId }));
  const [mark] = await tamper('select * from kernel.audit_mark');
  await tamper(`update kernel.audit_mark set txid = '4000000000000'`);
  await seal(tenant);
  await tenant.work((work) => work.repo(Account).create({ name: 'after', ownerId: tenant.admin.userId }));
  await seal(tenant);
  expect(mark).toBeDefined();
  expect(await verify(tenant)).toMatchObject({ intact: true, checked: 9 });
});

test('the chain of one tenant is no business of another', async () => {
  const [mine, other] = [await written(), await written(3)];
  expect(await verify(mine)).toMatchObject({ intact: true, checked: 7 });
  await tamper('delete from kernel.audit_entries where tenant_id = $1', [other.id]);
  expect(await verify(mine)).toMatchObject({ intact: true, checked: 7 });
  expect(await verify(other)).toMatchObject({ intact: false, brokenSeq: 1 });
});

test('the application can add to the audit, and neither change, remove nor chain', async () => {
  const tenant = await written(1);
  for (const text of [
    `update kernel.audit_entries set reason = 'x'`,
    `delete from kernel.audit_entries`,
    `truncate kernel.audit_entries`,
    `delete from kernel.audit_entries_before`,
    `insert into kernel.audit_chain (seq, entry_id, txid, at, class, content_hash, hash) values (9, 9, '9', now(), 'change', '', '')`,
    `update kernel.audit_chain set seq = seq + 1`,
    `update kernel.audit_heads set seq = 0`,
    `delete from kernel.audit_anchors`,
    `update kernel.audit_mark set entry_id = 0`,
    `update kernel.record_keys set key = ''`,
  ])
    await expect(tenant.work((work) => work.exec(text, []))).rejects.toMatchObject({ code: '42501' });
});

test('a month nobody made takes its entries all the same, and months are made ahead', async () => {
  const tenant = await written(1);
  const lasting = await kit.tenant();
  kit.clock.advance({ days: 2_000 });
  try {
    await lasting.work((work) => work.repo(Account).create({ name: 'In the future', ownerId: lasting.admin.userId }));
  } finally {
    kit.clock.advance({ days: -2_000 });
  }
  await seal(lasting);
  expect(await verify(lasting)).toMatchObject({ intact: true, checked: 2 });
  const [found] = await tamper('select count(*)::integer as n from kernel.audit_entries_default where tenant_id = $1', [lasting.id]);
  expect(found).toEqual({ n: 1 });
  const made = () =>
    tenant.work(
      async (work) => (await work.exec(`select kernel.make_audit_months(now() + interval '5 months') as made`, [])).rows[0]?.['made'],
    );
  expect(await made()).toBe(2);
  expect(await made()).toBe(0);
});
