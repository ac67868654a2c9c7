import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, longText, ref, text } from '#kernel/resource/fields.js';
import { CASE_STATES, CASE_TYPES, PRIORITIES } from '../domain/case-states.js';

export const Case = defineResource('case', {
  description: 'A matter a customer wants settled. Its state moves by commands only.',
  table: 'service.cases',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get', 'update'],
  fields: {
    number: text(20, {
      required: true,
      unique: true,
      search: true,
      writer: 'system',
      description: 'What people call it: year and running number, `2026-000123`.',
    }),
    type: choice(CASE_TYPES, { required: true, default: 'question', writer: 'system' }),
    subject: text(200, { required: true, search: true }),
    description: longText(),
    language: text(35, { description: 'BCP 47 tag of the customer’s language.' }),
    accountId: ref('account', { writer: 'system', inverse: 'cases' }),
    contactId: ref('contact', { writer: 'system', inverse: 'cases', onDelete: 'set_null', description: 'Who asks.' }),
    productId: ref('product', { writer: 'system', inverse: 'cases', description: 'What it is about.' }),
    ownerId: ref('user', { writer: 'system', inverse: 'cases', description: 'Who works on it. Empty while it waits in its team’s queue.' }),
    teamId: ref('team', { writer: 'system', inverse: 'cases', description: 'The team whose queue it is in.' }),
    priority: choice(PRIORITIES, { required: true, default: 'p3', writer: 'system', index: true, description: 'p1 is the most urgent.' }),
    prioritySource: choice(['default', 'manual', 'escalation'], { required: true, default: 'default', writer: 'system' }),
    status: choice(CASE_STATES, { required: true, default: 'new', writer: 'system', index: true }),
    waitReason: text(300, { writer: 'system', description: 'What a pending case waits for.' }),
    waitUntil: instant({ writer: 'system', description: 'When a pending case comes back by itself.' }),
    channel: choice(['email', 'phone', 'portal', 'chat', 'web', 'api'], { required: true, default: 'web', writer: 'system' }),
    openedAt: instant({ required: true, writer: 'system', index: true, description: 'When the customer asked.' }),
    firstRespondedAt: instant({ writer: 'system', description: 'First real answer of a person to the customer.' }),
    lastCustomerMessageAt: instant({ writer: 'system' }),
    lastAgentMessageAt: instant({ writer: 'system' }),
    resolvedAt: instant({ writer: 'system' }),
    closedAt: instant({ writer: 'system' }),
    resolutionCode: text(60, { writer: 'system', description: 'How it was settled, a short word of the company’s own list.' }),
    resolution: longText({ writer: 'system' }),
    reopenCount: integer({ required: true, default: 0, writer: 'system' }),
    cycleNo: integer({ required: true, default: 1, writer: 'system', description: 'Grows with each reopening.' }),
    followUpOfId: ref('case', {
      writer: 'system',
      inverse: 'followUps',
      onDelete: 'set_null',
      description: 'The old case this one continues.',
    }),
    serviceLevelVersionId: ref('service_level_version', { writer: 'system', description: 'The agreement its clocks run under.' }),
  },
  indexes: [['createdAt'], ['updatedAt'], ['ownerId', 'status'], ['teamId', 'status']],
});
export type Case = Row<typeof Case>;
