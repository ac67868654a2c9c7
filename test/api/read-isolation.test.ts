import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let url: string;
let companies: readonly Company[];

beforeAll(async () => {
  api = await openApiKit({ poolSize: 3 });
  url = await api.listen();
  const made: Company[] = [];
  for (let i = 0; i < 10; i++) made.push(await api.company());
  companies = made;
  // The same names, numbers and references everywhere; only `sector` says whose a row is.
  for (const [i, { admin }] of companies.entries()) {
    for (let k = 0; k < 3; k++)
      await expectMade(admin, { name: `Same ${k}`, number: `K-${k}`, externalRef: `erp:${k}`, sector: `tenant-${i}` });
  }
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

async function expectMade(client: Client, account: object): Promise<void> {
  const made = await client.post('/v1/accounts', account);
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
}

const list = `query ($n: String) { accounts(filter: { number: { eq: $n } }, orderBy: [{ number: ASC }]) { nodes { id sector number } totalCount } }`;
interface Rows {
  readonly accounts: { readonly nodes: readonly { readonly id: string; readonly sector: string }[]; readonly totalCount: number };
}
const sectors = (data: unknown) => (data as Rows).accounts.nodes.map(({ sector }) => sector);

test('A19 two companies with the same names, numbers and references, asked in turn, each get their own rows', async () => {
  for (let round = 0; round < 20; round++) {
    for (const [i, { admin }] of companies.slice(0, 2).entries()) {
      const { data } = await admin.graphql(list, { n: `K-${round % 3}` });
      expect(sectors(data)).toEqual([`tenant-${i}`]);
      const byRest = await admin.get(
        `/v1/accounts?sort=number&fields=sector&filter=${encodeURIComponent(`{"name":{"eq":"Same ${round % 3}"}}`)}`,
      );
      expect((byRest.body as { data: { sector: string }[] }).data.map(({ sector }) => sector)).toEqual([`tenant-${i}`]);
    }
  }
});

test('actors of different rights, asked in turn with the same document, never share a plan', async () => {
  const [company] = companies;
  if (!company) throw new Error('No company.');
  const own = await company.user({ 'account:read': 'own', 'account:create': 'own' });
  const none = await company.user({ 'contact:read': 'all' });
  await expectMade(own, { name: 'Mine', number: 'K-own', sector: 'own' });
  const all = `{ accounts(orderBy: [{ number: ASC }]) { nodes { sector } } }`;
  for (let round = 0; round < 15; round++) {
    expect(sectors((await company.admin.graphql(all)).data)).toEqual(['tenant-0', 'tenant-0', 'tenant-0', 'own']);
    expect(sectors((await own.graphql(all)).data)).toEqual(['own']);
    expect((await none.graphql(all)).errors?.[0]?.extensions.code).toBe('access.forbidden');
    expect((await company.admin.get('/v1/accounts?sort=number&fields=sector&count=true')).body['total']).toBe(4);
    expect((await own.get('/v1/accounts?sort=number&fields=sector&count=true')).body['total']).toBe(1);
  }
});

test('A20 a thousand requests of ten companies over three connections, some given up and some failing, see their own rows only', async () => {
  const told = { right: 0, refused: 0, gone: 0 };
  const one = async (n: number) => {
    const i = (n * 7) % companies.length;
    const client = companies[i]?.admin;
    if (!client) throw new Error('No such company.');
    const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' };
    // A number that is taken: the transaction has begun, fails at the unique index, and is rolled back.
    if (n % 5 === 0) {
      const answer = await fetch(`${url}/v1/accounts`, { method: 'POST', headers, body: JSON.stringify({ name: 'Twin', number: 'K-1' }) });
      expect([answer.status, await answer.json()]).toEqual([409, expect.objectContaining({ code: 'account.number_taken' })]);
      told.refused++;
      return;
    }
    const givenUp = new AbortController();
    const answer = fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      signal: givenUp.signal,
      body: JSON.stringify({ query: list, variables: { n: `K-${n % 3}` } }),
    });
    if (n % 7 === 0) setImmediate(() => givenUp.abort());
    try {
      const { data } = (await (await answer).json()) as { data: unknown };
      expect(sectors(data)).toEqual([`tenant-${i}`]);
      told.right++;
    } catch (error) {
      if (!givenUp.signal.aborted) throw error;
      told.gone++;
    }
  };
  for (let start = 0; start < 1000; start += 25) await Promise.all(Array.from({ length: 25 }, (_, k) => one(start + k)));
  expect(told.refused).toBe(200);
  expect(told.right + told.gone).toBe(800);
  expect(told.right).toBeGreaterThan(600);
});
