import { consentEffect, type ConsentState, type ConsentStatement } from './consent-ledger.js';

const at = (hhmm: string) => new Date(`2026-03-02T${hhmm}:00Z`);
const granted: ConsentState = { status: 'granted', changedAt: at('10:00'), source: 'form', textVersion: 'v1' };
const withdrawn: ConsentState = { status: 'withdrawn', changedAt: at('10:00'), source: 'link', textVersion: null };
const grant = (saidAt: Date, more: Partial<ConsentStatement> = {}): ConsentStatement => ({
  action: 'granted',
  saidAt,
  source: 'form',
  textVersion: 'v1',
  ...more,
});
const withdrawal = (saidAt: Date): ConsentStatement => ({ action: 'withdrawn', saidAt, source: 'link', textVersion: null });

test('the first statement sets the state, even an objection', () => {
  expect(consentEffect(null, grant(at('09:00')))).toBe('changed');
  expect(consentEffect(null, withdrawal(at('09:00')))).toBe('changed');
});

test('the latest statement counts', () => {
  expect(consentEffect(granted, withdrawal(at('11:00')))).toBe('changed');
  expect(consentEffect(withdrawn, grant(at('11:00')))).toBe('changed');
});

test('an old grant that arrives late does not lift a withdrawal', () => {
  expect(consentEffect(withdrawn, grant(at('09:00')))).toBe('outdated');
});

test('of two statements at the same instant the withdrawal counts', () => {
  expect(consentEffect(granted, withdrawal(at('10:00')))).toBe('changed');
  expect(consentEffect(withdrawn, grant(at('10:00')))).toBe('outdated');
});

test('a second click on the unsubscribe link says nothing new', () => {
  expect(consentEffect(withdrawn, withdrawal(at('10:05')))).toBe('repeated');
});

test('the same grant twice says nothing new, a newer text is newer proof', () => {
  expect(consentEffect(granted, grant(at('11:00')))).toBe('repeated');
  expect(consentEffect(granted, grant(at('11:00'), { textVersion: 'v2' }))).toBe('confirmed');
  expect(consentEffect(granted, grant(at('09:00'), { textVersion: 'v0' }))).toBe('outdated');
});
