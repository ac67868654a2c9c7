import type { FieldRights } from '#kernel/access/actor.js';
import { openApiKit, type Answer, type ApiKit, type Client, type Company, type GraphqlAnswer } from './api-kit.js';

let api: ApiKit;
let company: Company;
let accountId: string;
let contactId: string;

const rules: FieldRights = {
  'contact.email': 'hide',
  'contact.accountId': 'hide',
  'contact.phone': 'mask',
  'contact.jobTitle': 'mask',
  'contact.language': 'read',
  'account.sector': 'read',
  'account.email': 'mask',
  'opportunity.amount': 'hide',
};
let narrow: Client;

beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  narrow = await company.user({ '*': 'all' }, rules);
  accountId = String((await company.admin.post('/v1/accounts', { name: 'Acme', email: 'office@acme.test', sector: 'tools' })).body['id']);
  const person = {
    lastName: 'Doe',
    firstName: 'Jane',
    email: 'jane.doe@example.de',
    phone: '+49 30 123456',
    jobTitle: 'Chief',
    language: 'de',
    accountId,
  };
  contactId = String((await company.admin.post('/v1/contacts', person)).body['id']);
});
afterAll(() => api.close());

const forbiddenIn = ({ errors }: GraphqlAnswer) => {
  const [first] = errors ?? [];
  return first && { code: first.extensions.code, fields: (first.extensions as unknown as { fields?: string[] }).fields };
};
const refusal = ({ status, body }: Answer) => ({ status, code: body['code'], fields: body['fields'] });
const filter = (value: unknown) => `filter=${encodeURIComponent(JSON.stringify(value))}`;

describe('in GraphQL a hidden field', () => {
  test.each([
    ['by itself', '{ contacts { nodes { id email } } }', ['contact.email']],
    ['under another name', '{ contacts { nodes { x: email } } }', ['contact.email']],
    ['of one row', `{ contact(id: "$contact") { email } }`, ['contact.email']],
    ['of any node', `{ node(id: "$contact") { ... on Contact { email } } }`, ['contact.email']],
    ['in a fragment', 'query { contacts { nodes { ...f } } } fragment f on Contact { email }', ['contact.email']],
    ['down a path', '{ users { nodes { contacts { nodes { email } } } } }', ['contact.email']],
    ['as the row it refers to', '{ contacts { nodes { account { name } } } }', ['contact.accountId']],
    ['as the list it makes elsewhere', '{ accounts { nodes { contacts { totalCount } } } }', ['contact.accountId']],
    [
      'together with others',
      '{ contacts { nodes { email accountId } } accounts { nodes { name } } }',
      ['contact.email', 'contact.accountId'],
    ],
    ['in a second root', '{ users { totalCount } contacts { nodes { email } } }', ['contact.email']],
  ])('%s refuses the whole operation, the same on both paths', async (_, query, fields) => {
    const text = query.replace('$contact', contactId);
    const [fast, slow] = [await narrow.graphql(text), await narrow.graphql(text, {}, { slow: true })];
    expect(forbiddenIn(slow)).toEqual({ code: 'access.field_forbidden', fields });
    expect(fast).toEqual(slow);
    expect(JSON.stringify(slow.data ?? null)).not.toContain('Jane');
  });

  test('that is not included asks for nothing', async () => {
    const query = 'query($see: Boolean!) { contact(id: "$contact") { lastName email @include(if: $see) } }'.replace('$contact', contactId);
    expect((await narrow.graphql(query, { see: false })).data).toEqual({ contact: { lastName: 'Doe' } });
    expect(forbiddenIn(await narrow.graphql(query, { see: true }))).toMatchObject({ fields: ['contact.email'] });
    expect((await narrow.graphql(query, { see: false })).data).toEqual({ contact: { lastName: 'Doe' } });
  });

  test('is seen by everybody else: nobody gets the plan of another', async () => {
    const query = '{ contacts { nodes { email phone } } }';
    const own = await company.admin.graphql(query);
    expect(own.data).toEqual({ contacts: { nodes: [{ email: 'jane.doe@example.de', phone: '+4930123456' }] } });
    expect(forbiddenIn(await narrow.graphql(query))).toMatchObject({ code: 'access.field_forbidden' });
    expect(await company.admin.graphql(query)).toEqual(own);
  });
});

