import { contactCard } from '#modules/customers/api.js';
import type { Work } from '#kernel/usecase/work.js';
import { waitsUntil, zoneOf } from '../domain/journey-step.js';
import { sleep } from './advance-enrolment.job.js';
import { Enrolment } from './enrolment.resource.js';
import { JourneyVersion } from './journey-version.resource.js';

/** Plans waits for a local time anew. A wait that is over stays over: nobody is written to twice for having moved. */
export async function replanWaits(work: Work, contactId: string): Promise<void> {
  const contact = await contactCard(work.system, contactId);
  const waiting = await work.system.repo(Enrolment).list({ contactId, status: 'active' }, { lock: 'wait' });
  for (const enrolment of waiting) {
    if (!contact || !enrolment.wakeAt || enrolment.wakeAt <= work.now) continue;
    const { definition } = await work.system.repo(JourneyVersion).get(enrolment.journeyVersionId);
    const step = definition.steps[enrolment.stepIndex - 1];
    if (step?.kind !== 'wait_until') continue;
    await sleep(work, enrolment, enrolment.stepIndex, waitsUntil(step, work.now, zoneOf(definition, contact.timeZone)) ?? work.now);
  }
}
