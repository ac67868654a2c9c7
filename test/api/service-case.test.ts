import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { assignCase } from '#modules/service/case/assign-case.js';
import { cancelCase } from '#modules/service/case/cancel-case.js';
import { CaseMessage } from '#modules/service/case/case-message.resource.js';
import { CaseSegment } from '#modules/service/case/case-segment.resource.js';
import { Case } from '#modules/service/case/case.resource.js';
import { closeCase } from '#modules/service/case/close-case.js';
import { noteCase } from '#modules/service/case/note-case.js';
import { openCase } from '#modules/service/case/open-case.js';
import { receiveMessage } from '#modules/service/case/receive-message.js';
import { reopenCase } from '#modules/service/case/reopen-case.js';
import { replyCase } from '#modules/service/case/reply-case.js';
import { resolveCase } from '#modules/service/case/resolve-case.js';
import { resumeCase } from '#modules/service/case/resume-case.js';
import { setWaiting } from '#modules/service/case/set-waiting.js';
import { monday, Office, tuesday } from './service-office.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

test('a case gets a number of its year, a first segment, and tells that it was opened', async () => {
  const office = await Office.open(kit);
  const first = await office.tenant.run(openCase, { subject: 'The pump leaks' });
  const second = await office.tenant.run(openCase, { subject: 'So does the other' });
  expect([first.number, second.number]).toEqual(['2026-000001', '2026-000002']);
  expect(await office.case(first.caseId)).toMatchObject({ status: 'new', priority: 'p3', openedAt: monday('09:00'), cycleNo: 1 });
  expect(await office.events()).toContain('service.case_opened');
});

test('fifty cases opened at once get fifty numbers', async () => {
  const office = await Office.open(kit);
  const opened = await Promise.all(Array.from({ length: 50 }, (_, i) => office.tenant.run(openCase, { subject: `Case ${i}` })));
  expect(new Set(opened.map((o) => o.number)).size).toBe(50);
});

test('of two who resolve a case at once one succeeds and one is told', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  const results = await Promise.allSettled([
    office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' }),
    office.tenant.run(resolveCase, { caseId, resolutionCode: 'explained' }),
  ]);
  expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(results.find((r) => r.status === 'rejected')).toMatchObject({
    reason: { code: 'case.illegal_transition', details: { from: 'resolved', allowed: ['open', 'closed', 'merged'] } },
  });
  expect((await office.events()).filter((name) => name === 'service.case_resolved')).toHaveLength(1);
});

test('the ledger of a case has no gap and one open end', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  kit.clock.advance({ hours: 1 });
  await office.tenant.run(resumeCase, { caseId });
  kit.clock.advance({ hours: 1 });
  await office.tenant.run(setWaiting, { caseId, waitingFor: 'third_party', reason: 'part ordered' });
  kit.clock.advance({ hours: 1 });
  await office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  const segments = await office.tenant.work((work) => work.repo(CaseSegment).list({ caseId }, { orderBy: ['seq'] }));
  expect(segments.map((s) => [s.seq, s.status])).toEqual([
    [1, 'new'],
    [2, 'open'],
    [3, 'pending_third_party'],
    [4, 'resolved'],
  ]);
  segments.slice(1).forEach((segment, i) => expect(segment.startedAt).toEqual(segments[i]?.endedAt));
  expect(segments.at(-1)?.endedAt).toBeNull();
});

test('a closed case must be reopened before anything is said on it', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await expect(office.tenant.run(closeCase, { caseId })).rejects.toMatchObject({ code: 'case.illegal_transition' });
  await office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  await office.tenant.run(closeCase, { caseId });
  await expect(office.tenant.run(replyCase, { caseId, body: 'One more thing' })).rejects.toMatchObject({ code: 'case.is_over' });
  await expect(office.tenant.run(resumeCase, { caseId })).rejects.toMatchObject({ code: 'case.illegal_transition' });
  expect(await office.tenant.run(reopenCase, { caseId, reason: 'Leaks again' })).toEqual({ caseId, cycleNo: 2 });
  expect(await office.case(caseId)).toMatchObject({ status: 'open', reopenCount: 1, closedAt: null, resolutionCode: null });
});

test('a week after its end only a special right reopens a case', async () => {
  const office = await Office.open(kit);
  const clerk = await office.tenant.user({ permissions: { 'case:*': 'all' } });
  const late = await office.tenant.user({ permissions: { 'case:read': 'all', 'case:reopen': 'all' } });
  const caseId = await office.newCase();
  await office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  kit.clock.advance({ days: 8 });
  await expect(office.tenant.run(reopenCase, { caseId, reason: 'Again' }, late.actor)).rejects.toMatchObject({
    code: 'case.reopen_too_late',
  });
  await expect(office.tenant.run(reopenCase, { caseId, reason: 'Again' }, clerk.actor)).resolves.toMatchObject({ cycleNo: 2 });
});

test('what a customer writes wakes a waiting case, reopens a fresh one and follows an old one; a machine’s note moves nothing', async () => {
  const office = await Office.open(kit);
  const { tenant } = office;
  const caseId = await office.newCase();
  await tenant.run(setWaiting, { caseId, waitingFor: 'customer' });
  await tenant.run(receiveMessage, { caseId, body: 'I am away until Monday', automatic: true });
  expect((await office.case(caseId)).status).toBe('pending_customer');
  await tenant.run(receiveMessage, { caseId, body: 'Here is the photo' });
  expect((await office.case(caseId)).status).toBe('open');

  await tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  kit.clock.advance({ days: 3 });
  expect(await tenant.run(receiveMessage, { caseId, body: 'It leaks again' })).toMatchObject({ caseId });
  expect(await office.case(caseId)).toMatchObject({ status: 'open', cycleNo: 2 });

  await tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' });
  kit.clock.advance({ days: 10 });
  const later = await tenant.run(receiveMessage, { caseId, body: 'And again' });
  expect(later.caseId).not.toBe(caseId);
  expect(await office.case(later.caseId)).toMatchObject({ followUpOfId: caseId, status: 'new', subject: 'The pump leaks' });
});

