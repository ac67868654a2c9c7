import { contactCard, hasConsent, type ContactCard } from '#modules/customers/api.js';
import type { MailAddress, MailResult } from '#kernel/ports/ports.js';
import type { Work } from '#kernel/usecase/work.js';
import { sql } from '#kernel/db/sql.js';
import { isDeadAddress, nextTry } from '../domain/message-state.js';
import { MessageBecameUnknown, MessageSent } from '../events.js';
import { Journey } from '../journey/journey.resource.js';
import { takeLane } from '../lanes.js';
import { isSuppressed, suppress } from '../suppression/suppress-address.js';
import { addressHash } from '../suppression/address-hash.js';
import { OutboundMessage } from './outbound-message.resource.js';

/** Whom this mail may go to now. Null when it must not go; why is written down, unless somebody is going to ask again. */
export async function addresseeOf(work: Work, message: OutboundMessage): Promise<MailAddress | null> {
  // Not queued: somebody else has it, or it was cancelled. Put off meanwhile: another task has it.
  if (message.status !== 'queued' || message.notBefore > work.now) return null;
  const { status } = await work.repo(Journey).get(message.journeyId);
  if (status === 'paused') return null; // resuming sends it
  const contact = await contactCard(work.system, message.contactId);
  const obstacle = status === 'archived' ? cancelled('journey_archived') : await obstacleFor(work, message, contact);
  if (obstacle || !contact?.email) {
    await work.repo(OutboundMessage).update(message.id, obstacle ?? suppressed('no_address'));
    return null;
  }
  return { name: nameOf(contact), address: contact.email };
}

/** The last look, when the mail server has all but the end of it. The number of this attempt, or null when it must not be ended. */
export async function claimMessage(work: Work, messageId: string, written: { to: MailAddress; subject: string }): Promise<number | null> {
  const message = await work.repo(OutboundMessage).lock(messageId);
  const to = await addresseeOf(work, message);
  if (!to) return null;
  if (to.address !== written.to.address) throw new Error('The address has changed since the mail was written.');
  const attempt = message.attempts + 1;
  const sending = {
    status: 'sending',
    attempts: attempt,
    sendingAt: work.now,
    address: to.address,
    subject: written.subject.slice(0, 250),
    reason: null,
  } as const;
  await work.repo(OutboundMessage).update(messageId, sending);
  return attempt;
}

interface Obstacle {
  readonly status: 'suppressed' | 'cancelled' | 'expired';
  readonly reason: string;
}
const suppressed = (reason: string): Obstacle => ({ status: 'suppressed', reason });
const cancelled = (reason: string): Obstacle => ({ status: 'cancelled', reason });

/** Why this mail must not go to this person now; null when it may. */
async function obstacleFor(work: Work, message: OutboundMessage, contact: ContactCard | null): Promise<Obstacle | null> {
  const { contactId, purpose, latest } = message;
  const address = contact?.email ?? null;
  if (latest < work.now) return { status: 'expired', reason: 'too_late' };
  if (address === null) return suppressed('no_address');
  if (await isSuppressed(work, address)) return suppressed('suppressed_address');
  if (!(await hasConsent(work, { contactId, channel: 'email', purpose }))) return suppressed('consent_missing');
  return (await sentToSameAddress(work, message, address)) ? suppressed('duplicate_address') : null;
}

/** Writes down what the mail server said; of an older attempt than the last one, nothing. Returns when to try again, if so. */
export async function recordResult(work: Work, messageId: string, attempt: number, result: MailResult): Promise<Date | null> {
  const message = await work.repo(OutboundMessage).lock(messageId);
  if (!isOpen(message, attempt)) return null;
  const response = result.response.slice(0, 500);
  const { contactId, journeyId, stepId } = message;
  switch (result.outcome) {
    case 'accepted':
      await work.repo(OutboundMessage).update(messageId, { status: 'sent', sentAt: work.now, response, reason: null });
      await work.emit(MessageSent, { messageId, contactId, journeyId, stepId }, { resource: 'outbound_message', id: messageId });
      return null;
    case 'refused':
      await work.repo(OutboundMessage).update(messageId, { status: 'failed', reason: 'refused', response });
      if (message.address && isDeadAddress(response)) await suppress(work, message.address, 'dead_address', response);
      return null;
    case 'deferred':
      return putOff(work, message, response);
    case 'unknown':
      await becomeUnknown(work, messageId, attempt, response);
      return null;
  }
}

/** `unknown` is what others must think of a mail whose sender they lost; the sender himself knows better. */
const isOpen = ({ attempts, status, resolvedById }: OutboundMessage, attempt: number) =>
  attempts === attempt && (status === 'sending' || (status === 'unknown' && resolvedById === null));

/** Nobody knows whether it went out. It is not sent again; a person decides. */
export async function becomeUnknown(work: Work, messageId: string, attempt: number, response?: string): Promise<void> {
  const message = await work.repo(OutboundMessage).lock(messageId);
  if (message.status !== 'sending' || message.attempts !== attempt) return;
  const { contactId, journeyId, stepId } = message;
  await work
    .repo(OutboundMessage)
    .update(messageId, { status: 'unknown', reason: 'no_answer_kept', ...(response === undefined ? {} : { response }) });
  await work.emit(MessageBecameUnknown, { messageId, contactId, journeyId, stepId }, { resource: 'outbound_message', id: messageId });
}

/** Gives up a mail that cannot even be written. */
export async function rejectMessage(work: Work, messageId: string, reason: string, response: string): Promise<void> {
  const message = await work.repo(OutboundMessage).lock(messageId);
  if (message.status === 'queued')
    await work.repo(OutboundMessage).update(messageId, { status: 'failed', reason, response: response.slice(0, 500) });
}

async function putOff(work: Work, { id, attempts, latest }: OutboundMessage, response: string): Promise<Date | null> {
  const notBefore = nextTry(attempts, work.now, latest);
  const patch = notBefore
    ? { status: 'queued' as const, reason: 'deferred', notBefore }
    : { status: 'expired' as const, reason: 'too_late' };
  await work.repo(OutboundMessage).update(id, { ...patch, response });
  return notBefore;
}

/** Two profiles may share a mailbox: the same step of the same version reaches it once. */
async function sentToSameAddress(
  work: Work,
  { id, journeyVersionId, stepId, contactId }: OutboundMessage,
  address: string,
): Promise<boolean> {
  await takeLane(work, `mailbox ${addressHash(work, address)}`);
  const others = await work.rows(sql`
    select 1 from marketing.outbound_messages
    where journey_version_id = ${journeyVersionId} and step_id = ${stepId} and address = ${address} and contact_id <> ${contactId} and id <> ${id}
      and status in ('sending', 'sent', 'unknown') limit 1`);
  return others.length > 0;
}

const nameOf = ({ firstName, lastName }: ContactCard) => [firstName, lastName].filter((part) => part !== null && part !== '').join(' ');
