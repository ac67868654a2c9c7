import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import type { InputOf } from '#kernel/resource/fields.js';
import { Case } from '#modules/service/case/case.resource.js';
import { noteCase } from '#modules/service/case/note-case.js';
import { reopenCase } from '#modules/service/case/reopen-case.js';
import { replyCase } from '#modules/service/case/reply-case.js';
import { resolveCase } from '#modules/service/case/resolve-case.js';
import { resumeCase } from '#modules/service/case/resume-case.js';
import { setWaiting } from '#modules/service/case/set-waiting.js';
import { escalate } from '#modules/service/jobs/escalate.job.js';
import type { publishServiceLevel } from '#modules/service/level/publish-service-level.js';
import { markRead } from '#modules/service/notification/mark-read.js';
import { systemActor } from '#kernel/access/actor.js';
import { monday, Office, tuesday } from './service-office.js';

type Steps = NonNullable<InputOf<typeof publishServiceLevel.input>['steps']>;
const tellOwner = { kind: 'notify' as const, to: 'owner' as const };

/** On the first response of p3, which takes four hours: 11:00, 12:30, 13:00 and 13:30. */
const ladder: Steps = [
  { metric: 'first_response', level: 1, percent: 50, actions: [tellOwner] },
  { metric: 'first_response', level: 2, offsetMinutes: -30, actions: [tellOwner] },
  { metric: 'first_response', level: 3, offsetMinutes: 0, actions: [tellOwner] },
  { metric: 'first_response', level: 4, offsetMinutes: 30, actions: [tellOwner] },
];

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const states = async (office: Office, caseId: string) => (await office.escalations(caseId)).map((row) => row.state);
const titles = async (office: Office, caseId: string) => (await office.notices(caseId)).map((notice) => notice.title);

test('each rung fires when its time has come, once, and leaves its effect, its notice and its event', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const caseId = await office.newCase();
  await office.until(monday('10:59'));
  expect(await states(office, caseId)).toEqual(['pending', 'pending', 'pending', 'pending']);
  await office.until(monday('11:00'));
  expect(await states(office, caseId)).toEqual(['fired', 'pending', 'pending', 'pending']);
  for (const time of ['12:30', '13:00', '13:30', '16:00']) await office.until(monday(time));
  expect(await states(office, caseId)).toEqual(['fired', 'fired', 'fired', 'fired']);
  expect((await office.effects(caseId)).map((effect) => effect.outcome)).toEqual(['done', 'done', 'done', 'done']);
  expect(await titles(office, caseId)).toEqual([
    'Case 2026-000001: first response is due soon',
    'Case 2026-000001: first response is due soon',
    'Case 2026-000001: first response is overdue',
    'Case 2026-000001: first response is overdue',
  ]);
  expect((await office.events()).filter((name) => name === 'service.case_escalated')).toHaveLength(4);
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'breached_running', breachedAt: monday('13:00') });
});

test('a task delivered again, whole or after a kill before its commit, has no second effect', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const caseId = await office.newCase();
  const { id: timerId } = await office.timer(caseId, 'first_response');
  kit.clock.set(monday('11:00'));
  const killed = office.tenant.work(async (work) => {
    await escalate.run({ timerId }, work);
    throw new Error('killed before the commit');
  }, systemActor('test'));
  await expect(killed).rejects.toThrow('killed');
  expect(await office.notices(caseId)).toHaveLength(0);

  await kit.drain();
  await kit.asOwner(
    `update kernel.tasks set state = 'pending', done_at = null, rung_at = null where name = 'service.escalate' and state = 'done'`,
    [],
    office.tenant.id,
  );
  await kit.drain();
  await office.tenant.work((work) => escalate.run({ timerId }, work), systemActor('test'));
  expect(await office.notices(caseId)).toHaveLength(1);
  expect(await office.effects(caseId)).toHaveLength(1);
  expect(await states(office, caseId)).toEqual(['fired', 'pending', 'pending', 'pending']);
  await office.until(monday('12:30'));
  expect(await states(office, caseId)).toEqual(['fired', 'fired', 'pending', 'pending']);
});

