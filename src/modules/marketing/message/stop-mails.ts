import type { Work } from '#kernel/usecase/work.js';
import { exitEnrolments } from '../journey/end-enrolment.js';
import { JourneyVersion } from '../journey/journey-version.resource.js';
import { cancelMessages } from './cancel-messages.js';

/** Nothing planned for this purpose goes out to this person any more, and he leaves its journeys. */
export async function stopMails(work: Work, contactId: string, purpose: string): Promise<void> {
  await exitEnrolments(work, contactId, 'consent_withdrawn', async ({ journeyVersionId }) => {
    const { definition } = await work.system.repo(JourneyVersion).get(journeyVersionId);
    return definition.purpose === purpose;
  });
  await cancelMessages(work, { contactId, purpose }, 'consent_withdrawn');
}
