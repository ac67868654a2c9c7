import { readFileSync } from 'node:fs';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
/** Ids of what was made, by the last part of the address. */
const made: Record<string, string> = {};

beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const page = readFileSync('docs/relations.md', 'utf8');
const blocks = [...page.matchAll(/^```(http|graphql)\n([\s\S]*?)^```/gm)].map(([, kind = '', text = '']) => ({ kind, text: text.trim() }));
const filled = (text: string) => text.replace(/\$(\w+)/g, (_, name: string) => made[name] ?? '');

async function tried({ kind, text }: (typeof blocks)[number]): Promise<unknown> {
  if (kind === 'graphql') return (await admin.graphql(filled(text))).errors;
  const [line = '', ...rest] = filled(text).split('\n');
  const [method, path = ''] = line.split(' ');
  const answer = method === 'GET' ? await admin.get(path) : await admin.post(path, JSON.parse(rest.join('\n')));
  if (method === 'POST') made[path.split('/').at(-1) ?? ''] = String(answer.body['id']);
  return answer.status < 300 ? undefined : answer.text;
}

test('every request of the page on relations works as it stands there, in its order', async () => {
  expect(blocks.length).toBeGreaterThan(6);
  const failed: unknown[] = [];
  for (const block of blocks) {
    const problem = await tried(block);
    if (problem !== undefined) failed.push({ ...block, problem });
  }
  expect(failed).toEqual([]);
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
