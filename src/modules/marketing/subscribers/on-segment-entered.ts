import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { SegmentEntered } from '../events.js';
import { enterJourney } from '../journey/enter-journey.js';
import { Journey } from '../journey/journey.resource.js';

export const onSegmentEntered = defineSubscriber({
  name: 'marketing.follow_segment_entry',
  description: 'Who enters a segment enters the journeys that start from it.',
  on: [SegmentEntered],
  async run({ id, payload: { segmentId, contactId } }, work) {
    for (const journey of await work.repo(Journey).list({ status: 'live', triggerSegmentId: segmentId })) {
      await enterJourney(work, journey, {
        contactId,
        occurrence: { id, properties: {} },
        fits: ({ trigger }) => trigger.kind === 'segment_entered' && trigger.segmentId === segmentId,
      });
    }
  },
});
