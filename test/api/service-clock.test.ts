import { allModules } from '#app/modules.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { BusinessCalendar } from '#modules/service/calendar/business-calendar.resource.js';
import { calculate } from '#modules/service/calendar/calculate.js';
import { removeException } from '#modules/service/calendar/remove-exception.js';
import { setException } from '#modules/service/calendar/set-exception.js';
import { setHours } from '#modules/service/calendar/set-hours.js';
import { assignCase } from '#modules/service/case/assign-case.js';
import { changePriority } from '#modules/service/case/change-priority.js';
import { classifyCase } from '#modules/service/case/classify-case.js';
import { closeCase } from '#modules/service/case/close-case.js';
import { noteCase } from '#modules/service/case/note-case.js';
import { reopenCase } from '#modules/service/case/reopen-case.js';
import { replyCase } from '#modules/service/case/reply-case.js';
import { resolveCase } from '#modules/service/case/resolve-case.js';
import { resumeCase } from '#modules/service/case/resume-case.js';
import { setWaiting } from '#modules/service/case/set-waiting.js';
import { deactivateServiceLevel } from '#modules/service/level/deactivate-service-level.js';
import { ServiceLevel } from '#modules/service/level/service-level.resource.js';
import { CaseTimer } from '#modules/service/sla/case-timer.resource.js';
import { explainTimer } from '#modules/service/sla/explain-timer.js';
import { SlaEvent } from '#modules/service/sla/sla-event.resource.js';
import { monday, Office, tuesday, usualTargets } from './service-office.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const codeOf = (error: unknown) => (error instanceof DomainError ? error.code : error);

const history = async (office: Office, timerId: string) =>
  (await office.tenant.work((work) => work.repo(SlaEvent).list({ timerId }, { orderBy: ['seq'] }))).map((event) => event.kind);

test('only a person’s real answer to the customer stops the first-response clock', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'running', dueAt: monday('13:00') });
  kit.clock.set(monday('10:00'));
  await office.tenant.run(noteCase, { caseId, body: 'Looks like the valve' });
  await office.tenant.run(replyCase, { caseId, body: 'Your request has arrived.', automatic: true });
  await office.tenant.run(replyCase, { caseId, body: 'We are looking into it.', holding: true });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'running' });

  expect(await office.tenant.run(replyCase, { caseId, body: 'Please close the valve.' })).toMatchObject({ firstResponse: true });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'met', stoppedAt: monday('10:00'), breachedAt: null });
  expect(await office.case(caseId)).toMatchObject({ status: 'open', firstRespondedAt: monday('10:00') });
  expect(await office.tenant.run(replyCase, { caseId, body: 'Did it help?' })).toMatchObject({ firstResponse: false });
});

test('waiting for the customer pauses the resolution and not the first response, and the account of it can be read', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase({ priority: 'p2' });
  kit.clock.set(monday('10:00'));
  await office.tenant.run(setWaiting, { caseId, waitingFor: 'customer' });
  const paused = await office.timer(caseId, 'resolution');
  expect(paused).toMatchObject({ state: 'paused', dueAt: null });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'running', dueAt: monday('11:00') });
  kit.clock.set(tuesday('10:00'));
  await office.tenant.run(resumeCase, { caseId });
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ state: 'running', dueAt: tuesday('17:00') });

  const account = await office.tenant.run(explainTimer, { caseTimerId: paused.id });
  expect(account).toMatchObject({ dueAt: tuesday('17:00'), remainingSeconds: 7 * 3600 });
  expect(account.rows.map((row) => [row.runs, row.seconds, row.total])).toEqual([
    [true, 3600, 3600],
    [false, 0, 3600],
  ]);
  expect(await history(office, paused.id)).toEqual(['activate', 'pause', 'resume']);
});

test('an answer sent in time but recorded late meets the promise; the breach found in between stays readable', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await office.until(monday('13:01'));
  const { id } = await office.timer(caseId, 'first_response');
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'breached_running', breachedAt: monday('13:00') });
  kit.clock.set(monday('13:02'));
  await office.tenant.run(replyCase, { caseId, body: 'Please close the valve.', sentAt: monday('12:59') });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'met', breachedAt: null });
  expect(await history(office, id)).toEqual(['activate', 'breach', 'corrected', 'meet']);
});

test('an answer that comes too late is late by the difference, without any worker', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  kit.clock.set(monday('13:30'));
  await office.tenant.run(replyCase, { caseId, body: 'Please close the valve.' });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({
    state: 'met_late',
    breachedAt: monday('13:00'),
    overrunSeconds: 1800,
  });
  expect((await office.events()).filter((name) => name === 'service.sla_breached')).toHaveLength(1);
  await office.until(monday('13:31'));
  expect((await office.events()).filter((name) => name === 'service.sla_breached')).toHaveLength(1);
});

