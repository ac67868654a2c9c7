import { instant, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { datesErrors, refuseOddDates } from '../dated.js';
import { TerritoryAssignment } from './territory-assignment.resource.js';
import { Territory } from './territory.resource.js';

export const assignTerritory = defineCommand({
  name: 'territory.assign',
  summary: 'Let a user work a territory, perhaps for a time. Doing it again changes the dates.',
  input: {
    territoryId: ref('territory', { required: true }),
    userId: ref('user', { required: true }),
    validFrom: instant({ description: 'From then on; at once when left out.' }),
    validUntil: instant({ description: 'Until then; without end when left out.' }),
  },
  output: { territoryAssignmentId: ref('territory_assignment', { required: true }) },
  errors: datesErrors,

  async run({ territoryId, userId, validFrom = null, validUntil = null }, work) {
    refuseOddDates(validFrom, validUntil, work.now);
    // The lock makes two who assign the same territory wait for each other.
    await work.repo(Territory).lock(territoryId);
    const assignments = work.system.repo(TerritoryAssignment);
    const known = await assignments.first({ territoryId, userId });
    const dates = { validFrom, validUntil };
    const { id } = known ? await assignments.update(known.id, dates) : await assignments.create({ territoryId, userId, ...dates });
    return { territoryAssignmentId: id };
  },
});
