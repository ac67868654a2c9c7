import { integer, ref } from '#kernel/resource/fields.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import { endEnrolment } from './end-enrolment.js';
import { Enrolment } from './enrolment.resource.js';

const CHUNK = 500;

export const emptyJourney = defineJob({
  name: 'marketing.empty_journey',
  description: 'Shows everybody out of an archived journey, some hundred at a time.',
  payload: { journeyId: ref('journey', { required: true }), round: integer({ required: true }) },
  async run({ journeyId, round }, work) {
    const some = await work.repo(Enrolment).list({ journeyId, status: 'active' }, { limit: CHUNK, lock: 'wait' });
    for (const enrolment of some) await endEnrolment(work, enrolment, 'exited', 'journey_archived');
    if (some.length < CHUNK) return;
    await work.schedule(emptyJourney, { key: `${journeyId}:${round + 1}`, payload: { journeyId, round: round + 1 } });
  },
});
