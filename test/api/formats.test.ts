import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
let accountId: string;
let contactId: string;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
  const address = { street: '548 Market St', postalCode: '94104', city: 'San Francisco', region: 'CA', country: 'US' };
  accountId = await made('/v1/accounts', {
    name: 'Muster GmbH',
    employees: 12_345,
    annualRevenue: { amount: '1234567.5', currency: 'CHF' },
    address,
  });
  contactId = await made('/v1/contacts', {
    accountId,
    firstName: 'Anna',
    lastName: 'Nagy',
    language: 'hu',
    salutation: 'ms',
    phone: '030 123456',
  });
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

async function made(path: string, values: object): Promise<string> {
  const { status, body } = await admin.post(path, values);
  expect(status).toBe(201);
  return String(body['id']);
}
interface Formatted {
  readonly locale: string;
  readonly records: { readonly id: string; readonly values: { readonly name: string; readonly label: string; readonly text: string }[] }[];
}
async function formatted(ids: readonly string[], more: Record<string, string> = {}, client = admin): Promise<Formatted> {
  const query = new URLSearchParams({ ids: JSON.stringify(ids), ...more }).toString();
  const { status, body } = await client.get(`/v1/formatted?${query}`);
  expect(status).toBe(200);
  return body as unknown as Formatted;
}
/** Blanks of all kinds are one: which of them Intl takes changes with its data. */
const textsOf = ({ records }: Formatted, i = 0) =>
  Object.fromEntries((records[i]?.values ?? []).map(({ name, text }) => [name, text.replaceAll(/[\u00a0\u202f]/g, ' ')]));

test('amounts, numbers and addresses are written as the reader writes them', async () => {
  expect(textsOf(await formatted([accountId], { locale: 'de-DE' }))).toMatchObject({
    name: 'Muster GmbH',
    employees: '12.345',
    annualRevenue: '1.234.567,50 CHF',
    address: '548 Market St\nSan Francisco, CA 94104\nVereinigte Staaten',
  });
  expect(textsOf(await formatted([accountId], { locale: 'en-US' }))).toMatchObject({
    employees: '12,345',
    annualRevenue: 'CHF 1,234,567.50',
    address: '548 Market St\nSan Francisco, CA 94104\nUnited States',
  });
});

test('names, choices, truths and numbers of telephones too, under what the fields are called', async () => {
  const german = await formatted([contactId], { locale: 'de' });
  expect(textsOf(german)).toMatchObject({ fullName: 'Nagy Anna', salutation: 'Frau', doNotCall: 'Nein', phone: '+49 30 123456' });
  expect(german.records[0]?.values.find(({ name }) => name === 'lastName')?.label).toBe('Nachname');
  expect(textsOf(await formatted([contactId], { locale: 'en' }))).toMatchObject({ doNotCall: 'No' });
});

test('instants are told in the zone of the reader, plans where they are planned, days as days', async () => {
  const start = { local: '2027-05-03T09:00:00', zone: 'Asia/Tokyo' };
  const id = await made('/v1/activities', { kind: 'meeting', subject: 'Meet', start, dueOn: '2027-05-01', doneAt: '2027-05-03T22:30:00Z' });
  const told = textsOf(await formatted([id], { locale: 'de-DE', timeZone: 'Europe/Berlin' }));
  expect(told).toMatchObject({ kind: 'Termin', dueOn: '01.05.2027', doneAt: '04.05.2027, 00:30', start: '03.05.2027, 09:00 (Asia/Tokyo)' });
  expect(textsOf(await formatted([id], { locale: 'de-DE', timeZone: 'America/Los_Angeles' }))).toMatchObject({ dueOn: '01.05.2027' });
});

test('exact numbers stay exact, however long', async () => {
  const id = await made('/v1/accounts', { name: 'Large', annualRevenue: { amount: '123456789012345.6789', currency: 'EUR' } });
  expect(textsOf(await formatted([id], { locale: 'en-US' }))['annualRevenue']).toBe('€123,456,789,012,345.68');
});

test('GraphQL tells the same, in the language of the request, many kinds at once and in order', async () => {
  const query = `query ($ids: [String!]!) { formatted(input: { ids: $ids }) { locale records { id values { name text } } } }`;
  const { data } = await admin.graphql(query, { ids: [contactId, accountId] });
  const both = data?.['formatted'] as Formatted;
  expect(both.records.map(({ id }) => id)).toEqual([contactId, accountId]);
  const rest = await formatted([contactId, accountId]);
  expect([both.locale, textsOf(both, 1)]).toEqual([rest.locale, textsOf(rest, 1)]);
});

test('nobody gets to see more than by reading: not of another company, not out of reach, not what is hidden or masked', async () => {
  const other = await api.company();
  expect((await formatted([accountId, contactId], {}, other.admin)).records).toEqual([]);
  const seller = await company.user({ 'contact:read': 'own' });
  expect((await formatted([accountId, contactId], {}, seller)).records).toEqual([]);
  const clerk = await company.user(
    { 'account:read': 'all', 'contact:read': 'all' },
    { 'account.annualRevenue': 'hide', 'contact.phone': 'mask' },
  );
  const seen = await formatted([accountId, contactId], {}, clerk);
  expect(textsOf(seen)).not.toHaveProperty('annualRevenue');
  expect(textsOf(seen, 1)['phone']).toBe('•••56');
});

test('what is no language or zone is refused, and no id finds nothing', async () => {
  for (const [more, code] of [
    [`locale=${encodeURIComponent(`de'||x`)}`, 'text.locale_unknown'],
    ['timeZone=Mars/Olympus', 'text.zone_unknown'],
  ])
    expect((await admin.get(`/v1/formatted?ids=[]&${more}`)).body).toMatchObject({ status: 400, code });
  expect((await formatted(['nonsense', accountId.replace(/.$/, '0')])).records.length).toBeLessThan(2);
});
