import { allModules } from '#app/modules.js';
import { sql } from '#kernel/db/sql.js';
import { drift, readTables } from '#kernel/resource/drift.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { caseCard, openCaseFor } from '#modules/service/api.js';
import { resolveCase } from '#modules/service/case/resolve-case.js';
import { replyCase } from '#modules/service/case/reply-case.js';
import { monday, Office } from './service-office.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

test('the tables of service are what the definitions say', async () => {
  const tables = await readTables(async (text, values) => ({ rows: await kit.asOwner(text, values) }), ['service']);
  expect(tables.size).toBe(16);
  expect(drift(kit.runtime.registry, tables).get('service')).toBeUndefined();
});

test('analytics reads one row for each case, of its own tenant only', async () => {
  const [here, there] = [await Office.open(kit), await Office.open(kit)];
  const caseId = await here.newCase();
  await there.newCase();
  kit.clock.set(monday('14:00'));
  await here.tenant.run(replyCase, { caseId, body: 'Please close the valve.' });
  kit.clock.set(monday('16:00'));
  await here.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  const rows = await here.tenant.work((work) => work.rows(sql`select * from service_pub.case_facts`));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    id: caseId,
    agent: 'Agent',
    status: 'resolved',
    first_response_seconds: '18000',
    resolution_seconds: '25200',
    first_response_state: 'met_late',
    first_response_breached_at: monday('13:00'),
    resolution_state: 'met',
  });
});

test('another module opens a case in its own transaction, and it goes with it', async () => {
  const office = await Office.open(kit);
  const open = (fail: boolean) =>
    office.tenant.work(async (work) => {
      const card = await openCaseFor(work, { subject: 'From a shop order', channel: 'api' });
      if (fail) throw new Error('the order failed');
      return card;
    });
  const { id } = await open(false);
  expect(await office.tenant.work((work) => caseCard(work, id))).toMatchObject({ status: 'new', subject: 'From a shop order' });
  await expect(open(true)).rejects.toThrow('the order failed');
  const stranger = await office.tenant.user({ permissions: {} });
  expect(await office.tenant.work((work) => caseCard(work, id), stranger.actor)).toBeNull();
});
