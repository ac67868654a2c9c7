import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, longText, ref, text } from '#kernel/resource/fields.js';

export const Notification = defineResource('notification', {
  description: 'Something one user is told: that a case needs attention.',
  table: 'service.notifications',
  scope: ownedBy('userId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    userId: ref('user', { required: true, writer: 'system', inverse: 'notifications', onDelete: 'cascade', description: 'Who is told.' }),
    kind: choice(['escalation', 'wait_over'], { required: true, writer: 'system' }),
    caseId: ref('case', { required: true, writer: 'system', onDelete: 'cascade' }),
    effectId: ref('escalation_effect', { writer: 'system', onDelete: 'cascade', description: 'The escalation that tells.' }),
    title: text(300, { required: true, writer: 'system', of: ['case.number'] }),
    body: longText({ writer: 'system', of: ['case.subject'] }),
    readAt: instant({ writer: 'system', description: 'When the user saw it; empty while it is new.' }),
  },
  unique: [{ fields: ['effectId', 'userId'], code: 'told_already' }],
});
export type Notification = Row<typeof Notification>;
