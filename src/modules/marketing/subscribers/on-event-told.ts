import { recordEvent } from '#kernel/usecase/define-event.js';
import { defineSubscriber } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { matches } from '../domain/evaluate-condition.js';
import type { JourneyDefinition } from '../domain/journey-definition.js';
import { before } from '../domain/times.js';
import { TrackedEvent } from '../event/tracked-event.resource.js';
import { exitEnrolments } from '../journey/end-enrolment.js';
import { enterJourney } from '../journey/enter-journey.js';
import { JourneyVersion } from '../journey/journey-version.resource.js';
import { Journey } from '../journey/journey.resource.js';
import { reconsider } from '../segment/membership.js';

export const onEventTold = defineSubscriber({
  name: 'marketing.follow_event',
  description: 'What follows from a told event: people leave journeys, change segments and enter journeys, in this order.',
  on: [recordEvent(TrackedEvent, 'created')],
  async run({ subject }, work) {
    const event = subject && (await work.repo(TrackedEvent).find(subject.id));
    if (!event?.contactId) return;
    const { contactId, type } = event;
    await leaveJourneys(work, contactId, event);
    await reconsider(work, contactId, ({ events }) => events.has(type));
    for (const journey of await work.repo(Journey).list({ status: 'live', triggerEvent: type })) {
      const occurrence = { id: event.id, properties: event.properties };
      await enterJourney(work, journey, {
        contactId,
        occurrence,
        triggerEventId: event.id,
        fits: (definition) => triggers(definition, event),
      });
    }
  },
});

/** An event that happened before the person entered is not what he entered to do. */
async function leaveJourneys(work: Work, contactId: string, { type, occurredAt }: TrackedEvent): Promise<void> {
  await exitEnrolments(work, contactId, 'goal', async ({ journeyVersionId, triggerEventId, enteredAt }) => {
    const { definition } = await work.repo(JourneyVersion).get(journeyVersionId);
    const since = triggerEventId ? ((await work.repo(TrackedEvent).find(triggerEventId))?.occurredAt ?? enteredAt) : enteredAt;
    return definition.exitOn.includes(type) && occurredAt >= since;
  });
}

function triggers({ trigger }: JourneyDefinition, { type, occurredAt, receivedAt, properties }: TrackedEvent): boolean {
  if (trigger.kind !== 'event' || trigger.event !== type || !matches(trigger.where, properties)) return false;
  return occurredAt >= before(receivedAt, trigger.maxLateness);
}
