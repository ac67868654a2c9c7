import { createHash } from 'node:crypto';
import { contactCard, findContactByEmail, type ContactCard } from '#modules/customers/api.js';
import type { JsonObject } from '#kernel/pure/json.js';
import type { Work } from '#kernel/usecase/work.js';
import { occurrence } from '../domain/times.js';
import { takeLane } from '../lanes.js';
import { TrackedEvent } from './tracked-event.resource.js';

export interface ToldEvent {
  readonly id: string;
  readonly source?: string | null | undefined;
  readonly type: string;
  readonly contactId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly occurredAt?: Date | null | undefined;
  readonly sentAt?: Date | null | undefined;
  readonly properties?: JsonObject | null | undefined;
}

export type Kept =
  | { readonly result: 'accepted' | 'duplicate'; readonly eventId: string; readonly matched: boolean }
  | { readonly result: 'rejected'; readonly code: 'tracked_event.id_reused' | 'tracked_event.contact_unknown' };

/** Keeps an event once. The contact is looked up with the rights of the system: who tells events need not see people. */
export async function keepEvent(work: Work, told: ToldEvent): Promise<Kept> {
  const source = told.source ?? 'api';
  const events = work.system.repo(TrackedEvent);
  // The same event told twice at once: the second waits here and then finds the first.
  await takeLane(work, `event ${source} ${told.id}`);
  const bodyHash = hashOf(told);
  const known = await events.first({ source, eventId: told.id });
  if (known && known.bodyHash !== bodyHash) return { result: 'rejected', code: 'tracked_event.id_reused' };
  if (known) return { result: 'duplicate', eventId: known.id, matched: known.contactId !== null };

  const contact = await contactOf(work, told);
  if (told.contactId && !contact) return { result: 'rejected', code: 'tracked_event.contact_unknown' };
  const event = await events.create({ ...rowOf(told, work.now), source, bodyHash, contactId: contact?.id ?? null });
  return { result: 'accepted', eventId: event.id, matched: contact !== null };
}

const rowOf = ({ id, type, email, occurredAt, sentAt, properties }: ToldEvent, receivedAt: Date) => ({
  eventId: id,
  type,
  email: email ?? null,
  receivedAt,
  properties: properties ?? {},
  occurredAt: occurrence({ occurredAt: occurredAt ?? null, sentAt: sentAt ?? null }, receivedAt),
});

async function contactOf(work: Work, { contactId, email }: ToldEvent): Promise<ContactCard | null> {
  if (contactId) return contactCard(work.system, contactId);
  return email ? findContactByEmail(work.system, email) : null;
}

/** Of what happened, not of how it was told: a retry may carry a new `sentAt`. */
function hashOf({ type, contactId, email, occurredAt, properties }: ToldEvent): string {
  const body = [type, contactId ?? null, email ?? null, occurredAt?.toISOString() ?? null, sorted(properties ?? {})];
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

/** The same JSON whatever order its keys came in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