test('a waiting case resolved at once does not count the wait', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase({ priority: 'p1' });
  kit.clock.set(monday('10:00'));
  await office.tenant.run(setWaiting, { caseId, waitingFor: 'third_party' });
  kit.clock.set(tuesday('16:00'));
  await office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ state: 'met' });
});

test('a more urgent priority keeps the time that has passed, and grants a grace when it is already missed', async () => {
  const office = await Office.open(kit);
  const [early, late] = [await office.newCase(), await office.newCase()];
  kit.clock.set(monday('12:00'));
  await office.tenant.run(changePriority, { caseId: early, priority: 'p1' });
  expect(await office.timer(early, 'resolution')).toMatchObject({ targetMinutes: 240, dueAt: monday('13:00'), floorSeconds: null });
  kit.clock.set(monday('15:00'));
  await office.tenant.run(changePriority, { caseId: late, priority: 'p1' });
  const timer = await office.timer(late, 'resolution');
  expect(timer).toMatchObject({ dueAt: monday('15:30'), breachedAt: null, state: 'running' });
  const events = await office.tenant.work((work) => work.repo(SlaEvent).list({ timerId: timer.id, kind: 'retarget' }));
  expect(events.map((event) => event.data)).toEqual([{ from: 960, to: 240, priority: 'p1', tightenedLate: true }]);
  expect(await office.case(late)).toMatchObject({ priority: 'p1', prioritySource: 'manual' });
});

test('a loosened priority keeps the breach', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase({ priority: 'p1' });
  await office.until(monday('10:30'));
  await office.tenant.run(changePriority, { caseId, priority: 'p5' });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'breached_running', breachedAt: monday('10:00') });
});

test('a reopened p1 goes on with the time left, a reopened p3 starts anew', async () => {
  const office = await Office.open(kit);
  const [urgent, usual] = [await office.newCase({ priority: 'p1' }), await office.newCase()];
  kit.clock.set(monday('12:00'));
  for (const caseId of [urgent, usual]) await office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  kit.clock.set(tuesday('10:00'));
  for (const caseId of [urgent, usual]) await office.tenant.run(reopenCase, { caseId, reason: 'Leaks again' });
  expect(await office.timer(urgent, 'resolution')).toMatchObject({ cycleNo: 2, state: 'running', dueAt: tuesday('11:00') });
  expect(await office.timer(usual, 'resolution')).toMatchObject({ cycleNo: 2, state: 'running', startedAt: tuesday('10:00') });
  const timers = (caseId: string) => office.tenant.work((work) => work.repo(CaseTimer).count({ caseId, metric: 'resolution' }));
  expect([await timers(urgent), await timers(usual)]).toEqual([1, 2]);
});

test('closing a case ends the wait for a first answer', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await office.tenant.run(resolveCase, { caseId, resolutionCode: 'duplicate' });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'paused', dueAt: null });
  await office.tenant.run(closeCase, { caseId });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ state: 'cancelled' });
});

test('a holiday, new hours and a new zone move the due times of open cases', async () => {
  const office = await Office.open(kit);
  const businessCalendarId = office.calendarId;
  const caseId = await office.newCase();
  const due = async () => {
    await kit.drain();
    return (await office.timer(caseId, 'resolution')).dueAt;
  };
  expect(await due()).toEqual(tuesday('17:00'));
  await office.tenant.run(setException, { businessCalendarId, day: '2026-05-05', name: 'Works outing' });
  expect(await due()).toEqual(new Date('2026-05-06T17:00:00+02:00'));
  await office.tenant.run(setException, {
    businessCalendarId,
    day: '2026-05-05',
    name: 'Works outing',
    hours: [{ start: '09:00', end: '12:00' }],
  });
  expect(await due()).toEqual(new Date('2026-05-06T14:00:00+02:00'));
  await office.tenant.run(removeException, { businessCalendarId, day: '2026-05-05' });
  expect(await due()).toEqual(tuesday('17:00'));
  await office.tenant.run(setHours, {
    businessCalendarId,
    hours: [
      { weekday: 2, start: '10:00', end: '18:00' },
      { weekday: 3, start: '10:00', end: '18:00' },
    ],
    validFrom: '2026-05-05',
  });
  expect(await due()).toEqual(tuesday('18:00'));
  await office.tenant.work((work) => work.repo(BusinessCalendar).update(businessCalendarId, { zone: 'Europe/London' }));
  expect(await due()).toEqual(new Date('2026-05-05T18:00:00+01:00'));
});

