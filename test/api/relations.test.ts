import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';
import { DocPage } from './doc-page.js';

let api: ApiKit;
let company: Company;
let admin: Client;
const page = new DocPage('docs/relations.md');
const made = page.words;

beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

test('every request of the page on relations works as it stands there, in its order', async () => {
  expect(page.blocks.length).toBeGreaterThan(6);
  expect(await page.refusedTo(admin)).toEqual([]);
});

test('GraphQL and REST tell the same way, each hop in the language of the request', async () => {
  const path = `/v1/relationship-path?from=${made['accounts'] ?? ''}&to=${made['contacts'] ?? ''}`;
  const rest = await admin.get(path, { 'accept-language': 'de' });
  expect(rest.body).toMatchObject({
    found: true,
    length: 1,
    records: [
      { name: 'Muster AG', kind: 'Firma', distance: 0 },
      { name: 'Ng', resource: 'contact' },
    ],
    hops: [{ label: 'Mitglied', direction: 'backward', relation: 'x_board_seat', validFrom: '2024-01-01', validTo: null }],
  });
  const query = `query ($from: String!, $to: String!) { relationshipPath(input: {from: $from, to: $to}) { found hops { label } records { name } } }`;
  const variables = { from: made['accounts'], to: made['contacts'] };
  expect(await admin.graphql(query, variables)).toMatchObject({
    data: { relationshipPath: { found: true, hops: [{ label: 'Member of the board' }], records: [{ name: 'Muster AG' }, { name: 'Ng' }] } },
  });
  expect(await admin.get(`${path}&on=2023-12-31`)).toMatchObject({ status: 200, body: { found: false, records: [], hops: [] } });
  expect(await admin.get(`${path}&maxDepth=7`)).toMatchObject({ status: 400, body: { errors: [{ path: '/maxDepth' }] } });
});

test('a narrow role and another company see none of it', async () => {
  const [account = '', contact = ''] = [made['accounts'], made['contacts']];
  const narrow = await company.user({ 'account:read': 'all', 'contact:read': 'own', 'x_board_seat:read': 'all' });
  expect((await narrow.get(`/v1/records/${account}/network?depth=4`)).body).toMatchObject({
    records: [{ id: account }],
    hops: [],
    isComplete: true,
  });
  expect(await narrow.get(`/v1/relationship-path?from=${account}&to=${contact}`)).toMatchObject({
    status: 404,
    body: { code: 'contact.not_found' },
  });
  const stranger = (await api.company()).admin;
  expect(await stranger.get(`/v1/records/${account}/network`)).toMatchObject({ status: 404, body: { code: 'account.not_found' } });
  const users = await admin.get(`/v1/records/${admin.userId}/network`, { 'accept-language': 'de' });
  expect(users).toMatchObject({ status: 400, body: { code: 'record.without_relations', errors: [{ path: '/recordId' }] } });
  expect(users.body['detail']).toBe('Datensätze dieser Art stehen in keinen Beziehungen zu anderen.');
});
