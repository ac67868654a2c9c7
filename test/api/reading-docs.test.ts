import { readFileSync } from 'node:fs';
import { openApiKit, type ApiKit, type Client } from './api-kit.js';

let api: ApiKit;
let admin: Client;
let ids: readonly string[];

beforeAll(async () => {
  api = await openApiKit();
  ({ admin } = await api.company());
  const account = await admin.post('/v1/accounts', { name: 'Arzt GmbH', employees: 60 });
  const contact = await admin.post('/v1/contacts', { lastName: 'Ng', accountId: account.body['id'], email: 'ng@example.test' });
  ids = [String(contact.body['id']), String(account.body['id']), 'no id'];
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

const page = readFileSync('docs/reading.md', 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([^\`]*)\`\`\``, 'g'))].map(([, text]) => (text ?? '').trim());

test.each(blocks('graphql'))('the page on reading tells the truth: %s', async (query) => {
  const answer = await admin.graphql(query, { ids, account: ids[1], after: null });
  expect(answer.errors).toBeUndefined();
});

test.each(blocks('http'))('the page on reading tells the truth: %s', async (line) => {
  const [path = '', ...pairs] = line.replace('GET ', '').split(/[?&]/);
  const query = pairs.map((pair) => `${pair.split('=')[0] ?? ''}=${encodeURIComponent(pair.slice(pair.indexOf('=') + 1))}`).join('&');
  const answer = await admin.get(`${path}?${query}`);
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"data"')]);
});

test('nodes answers what was asked for in its order, whatever it is', async () => {
  const { data } = await admin.graphql(`query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Account { name } } }`, { ids });
  expect(data).toEqual({ nodes: [{ __typename: 'Contact' }, { __typename: 'Account', name: 'Arzt GmbH' }, null] });
});

test('a cursor of another filter or order is refused, and so is what no index serves', async () => {
  const list = `query ($f: AccountFilter, $o: [AccountOrder!], $c: String) { accounts(filter: $f, orderBy: $o, first: 1, after: $c) { nodes { name } pageInfo { endCursor } } }`;
  const o = [{ name: 'ASC' }];
  const f = { name: { contains: 'gmbh' } };
  const { data } = await admin.graphql(list, { f, o });
  const c = (data as { accounts: { pageInfo: { endCursor: string } } }).accounts.pageInfo.endCursor;
  const code = async (variables: Record<string, unknown>) => (await admin.graphql(list, variables)).errors?.[0]?.extensions.code;
  expect(await code({ f, o, c })).toBeUndefined();
  expect(await code({ f: { name: { contains: 'arzt' } }, o, c })).toBe('paging.cursor_invalid');
  expect(await code({ o, c })).toBe('paging.cursor_invalid');
  expect(await code({ f, o: [{ name: 'DESC' }], c })).toBe('paging.cursor_invalid');
  expect(await code({ f, o: [{ name: 'ASC', id: 'ASC' }] })).toBe('order.several_in_one');
  expect(await code({ f: { website: { contains: 'x' } } })).toBe('filter.not_indexed');
  expect(await code({ o: [{ website: 'ASC' }] })).toBe('order.not_indexed');
  expect(await code({ o: [{ owner: { manager: { manager: { name: 'ASC' } } } }] })).toBe('order.too_deep');
});
