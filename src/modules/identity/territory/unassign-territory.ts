import { boolean, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { TerritoryAssignment } from './territory-assignment.resource.js';
import { Territory } from './territory.resource.js';

export const unassignTerritory = defineCommand({
  name: 'territory.unassign',
  summary: 'Take a territory from a user; its records are out of his reach at once.',
  input: { territoryId: ref('territory', { required: true }), userId: ref('user', { required: true }) },
  output: { removed: boolean({ required: true, description: 'False when he did not work it.' }) },

  async run({ territoryId, userId }, work) {
    await work.repo(Territory).lock(territoryId);
    const assignments = work.system.repo(TerritoryAssignment);
    const known = await assignments.first({ territoryId, userId });
    if (!known) return { removed: false };
    await assignments.delete(known.id);
    return { removed: true };
  },
});