test('the same inbound message delivered twice at once is one message', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  const mail = { caseId, body: 'Any news?', externalId: '<1@example.test>' };
  const [a, b] = await Promise.all([office.tenant.run(receiveMessage, mail), office.tenant.run(receiveMessage, mail)]);
  expect(a).toEqual(b);
  expect(await office.tenant.work((work) => work.repo(CaseMessage).count({ caseId }))).toBe(1);
});

test('every wait that has an end comes back by itself, the second one too', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await office.tenant.run(setWaiting, { caseId, waitingFor: 'internal', until: monday('11:00') });
  await office.until(monday('11:00'));
  expect((await office.case(caseId)).status).toBe('open');
  await office.tenant.run(setWaiting, { caseId, waitingFor: 'internal', until: monday('13:00') });
  await office.tenant.run(setWaiting, { caseId, waitingFor: 'customer', until: monday('15:00') });
  await office.until(monday('13:00'));
  expect((await office.case(caseId)).status).toBe('pending_customer');
  await office.until(monday('15:00'));
  expect(await office.case(caseId)).toMatchObject({ status: 'open', waitUntil: null });
  expect((await office.notices(caseId)).map((notice) => notice.kind)).toEqual(['wait_over', 'wait_over']);
  await expect(office.tenant.run(setWaiting, { caseId, waitingFor: 'customer', until: monday('10:00') })).rejects.toMatchObject({
    code: 'case.wait_in_past',
  });
});

test('a note stays internal and moves nothing', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  const { messageId } = await office.tenant.run(noteCase, { caseId, body: 'He shouted' });
  expect(await office.tenant.work((work) => work.repo(CaseMessage).get(messageId))).toMatchObject({
    direction: 'note',
    audience: 'internal',
  });
  expect((await office.case(caseId)).status).toBe('new');
  const smuggled = office.kit.asOwner(
    `update service.case_messages set audience = 'customer' where id = $1`,
    [messageId],
    office.tenant.id,
  );
  await expect(smuggled).rejects.toThrow('case_messages_note_internal');
});

test('a case is cancelled with a reason and its clocks end without a verdict', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await office.tenant.run(cancelCase, { caseId, reason: 'spam' });
  expect((await office.case(caseId)).status).toBe('cancelled');
  expect((await office.timer(caseId, 'resolution')).state).toBe('cancelled');
});

test('an agent of reach own sees his cases and what is said on them, and loses both with the case', async () => {
  const office = await Office.open(kit);
  const own = { 'case:read': 'own', 'case:reply': 'own', 'case_message:read': 'own', 'case_timer:read': 'own' } as const;
  const [ann, bob] = [await office.tenant.user({ permissions: own }), await office.tenant.user({ permissions: own })];
  const caseId = await office.newCase({ ownerId: ann.id });
  await office.tenant.run(replyCase, { caseId, body: 'We look at it' }, ann.actor);
  await expect(office.tenant.run(replyCase, { caseId, body: 'Me too' }, bob.actor)).rejects.toMatchObject({ code: 'case.not_found' });

  await office.tenant.run(assignCase, { caseId, ownerId: bob.id });
  const seen = (actor: typeof ann.actor) =>
    office.tenant.work(async (work) => [await work.repo(Case).count({}), await work.repo(CaseMessage).count({})], actor);
  expect([await seen(ann.actor), await seen(bob.actor)]).toEqual([
    [0, 0],
    [1, 1],
  ]);
  await expect(office.tenant.run(resolveCase, { caseId, resolutionCode: 'fixed' }, bob.actor)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('work goes to people who are there', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await expect(office.tenant.run(assignCase, { caseId, ownerId: caseId })).rejects.toMatchObject({ code: 'case.owner_inactive' });
  expect(await office.tenant.run(assignCase, { caseId, ownerId: null })).toMatchObject({ ownerId: null });
});

test('another tenant finds no case, and cannot open one for a stranger’s account', async () => {
  const [here, there] = [await Office.open(kit), await Office.open(kit)];
  const caseId = await here.newCase();
  await expect(there.tenant.run(replyCase, { caseId, body: 'Hello' })).rejects.toMatchObject({ code: 'case.not_found' });
  await expect(there.tenant.run(receiveMessage, { caseId, body: 'Hello' })).rejects.toMatchObject({ code: 'case.not_found' });
  const account = await here.tenant.work((work) => work.repo(work.resource('account')).create({ name: 'Acme' }));
  await expect(there.tenant.run(openCase, { subject: 'x', accountId: account.id })).rejects.toMatchObject({
    code: 'input.reference_not_found',
  });
  await expect(there.tenant.run(openCase, { subject: 'x', ownerId: here.agent.id })).rejects.toMatchObject({ code: 'case.owner_inactive' });
});

test('an answer is judged by the time it was sent, but not by one to come', async () => {
  const office = await Office.open(kit);
  const caseId = await office.newCase();
  await expect(office.tenant.run(replyCase, { caseId, body: 'Soon', sentAt: tuesday('09:00') })).rejects.toMatchObject({
    code: 'case.time_invalid',
  });
  await expect(office.tenant.run(replyCase, { caseId, body: 'Before', sentAt: monday('08:00') })).rejects.toMatchObject({
    code: 'case.time_invalid',
  });
});
