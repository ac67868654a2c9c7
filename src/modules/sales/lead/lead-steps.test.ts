import type { Actor } from '#kernel/access/actor.js';
import type { NewRow } from '#kernel/resource/define-resource.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { catalog } from '#modules/catalog/catalog.module.js';
import { customers } from '#modules/customers/customers.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { sales } from '../sales.module.js';
import { sampleLead } from '../testing/builders.js';
import { disqualifyLead } from './disqualify-lead.js';
import { Lead } from './lead.resource.js';
import { qualifyLead } from './qualify-lead.js';
import { reopenLead } from './reopen-lead.js';
import { startLead } from './start-lead.js';

let kit: Kit;
let t: TestTenant;

beforeAll(async () => {
  kit = await openKit([identity, customers, catalog, sales]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  t = await kit.tenant();
});

const read = (leadId: string) => t.work((work) => work.repo(Lead).get(leadId));
const events = async (type: string) => (await kit.asOwner('select id from kernel.outbox where type = $1', [type], t.id)).length;

test('a new lead is worked and then qualified', async () => {
  const leadId = await sampleLead(t, { status: 'new' });

  await t.run(startLead, { leadId });
  expect(await read(leadId)).toMatchObject({ status: 'working' });
  await t.run(qualifyLead, { leadId });
  expect(await read(leadId)).toMatchObject({ status: 'qualified' });
  expect(await events('sales.lead_qualified')).toBe(1);
});

test('a lead is given up with a reason and taken up again', async () => {
  const leadId = await sampleLead(t);

  await t.run(disqualifyLead, { leadId, reason: 'No budget' });
  expect(await read(leadId)).toMatchObject({ status: 'disqualified', disqualifiedReason: 'No budget' });
  await t.run(reopenLead, { leadId });
  expect(await read(leadId)).toMatchObject({ status: 'working', disqualifiedReason: null });
});

test('giving up without a reason is refused', async () => {
  const leadId = await sampleLead(t);
  await expect(t.run(disqualifyLead, { leadId, reason: '' })).rejects.toMatchObject({ code: 'input.invalid' });
});

test('a step from the wrong status is refused and says so', async () => {
  const leadId = await sampleLead(t, { status: 'qualified' });
  await expect(t.run(startLead, { leadId })).rejects.toMatchObject({
    kind: 'conflict',
    code: 'lead.step_not_possible',
    details: { status: 'qualified', step: 'start' },
  });
});

const races = [
  ['start', startLead, 'new'],
  ['qualify', qualifyLead, 'working'],
] as const;
test.each(races)('of two who %s a lead at once, one succeeds', async (_, step, status) => {
  const leadId = await sampleLead(t, { status });
  const results = await Promise.allSettled([t.run(step, { leadId }), t.run(step, { leadId })]);
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('of one who qualifies and one who gives up at once, the lead ends in the status of the last', async () => {
  const leadId = await sampleLead(t, { status: 'working' });
  await Promise.allSettled([t.run(qualifyLead, { leadId }), t.run(disqualifyLead, { leadId, reason: 'No budget' })]);
  expect(await read(leadId)).toMatchObject({ status: 'disqualified' });
  expect(await events('sales.lead_disqualified')).toBe(1);
});

test('of two who give a lead up at once, one reason stands', async () => {
  const leadId = await sampleLead(t);
  const results = await Promise.allSettled(['A', 'B'].map((reason) => t.run(disqualifyLead, { leadId, reason })));
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await events('sales.lead_disqualified')).toBe(1);
});

test('of two who take a lead up again at once, one succeeds', async () => {
  const leadId = await sampleLead(t, { status: 'disqualified', disqualifiedReason: 'Student' });
  const results = await Promise.allSettled([t.run(reopenLead, { leadId }), t.run(reopenLead, { leadId })]);
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
});

type Step = (at: TestTenant, leadId: string, actor?: Actor) => Promise<object>;
const steps: readonly (readonly [verb: string, step: Step, state: Partial<NewRow<typeof Lead>>])[] = [
  ['start', (at, leadId, actor) => at.run(startLead, { leadId }, actor), { status: 'new' }],
  ['qualify', (at, leadId, actor) => at.run(qualifyLead, { leadId }, actor), { status: 'new' }],
  ['disqualify', (at, leadId, actor) => at.run(disqualifyLead, { leadId, reason: 'Student' }, actor), { status: 'new' }],
  ['reopen', (at, leadId, actor) => at.run(reopenLead, { leadId }, actor), { status: 'disqualified', disqualifiedReason: 'Student' }],
];
test.each(steps)('%s reaches own leads only, and none of another tenant', async (verb, step, state) => {
  const seller = await t.user({ permissions: { [`lead:${verb}`]: 'own' } });
  const own = await sampleLead(t, { ...state, ownerId: seller.id });
  const foreign = await sampleLead(t, state);
  const other = await kit.tenant();

  await expect(step(t, foreign, seller.actor)).rejects.toMatchObject({ code: 'lead.not_found' });
  await expect(step(other, own)).rejects.toMatchObject({ code: 'lead.not_found' });
  await expect(step(t, own, seller.actor)).resolves.toEqual({ leadId: own });
});
