import { conflict } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { emptyJourney } from './empty-journey.job.js';
import { Journey } from './journey.resource.js';

export const archiveJourney = defineCommand({
  name: 'journey.archive',
  summary: 'End a journey for good.',
  description: 'From this moment nobody enters, moves on or is written to; everybody under way leaves with the reason journey_archived.',
  input: { journeyId: ref('journey', { required: true }) },
  output: { journeyId: ref('journey', { required: true }) },
  errors: { 'journey.archived': 'The journey is archived already.' },
  async run({ journeyId }, work) {
    const journey = await work.repo(Journey).lock(journeyId);
    if (journey.status === 'archived') throw conflict('journey.archived', 'The journey is archived already.');
    await work.repo(Journey).update(journeyId, { status: 'archived', triggerEvent: null, triggerSegmentId: null });
    await work.schedule(emptyJourney, { key: journeyId, payload: { journeyId, round: 1 } });
    return { journeyId };
  },
});
