import { doorsOf } from '#kernel/jobs/task-host.js';
import { relayOutbox, subscriptionsOf } from '#kernel/outbox/relay.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Account } from '#modules/customers/account/account.resource.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { Importer } from './importer.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const firms = (silent?: boolean): StoredMapping => ({
  ...(silent === undefined ? {} : { silent }),
  files: [{ name: 'firms.csv' }],
  steps: [
    {
      name: 'firms',
      resource: 'account',
      file: 'firms.csv',
      match: ['externalRef'],
      columns: [
        { from: 'id', to: 'externalRef' },
        { from: 'name', to: 'name' },
      ],
    },
  ],
});

/** Tells what is waiting, and answers who was given something to do about accounts that changed or went. */
async function heard(tenantId: string): Promise<string[]> {
  const { runtime } = kit;
  while ((await relayOutbox(doorsOf(runtime), subscriptionsOf(runtime.registry), kit.clock.now())) > 0);
  const rows = await kit.asOwner(
    `select distinct t.name from kernel.tasks t join kernel.outbox o on o.tenant_id = t.tenant_id and o.id::text = t.key
      where o.type in ('customers.account_updated', 'customers.account_deleted') and t.name not like 'timeline.%' order by 1`,
    [],
    tenantId,
  );
  return rows.map(({ name }) => String(name));
}
const told = (tenantId: string) =>
  kit.asOwner(
    `select type, cause ->> 'silent' as silent from kernel.outbox where type like 'customers.account_%' order by txid, type`,
    [],
    tenantId,
  );

test('changes an import makes, and takes back, are told to pictures and feeds and start nothing', async () => {
  const i = new Importer(kit, await kit.tenant());
  const { tenant } = i;
  await tenant.work((work) => work.repo(Account).create({ name: 'Before', externalRef: 'a' }));
  const run = await i.imported(firms(), { 'firms.csv': 'id,name\na,After\nb,New\n' });
  expect(run).toMatchObject({ created: 1, updated: 1 });
  await i.takenBack(run.id);
  expect(await told(tenant.id)).toEqual([
    { type: 'customers.account_created', silent: null },
    { type: 'customers.account_updated', silent: 'true' },
    { type: 'customers.account_deleted', silent: 'true' },
    { type: 'customers.account_updated', silent: 'true' },
  ]);
  expect(await heard(tenant.id)).toEqual(['analytics.follow_accounts']);
  const audited = await kit.asOwner(
    `select action, count(*)::integer as count from kernel.audit_entries where resource = 'account' group by 1 order by 1`,
    [],
    tenant.id,
  );
  expect(audited).toEqual([
    { action: 'created', count: 2 },
    { action: 'deleted', count: 1 },
    { action: 'updated', count: 2 },
  ]);
});

test('a mapping that is not silent tells everybody, and so does whoever writes by hand', async () => {
  const i = new Importer(kit, await kit.tenant());
  const { tenant } = i;
  const { id } = await tenant.work((work) => work.repo(Account).create({ name: 'Before', externalRef: 'a' }));
  await i.imported(firms(false), { 'firms.csv': 'id,name\na,After\n' });
  expect(await heard(tenant.id)).toEqual(['analytics.follow_accounts', 'marketing.follow_account']);
  await tenant.work((work) => work.repo(Account).update(id, { name: 'By hand' }));
  expect((await told(tenant.id)).map(({ silent }) => silent)).toEqual([null, null, null]);
});
