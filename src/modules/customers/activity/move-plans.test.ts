import { restoreFields } from '#kernel/audit/restore-fields.js';
import { audit } from '#kernel/audit/audit.module.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { identity } from '#modules/identity/identity.module.js';
import { customers } from '../customers.module.js';
import { Activity } from './activity.resource.js';
import { movePlans } from './move-plans.js';

let kit: Kit;
let t: TestTenant;
const now = new Date('2027-03-01T09:00:00Z');
beforeAll(async () => {
  kit = await openKit([identity, audit, customers]);
});
beforeEach(async () => {
  kit.clock.set(now);
  t = await kit.tenant();
});
afterAll(() => kit.close());

const [berlin, york] = ['Europe/Berlin', 'America/New_York'];
const plan = (local: string, zone = berlin, more = {}) =>
  t.work(
    async (work) =>
      (await work.repo(Activity).create({ kind: 'meeting', subject: local, ownerId: String(t.admin.id), start: { local, zone }, ...more }))
        .id,
  );
const startOf = async (id: string) => {
  const { start, version } = await t.work((work) => work.repo(Activity).get(id));
  return [start?.local, start?.zone, version];
};
const move = (more: object = {}) => t.run(movePlans, { from: berlin, to: york, keeps: 'time_of_day', ...more });

test('who travels takes along what he has planned: by the clock, or at the same moment', async () => {
  const [coming, gap] = [await plan('2027-05-03T09:00:00'), await plan('2027-03-14T02:30:00')];
  const others = [
    await plan('2027-02-01T09:00:00'),
    await plan('2027-05-03T09:00:00', 'Asia/Tokyo'),
    await plan('2027-05-04T09:00:00', berlin, { doneAt: now }),
  ];
  const before = await Promise.all(others.map(startOf));
  expect(await move({ dryRun: true })).toEqual({ plans: 2, moved: 0, remaining: 2 });
  expect(await startOf(coming)).toEqual(['2027-05-03T09:00:00', berlin, 1]);
  expect(await move()).toEqual({ plans: 2, moved: 2, remaining: 0 });
  expect(await startOf(coming)).toEqual(['2027-05-03T09:00:00', york, 2]);
  // There is no half past two on that day in New York: it is meant all the same, and goes back as it was.
  expect(await startOf(gap)).toEqual(['2027-03-14T02:30:00', york, 2]);
  expect(await move()).toEqual({ plans: 0, moved: 0, remaining: 0 });
  expect(await Promise.all(others.map(startOf))).toEqual(before);
  expect(await move({ from: york, to: 'Asia/Tokyo', keeps: 'instant' })).toMatchObject({ moved: 2 });
  expect(await startOf(coming)).toEqual(['2027-05-03T22:00:00', 'Asia/Tokyo', 3]);
  const [{ at } = {}] = await kit.asOwner('select start_at as at from customers.activities where id = $1', [coming], t.id);
  expect(at).toEqual(new Date('2027-05-03T13:00:00Z'));
});

test('each is in the audit, and is brought back from there', async () => {
  const id = await plan('2027-05-03T09:00:00');
  kit.clock.advance({ minutes: 1 });
  const at = kit.clock.now();
  kit.clock.advance({ minutes: 1 });
  await move();
  await t.run(restoreFields, { recordId: id, fields: ['start'], at });
  expect((await startOf(id)).slice(0, 2)).toEqual(['2027-05-03T09:00:00', berlin]);
});

test('nobody moves what is not in his reach, and no zone is made up', async () => {
  const id = await plan('2027-05-03T09:00:00');
  const permissions = { 'activity:*': 'own', 'user:read': 'all' } as const;
  const { actor } = await t.user({ permissions });
  const userId = String(t.admin.id);
  const asked = { from: berlin, to: york, keeps: 'time_of_day', userId } as const;
  expect(await t.run(movePlans, asked, actor)).toEqual({ plans: 0, moved: 0, remaining: 0 });
  await expect(t.run(movePlans, asked, (await t.user({ permissions: { 'activity:read': 'all' } })).actor)).rejects.toMatchObject({
    code: 'access.forbidden',
  });
  await expect(move({ to: 'Middle/Earth' })).rejects.toMatchObject({ code: 'activity.zone_unknown', details: { zone: 'Middle/Earth' } });
  const other = await kit.tenant();
  expect(await other.run(movePlans, { ...asked, userId: String(other.admin.id) })).toMatchObject({ plans: 0 });
  expect(await startOf(id)).toEqual(['2027-05-03T09:00:00', berlin, 1]);
});

test('a great many go a thousand at a time', async () => {
  await t.work((work) =>
    work.repo(Activity).insertMany(
      Array.from({ length: 1_001 }, (_, i) => ({
        kind: 'meeting' as const,
        subject: `${i}`,
        ownerId: String(t.admin.id),
        start: { local: '2027-06-01T09:00:00', zone: berlin },
      })),
    ),
  );
  expect(await move()).toEqual({ plans: 1_001, moved: 1_000, remaining: 1 });
  expect(await move()).toEqual({ plans: 1, moved: 1, remaining: 0 });
});
