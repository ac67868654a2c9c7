import { conflict } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { Account } from './account/account.resource.js';
import { Activity } from './activity/activity.resource.js';
import { Consent } from './consent/consent.resource.js';
import { recordConsent, type ConsentKey, type ConsentProof } from './consent/record-consent.js';
import { Contact, type Contact as ContactRow } from './contact/contact.resource.js';

export type { ConsentKey, ConsentProof } from './consent/record-consent.js';
export { dealingsWith, type Dealing, type Dealings, type Pair } from './activity/dealings.js';

/** Kinds of records that tell what was done with others. */
export const dealingKinds: ReadonlySet<string> = new Set([Activity.name]);

/** What other modules may know of a contact. */
export interface ContactCard {
  readonly id: string;
  readonly accountId: string | null;
  readonly ownerId: string | null;
  readonly salutation: 'ms' | 'mr' | 'mx' | null;
  readonly firstName: string | null;
  readonly lastName: string;
  readonly email: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
}

export interface NewCustomer {
  readonly ownerId: string;
  readonly territoryId?: string | null | undefined;
  /** Joins this account instead of opening one named `accountName`. */
  readonly accountId?: string | null | undefined;
  /** Takes this contact instead of creating one. */
  readonly contactId?: string | null | undefined;
  readonly accountName: string;
  readonly website?: string | null | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName: string;
  readonly jobTitle?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** True only while a grant stands. Nothing recorded means no. */
export async function hasConsent(work: Work, { contactId, channel, purpose }: ConsentKey): Promise<boolean> {
  const consent = await work.system.repo(Consent).first({ contactId, channel, purpose });
  return consent?.status === 'granted';
}

/** For unsubscribe links and complaints: the contact itself speaks, so no right of the actor is asked. Repeating changes nothing. */
export async function withdrawConsent(work: Work, proof: ConsentProof): Promise<void> {
  await recordConsent(work, 'withdrawn', proof);
}

/** For confirmed opt-ins: the contact itself speaks, so no right of the actor is asked. `textVersion` is needed. */
export async function grantConsent(work: Work, proof: ConsentProof): Promise<void> {
  await recordConsent(work, 'granted', proof);
}

/** The contact, if there is one and the actor may see it. */
export async function contactCard(work: Work, contactId: string): Promise<ContactCard | null> {
  const contact = await work.repo(Contact).find(contactId);
  return contact && card(contact);
}

/** The contact known longest under this address, of those the actor may see. */
export async function findContactByEmail(work: Work, email: string): Promise<ContactCard | null> {
  const contact = await work.repo(Contact).first({ email: email.trim().toLowerCase() }, { orderBy: ['id'] });
  return contact && card(contact);
}

/** Opens an account and a contact, or takes those named, which the actor must be able to see. Creating needs no right of its own. */
export async function openCustomer(work: Work, customer: NewCustomer): Promise<{ accountId: string; contactId: string }> {
  const known = customer.contactId ? await work.repo(Contact).get(customer.contactId) : null;
  const accountId = await accountOf(work, customer, known);
  if (known?.accountId && known.accountId !== accountId) {
    throw conflict('contact.of_other_account', 'This contact belongs to another account.', { accountId: known.accountId });
  }
  if (known) {
    if (known.accountId === null) await work.system.repo(Contact).update(known.id, { accountId });
    return { accountId, contactId: known.id };
  }

  const { ownerId, firstName, lastName, jobTitle, email, phone } = customer;
  const contact = await work.system.repo(Contact).create({ accountId, ownerId, firstName, lastName, jobTitle, email, phone });
  return { accountId, contactId: contact.id };
}

async function accountOf(work: Work, customer: NewCustomer, known: ContactRow | null): Promise<string> {
  if (customer.accountId) return (await work.repo(Account).get(customer.accountId)).id;
  if (known?.accountId) return known.accountId;
  const { accountName: name, ownerId, territoryId, website } = customer;
  return (await work.system.repo(Account).create({ name, ownerId, territoryId, website })).id;
}

const card = ({ id, accountId, ownerId, salutation, firstName, lastName, email, language, timeZone }: ContactRow): ContactCard => ({
  id,
  accountId,
  ownerId,
  salutation,
  firstName,
  lastName,
  email,
  language,
  timeZone,
});
