import type { Work } from '#kernel/usecase/work.js';
import { OutboundMessage } from './outbound-message.resource.js';

/** Cancels what has not been handed over to a mail server yet. */
export async function cancelMessages(
  work: Work,
  where: { enrolmentId: string } | { contactId: string; purpose: string },
  reason: string,
): Promise<void> {
  const messages = work.system.repo(OutboundMessage);
  for (const { id } of await messages.list({ ...where, status: 'queued' }, { lock: 'wait' })) {
    await messages.update(id, { status: 'cancelled', reason });
  }
}
