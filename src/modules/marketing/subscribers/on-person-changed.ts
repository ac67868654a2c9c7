import { contactCard } from '#modules/customers/api.js';
import { sql } from '#kernel/db/sql.js';
import { list, text } from '#kernel/resource/fields.js';
import { defineEvent } from '#kernel/usecase/define-event.js';
import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { replanWaits } from '../journey/replan-waits.js';
import { reconsider } from '../segment/membership.js';

/** Record events of customers, by name: its tables are not ours to import. */
const ContactCreated = defineEvent('customers.contact_created', 'A contact was created.', {});
const ContactUpdated = defineEvent('customers.contact_updated', 'A contact was updated.', { changed: list(text(80), { required: true }) });
const AccountUpdated = defineEvent('customers.account_updated', 'An account was updated.', {});

export const onContactChanged = defineSubscriber({
  name: 'marketing.follow_contact',
  description: 'Segments that ask about a person are asked again when he changes.',
  on: [ContactCreated, ContactUpdated],
  whileOff: 'pass',
  async run({ subject }, work) {
    if (subject && (await contactCard(work, subject.id))) await reconsider(work, subject.id, ({ traits }) => traits);
  },
});

export const onAccountChanged = defineSubscriber({
  name: 'marketing.follow_account',
  description: 'Segments that ask about an account are asked again for its people when it changes.',
  on: [AccountUpdated],
  whileOff: 'pass',
  async run({ subject }, work) {
    const people = await work.rows<{ id: string }>(
      sql`select id from customers_pub.contacts where account_id = ${subject?.id ?? null} order by id`,
    );
    for (const { id } of people) await reconsider(work, id, ({ traits }) => traits);
  },
});

export const onContactMoved = defineSubscriber({
  name: 'marketing.follow_time_zone',
  description: 'Who waits for a local time waits for that of the place he has moved to.',
  on: [ContactUpdated],
  quiet: true,
  async run({ subject, payload: { changed } }, work) {
    if (subject && changed.includes('timeZone')) await replanWaits(work, subject.id);
  },
});
