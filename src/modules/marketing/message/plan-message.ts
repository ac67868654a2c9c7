import type { Work } from '#kernel/usecase/work.js';
import type { JourneyDefinition } from '../domain/journey-definition.js';
import { after } from '../domain/times.js';
import type { Enrolment } from '../journey/enrolment.resource.js';
import { OutboundMessage } from './outbound-message.resource.js';
import { sendMessage } from './send-message.effect.js';

/** Writes down the intent to send, once a step. Whether it may go out is asked when it does. */
export async function planMessage(work: Work, enrolment: Enrolment, definition: JourneyDefinition, stepId: string): Promise<void> {
  const { id: enrolmentId, journeyId, journeyVersionId, contactId } = enrolment;
  const messages = work.system.repo(OutboundMessage);
  if (await messages.first({ enrolmentId, stepId })) return;
  const latest = after(work.now, definition.sendWithin, definition.timeZone);
  const message = await messages.create({
    enrolmentId,
    stepId,
    journeyId,
    journeyVersionId,
    contactId,
    purpose: definition.purpose,
    notBefore: work.now,
    latest,
  });
  await work.schedule(sendMessage, { key: message.id, payload: { messageId: message.id } });
}
