import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { identity } from '#modules/identity/identity.module.js';
import { Account } from './account/account.resource.js';
import { contactCard, findContactByEmail, openCustomer } from './api.js';
import { Contact } from './contact/contact.resource.js';
import { customers } from './customers.module.js';

let kit: Kit;
let t: TestTenant;

beforeAll(async () => {
  kit = await openKit([identity, customers]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  t = await kit.tenant();
});

const contact = (email: string, more: { ownerId?: string; lastName?: string } = {}) =>
  t.work(async (work) => (await work.repo(Contact).create({ lastName: 'Ng', email, ...more })).id);

test('a contact is found by address, whatever its case and the spaces around it', async () => {
  const id = await contact('kim@example.test');
  expect(await t.work((work) => findContactByEmail(work, ' Kim@Example.TEST '))).toMatchObject({
    id,
    lastName: 'Ng',
    email: 'kim@example.test',
  });
  expect(await t.work((work) => findContactByEmail(work, 'nobody@example.test'))).toBeNull();
});

test('of two with one address the one known longest is taken', async () => {
  const first = await contact('office@example.test', { lastName: 'First' });
  await contact('office@example.test', { lastName: 'Second' });
  expect(await t.work((work) => findContactByEmail(work, 'office@example.test'))).toMatchObject({ id: first });
});

test('a contact out of reach or of another tenant is not found', async () => {
  const id = await contact('kim@example.test');
  const other = await kit.tenant();
  const seller = await t.user({ permissions: { 'contact:read': 'own' } });

  expect(await other.work((work) => findContactByEmail(work, 'kim@example.test'))).toBeNull();
  expect(await other.work((work) => contactCard(work, id))).toBeNull();
  expect(await t.work((work) => contactCard(work, id), seller.actor)).toBeNull();
});

test('a customer is an account and a contact of it, for an actor without rights on either', async () => {
  const nobody = await t.user({ permissions: {} });
  const { accountId, contactId } = await t.work(
    (work) => openCustomer(work, { ownerId: nobody.id, accountName: 'Acme', lastName: 'Ng' }),
    nobody.actor,
  );

  expect(await t.work((work) => work.repo(Account).get(accountId))).toMatchObject({ name: 'Acme', ownerId: nobody.id });
  expect(await t.work((work) => contactCard(work, contactId))).toMatchObject({ accountId, ownerId: nobody.id });
});

test('a sector is kept in lower case, so that reports do not fall apart', async () => {
  await expect(t.work((work) => work.repo(Account).create({ name: 'Acme', sector: 'Retail ' }))).rejects.toMatchObject({
    code: 'account.sector_not_normalised',
  });
});

test('two accounts never share a customer number or an outside name', async () => {
  await t.work((work) => work.repo(Account).create({ name: 'One', number: '1001', externalRef: 'erp:1' }));
  await expect(t.work((work) => work.repo(Account).create({ name: 'Two', number: '1001' }))).rejects.toMatchObject({
    code: 'account.number_taken',
  });
  await expect(t.work((work) => work.repo(Account).create({ name: 'Two', externalRef: 'erp:1' }))).rejects.toMatchObject({
    code: 'account.external_ref_taken',
  });
});
