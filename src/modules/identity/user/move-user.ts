import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { circleErrors, oneLineAtATime, refuseCircle } from '../reporting/refuse-circle.js';
import { keepingAnAdmin, mustCoverTeam } from '../role/rights-of.js';
import { escalation, lastAdmin } from '../role/role-errors.js';
import { keepSeparate, separationErrors } from '../separation/keep-separate.js';
import { User } from './user.resource.js';

export const moveUser = defineCommand({
  name: 'user.move',
  summary: 'Put a user into another team or under another manager.',
  description:
    'A right of reach `team` then covers the records of the new team, and its roles are the user’s; `subtree` follows the manager. What is left out stays, null takes it away.',
  input: { userId: ref('user', { required: true }), teamId: ref('team'), managerId: ref('user') },
  output: { userId: ref('user', { required: true }) },
  errors: { ...circleErrors, ...escalation, ...separationErrors, ...lastAdmin },

  async run({ userId, teamId, managerId }, work) {
    const adminRemains = await keepingAnAdmin(work);
    if (managerId !== undefined) await oneLineAtATime(work);
    const user = await work.repo(User).lock(userId);
    if (managerId) await refuseCircle(work, { userId: user.id, managerId, from: work.now, until: null });
    if (teamId !== undefined && teamId !== user.teamId) for (const one of [user.teamId, teamId]) await mustCoverTeam(work, one);
    await work.system
      .repo(User)
      .update(userId, { ...(teamId === undefined ? {} : { teamId }), ...(managerId === undefined ? {} : { managerId }) });
    if (teamId) await keepSeparate(work, { userId });
    await adminRemains();
    return { userId };
  },
});
