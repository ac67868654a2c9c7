import { createHash } from 'node:crypto';
import { openApiKit, type Answer, type ApiKit, type Client, type Company } from '../api/api-kit.js';
import { Listener, until } from './graphql-listener.js';

let api: ApiKit;
let url: string;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
});
beforeEach(async () => {
  company = await api.company();
  admin = company.admin;
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

const listed = 'query Accounts($first: Int) { accounts(first: $first) { nodes { id name } } }';
const slowListed = 'query Me { me { name } }';
const other = '{ accounts(first: 1) { nodes { id } } }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A client and its list; `strict` lets it send nothing else. */
async function client(name: string, documents: readonly string[], strict = false, more: object = {}): Promise<string> {
  const made = await admin.post('/v1/graphql-clients', { name, documents: strict ? 'listed' : 'any', ...more });
  expect(made.status).toBe(201);
  const id = String(made.body['id']);
  const uploaded = await admin.post(`/v1/graphql-clients/${id}/documents`, {
    documents: documents.map((text) => ({ text, hash: sha256(text) })),
  });
  expect(uploaded.body).toMatchObject({ added: documents.length, removed: 0, listed: documents.length });
  return id;
}

const post = (body: object, name?: string, who = admin): Promise<Answer> =>
  who.post('/graphql', body, name === undefined ? {} : { 'graphql-client-name': name });
const codeOf = ({ body }: Answer) => (body['errors'] as { extensions: { code: string } }[] | undefined)?.[0]?.extensions.code;

test.each([
  ['as graphql-codegen and Relay do', (hash: string) => ({ documentId: hash })],
  ['with the name of its algorithm', (hash: string) => ({ documentId: `sha256:${hash}` })],
  ['as Apollo does', (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } })],
])('a listed document is run by its hash %s, by either way of running it', async (_what, named) => {
  await admin.post('/v1/accounts', { name: 'Ada AG' });
  await client('shop', [listed, slowListed]);
  const fast = await post({ ...named(sha256(listed)), variables: { first: 5 } }, 'shop');
  expect(fast.body).toMatchObject({ data: { accounts: { nodes: [{ name: 'Ada AG' }] } }, extensions: { cost: 5 } });
  expect((await post(named(sha256(slowListed)), 'shop')).body).toMatchObject({ data: { me: { name: 'Ada Admin' } } });
});

test('GET takes a hash too', async () => {
  await client('shop', [listed]);
  const get = (query: string) => admin.get(`/graphql?${query}`, { 'graphql-client-name': 'shop', 'apollo-require-preflight': 'true' });
  expect((await get(`documentId=${sha256(listed)}&variables=${encodeURIComponent('{"first":1}')}`)).body).toMatchObject({
    data: { accounts: { nodes: [] } },
  });
  expect(codeOf(await get(`documentId=${sha256(other)}`))).toBe('graphql.document_unknown');
});

test('a hash that is on no list, or on that of another client or company, is unknown; sending the text with it lists nothing', async () => {
  await client('shop', [listed]);
  await client('desk', [slowListed]);
  const stranger = (await api.company()).admin;
  const hash = sha256(listed);
  const answers = [
    await post({ documentId: sha256(other) }, 'shop'),
    await post({ documentId: hash }, 'desk'),
    await post({ documentId: hash }),
    await post({ documentId: hash }, 'shop', stranger),
  ];
  expect(answers.map(codeOf)).toEqual(Array(4).fill('graphql.document_unknown'));
  const registered = { query: other, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(other) } } };
  expect((await post(registered, 'shop')).body['data']).toBeDefined();
  expect(codeOf(await post({ extensions: registered.extensions }, 'shop'))).toBe('graphql.document_unknown');
});

test('a client that may send only what is listed sends nothing else: not by text, not by GET, not the schema', async () => {
  await client('shop', [listed], true);
  expect((await post({ query: listed }, 'shop')).body['data']).toBeDefined();
  const get = admin.get(`/graphql?query=${encodeURIComponent(other)}`, {
    'graphql-client-name': 'shop',
    'apollo-require-preflight': 'true',
  });
  const refused = [
    await post({ query: other }, 'shop'),
    await post({ query: `${listed} ` }, 'shop'),
    await post({ query: '{ __schema { types { name } } }' }, 'shop'),
    await post({ query: 'mutation { createAccount(input: { name: "x" }) { id } }' }, 'shop'),
    await get,
  ];
  expect(refused.map((answer) => [answer.status, codeOf(answer)])).toEqual(Array(5).fill([403, 'graphql.document_not_listed']));
  for (const { text } of refused) expect(text.length).toBeLessThan(2_000);
  expect((await admin.get('/v1/accounts')).body['data']).toEqual([]);
});

