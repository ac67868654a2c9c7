import { ConsentWithdrawn } from '#modules/customers/events.js';
import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { stopMails } from '../message/stop-mails.js';

export const onConsentWithdrawn = defineSubscriber({
  name: 'marketing.follow_withdrawal',
  description: 'However a consent for e-mail was withdrawn, nothing planned for it goes out.',
  on: [ConsentWithdrawn],
  async run({ payload: { contactId, channel, purpose } }, work) {
    if (channel === 'email') await stopMails(work, contactId, purpose);
  },
});