test.each([false, true])('a masked field is shown as its mask, null as null (ordinary path: %s)', async (slow) => {
  const { data } = await narrow.graphql(
    '{ contacts { nodes { phone jobTitle mobile lastName } } accounts { nodes { email website } } }',
    {},
    { slow },
  );
  expect(data).toEqual({
    contacts: { nodes: [{ phone: '•••56', jobTitle: '•••', mobile: null, lastName: 'Doe' }] },
    accounts: { nodes: [{ email: 'o•••@acme.test', website: null }] },
  });
});

describe('in REST', () => {
  test('a hidden field is left out, a masked one shown as its mask', async () => {
    const { body } = await narrow.get(`/v1/contacts/${contactId}`);
    expect(body).toMatchObject({ lastName: 'Doe', phone: '•••56', jobTitle: '•••', mobile: null });
    expect(Object.keys(body)).not.toContain('email');
    expect(Object.keys(body)).not.toContain('accountId');
    const list = await narrow.get('/v1/contacts?expand=owner');
    expect(list.text).not.toMatch(/jane\.doe|123456|Chief/);
  });

  test.each([
    ['fields=email', ['contact.email']],
    ['fields=lastName,email,accountId', ['contact.accountId', 'contact.email']],
    ['expand=account', ['contact.accountId']],
    ['sort=email', ['contact.email']],
    ['sort=-phone', ['contact.phone']],
    [filter({ email: { isNull: true } }), ['contact.email']],
    [filter({ phone: { startsWith: '+49' } }), ['contact.phone']],
    [filter({ not: { or: [{ email: { eq: 'a' } }] } }), ['contact.email']],
    [filter({ account: { name: { eq: 'Acme' } } }), ['contact.accountId']],
    [filter({ owner: { contacts: { some: { email: { eq: 'a' } } } } }), ['contact.email']],
  ])('%s is refused by the name of the field', async (query, fields) => {
    const { fields: named, ...rest } = refusal(await narrow.get(`/v1/contacts?${query}`));
    expect({ ...rest, named: [...(named as string[])].sort() }).toEqual({
      status: 403,
      code: 'access.field_forbidden',
      named: fields,
    });
  });

  test('a field that may only be read may be asked about', async () => {
    const { status, body } = await narrow.get(`/v1/accounts?sort=sector&${filter({ sector: { eq: 'tools' } })}`);
    expect([status, (body['data'] as unknown[]).length]).toEqual([200, 1]);
  });

  test('the search passes over hidden and masked fields without a word', async () => {
    const hits = async (client: Client, text: string) =>
      ((await client.get(`/v1/contacts?${filter({ search: text })}`)).body['data'] as unknown[]).length;
    expect([await hits(company.admin, 'jane.doe@'), await hits(narrow, 'jane.doe@'), await hits(narrow, 'doe')]).toEqual([1, 0, 1]);
  });
});

test('figures, groups and orders do not use a hidden field', async () => {
  for (const query of [
    '{ opportunities { aggregate { sum { amount { amount } } } } }',
    '{ opportunities(filter: { amount: { amount: { gt: "1" } } }) { totalCount } }',
    '{ opportunities(filter: { amount: { isNull: true } }) { totalCount } }',
    '{ accounts(filter: { opportunities: { some: { amount: { currency: { eq: "EUR" } } } } }) { totalCount } }',
  ])
    expect([query, forbiddenIn(await narrow.graphql(query))]).toEqual([
      query,
      { code: 'access.field_forbidden', fields: ['opportunity.amount'] },
    ]);
});

