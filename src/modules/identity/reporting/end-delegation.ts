import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Delegation } from './delegation.resource.js';

export const endDelegation = defineCommand({
  name: 'delegation.end',
  summary: 'End a delegation now. One that has not begun is deleted.',
  input: { delegationId: ref('delegation', { required: true }) },
  output: { delegationId: ref('delegation', { required: true }) },

  async run({ delegationId }, work) {
    const delegations = work.repo(Delegation);
    const delegation = await delegations.lock(delegationId);
    if (delegation.validFrom >= work.now) await delegations.delete(delegationId);
    else if (delegation.validUntil > work.now) await delegations.update(delegationId, { validUntil: work.now });
    return { delegationId };
  },
});
