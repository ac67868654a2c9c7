import { defineEvent } from '#kernel/usecase/define-event.js';
import { choice, instant, integer, ref, text } from '#kernel/resource/fields.js';
import { CASE_STATES, PRIORITIES } from './domain/case-states.js';
import { METRICS } from './domain/service-level-match.js';

const caseId = ref('case', { required: true });

export const CaseOpened = defineEvent('service.case_opened', 'A case was opened.', {
  caseId,
  number: text(20, { required: true }),
  priority: choice(PRIORITIES, { required: true }),
  accountId: ref('account'),
  contactId: ref('contact'),
  openedAt: instant({ required: true }),
});
export const CaseMoved = defineEvent('service.case_moved', 'A case went from one state to another.', {
  caseId,
  from: choice(CASE_STATES, { required: true }),
  to: choice(CASE_STATES, { required: true }),
  reason: text(300),
  cycleNo: integer({ required: true }),
});
export const CaseFirstResponded = defineEvent('service.case_first_responded', 'A person gave the first real answer to the customer.', {
  caseId,
  messageId: ref('case_message', { required: true }),
  respondedAt: instant({ required: true }),
});
export const CaseMessageReceived = defineEvent('service.case_message_received', 'The customer wrote on a case.', {
  caseId,
  messageId: ref('case_message', { required: true }),
  contactId: ref('contact'),
});
export const CaseResolved = defineEvent('service.case_resolved', 'A case was resolved.', {
  caseId,
  resolutionCode: text(60, { required: true }),
  contactId: ref('contact'),
  resolvedAt: instant({ required: true }),
  cycleNo: integer({ required: true }),
});
export const CaseReopened = defineEvent('service.case_reopened', 'A case that was over is worked on again.', {
  caseId,
  reason: text(300, { required: true }),
  cycleNo: integer({ required: true }),
});
export const CaseAssigned = defineEvent('service.case_assigned', 'A case got another owner or team.', {
  caseId,
  ownerId: ref('user'),
  teamId: ref('team'),
  previousOwnerId: ref('user'),
  previousTeamId: ref('team'),
});
export const CasePriorityChanged = defineEvent('service.case_priority_changed', 'A case became more or less urgent.', {
  caseId,
  from: choice(PRIORITIES, { required: true }),
  to: choice(PRIORITIES, { required: true }),
  source: choice(['manual', 'escalation'], { required: true }),
});
export const SlaBreached = defineEvent('service.sla_breached', 'A promise was broken: a clock passed its target.', {
  caseId,
  timerId: ref('case_timer', { required: true }),
  metric: choice(METRICS, { required: true }),
  breachedAt: instant({ required: true }),
});
export const CaseEscalated = defineEvent('service.case_escalated', 'A clock reached a rung of its ladder and the rung acted.', {
  caseId,
  timerId: ref('case_timer', { required: true }),
  escalationId: ref('escalation', { required: true }),
  metric: choice(METRICS, { required: true }),
  level: integer({ required: true }),
  fireAt: instant({ required: true }),
});
export const CalendarChanged = defineEvent('service.calendar_changed', 'The hours, exceptions or zone of a business calendar changed.', {
  calendarId: ref('business_calendar', { required: true }),
});
export const ServiceLevelDeactivated = defineEvent('service.service_level_deactivated', 'A service level went out of force.', {
  serviceLevelId: ref('service_level', { required: true }),
});
export const ServiceLevelPublished = defineEvent('service.service_level_published', 'A version of a service level came into force.', {
  serviceLevelId: ref('service_level', { required: true }),
  versionId: ref('service_level_version', { required: true }),
  number: integer({ required: true }),
});
