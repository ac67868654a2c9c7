import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { ServiceLevelDeactivated } from '../events.js';
import { rematchOpenCases } from '../jobs/recount-cases.job.js';
import { ServiceLevel } from './service-level.resource.js';

export const deactivateServiceLevel = defineCommand({
  name: 'service_level.deactivate',
  summary: 'Take a service level out of force. Open cases fall to the next one that fits; clocks nobody asks for any more are cancelled.',
  input: { serviceLevelId: ref('service_level', { required: true }) },
  output: { serviceLevelId: ref('service_level', { required: true }) },

  async run({ serviceLevelId }, work) {
    const level = await work.repo(ServiceLevel).lock(serviceLevelId);
    if (level.status === 'inactive') return { serviceLevelId };
    await work.repo(ServiceLevel).update(serviceLevelId, { status: 'inactive' });
    const told = await work.emit(ServiceLevelDeactivated, { serviceLevelId }, { resource: 'service_level', id: serviceLevelId });
    await rematchOpenCases(work, told);
    return { serviceLevelId };
  },
});
