import { contactCard } from '#modules/customers/api.js';
import { integer, ref } from '#kernel/resource/fields.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import type { JourneyDefinition, Step } from '../domain/journey-definition.js';
import { waitsUntil, zoneOf } from '../domain/journey-step.js';
import { planMessage } from '../message/plan-message.js';
import { belongs } from '../segment/membership.js';
import { endEnrolment } from './end-enrolment.js';
import { Enrolment } from './enrolment.resource.js';
import { JourneyVersion } from './journey-version.resource.js';
import { Journey } from './journey.resource.js';

export const advanceEnrolment = defineJob({
  name: 'marketing.advance_enrolment',
  description: 'Takes the next steps of one person in a journey, up to the next wait or the end.',
  payload: { enrolmentId: ref('enrolment', { required: true }), fence: integer({ required: true }) },
  actsAs: 'workflow',
  async run({ enrolmentId, fence }, work) {
    // None when the person was erased, and none when another wake-up has been planned since.
    const enrolment = await work.repo(Enrolment).first({ id: enrolmentId, status: 'active', fence }, { lock: 'wait' });
    if (!enrolment) return;
    const journey = await work.repo(Journey).get(enrolment.journeyId);
    if (journey.status === 'paused') return; // resuming wakes whoever is due by then
    if (journey.status === 'archived') return endEnrolment(work, enrolment, 'exited', 'journey_archived');
    const { definition } = await work.repo(JourneyVersion).get(enrolment.journeyVersionId);
    await takeSteps(work, enrolment, definition);
  },
});

async function takeSteps(work: Work, enrolment: Enrolment, definition: JourneyDefinition): Promise<void> {
  const contact = await contactCard(work.system, enrolment.contactId);
  if (!contact) return endEnrolment(work, enrolment, 'exited', 'contact_gone');
  const zone = zoneOf(definition, contact.timeZone);
  for (const [index, step] of definition.steps.entries()) {
    if (index < enrolment.stepIndex) continue;
    const until = waitsUntil(step, work.now, zone);
    if (until) return sleep(work, enrolment, index + 1, until);
    if (!(await take(work, enrolment, definition, step))) return endEnrolment(work, enrolment, 'exited', 'condition_not_met');
  }
  await endEnrolment(work, enrolment, 'completed');
}

/** False when the person goes no further. */
async function take(work: Work, enrolment: Enrolment, definition: JourneyDefinition, step: Step): Promise<boolean> {
  if (step.kind === 'condition') return belongs(work, step.when, enrolment.contactId);
  if (step.kind === 'email') await planMessage(work, enrolment, definition, step.id);
  return true;
}

/** Plans the next wake-up; one planned before means nothing any more. */
export async function sleep(work: Work, { id, fence }: Enrolment, stepIndex: number, wakeAt: Date): Promise<void> {
  const next = fence + 1;
  await work.system.repo(Enrolment).update(id, { stepIndex, wakeAt, fence: next });
  await work.schedule(advanceEnrolment, { key: `${id}:${next}`, dueAt: wakeAt, payload: { enrolmentId: id, fence: next } });
}
