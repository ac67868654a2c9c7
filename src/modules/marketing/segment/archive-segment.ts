import { conflict } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Journey } from '../journey/journey.resource.js';
import { Segment } from './segment.resource.js';

export const archiveSegment = defineCommand({
  name: 'segment.archive',
  summary: 'Stop looking for members of a segment.',
  description: 'Memberships stay as they are, for the record.',
  input: { segmentId: ref('segment', { required: true }) },
  output: { segmentId: ref('segment', { required: true }) },
  errors: { 'segment.in_use': 'A live or paused journey starts from this segment; `journeyIds` names them.' },
  async run({ segmentId }, work) {
    await work.repo(Segment).lock(segmentId);
    const journeys = await work.system.repo(Journey).list({ triggerSegmentId: segmentId, status: ['live', 'paused'] });
    if (journeys.length > 0)
      throw conflict('segment.in_use', 'A journey starts from this segment. Archive or republish it first.', {
        journeyIds: journeys.map((j) => j.id),
      });
    await work.repo(Segment).update(segmentId, { status: 'archived' });
    return { segmentId };
  },
});