test('five workers at the same timer make one effect', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const caseId = await office.newCase();
  const { id: timerId } = await office.timer(caseId, 'first_response');
  kit.clock.set(monday('11:00'));
  await Promise.all(Array.from({ length: 5 }, () => office.tenant.work((work) => escalate.run({ timerId }, work), systemActor('test'))));
  await office.until(monday('11:01'));
  expect(await office.effects(caseId)).toHaveLength(1);
});

test('a worker that finds the case held does not wait, and comes back', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const caseId = await office.newCase();
  await kit.drain();
  kit.clock.set(monday('11:00'));
  await office.tenant.work(async (work) => {
    await work.repo(Case).lock(caseId);
    await kit.drain();
  });
  expect(await office.effects(caseId)).toHaveLength(0);
  await office.until(monday('11:01'));
  expect(await office.effects(caseId)).toHaveLength(1);
  await office.until(monday('12:30'));
  expect(await office.effects(caseId)).toHaveLength(2);
});

test('workers and people at the same cases at once neither block each other nor fire twice', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const cases = await Promise.all(Array.from({ length: 8 }, () => office.newCase()));
  await kit.drain();
  kit.clock.set(monday('11:00'));
  const wait = async (caseId: string) => {
    await office.tenant.run(setWaiting, { caseId, waitingFor: 'customer' });
    await office.tenant.run(resumeCase, { caseId });
  };
  await Promise.all([
    kit.drain(),
    ...cases.map(wait),
    kit.drain(),
    ...cases.map((caseId) => office.tenant.run(noteCase, { caseId, body: 'x' })),
  ]);
  await office.until(monday('11:30'));
  for (const caseId of cases) {
    expect(await states(office, caseId)).toEqual(['fired', 'pending', 'pending', 'pending']);
    expect(await office.notices(caseId)).toHaveLength(1);
  }
  await office.until(monday('12:30'));
  for (const caseId of cases) expect(await office.notices(caseId)).toHaveLength(2);
});

test('a case that comes to wait just before a rung does not reach it, and does once it goes on', async () => {
  const steps: Steps = [{ metric: 'resolution', level: 1, percent: 50, actions: [tellOwner] }];
  const office = await Office.open(kit, { steps });
  const caseId = await office.newCase({ priority: 'p1' });
  kit.clock.set(new Date(monday('11:00').getTime() - 1));
  await office.tenant.run(setWaiting, { caseId, waitingFor: 'customer' });
  await office.until(monday('15:00'));
  expect(await states(office, caseId)).toEqual(['suspended']);
  await office.tenant.run(resumeCase, { caseId });
  await office.until(monday('15:01'));
  expect(await states(office, caseId)).toEqual(['fired']);
  await office.until(tuesday('16:00'));
  expect(await office.notices(caseId)).toHaveLength(1);
});

test('after a standstill all rungs have acted, one notice speaks for all, and the breach bears the due time', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const caseId = await office.newCase();
  await office.until(monday('15:00'));
  expect(await states(office, caseId)).toEqual(['collapsed', 'collapsed', 'collapsed', 'fired']);
  const notices = await office.notices(caseId);
  expect(notices).toHaveLength(1);
  expect(notices[0]?.body).toBe('The pump leaks\nEscalation level 4.\nDue 2026-05-04 11:00 +00:00.\nAlso passed: level 1, 2, 3.');
  expect((await office.effects(caseId)).map((effect) => effect.outcome).sort()).toEqual(['collapsed', 'collapsed', 'collapsed', 'done']);
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ breachedAt: monday('13:00') });
});

test('an answer before the worker comes passes over the rungs silently', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const caseId = await office.newCase();
  kit.clock.set(monday('12:45'));
  await office.tenant.run(replyCase, { caseId, body: 'Please close the valve.' });
  expect(await states(office, caseId)).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
  await office.until(monday('16:00'));
  expect(await office.notices(caseId)).toHaveLength(0);

  kit.clock.set(tuesday('09:00'));
  const late = await office.newCase();
  kit.clock.set(tuesday('13:10'));
  await office.tenant.run(replyCase, { caseId: late, body: 'Please close the valve.' });
  expect(await states(office, late)).toEqual(['collapsed', 'collapsed', 'collapsed', 'cancelled']);
});

