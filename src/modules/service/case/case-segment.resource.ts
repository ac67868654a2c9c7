import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, ref, text } from '#kernel/resource/fields.js';
import { CASE_STATES } from '../domain/case-states.js';

export const CaseSegment = defineResource('case_segment', {
  description:
    'A stretch of a case’s life in one state. The ledger all clocks are worked out from: only ever added to, without gap or overlap.',
  table: 'service.case_segments',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    caseId: ref('case', { required: true, writer: 'system', inverse: 'segments', onDelete: 'cascade' }),
    ownerId: ref('user', { writer: 'system', of: ['case.ownerId'], description: 'The owner of the case.' }),
    seq: integer({ required: true, writer: 'system', description: 'Counts from 1.' }),
    startedAt: instant({ required: true, writer: 'system' }),
    endedAt: instant({ writer: 'system', description: 'Empty for the stretch the case is in.' }),
    status: choice(CASE_STATES, { required: true, writer: 'system', of: ['case.status'] }),
    reason: text(300, { writer: 'system', of: ['case.waitReason'] }),
    cycleNo: integer({ required: true, writer: 'system' }),
    actorId: ref('user', { writer: 'system', description: 'Who moved the case here; empty for the system.' }),
  },
  unique: [{ fields: ['caseId', 'seq'], code: 'seq_taken' }],
});
export type CaseSegment = Row<typeof CaseSegment>;
