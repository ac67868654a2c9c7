import { CASE_STATES, comesBackInTime, isOver, mayMove, nextStates, raised } from './case-states.js';
import { actionProblem, rungThatSpeaks, type EscalationAction } from './escalation-actions.js';
import { escalationNotice, waitOverNotice } from './notice-text.js';
import { isQualifyingResponse, matchLevel, runsIn } from './service-level-match.js';

test('the table of states: an end is left only by reopening, a merged case by nothing', () => {
  expect(nextStates('resolved')).toEqual(['open', 'closed', 'merged']);
  expect(nextStates('closed')).toEqual(['open']);
  expect(nextStates('merged')).toEqual([]);
  expect(mayMove('new', 'closed')).toBe(false);
  expect(mayMove('open', 'new')).toBe(false);
  for (const from of CASE_STATES.filter((state) => !isOver(state))) expect(mayMove(from, 'resolved')).toBe(true);
  for (const from of CASE_STATES) expect(mayMove(from, from)).toBe(from.startsWith('pending'));
});

test('a priority is raised step by step, up to the top', () => {
  expect([raised('p3'), raised('p2'), raised('p1')]).toEqual(['p2', 'p1', null]);
});

test('seven days are soon enough to come back', () => {
  const ended = new Date('2026-05-04T09:00:00Z');
  expect(comesBackInTime(ended, new Date('2026-05-11T09:00:00Z'))).toBe(true);
  expect(comesBackInTime(ended, new Date('2026-05-11T09:00:01Z'))).toBe(false);
});

test('of the agreements that fit, the lowest rank holds', () => {
  const rule = { accountId: null, teamId: null, caseType: null };
  const levels = [
    { ...rule, id: 'general', rank: 100 },
    { ...rule, id: 'acme', rank: 10, accountId: 'acme' },
    { ...rule, id: 'complaints', rank: 20, caseType: 'complaint' },
  ];
  const match = (accountId: string | null, type: string) => matchLevel(levels, { accountId, teamId: null, type })?.id;
  expect([match('acme', 'complaint'), match('other', 'complaint'), match(null, 'question')]).toEqual(['acme', 'complaints', 'general']);
  expect(matchLevel(levels.slice(1), { accountId: null, teamId: null, type: 'question' })).toBeNull();
});

test('no clock runs once the work is over, whatever its target says', () => {
  expect(runsIn('open', [])).toBe(true);
  expect(runsIn('pending_customer', ['pending_customer'])).toBe(false);
  expect(runsIn('pending_internal', ['pending_customer'])).toBe(true);
  expect(runsIn('resolved', [])).toBe(false);
});

test('only a person’s real answer counts as a response', () => {
  const answer = { audience: 'customer', direction: 'outbound', byHuman: true, holding: false, body: 'Close the valve.' } as const;
  expect(isQualifyingResponse(answer)).toBe(true);
  expect(isQualifyingResponse({ ...answer, direction: 'note', audience: 'internal' })).toBe(false);
  expect(isQualifyingResponse({ ...answer, direction: 'inbound' })).toBe(false);
  expect(isQualifyingResponse({ ...answer, byHuman: false })).toBe(false);
  expect(isQualifyingResponse({ ...answer, holding: true })).toBe(false);
  expect(isQualifyingResponse({ ...answer, body: ' \n ' })).toBe(false);
});

test('of several rungs due at once the highest that notifies speaks', () => {
  const notify: EscalationAction = { kind: 'notify', to: 'owner' };
  const rungs = [
    { level: 1, actions: [notify] },
    { level: 3, actions: [{ kind: 'raise_priority' as const }] },
    { level: 2, actions: [notify] },
  ];
  expect(rungThatSpeaks(rungs)?.level).toBe(2);
  expect(rungThatSpeaks(rungs.slice(1, 2))).toBeNull();
});

test('an action says what it lacks', () => {
  expect(actionProblem({ kind: 'raise_priority' })).toBeNull();
  expect(actionProblem({ kind: 'notify' })).toBe('notify says to whom');
  expect(actionProblem({ kind: 'notify', to: 'user' })).toBe('notify to a user names the user');
  expect(actionProblem({ kind: 'reassign' })).toBe('reassign names a user or a team');
});

test('a notice speaks the language and the time zone of its reader', () => {
  const dueAt = new Date('2026-05-04T11:00:00Z');
  const facts = {
    number: '2026-000007',
    subject: 'Pumpe leckt',
    metric: 'first_response' as const,
    level: 2,
    dueAt,
    breachedAt: null,
    levels: [1],
  };
  expect(escalationNotice(facts, 'de-AT', 'Europe/Vienna')).toEqual({
    title: 'Vorgang 2026-000007: Erstantwort wird bald fällig',
    body: 'Pumpe leckt\nEskalationsstufe 2.\nFällig 2026-05-04 13:00 +02:00.\nEbenfalls erreicht: Stufe 1.',
  });
  expect(escalationNotice({ ...facts, breachedAt: dueAt, levels: [] }, 'fr', 'UTC').title).toBe(
    'Case 2026-000007: first response is overdue',
  );
  expect(waitOverNotice('2026-000007', 'Pumpe leckt', 'de').title).toBe('Vorgang 2026-000007: die Wartezeit ist vorbei');
});