test('a rung raises the priority, whose clocks it then runs under, and gives the case to somebody else', async () => {
  const office = await Office.open(kit);
  const other = await office.tenant.user({ permissions: {}, name: 'Second line' });
  const team = await office.tenant.work((work) => work.repo(work.resource('team')).create({ name: 'Second line' }));
  await office.publish({
    steps: [
      { metric: 'first_response', level: 1, percent: 50, actions: [{ kind: 'raise_priority' }] },
      { metric: 'resolution', level: 1, percent: 50, actions: [{ kind: 'reassign', userId: other.id, teamId: team.id }, tellOwner] },
    ],
  });
  const caseId = await office.newCase();
  await office.until(monday('11:00'));
  expect(await office.case(caseId)).toMatchObject({ priority: 'p2', prioritySource: 'escalation' });
  // Two hours are used up, which is all p2 allows: the grace of thirty minutes holds.
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ targetMinutes: 120, dueAt: monday('11:30') });
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ targetMinutes: 480, dueAt: monday('17:00') });

  await office.until(monday('13:00'));
  expect(await office.case(caseId)).toMatchObject({ ownerId: other.id, teamId: team.id });
  expect((await office.notices(caseId)).map((notice) => notice.userId)).toEqual([other.id]);
});

test('what an action cannot do is written down and stops nothing', async () => {
  const steps: Steps = [
    {
      metric: 'first_response',
      level: 1,
      percent: 50,
      actions: [{ kind: 'notify', to: 'manager' }, tellOwner, { kind: 'raise_priority' }],
    },
  ];
  const office = await Office.open(kit, { steps });
  const caseId = await office.newCase({ priority: 'p1' });
  await office.until(monday('10:00'));
  const effects = await office.effects(caseId);
  expect(effects.map((effect) => [effect.outcome, effect.detail])).toEqual([
    ['failed', 'nobody to tell: manager'],
    ['done', 'told 1'],
    ['done', 'already the most urgent'],
  ]);
});

test('a rung that repeats comes again on the clock’s own hours, and ends with the clock', async () => {
  const steps: Steps = [
    { metric: 'first_response', level: 1, offsetMinutes: 0, repeatEveryMinutes: 240, repeatMax: 3, actions: [tellOwner] },
  ];
  const office = await Office.open(kit, { steps });
  const caseId = await office.newCase();
  for (const time of [monday('13:00'), monday('17:00'), tuesday('10:00')]) await office.until(time);
  expect(await office.notices(caseId)).toHaveLength(2);
  await office.until(tuesday('13:00'));
  expect(await office.notices(caseId)).toHaveLength(3);
  await office.tenant.run(replyCase, { caseId, body: 'Please close the valve.' });
  await office.until(new Date('2026-05-07T17:00:00+02:00'));
  expect(await office.notices(caseId)).toHaveLength(3);
});

test('the ladder of a new cycle is climbed anew', async () => {
  const steps: Steps = [{ metric: 'resolution', level: 1, percent: 25, actions: [tellOwner] }];
  const office = await Office.open(kit, { steps });
  const caseId = await office.newCase();
  await office.until(monday('13:00'));
  await office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  await office.until(tuesday('09:00'));
  await office.tenant.run(reopenCase, { caseId, reason: 'Leaks again' });
  await office.until(tuesday('13:00'));
  expect(await office.notices(caseId)).toHaveLength(2);
});

test('a user sees and marks his own notices only', async () => {
  const office = await Office.open(kit, { steps: ladder });
  const own = { 'notification:read': 'own', 'notification:mark_read': 'own' } as const;
  const [ann, bob] = [await office.tenant.user({ permissions: own }), await office.tenant.user({ permissions: own })];
  const caseId = await office.newCase({ ownerId: ann.id });
  await office.until(monday('11:00'));
  const [notice] = await office.notices(caseId);
  const notificationId = notice?.id ?? '';
  await expect(office.tenant.run(markRead, { notificationId }, bob.actor)).rejects.toMatchObject({ code: 'notification.not_found' });
  expect(await office.tenant.run(markRead, { notificationId }, ann.actor)).toEqual({ notificationId, readAt: monday('11:00') });
  kit.clock.set(monday('12:00'));
  expect(await office.tenant.run(markRead, { notificationId }, ann.actor)).toEqual({ notificationId, readAt: monday('11:00') });
});
