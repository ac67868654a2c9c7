import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { allModules } from '#app/modules.js';
import { anchorChain } from '#kernel/audit/anchor-chain.job.js';
import { keepAudit } from '#kernel/audit/keep-audit.job.js';
import { liftHold } from '#kernel/audit/lift-hold.js';
import { placeHold } from '#kernel/audit/place-hold.js';
import { AuditRetention } from '#kernel/audit/retention.resource.js';
import { sealAudit } from '#kernel/audit/seal-audit.js';
import { verifyChain } from '#kernel/audit/verify-chain.js';
import { systemActor } from '#kernel/access/actor.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Account } from '#modules/customers/account/account.resource.js';

let kit: Kit;
let tenant: TestTenant;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  tenant = await kit.tenant();
});
afterAll(() => kit.close());

async function tamper(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: kit.urls.super });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const count = async (table: string) =>
  Number((await tamper(`select count(*) as n from kernel.${table} where tenant_id = $1`, [tenant.id]))[0]?.['n']);

/** Other tests on the same server hold the sealer up for as long as their transactions last. */
async function seal(): Promise<void> {
  while ((await count('audit_chain')) < (await count('audit_entries'))) {
    await sealAudit(doorsOf(kit.runtime));
    await sleep(10);
  }
}

const account = (name: string) => tenant.work((work) => work.repo(Account).create({ name, ownerId: tenant.admin.userId }));
const job = { keep: keepAudit, anchor: anchorChain };
const run = (name: keyof typeof job) => tenant.work((work) => job[name].run({}, work), systemActor(job[name].name));
const verify = () => tenant.work((work) => verifyChain(work));

describe('anchors', () => {
  test('are written once a day for a chain that is whole, and told to whoever keeps them elsewhere', async () => {
    await account('A');
    await seal();
    await run('anchor');
    await run('anchor');
    expect(
      await tamper(
        'select seq::integer, encode(hash, $2) = (select encode(hash, $2) from kernel.audit_heads where tenant_id = $1) as same from kernel.audit_anchors where tenant_id = $1',
        [tenant.id, 'hex'],
      ),
    ).toEqual([{ seq: 2, same: true }]);
    expect(
      await tamper(`select payload ->> 'seq' as seq from kernel.outbox where tenant_id = $1 and type = 'audit.anchored'`, [tenant.id]),
    ).toEqual([{ seq: '2' }]);
    expect(await verify()).toMatchObject({ intact: true });
  });

  test('show that a tail was cut off, even with all traces of it', async () => {
    for (const name of ['A', 'B', 'C']) await account(name);
    await seal();
    await run('anchor');
    await tamper('delete from kernel.audit_chain where tenant_id = $1 and seq > 2', [tenant.id]);
    await tamper(
      'delete from kernel.audit_entries e where tenant_id = $1 and not exists (select from kernel.audit_chain c where c.tenant_id = e.tenant_id and c.entry_id = e.id)',
      [tenant.id],
    );
    await tamper(
      'update kernel.audit_heads h set seq = 2, hash = (select hash from kernel.audit_chain c where c.tenant_id = h.tenant_id and c.seq = 2) where tenant_id = $1',
      [tenant.id],
    );
    expect(await verify()).toMatchObject({ intact: false, brokenSeq: 4, problem: 'anchor_differs' });
    await expect(run('anchor')).rejects.toMatchObject({ code: 'audit.chain_broken', details: { seq: 4 } });
  });

  test('cannot be made up by whoever has the database alone', async () => {
    await account('A');
    await seal();
    await run('anchor');
    await tamper(`update kernel.audit_anchors set hash = decode(repeat('ab', 32), 'hex') where tenant_id = $1`, [tenant.id]);
    expect(await verify()).toMatchObject({ intact: false, brokenSeq: 2, problem: 'anchor_changed' });
  });

  test('that were written down elsewhere are held against the chain', async () => {
    await account('A');
    await seal();
    const { head } = await verify();
    const known = { seq: head?.seq ?? 0, hash: head?.hash ?? '' };
    await account('B');
    await seal();
    expect(await tenant.work((work) => verifyChain(work, { known }))).toMatchObject({ intact: true, verifiedTo: 3 });
    expect(await tenant.work((work) => verifyChain(work, { known: { ...known, hash: 'ab'.repeat(32) } }))).toMatchObject({
      intact: false,
      brokenSeq: 2,
      problem: 'anchor_differs',
    });
  });
});

describe('retention', () => {
  /** Two accounts of three years ago and one of now, all chained. */
  async function aged(): Promise<string> {
    kit.clock.advance({ days: -1100 });
    const { id } = await account('old');
    await account('old too');
    kit.clock.advance({ days: 1100 });
    await account('new');
    await seal();
    return id;
  }
  const names = async () =>
    (
      await tamper(
        `select changes -> 'name' ->> 1 as name from kernel.audit_entries where tenant_id = $1 and resource = 'account' order by id`,
        [tenant.id],
      )
    ).map((row) => row['name']);
  const keepFor = (months: number) => tenant.work((work) => work.repo(AuditRetention).create({ class: 'change', months }));

  test('lets nothing of the changes go unless it is told to', async () => {
    await aged();
    await run('keep');
    expect(await names()).toEqual(['old', 'old too', 'new']);
  });

  test('lets entries go that are over, and the chain stays whole because that is an entry too', async () => {
    await aged();
    await keepFor(24);
    await run('keep');
    await seal();
    expect(await names()).toEqual(['new']);
    expect(await verify()).toMatchObject({ intact: true, complete: true });
    await tamper(`delete from kernel.audit_entries where tenant_id = $1 and changes -> 'name' ->> 1 = 'new'`, [tenant.id]);
    expect(await verify()).toMatchObject({ intact: false, problem: 'entry_missing' });
  });

  test('keeps what is young and what has no link yet, whatever it is told', async () => {
    kit.clock.advance({ days: -1100 });
    await account('no link yet');
    kit.clock.advance({ days: 1100 });
    const gone = await tenant.work((work) => work.exec(`select kernel.purge_audit('change', now() + interval '1 year', 1000) as gone`, []));
    expect(gone.rows).toEqual([{ gone: 0 }]);
    await seal();
    const later = await tenant.work((work) =>
      work.exec(`select kernel.purge_audit('change', now() + interval '1 year', 1000) as gone`, []),
    );
    expect(later.rows).toEqual([{ gone: 1 }]);
  });

  test('a legal hold keeps a record, or everything', async () => {
    const id = await aged();
    await keepFor(24);
    const all = await tenant.run(placeHold, { name: 'all', reason: 'court' });
    await run('keep');
    expect(await names()).toEqual(['old', 'old too', 'new']);
    await tenant.run(liftHold, { legalHoldId: all.legalHoldId, reason: 'settled' });
    await tenant.run(placeHold, { name: 'one', record: id, reason: 'court' });
    await run('keep');
    expect(await names()).toEqual(['old', 'new']);
  });
});
