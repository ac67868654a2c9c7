import type { Work } from '#kernel/usecase/work.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { Contact } from '../contact/contact.resource.js';
import { consentEffect, type ConsentEffect } from '../domain/consent-ledger.js';
import { ConsentGranted, ConsentWithdrawn } from '../events.js';
import { ConsentEntry } from './consent-entry.resource.js';
import { Consent, type ConsentChannel } from './consent.resource.js';

export interface ConsentKey {
  readonly contactId: string;
  readonly channel: ConsentChannel;
  readonly purpose: string;
}

/** What a contact has said, and how we know. */
export interface ConsentProof extends ConsentKey {
  readonly source: string;
  readonly textVersion?: string | null | undefined;
  readonly ip?: string | null | undefined;
  /** Now when left out. */
  readonly saidAt?: Date | null | undefined;
}

/** Writes a statement into the ledger and carries the current state along. The caller has checked that the contact may be touched. */
export async function recordConsent(
  work: Work,
  action: 'granted' | 'withdrawn',
  proof: ConsentProof,
): Promise<{ consentId: string; status: 'granted' | 'withdrawn' }> {
  const { contactId, channel, purpose, source } = proof;
  const said = { action, source, textVersion: proof.textVersion ?? null, saidAt: proof.saidAt ?? work.now };
  if (said.saidAt > work.now) throw invalid('consent.said_in_future', 'A consent cannot have been given or withdrawn in the future.');

  // Two statements at once queue up here: the state row may not exist yet, so the contact is what they wait for.
  await work.system.repo(Contact).lock(contactId);
  const current = await work.system.repo(Consent).first({ contactId, channel, purpose });
  const effect = consentEffect(current, said);
  if (current && effect === 'repeated') return { consentId: current.id, status: current.status };

  const ip = proof.ip ?? null;
  await work.system.repo(ConsentEntry).create({ ...said, contactId, channel, purpose, ip, recordedById: work.actor.userId });
  if (current && effect === 'outdated') return { consentId: current.id, status: current.status };

  const state = { status: action, changedAt: said.saidAt, source, textVersion: said.textVersion, ip };
  const consent = current
    ? await work.system.repo(Consent).update(current.id, state)
    : await work.system.repo(Consent).create({ contactId, channel, purpose, ...state });
  await tell(work, effect, action, { contactId, channel, purpose, source, saidAt: said.saidAt });
  return { consentId: consent.id, status: action };
}

async function tell(
  work: Work,
  effect: ConsentEffect,
  action: 'granted' | 'withdrawn',
  facts: ConsentKey & { source: string; saidAt: Date },
): Promise<void> {
  if (effect !== 'changed') return;
  const event = action === 'granted' ? ConsentGranted : ConsentWithdrawn;
  await work.emit(event, facts, { resource: 'contact', id: facts.contactId });
}