test('"default" stands for whoever names no client that is known', async () => {
  await client('default', [listed], true);
  await client('tools', []);
  expect(codeOf(await post({ query: other }))).toBe('graphql.document_not_listed');
  expect(codeOf(await post({ query: other }, 'nobody-knows'))).toBe('graphql.document_not_listed');
  expect((await post({ query: other }, 'tools')).body['data']).toBeDefined();
});

test('a key is of its client, whatever its requests say', async () => {
  const made = await admin.post('/v1/api-keys', { name: 'Shop', permissions: { 'account:read': 'all' } });
  const { apiKeyId, key } = made.body as { apiKeyId: string; key: string };
  await client('shop', [listed], true, { apiKeyId });
  await client('tools', []);
  const send = (body: object) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'graphql-client-name': 'tools' },
      body: JSON.stringify(body),
    }).then((response) => response.json() as Promise<Answer['body']>);
  expect(await send({ query: other })).toMatchObject({ errors: [{ extensions: { code: 'graphql.document_not_listed' } }] });
  expect(await send({ documentId: sha256(listed) })).toMatchObject({ data: { accounts: { nodes: [] } } });
});

test('what is taken off the list is not answered from the next request on', async () => {
  const id = await client('shop', [listed, other], true);
  expect((await post({ documentId: sha256(other) }, 'shop')).body['data']).toBeDefined();
  const answer = await admin.post(`/v1/graphql-clients/${id}/documents`, { documents: [{ text: listed }], replace: true });
  expect(answer.body).toMatchObject({ added: 0, removed: 1, listed: 1 });
  expect(codeOf(await post({ documentId: sha256(other) }, 'shop'))).toBe('graphql.document_unknown');
  expect((await post({ documentId: sha256(listed) }, 'shop')).body['data']).toBeDefined();
});

test('over a WebSocket the same holds', async () => {
  const live = 'subscription ($after: String) { accountChanged(after: $after) { id } }';
  await client('default', [live, '{ changeCursor }'], true);
  const after = String((await admin.graphql('{ changeCursor }')).data?.['changeCursor']);
  const good = new Listener(url, { token: admin.token, query: live, variables: { after } });
  const bad = new Listener(url, { token: admin.token, query: 'subscription { accountChanged { id verb } }' });
  await until(() => bad.errors.length > 0);
  expect(bad.errors[0]?.extensions?.['code']).toBe('graphql.document_not_listed');
  await admin.post('/v1/accounts', { name: 'Heard' });
  await api.kit.drain();
  await good.hears(1);
  await Promise.all([good.socket.dispose(), bad.socket.dispose()]);
});

test('lists are written by who may, with hashes that are true', async () => {
  const id = await client('shop', [listed]);
  const user = await company.user({ 'account:read': 'all' });
  expect((await user.post(`/v1/graphql-clients/${id}/documents`, { documents: [{ text: other }] })).body['code']).toBe('access.forbidden');
  expect((await user.post('/v1/graphql-clients', { name: 'mine' })).status).toBe(403);
  const wrong = await admin.post(`/v1/graphql-clients/${id}/documents`, { documents: [{ text: other, hash: sha256(listed) }] });
  expect(wrong).toMatchObject({ status: 400, body: { code: 'trusted_document.hash_mismatch' } });
  expect((await admin.post('/v1/graphql-clients', { name: 'shop' })).body['code']).toBe('graphql_client.name_taken');
  // By GraphQL too.
  const uploaded = await admin.graphql(
    'mutation ($i: UploadGraphqlDocumentsInput!) { uploadGraphqlDocuments(input: $i) { added listed } }',
    {
      i: { graphqlClientId: id, documents: [{ text: other }] },
    },
  );
  expect(uploaded.data).toEqual({ uploadGraphqlDocuments: { added: 1, listed: 2 } });
});