describe('what is written', () => {
  test.each([
    ['email', 'x@example.de', 'contact.email'],
    ['phone', '+49 30 999', 'contact.phone'],
    ['language', 'en', 'contact.language'],
    ['language', null, 'contact.language'],
  ])('%s cannot be named, and nothing is written', async (field, value, name) => {
    const before = (await company.admin.get(`/v1/contacts/${contactId}`)).text;
    const count = async () => (await company.admin.get('/v1/contacts?count=true')).body['total'];
    const rows = await count();
    const refused = { status: 403, code: 'access.field_forbidden', fields: [name] };
    expect(refusal(await narrow.patch(`/v1/contacts/${contactId}`, { firstName: 'Changed', [field]: value }))).toEqual(refused);
    expect(refusal(await narrow.post('/v1/contacts', { lastName: 'New', [field]: value }))).toEqual(refused);
    const mutation = `mutation($id: ID!, $patch: UpdateContactInput!) { updateContact(id: $id, patch: $patch) { id } }`;
    const answer = await narrow.graphql(mutation, { id: contactId, patch: { [field]: value } });
    expect(forbiddenIn(answer)).toEqual({ code: 'access.field_forbidden', fields: [name] });
    expect((await company.admin.get(`/v1/contacts/${contactId}`)).text).toBe(before);
    expect(await count()).toBe(rows);
  });

  test('is answered as a read would show it', async () => {
    const rest = await narrow.patch(`/v1/contacts/${contactId}`, { firstName: 'Joan' });
    expect(rest.body).toMatchObject({ firstName: 'Joan', phone: '•••56' });
    expect(rest.text).not.toMatch(/jane\.doe|123456|Chief/);
    const read = await narrow.get(`/v1/contacts/${contactId}`);
    expect(read.body).toEqual(rest.body);
    const mutation = 'mutation($id: ID!) { updateContact(id: $id, patch: { firstName: "Jane" }) { firstName phone } }';
    expect((await narrow.graphql(mutation, { id: contactId })).data).toEqual({ updateContact: { firstName: 'Jane', phone: '•••56' } });
  });

  test('is not written when its answer may not be shown, however many mutations come before', async () => {
    const mutation = `mutation($id: ID!) { a: updateContact(id: $id, patch: { firstName: "Gone" }) { firstName }
      b: updateContact(id: $id, patch: { lastName: "Gone" }) { email } }`;
    expect(forbiddenIn(await narrow.graphql(mutation, { id: contactId }))).toMatchObject({ fields: ['contact.email'] });
    expect((await company.admin.get(`/v1/contacts/${contactId}`)).body).toMatchObject({ firstName: 'Jane', lastName: 'Doe' });
  });

  test('by a verb cannot name the field either, under whatever name the verb has for it', async () => {
    const create = await narrow.post('/v1/opportunities', { name: 'Deal', amount: { amount: '5', currency: 'EUR' } });
    expect(refusal(create)).toEqual({ status: 403, code: 'access.field_forbidden', fields: ['opportunity.amount'] });
    const seller = await company.user({ '*': 'all' }, { 'lead.disqualifiedReason': 'read', 'opportunity.stageId': 'hide' });
    const lead = await company.admin.post('/v1/leads', { lastName: 'Lee' });
    const verb = await seller.post(`/v1/leads/${String(lead.body['id'])}/disqualify`, { reason: 'no' });
    expect(refusal(verb)).toEqual({ status: 403, code: 'access.field_forbidden', fields: ['lead.disqualifiedReason'] });
  });
});

test('a stored answer is shown by the rights its reader has now', async () => {
  const user = await company.user({ '*': 'all' });
  const made = await company.admin.post('/v1/contacts', { lastName: 'Key', email: 'key@example.de', phone: '+49 30 7654321' });
  const repeat = () => user.patch(`/v1/contacts/${String(made.body['id'])}`, { firstName: 'Kay' }, { 'idempotency-key': 'repeated' });
  const first = await repeat();
  expect(first.body).toMatchObject({ email: 'key@example.de', phone: '+49307654321' });
  const assigned = await company.admin.get(`/v1/role-assignments?${filter({ userId: { eq: user.userId } })}`);
  const [{ roleId }] = assigned.body['data'] as [{ roleId: string }];
  const fieldRules = { 'contact.email': 'hide', 'contact.phone': 'mask' };
  expect((await company.admin.patch(`/v1/roles/${roleId}`, { fieldRules })).status).toBe(200);
  const second = await repeat();
  expect(second.body).toMatchObject({ firstName: 'Kay', phone: '•••21', version: first.body['version'] });
  expect(second.text).not.toMatch(/key@example|7654321/);
});

