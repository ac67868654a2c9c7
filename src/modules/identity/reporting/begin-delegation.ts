import { rowFilter, withinReach } from '#kernel/access/scope.js';
import { forbidden, invalid } from '#kernel/errors/domain-error.js';
import { instant, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { datesErrors, refuseOddDates } from '../dated.js';
import { Delegation } from './delegation.resource.js';

export const beginDelegation = defineCommand({
  name: 'delegation.begin',
  summary: 'Let a colleague stand in for you, or for somebody in your reach, until a day.',
  description:
    'His own rights then also reach what they would reach in the hands of the one who is away: his records, team, subtree, territories and shares. He gets no right he does not have.',
  rest: { path: '/delegations', status: 201 },
  input: {
    userId: ref('user', { description: 'Who is away; you when left out.' }),
    delegateId: ref('user', { required: true, description: 'Who stands in.' }),
    validFrom: instant({ description: 'From then on; at once when left out.' }),
    validUntil: instant({ required: true, description: 'Until then.' }),
    reason: text(300),
  },
  output: { delegationId: ref('delegation', { required: true }) },
  errors: {
    ...datesErrors,
    'delegation.to_oneself': 'Nobody stands in for himself.',
    'delegation.out_of_reach': 'You can name a stand-in only for yourself or those in your reach.',
  },

  async run({ userId, delegateId, validFrom, validUntil, reason = null }, work) {
    const away = userId ?? work.actor.userId;
    if (!away || away === delegateId) throw invalid('delegation.to_oneself', 'Name somebody else to stand in.');
    const from = validFrom ?? work.now;
    refuseOddDates(from, validUntil, work.now);
    // Who stands in for a third may not pass that on.
    const isOwn = away === work.actor.userId;
    const filter = rowFilter(Delegation, work.actor, 'delegation:begin');
    const reached = isOwn || (!work.actor.ownUserIds.includes(away) && withinReach(filter, Delegation, work.actor, { userId: away }));
    if (!reached) throw forbidden('delegation.out_of_reach', 'You can name a stand-in only for yourself or those in your reach.');
    const delegation = await work.repo(Delegation).create({ userId: away, delegateId, validFrom: from, validUntil, reason });
    return { delegationId: delegation.id };
  },
});
