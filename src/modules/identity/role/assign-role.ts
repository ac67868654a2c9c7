import { invalid } from '#kernel/errors/domain-error.js';
import { instant, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { datesErrors, refuseOddDates } from '../dated.js';
import { keepSeparate, separationErrors } from '../separation/keep-separate.js';
import { keepingAnAdmin, mustCover, mustHold } from './rights-of.js';
import { RoleAssignment } from './role-assignment.resource.js';
import { escalation, lastAdmin } from './role-errors.js';
import { Role } from './role.resource.js';

/** To whom a role is given: a user, or every user of a team. */
export interface Holder {
  readonly userId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
}
interface Given extends Holder {
  readonly roleId: string;
  readonly validFrom?: Date | null | undefined;
  readonly validUntil?: Date | null | undefined;
}

export const holderErrors = { 'role.one_holder': 'A role is given to one user or to one team.' };

export const assignRole = defineCommand({
  name: 'role.assign',
  summary: 'Give a user or a team a role, perhaps for a time, unless it reaches further than your own rights.',
  description: 'The users of a team have its roles; those of teams below it do not. Giving a role again changes its dates.',
  input: {
    roleId: ref('role', { required: true }),
    userId: ref('user', { description: 'Who gets it. Either a user or a team.' }),
    teamId: ref('team', { description: 'Whose users get it.' }),
    validFrom: instant({ description: 'From then on; at once when left out.' }),
    validUntil: instant({ description: 'Until then; without end when left out.' }),
  },
  output: { roleAssignmentId: ref('role_assignment', { required: true }) },
  errors: { ...escalation, ...separationErrors, ...holderErrors, ...datesErrors, ...lastAdmin },

  async run(input, work) {
    return { roleAssignmentId: await giveRole(work, input) };
  },
});

/** The one that holds the role, by exactly one of the two ids. */
export function holderOf({ userId, teamId }: Holder): { userId: string; teamId: null } | { userId: null; teamId: string } {
  if (userId && !teamId) return { userId, teamId: null };
  if (teamId && !userId) return { userId: null, teamId };
  throw invalid('role.one_holder', 'Name either a user or a team.');
}

export async function giveRole(work: Work, { roleId, validFrom = null, validUntil = null, ...given }: Given): Promise<string> {
  const holder = holderOf(given);
  refuseOddDates(validFrom, validUntil, work.now);
  // An end set for the last administrator would shut everybody out later; a denial would at once.
  const adminRemains = await keepingAnAdmin(work);
  // The lock makes two who give the same role wait for each other.
  const role = await work.system.repo(Role).lock(roleId);
  mustCover(work, role);
  mustHold(work, role.denies);
  const assignments = work.system.repo(RoleAssignment);
  const known = await assignments.first({ roleId, ...holder });
  const dates = { validFrom, validUntil };
  const { id } = known ? await assignments.update(known.id, dates) : await assignments.create({ roleId, ...holder, ...dates });
  await keepSeparate(work, holder.userId ? { userId: holder.userId } : { teamId: holder.teamId ?? '' });
  await adminRemains();
  return id;
}
