import { conflict } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Journey } from './journey.resource.js';

export const pauseJourney = defineCommand({
  name: 'journey.pause',
  summary: 'Hold a journey still.',
  description:
    'Nobody enters, nobody moves on, no mail of it goes out that has not been handed over yet. Nobody is lost: resuming goes on where everybody stands.',
  input: { journeyId: ref('journey', { required: true }) },
  output: { journeyId: ref('journey', { required: true }) },
  errors: { 'journey.not_live': 'Only a live journey can be paused.' },
  async run({ journeyId }, work) {
    const journey = await work.repo(Journey).lock(journeyId);
    if (journey.status !== 'live') throw conflict('journey.not_live', 'Only a live journey can be paused.', { status: journey.status });
    await work.repo(Journey).update(journeyId, { status: 'paused' });
    return { journeyId };
  },
});
