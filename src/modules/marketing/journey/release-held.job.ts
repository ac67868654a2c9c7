import { sql } from '#kernel/db/sql.js';
import { ref } from '#kernel/resource/fields.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import { OutboundMessage } from '../message/outbound-message.resource.js';
import { sendMessage } from '../message/send-message.effect.js';
import { advanceEnrolment } from './advance-enrolment.job.js';
import { Journey } from './journey.resource.js';

export const releaseHeld = defineJob({
  name: 'marketing.release_held',
  description: 'Wakes whom a pause has held up. Those due go out over an hour, not all at once.',
  payload: { journeyId: ref('journey', { required: true }) },
  async run({ journeyId }, work) {
    const journey = await work.repo(Journey).get(journeyId);
    if (journey.status !== 'live') return;
    // In one statement: a fence that moves on makes the wake-ups of before the pause mean nothing.
    const held = await work.rows<{ id: string; fence: number }>(sql`
      update marketing.enrolments set fence = fence + 1, version = version + 1, updated_at = ${work.now}
      where journey_id = ${journeyId} and status = 'active' and wake_at <= ${work.now} returning id, fence`);
    const spread = Math.min(3_600_000, held.length * 10);
    for (const [i, { id, fence }] of held.entries()) {
      const dueAt = new Date(work.now.getTime() + Math.floor((i * spread) / held.length));
      await work.schedule(advanceEnrolment, { key: `${id}:${fence}`, dueAt, payload: { enrolmentId: id, fence } });
    }
    for (const { id } of await work.repo(OutboundMessage).list({ journeyId, status: 'queued' })) {
      await work.schedule(sendMessage, { key: `${id}:resumed:${journey.version}`, payload: { messageId: id } });
    }
  },
});
