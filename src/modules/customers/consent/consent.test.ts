import type { Actor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { identity } from '#modules/identity/identity.module.js';
import { grantConsent as grantFor, hasConsent, withdrawConsent as withdrawFor } from '../api.js';
import { Contact } from '../contact/contact.resource.js';
import { customers } from '../customers.module.js';
import { ConsentEntry } from './consent-entry.resource.js';
import { Consent } from './consent.resource.js';
import { grantConsent } from './grant-consent.js';
import { withdrawConsent } from './withdraw-consent.js';

let kit: Kit;
let t: TestTenant;
let contactId: string;

beforeAll(async () => {
  kit = await openKit([identity, customers]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-02T09:00:00Z'));
  t = await kit.tenant();
  contactId = await t.work(async (work) => (await work.repo(Contact).create({ lastName: 'Ng' })).id);
});

const newsletter = () => ({ contactId, channel: 'email', purpose: 'newsletter' }) as const;
const proof = { source: 'web form', textVersion: '2026-01', ip: '192.0.2.7' } as const;
const grant = (actor?: Actor) => t.run(grantConsent, { ...newsletter(), ...proof }, actor);
const withdraw = (actor?: Actor) => t.run(withdrawConsent, { ...newsletter(), source: 'unsubscribe link' }, actor);
const ledger = () => t.work((work) => work.repo(ConsentEntry).list({ contactId }, { orderBy: ['saidAt', 'id'] }));
const asked = () => t.work((work) => hasConsent(work, newsletter()));
const events = async (type: string) => (await kit.asOwner('select id from kernel.outbox where type = $1', [type], t.id)).length;

test('nothing recorded means no', async () => {
  expect(await asked()).toBe(false);
});

test('a grant counts for its channel and purpose only, and its proof is kept', async () => {
  const { consentId } = await grant();

  expect(await asked()).toBe(true);
  expect(await t.work((work) => hasConsent(work, { ...newsletter(), purpose: 'tracking' }))).toBe(false);
  expect(await t.work((work) => hasConsent(work, { ...newsletter(), channel: 'phone' }))).toBe(false);
  expect(await t.work((work) => work.repo(Consent).get(consentId))).toMatchObject({
    status: 'granted',
    changedAt: kit.clock.now(),
    ...proof,
  });
  expect(await ledger()).toMatchObject([{ action: 'granted', saidAt: kit.clock.now(), recordedById: t.admin.userId, ...proof }]);
});

test('a withdrawal ends it, and the ledger keeps both', async () => {
  await grant();
  kit.clock.advance({ days: 1 });
  await withdraw();

  expect(await asked()).toBe(false);
  expect((await ledger()).map((entry) => entry.action)).toEqual(['granted', 'withdrawn']);
  expect([await events('customers.consent_granted'), await events('customers.consent_withdrawn')]).toEqual([1, 1]);
});

test('an objection is recorded where there was never a consent', async () => {
  expect(await withdraw()).toMatchObject({ status: 'withdrawn' });
  expect(await ledger()).toHaveLength(1);
});

test('an old grant that is imported late does not lift a withdrawal', async () => {
  await withdraw();
  const late = await t.run(grantConsent, { ...newsletter(), ...proof, saidAt: new Date('2025-12-24T18:00:00Z') });
  expect(late.status).toBe('withdrawn');
  expect(await asked()).toBe(false);
  expect(await ledger()).toHaveLength(2);
});

test('nobody consents in the future', async () => {
  const saidAt = new Date('2026-03-02T09:00:01Z');
  await expect(t.run(grantConsent, { ...newsletter(), ...proof, saidAt })).rejects.toMatchObject({ code: 'consent.said_in_future' });
});

test.each([
  ['grant', 'customers.consent_granted'],
  ['withdraw', 'customers.consent_withdrawn'],
] as const)('two at once %s once', async (verb, event) => {
  const say = verb === 'grant' ? grant : withdraw;
  const [one, other] = await Promise.all([say(), say()]);
  expect(one).toEqual(other);
  expect(await ledger()).toHaveLength(1);
  expect(await events(event)).toBe(1);
});

test('the application cannot rewrite the ledger', async () => {
  await grant();
  const rewrite = t.work((work) => work.exec(`update customers.consent_entries set source = 'forged'`, []));
  await expect(rewrite).rejects.toThrow('permission denied');
});

test('the ledger goes with its contact', async () => {
  await grant();
  await t.work((work) => work.repo(Contact).delete(contactId));
  expect(await ledger()).toEqual([]);
});

test('a contact out of reach, and one of another tenant, does not exist', async () => {
  const seller = await t.user({ permissions: { 'consent:grant': 'own', 'consent:withdraw': 'own', 'contact:read': 'own' } });
  const other = await kit.tenant();
  await expect(grant(seller.actor)).rejects.toMatchObject({ code: 'contact.not_found' });
  await expect(withdraw(seller.actor)).rejects.toMatchObject({ code: 'contact.not_found' });
  await expect(other.run(grantConsent, { ...newsletter(), ...proof })).rejects.toMatchObject({ code: 'contact.not_found' });
  await expect(other.run(withdrawConsent, { ...newsletter(), source: 'x' })).rejects.toMatchObject({ code: 'contact.not_found' });

  const own = await t.work(async (work) => (await work.repo(Contact).create({ lastName: 'Own', ownerId: seller.id })).id);
  await expect(t.run(grantConsent, { ...newsletter(), ...proof, contactId: own }, seller.actor)).resolves.toMatchObject({
    status: 'granted',
  });
});

test('without the permission nothing is recorded', async () => {
  const reader = await t.user({ permissions: { 'contact:read': 'all' } });
  await expect(grant(reader.actor)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(withdraw(reader.actor)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('other modules let the contact itself speak, whatever the rights of the actor', async () => {
  const nobody = await t.user({ permissions: {} });
  await t.work((work) => grantFor(work, { ...newsletter(), ...proof }), nobody.actor);
  expect(await asked()).toBe(true);
  await t.work((work) => withdrawFor(work, { ...newsletter(), source: 'unsubscribe link' }), nobody.actor);
  expect(await asked()).toBe(false);
});
