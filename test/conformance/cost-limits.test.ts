import type { QuotaStore } from '#api/http/quota.js';
import { postgresQuotas } from '#api/http/quota-store.js';
import type { Api } from '#app/create-api.js';
import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';

let api: ApiKit;
let second: Api;
beforeAll(async () => {
  let store: QuotaStore | null = null;
  const shared: QuotaStore = { take: (...asked) => (store ??= postgresQuotas(api.kit.runtime.database.pool)).take(...asked) };
  api = await openApiKit({
    rateLimits: { store: shared, principal: null, address: null, cost: { name: 'cost', limit: 400, seconds: 600 } },
  });
  second = await api.another();
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await second.app.close();
  await api.close();
});

interface Told {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
}
/** Asks one of the two processes. */
async function ask(at: Pick<Api, 'app'>, { token }: Client, query: string): Promise<Told> {
  const { payload } = await at.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ query }),
  });
  return JSON.parse(payload) as Told;
}
const refusal = ({ errors = [] }: Told) => errors[0]?.extensions['code'] ?? null;
const read = '{ accounts(first: 20) { nodes { id name } } }';

test('what the operations of a company cost is counted over its people and over processes', async () => {
  const [mine, theirs] = [await api.company(), await api.company()];
  const colleague = await mine.user({ 'account:read': 'all', 'account:update': 'all' });
  const { body } = await mine.admin.post('/v1/accounts', { name: 'Dear' });
  const update = `mutation { updateAccount(id: "${String(body['id'])}", patch: { name: "Changed" }) { id } }`;
  const before = [];
  for (let i = 0; i < 20; i++)
    before.push(
      refusal(await ask(i % 2 === 0 ? api : second, i % 3 === 0 ? colleague : mine.admin, i % 5 === 0 ? `${read} # ${i}` : read)),
    );
  expect(before).toEqual(Array(20).fill(null));

  const after = [];
  for (const at of [api, second]) {
    for (const who of [mine.admin, colleague]) after.push(await ask(at, who, read), await ask(at, who, update));
    expect(refusal(await ask(at, theirs.admin, read))).toBeNull();
  }
  expect(after.map(refusal)).toEqual(Array(8).fill('rate.cost_limited'));
  expect(after.map(({ errors = [] }) => Number(errors[0]?.extensions['retryAfter']) > 0)).toEqual(Array(8).fill(true));
  // REST counts requests, and nothing was written by who was refused.
  expect((await mine.admin.get(`/v1/accounts/${String(body['id'])}`)).body).toMatchObject({ name: 'Dear', version: 1 });
});

test('one operation that costs more than there is in a window is refused, and what costs nothing is not counted', async () => {
  const { admin } = await api.company();
  expect(refusal(await ask(api, admin, '{ accounts(first: 200) { nodes { contacts(first: 2) { nodes { id } } } } }'))).toBe(
    'rate.cost_limited',
  );
  expect(refusal(await ask(second, admin, '{ __typename }'))).toBeNull();
});
