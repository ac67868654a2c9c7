import { createHash } from 'node:crypto';
import { conflict } from '#kernel/errors/domain-error.js';
import { integer, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { JourneyPublished } from '../events.js';
import { definitionInvalid, templatesOf } from './definition-from.js';
import { JourneyVersion } from './journey-version.resource.js';
import { Journey } from './journey.resource.js';

export const publishJourney = defineCommand({
  name: 'journey.publish',
  summary: 'Make the draft of a journey its live version.',
  description:
    'The version and its templates are kept for ever as they are. People under way finish on the version they entered by; a draft that says nothing new makes no new version.',
  input: { journeyId: ref('journey', { required: true }) },
  output: { journeyVersionId: ref('journey_version', { required: true }), number: integer({ required: true }) },
  errors: { ...definitionInvalid, 'journey.archived': 'An archived journey is not published again.' },
  async run({ journeyId }, work) {
    const journey = await work.repo(Journey).lock(journeyId);
    if (journey.status === 'archived') throw conflict('journey.archived', 'An archived journey is not published again.');
    const definition = journey.draft;
    const templates = await templatesOf(work, definition);
    const contentHash = createHash('sha256')
      .update(JSON.stringify([definition, templates]))
      .digest('hex');
    const versions = work.system.repo(JourneyVersion);
    const last = await versions.first({ journeyId }, { orderBy: ['-number'] });
    if (last?.contentHash === contentHash && journey.liveVersionNumber === last.number)
      return { journeyVersionId: last.id, number: last.number };

    const number = (last?.number ?? 0) + 1;
    const version = await versions.create({
      journeyId,
      number,
      definition,
      templates,
      contentHash,
      publishedAt: work.now,
      publishedById: work.actor.userId,
    });
    const { trigger } = definition;
    await work.repo(Journey).update(journeyId, {
      status: journey.status === 'paused' ? 'paused' : 'live',
      liveVersionNumber: number,
      triggerEvent: trigger.kind === 'event' ? trigger.event : null,
      triggerSegmentId: trigger.kind === 'segment_entered' ? trigger.segmentId : null,
    });
    await work.emit(JourneyPublished, { journeyId, number }, { resource: 'journey', id: journeyId });
    return { journeyVersionId: version.id, number };
  },
});
