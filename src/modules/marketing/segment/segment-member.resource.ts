import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, ref } from '#kernel/resource/fields.js';

export const SegmentMember = defineResource('segment_member', {
  description: 'A span of time a person belonged to a segment; a member now as long as `leftAt` is empty.',
  table: 'marketing.segment_members',
  scope: everyone,
  large: true,
  operations: ['list', 'get'],
  fields: {
    segmentId: ref('segment', { required: true, writer: 'system', inverse: 'members', onDelete: 'cascade' }),
    contactId: ref('contact', { required: true, writer: 'system', inverse: 'segmentMemberships', onDelete: 'cascade' }),
    enteredAt: instant({ required: true, writer: 'system' }),
    leftAt: instant({ writer: 'system' }),
    revision: integer({ required: true, writer: 'system', description: 'Revision of the segment under which the person entered.' }),
    cause: choice(['built', 'changed'], {
      required: true,
      writer: 'system',
      description: '`built`: found when a new condition was first applied. `changed`: something about the person changed.',
    }),
  },
  indexes: [['segmentId', 'leftAt']],
});
export type SegmentMember = Row<typeof SegmentMember>;