test('a calendar answers when open minutes will have passed, and refuses what is no time', async () => {
  const office = await Office.open(kit);
  const businessCalendarId = office.calendarId;
  expect(await office.tenant.run(calculate, { businessCalendarId, from: monday('16:00'), minutes: 120 })).toEqual({ at: tuesday('10:00') });
  await expect(office.tenant.run(setHours, { businessCalendarId, hours: [] })).rejects.toMatchObject({
    code: 'business_calendar.no_hours',
  });
  const wrong = [{ weekday: 1, start: '9:00', end: '17:00' }];
  await expect(office.tenant.run(setHours, { businessCalendarId, hours: wrong })).rejects.toMatchObject({
    code: 'business_calendar.time_invalid',
  });
  const mars = office.tenant.work((work) => work.repo(BusinessCalendar).create({ name: 'Mars', zone: 'Mars/Olympus' }));
  await expect(mars).rejects.toMatchObject({ code: 'business_calendar.unknown_zone' });
});

test('a new version covers new cases, and open ones only when asked', async () => {
  const office = await Office.open(kit);
  const old = await office.newCase();
  const halved = usualTargets.map((target) => ({ ...target, minutes: target.minutes / 2 }));
  await office.publish({ targets: halved });
  await office.tenant.run(changePriority, { caseId: old, priority: 'p2' });
  expect(await office.timer(old, 'resolution')).toMatchObject({ targetMinutes: 480 });
  expect(await office.timer(await office.newCase(), 'resolution')).toMatchObject({ targetMinutes: 480 });
  await office.publish({ targets: halved, applyToOpenCases: true });
  await kit.drain();
  expect(await office.timer(old, 'resolution')).toMatchObject({ targetMinutes: 240 });
});

test('without a service level nothing is promised, and one that goes takes its clocks with it', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await office.tenant.run(deactivateServiceLevel, { serviceLevelId: office.serviceLevelId });
  await kit.drain();
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ state: 'cancelled' });
  expect(await office.case(caseId)).toMatchObject({ serviceLevelVersionId: null });
  const free = await office.newCase();
  expect(await office.tenant.work((work) => work.repo(CaseTimer).count({ caseId: free }))).toBe(0);
});

test('the agreement of an account, and of a team, goes before the general one', async () => {
  const office = await Office.open(kit);
  const { tenant } = office;
  const gold = async (name: string, rule: { accountId?: string; teamId?: string }, minutes: number) => {
    const level = await tenant.work((work) => work.repo(ServiceLevel).create({ name, calendarId: office.calendarId, rank: 10, ...rule }));
    const targets = usualTargets.map((target) => ({ ...target, minutes }));
    await office.publish({ serviceLevelId: level.id, targets });
  };
  const account = await tenant.work((work) => work.repo(work.resource('account')).create({ name: 'Acme' }));
  const team = await tenant.work((work) => work.repo(work.resource('team')).create({ name: 'Night shift' }));
  await gold('Acme', { accountId: account.id }, 30);
  await gold('Night', { teamId: team.id }, 45);

  const caseId = await office.newCase();
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ targetMinutes: 960 });
  await tenant.run(classifyCase, { caseId, accountId: account.id });
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ targetMinutes: 30 });
  await tenant.run(classifyCase, { caseId, accountId: null });
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ targetMinutes: 960 });
  await tenant.run(assignCase, { caseId, teamId: team.id });
  expect(await office.timer(caseId, 'resolution')).toMatchObject({ targetMinutes: 45 });
});

test('a service level that could not be kept is refused', async () => {
  const office = await Office.open(kit);
  const lone = usualTargets.slice(0, 1);
  const twice = [...usualTargets, ...lone];
  const action = { kind: 'notify' as const };
  const refusal = (publish: Parameters<Office['publish']>[0]) => office.publish(publish).then(() => 'none', codeOf);
  expect(await refusal({ targets: lone })).toBe('service_level.target_missing');
  expect(await refusal({ targets: twice })).toBe('service_level.target_twice');
  expect(await refusal({ steps: [{ metric: 'resolution', level: 1, actions: [] }] })).toBe('service_level.ladder_invalid');
  expect(await refusal({ steps: [{ metric: 'resolution', level: 1, percent: 50, actions: [action] }] })).toBe(
    'service_level.ladder_invalid',
  );
  const ghost = { kind: 'reassign' as const, userId: office.calendarId };
  expect(await refusal({ steps: [{ metric: 'resolution', level: 1, percent: 50, actions: [ghost] }] })).toBe(
    'service_level.ladder_invalid',
  );
  const empty = await office.tenant.work((work) => work.repo(BusinessCalendar).create({ name: 'Empty', zone: 'UTC' }));
  await office.tenant.work((work) => work.repo(ServiceLevel).update(office.serviceLevelId, { calendarId: empty.id }));
  expect(await refusal({})).toBe('service_level.calendar_without_hours');
});

test('a case that arrived before it was opened counts from its arrival', async () => {
  const office = await Office.open(kit);
  kit.clock.set(monday('12:00'));
  const caseId = await office.newCase({ receivedAt: monday('09:30') });
  expect(await office.timer(caseId, 'first_response')).toMatchObject({ startedAt: monday('09:30'), dueAt: monday('13:30') });
});
