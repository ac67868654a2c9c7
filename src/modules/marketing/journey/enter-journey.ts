import type { Work } from '#kernel/usecase/work.js';
import { entryKey, type TriggerOccurrence } from '../domain/journey-step.js';
import type { JourneyDefinition, Reentry } from '../domain/journey-definition.js';
import { takeLane } from '../lanes.js';
import { belongs } from '../segment/membership.js';
import { advanceEnrolment } from './advance-enrolment.job.js';
import { Enrolment } from './enrolment.resource.js';
import { JourneyVersion } from './journey-version.resource.js';
import type { Journey } from './journey.resource.js';

export interface Entry {
  readonly contactId: string;
  readonly occurrence: TriggerOccurrence;
  readonly triggerEventId?: string;
  /** What else the trigger of this very version asks. */
  readonly fits?: (definition: JourneyDefinition) => boolean;
}

/** Lets a person into the live version of a journey, if it is live, he fits and the re-entry rule allows it. */
export async function enterJourney(work: Work, journey: Journey, { contactId, occurrence, triggerEventId, fits }: Entry): Promise<boolean> {
  const journeyId = journey.id;
  const version = await liveVersion(work, journey);
  if (!version || fits?.(version.definition) === false) return false;
  const { reentry, condition } = version.definition;
  const key = entryKey(reentry, occurrence);
  if (key === null) return false;
  // Two triggers at once: the second waits here and then sees the first one's enrolment.
  await takeLane(work, `journey ${journeyId} ${contactId}`);
  if (await isKeptOut(work, { journeyId, contactId, entryKey: key }, reentry)) return false;
  if (condition && !(await belongs(work, condition, contactId))) return false;

  const enrolment = await work.system.repo(Enrolment).create({
    journeyId,
    journeyVersionId: version.id,
    contactId,
    entryKey: key,
    triggerEventId: triggerEventId ?? null,
    enteredAt: work.now,
    wakeAt: work.now,
    fence: 1,
  });
  await work.schedule(advanceEnrolment, { key: `${enrolment.id}:1`, payload: { enrolmentId: enrolment.id, fence: 1 } });
  return true;
}

async function liveVersion(work: Work, { id, status, liveVersionNumber }: Journey): Promise<JourneyVersion | null> {
  if (status !== 'live' || liveVersionNumber === null) return null;
  return work.system.repo(JourneyVersion).first({ journeyId: id, number: liveVersionNumber });
}

/** Here before under this key, or still under way where one at a time is the rule. */
async function isKeptOut(
  work: Work,
  entry: { journeyId: string; contactId: string; entryKey: string },
  reentry: Reentry,
): Promise<boolean> {
  const enrolments = work.system.repo(Enrolment);
  if (await enrolments.first(entry)) return true;
  if (reentry.kind !== 'one_active') return false;
  return (await enrolments.first({ journeyId: entry.journeyId, contactId: entry.contactId, status: 'active' })) !== null;
}
