import { conflict } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { releaseHeld } from './release-held.job.js';
import { Journey } from './journey.resource.js';

export const resumeJourney = defineCommand({
  name: 'journey.resume',
  summary: 'Let a paused journey go on.',
  description: 'Steps that fell due meanwhile are taken now; mails whose time has passed are not sent.',
  input: { journeyId: ref('journey', { required: true }) },
  output: { journeyId: ref('journey', { required: true }) },
  errors: { 'journey.not_paused': 'Only a paused journey can be resumed.' },
  async run({ journeyId }, work) {
    const journey = await work.repo(Journey).lock(journeyId);
    if (journey.status !== 'paused')
      throw conflict('journey.not_paused', 'Only a paused journey can be resumed.', { status: journey.status });
    const { version } = await work.repo(Journey).update(journeyId, { status: 'live' });
    await work.schedule(releaseHeld, { key: `${journeyId}:v${version}`, payload: { journeyId } });
    return { journeyId };
  },
});
