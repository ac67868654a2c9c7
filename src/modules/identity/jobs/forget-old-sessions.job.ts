import { sql } from '#kernel/db/sql.js';
import { defineJob } from '#kernel/usecase/define-job.js';

/** Sessions are kept a while after their end, so that a user can see where somebody was signed in. */
const keptDays = 90;

export const forgetOldSessions = defineJob({
  name: 'identity.forget_old_sessions',
  description: 'Deletes sessions, with their refresh tokens, 90 days after they expired.',
  payload: {},
  everyMinutes: 1440,
  async run(_payload, work) {
    const before = new Date(work.now.getTime() - keptDays * 86_400_000);
    await work.rows(sql`delete from identity.sessions where tenant_id = ${work.tenantId} and expires_at < ${before}`);
  },
});
