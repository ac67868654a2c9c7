import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, integer, ref, text } from '#kernel/resource/fields.js';
import { ACTION_KINDS } from '../domain/escalation-actions.js';

export const EscalationEffect = defineResource('escalation_effect', {
  description: 'What one action of a rung did. One row for each action, whatever is delivered twice.',
  table: 'service.escalation_effects',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    escalationId: ref('escalation', { required: true, writer: 'system', inverse: 'effects', onDelete: 'cascade' }),
    caseId: ref('case', { required: true, writer: 'system', onDelete: 'cascade' }),
    ownerId: ref('user', { writer: 'system', of: ['case.ownerId'], description: 'The owner of the case.' }),
    actionNo: integer({ required: true, writer: 'system', description: 'Place of the action in its step, from 0.' }),
    kind: choice(ACTION_KINDS, { required: true, writer: 'system' }),
    outcome: choice(['done', 'collapsed', 'failed'], { required: true, writer: 'system' }),
    detail: text(300, { writer: 'system', description: 'Whom it reached or why it could not.' }),
  },
  unique: [{ fields: ['escalationId', 'actionNo'], code: 'taken' }],
});
export type EscalationEffect = Row<typeof EscalationEffect>;