test('a copy is kept from whoever is kept from what it was copied from', async () => {
  expect(refusal(await narrow.get('/v1/opportunity-stage-changes?fields=amount'))).toEqual({
    status: 403,
    code: 'access.field_forbidden',
    fields: ['opportunity_stage_change.amount'],
  });
});

describe('analytics', () => {
  const load = (query: object) => narrow.post('/v1/analytics/load', { query });
  const refused = { status: 403, code: 'access.field_forbidden', fields: ['opportunity.amount'] };
  test.each([
    ['a measure', { measures: ['opportunities.wonValue'] }],
    ['a dimension', { dimensions: ['opportunities.value'] }],
    ['a filter', { measures: ['opportunities.count'], filters: [{ member: 'opportunities.value', operator: 'gt', values: ['1'] }] }],
    [
      'a filter inside others',
      { measures: ['opportunities.count'], filters: [{ or: [{ and: [{ member: 'opportunities.currency', operator: 'set' }] }] }] },
    ],
    [
      'a filter on a figure',
      { measures: ['opportunities.count'], filters: [{ member: 'opportunities.openValue', operator: 'gt', values: ['1'] }] },
    ],
    ['an order', { measures: ['opportunities.openValue'], order: { 'opportunities.openValue': 'desc' } }],
  ])('%s from a hidden field is refused', async (_, query) => {
    expect(refusal(await load(query))).toEqual(refused);
  });

  test('a time dimension and a segment from a hidden field are refused', async () => {
    const planner = await company.user({ '*': 'all' }, { 'opportunity.closeOn': 'hide', 'opportunity.status': 'hide' });
    const ask = async (query: object) => refusal(await planner.post('/v1/analytics/load', { query })).fields;
    const axis = { dimension: 'opportunities.closeDate', granularity: 'month' };
    expect(await ask({ measures: ['opportunities.count'], timeDimensions: [axis] })).toEqual(['opportunity.closeOn']);
    const compared = { ...axis, compareDateRange: [['2026-01-01', '2026-01-31']] };
    expect(await ask({ measures: ['opportunities.count'], timeDimensions: [compared] })).toEqual(['opportunity.closeOn']);
    expect(await ask({ measures: ['opportunities.count'], segments: ['opportunities.won'] })).toEqual(['opportunity.status']);
  });

  test('the description leaves its members out, and drills lead to none of them', async () => {
    const { text } = await narrow.get('/v1/analytics/meta');
    expect(text).toContain('opportunities.wonCount');
    expect(text).not.toMatch(/opportunities\.(wonValue|openValue|value|currency|unconvertedCount)/);
    const count = await load({ measures: ['opportunities.count'] });
    expect([count.status, count.text.includes('opportunities.value')]).toEqual([200, false]);
  });
});

test('segments and journeys ask nothing about a hidden field', async () => {
  const email = { kind: 'trait', path: 'contact.email', op: 'contains', value: 'a' };
  const sector = { kind: 'trait', path: 'account.sector', op: 'is_set' };
  const refused = (fields: string[]) => ({ status: 403, code: 'access.field_forbidden', fields });
  expect(refusal(await narrow.post('/v1/segments/preview', { condition: email }))).toEqual(refused(['contact.email']));
  const nested = { kind: 'and', of: [{ kind: 'not', of: sector }] };
  expect(refusal(await narrow.post('/v1/segments', { name: 'S', condition: nested }))).toEqual(refused(['contact.accountId']));
});
