import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { identity } from '#modules/identity/identity.module.js';
import { customers } from '../customers.module.js';
import { Activity } from './activity.resource.js';
import { completeActivity } from './complete-activity.js';

let kit: Kit;
let t: TestTenant;

beforeAll(async () => {
  kit = await openKit([identity, customers]);
  kit.clock.set(new Date('2026-03-02T09:00:00Z'));
});
afterAll(() => kit.close());
beforeEach(async () => {
  t = await kit.tenant();
});

const task = (ownerId = t.admin.userId ?? '') =>
  t.work(async (work) => (await work.repo(Activity).create({ kind: 'task', subject: 'Send the offer', ownerId, dueOn: '2026-03-04' })).id);
const completed = async () =>
  (await kit.asOwner(`select id from kernel.outbox where type = 'customers.activity_completed'`, [], t.id)).length;

test('an activity is done once, with what came of it', async () => {
  const activityId = await task();

  expect(await t.run(completeActivity, { activityId, outcome: 'Sent' })).toEqual({ doneAt: kit.clock.now() });

  expect(await t.work((work) => work.repo(Activity).get(activityId))).toMatchObject({
    doneAt: kit.clock.now(),
    outcome: 'Sent',
    dueOn: '2026-03-04',
  });
  await expect(t.run(completeActivity, { activityId })).rejects.toMatchObject({ code: 'activity.already_done' });
});

test('of two who finish it at once one does', async () => {
  const activityId = await task();
  const results = await Promise.allSettled([t.run(completeActivity, { activityId }), t.run(completeActivity, { activityId })]);
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await completed()).toBe(1);
});

test('own reach finishes own activities; those of others and of other tenants do not exist', async () => {
  const seller = await t.user({ permissions: { 'activity:complete': 'own' } });
  const [own, foreign] = [await task(seller.id), await task()];
  const other = await kit.tenant();

  await expect(t.run(completeActivity, { activityId: foreign }, seller.actor)).rejects.toMatchObject({ code: 'activity.not_found' });
  await expect(other.run(completeActivity, { activityId: own })).rejects.toMatchObject({ code: 'activity.not_found' });
  await expect(t.run(completeActivity, { activityId: own }, seller.actor)).resolves.toHaveProperty('doneAt');
});

test('a meeting needs a beginning, which stays on the wall clock of its place', async () => {
  const meeting = { kind: 'meeting', subject: 'Visit', ownerId: t.admin.userId ?? '' } as const;
  const start = { local: '2026-10-25T09:00:00', zone: 'Europe/Berlin' };

  await expect(t.work((work) => work.repo(Activity).create(meeting))).rejects.toMatchObject({ code: 'activity.meeting_without_start' });
  expect((await t.work((work) => work.repo(Activity).create({ ...meeting, start }))).start).toEqual(start);
});
