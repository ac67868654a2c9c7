import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { instant, ref, text } from '#kernel/resource/fields.js';

export const Delegation = defineResource('delegation', {
  description: 'Somebody stands in for a user who is away: his own rights then reach whatever the other would reach with them.',
  table: 'identity.delegations',
  scope: ownedBy('userId'),
  operations: ['list', 'get'],
  fields: {
    userId: ref('user', { required: true, writer: 'system', inverse: 'delegations', onDelete: 'cascade', description: 'Who is away.' }),
    delegateId: ref('user', { required: true, writer: 'system', inverse: 'standIns', onDelete: 'cascade', description: 'Who stands in.' }),
    validFrom: instant({ required: true, writer: 'system', description: 'From when on.' }),
    validUntil: instant({ required: true, writer: 'system', description: 'Until when.' }),
    reason: text(300, { writer: 'system' }),
  },
});
export type Delegation = Row<typeof Delegation>;
