import type { Work } from '#kernel/usecase/work.js';
import { EnrolmentEnded } from '../events.js';
import { cancelMessages } from '../message/cancel-messages.js';
import { Enrolment } from './enrolment.resource.js';

export type ExitReason = 'goal' | 'consent_withdrawn' | 'condition_not_met' | 'journey_archived' | 'contact_gone';

/** Ends an active enrolment: its wake-up finds nothing to do. Mails on their way are cancelled, unless the person merely goes no further. */
export async function endEnrolment(
  work: Work,
  enrolment: Enrolment,
  status: 'completed' | 'exited' | 'failed',
  reason?: ExitReason,
): Promise<void> {
  const { id, journeyId, contactId } = enrolment;
  await work.system.repo(Enrolment).update(id, { status, exitReason: reason ?? null, endedAt: work.now, wakeAt: null });
  if (status === 'exited' && reason && reason !== 'condition_not_met') await cancelMessages(work, { enrolmentId: id }, reason);
  await work.emit(EnrolmentEnded, { enrolmentId: id, journeyId, contactId, status, reason: reason ?? null }, { resource: 'enrolment', id });
}

/** Ends what is active of one contact, where `concerns` says so. Rows are locked in id order. */
export async function exitEnrolments(
  work: Work,
  contactId: string,
  reason: ExitReason,
  concerns: (enrolment: Enrolment) => Promise<boolean>,
): Promise<void> {
  const active = await work.system.repo(Enrolment).list({ contactId, status: 'active' }, { lock: 'wait' });
  for (const enrolment of active) {
    if (await concerns(enrolment)) await endEnrolment(work, enrolment, 'exited', reason);
  }
}
