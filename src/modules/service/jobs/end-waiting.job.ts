import { integer, ref } from '#kernel/resource/fields.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import { Case } from '../case/case.resource.js';
import { moveCase, openSegment } from '../case/move-case.js';
import { isPending } from '../domain/case-states.js';
import { waitOverNotice } from '../domain/notice-text.js';
import { Notification } from '../notification/notification.resource.js';
import { activeUser } from '../notification/recipients.js';
import { keepTime } from './escalate.job.js';

/** Keyed by the segment, so every wait ends by itself once, the second one too. */
export const endWaiting = defineJob({
  name: 'service.end_waiting',
  description: 'Takes a case back to work when the time it was to wait is over, and tells its owner.',
  payload: { caseId: ref('case', { required: true }), seq: integer({ required: true }) },

  async run({ caseId, seq }, work) {
    const kase = await work.repo(Case).lock(caseId);
    const segment = await openSegment(work, caseId);
    if (segment.seq !== seq || !isPending(kase.status)) return;
    await moveCase(work, kase, { to: 'open', reason: 'wait over' });
    await keepTime(work, caseId);
    const people = await activeUser(work, kase.ownerId);
    await work.repo(Notification).createMany(
      people.map(({ id, locale }) => ({
        userId: id,
        kind: 'wait_over' as const,
        caseId,
        ...waitOverNotice(kase.number, kase.subject, locale),
      })),
    );
  },
});
