import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;

beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  admin = company.admin;
  for (let i = 0; i < 7; i++) {
    const account = await admin.post('/v1/accounts', {
      name: `Account ${i}`,
      sector: i % 2 ? 'retail' : 'medical',
      ...(i === 3 ? {} : { employees: i * 10 }),
    });
    expect(account.status).toBe(201);
    for (let k = 0; k < i; k++)
      await admin.post('/v1/contacts', { lastName: `Contact ${i}.${k}`, accountId: account.body['id'], email: `c${i}.${k}@example.test` });
  }
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

/** The statements PostgreSQL gets while `run` runs. */
async function statements(run: () => Promise<unknown>): Promise<string[]> {
  const { pool } = api.kit.runtime.database;
  const seen: string[] = [];
  const connect = pool.lease.bind(pool);
  pool.lease = async (tenantId) => {
    const client = await connect(tenantId);
    const query = client.query.bind(client);
    const spy = ((config: { text?: string } | string, ...rest: unknown[]) => {
      seen.push(typeof config === 'string' ? config : (config.text ?? ''));
      return (query as (...args: unknown[]) => unknown)(config, ...rest);
    }) as typeof client.query;
    return new Proxy(client, { get: (target, key) => (key === 'query' ? spy : (Reflect.get(target, key) as unknown)) });
  };
  try {
    await run();
  } finally {
    pool.lease = connect;
  }
  return seen;
}

const nested = `query ($first: Int!) {
  accounts(first: $first, orderBy: [{ name: ASC }]) {
    nodes { id name sector
      contacts(first: 5, orderBy: [{ lastName: DESC }]) { nodes { lastName email account { name } } totalCount aggregate { count } }
      opportunities(filter: { status: { eq: open } }) { aggregate { count sum { amount { amount currency } } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

test('a nested read is one SQL statement', async () => {
  let answer: unknown = await admin.graphql(nested, { first: 1 }); // what a process learns once is learnt now
  const seen = await statements(async () => {
    answer = await admin.graphql(nested, { first: 50 });
  });
  expect(answer).toMatchObject({
    data: { accounts: { nodes: expect.arrayContaining([expect.objectContaining({ name: 'Account 6' })]) as unknown } },
  });
  expect(seen).toHaveLength(1);
});

const operations: readonly [string, string, Record<string, unknown>][] = [
  ['nested lists with aggregates', nested, { first: 4 }],
  [
    'aliases, fragments, typenames',
    `{ a: accounts(first: 2) { __typename edges { cursor n: node { ...F __typename } } } b: accounts(last: 2, orderBy: [{ employees: ASC }]) { nodes { ...F } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } fragment F on Account { id name owner { name } ... on Node { id } }`,
    {},
  ],
  [
    'directives',
    `query ($yes: Boolean!) { accounts(first: 1) { nodes { id name @include(if: $yes) sector @skip(if: $yes) } totalCount } }`,
    { yes: true },
  ],
  [
    'filters',
    `query ($f: AccountFilter) { accounts(filter: $f) { nodes { name employees } totalCount } }`,
    {
      f: {
        or: [{ name: { contains: '1' } }, { employees: { gte: 40 } }],
        not: { sector: { eq: 'medical' } },
        contacts: { some: { email: { endsWith: 'example.test' } } },
      },
    },
  ],
  [
    'empty lists',
    `{ accounts(filter: { name: { in: [] } }) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } totalCount aggregate { count sum { employees } } } }`,
    {},
  ],
  [
    'groups',
    `query ($by: [ContactGroupBy!]!) { accounts { groups(by: [{ field: sector }]) { keys count sum { employees } avg { employees } min { foundedYear } n: __typename } nodes { contacts { groups(by: $by, first: 3) { keys count } } opportunities { groups(by: [{ field: status }, { field: closeOn, bucket: QUARTER }]) { keys sum { amount { c: currency amount } } max { amount { amount } } } } } } }`,
    { by: [{ field: 'doNotCall' }, { field: 'createdAt', bucket: 'YEAR' }] },
  ],
  [
    'orders through references, lists of lists',
    `{ users(orderBy: [{ manager: { manager: { name: DESC } } }, { name: ASC }]) { nodes { name } } a: accounts { nodes { contacts(last: 9, orderBy: [{ account: { sector: DESC } }, { account: { owner: { name: ASC } } }, { lastName: ASC }]) { edges { cursor node { lastName account { sector } } } pageInfo { hasPreviousPage startCursor } } } } accounts(filter: { contacts: { every: { lastName: { contains: "2" } } } }) { totalCount } }`,
    {},
  ],
  [
    'aliases that are names inside the statement',
    `{ q: accounts(first: 2) { o: nodes { o: name g: id p: owner { o: name } n: contacts(first: 1) { p: pageInfo { o: hasNextPage } b: nodes { b: id } g: aggregate { g: count } } } f: aggregate { f: sum { f: employees } c: sum { c: annualRevenue { c: currency } } } } }`,
    {},
  ],
  ['times and versions', `{ accounts(first: 3) { nodes { version createdAt updatedAt } } }`, {}],
];

test.each(operations)('fast and ordinary way give the same bytes: %s', async (_name, query, variables) => {
  const fast = await admin.post('/graphql', { query, variables });
  const slow = await admin.post('/graphql', { query, variables, extensions: {} });
  expect(fast.body['errors']).toBeUndefined();
  expect(JSON.stringify(fast.body)).toBe(JSON.stringify(slow.body));
});

test('pages follow each other without gap or overlap, forwards and backwards, nulls included', async () => {
  const page = `query ($after: String, $before: String, $first: Int, $last: Int, $d: SortDirection) { accounts(first: $first, after: $after, last: $last, before: $before, orderBy: [{ employees: $d }]) { nodes { name employees } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  for (const d of ['ASC', 'DESC']) {
    const all = namesOf(await admin.graphql(page, { first: 50, d }));
    const walked: string[] = [];
    let after: string | null = null;
    do {
      const answer = await admin.graphql(page, { first: 2, after, d });
      walked.push(...namesOf(answer));
      const info = infoOf(answer);
      after = info.hasNextPage ? info.endCursor : null;
    } while (after);
    expect(walked).toEqual(all);
    const back: string[] = [];
    let before: string | null = null;
    do {
      const answer = await admin.graphql(page, { last: 3, before, d });
      back.unshift(...namesOf(answer));
      const info = infoOf(answer);
      before = info.hasPreviousPage ? info.startCursor : null;
    } while (before);
    expect(back).toEqual(all);
  }
});

interface Accounts {
  accounts: {
    nodes: { name: string }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  };
}
const accountsOf = (answer: { data?: unknown }) => (answer.data as Accounts).accounts;
const namesOf = (answer: { data?: unknown }) => accountsOf(answer).nodes.map((node) => node.name);
const infoOf = (answer: { data?: unknown }) => accountsOf(answer).pageInfo;

test('a cursor that was altered, or made for another order or tenant, is refused', async () => {
  const { endCursor } = infoOf(
    await admin.graphql(
      `{ accounts(first: 2, orderBy: [{ name: ASC }]) { nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    ),
  );
  const ask = (client: Client, cursor: string, field = 'name') =>
    client.graphql(`query ($c: String) { accounts(first: 2, after: $c, orderBy: [{ ${field}: ASC }]) { nodes { name } } }`, { c: cursor });
  expect((await ask(admin, endCursor)).errors).toBeUndefined();
  const altered = `${endCursor.startsWith('A') ? 'B' : 'A'}${endCursor.slice(1)}`;
  const other = (await api.company()).admin;
  for (const answer of [
    await ask(admin, altered),
    await ask(admin, endCursor, 'sector'),
    await ask(other, endCursor),
    await ask(admin, 'x'),
  ]) {
    expect(answer.errors?.[0]?.extensions.code).toBe('paging.cursor_invalid');
  }
});

test('another company finds nothing of ours: by id, node, list, nested filter or reference', async () => {
  const { admin: stranger } = await api.company();
  const { id } = ((await admin.graphql(`{ accounts(first: 1) { nodes { id } } }`)) as { data: { accounts: { nodes: [{ id: string }] } } })
    .data.accounts.nodes[0];
  expect(
    (
      await stranger.graphql(`query ($id: ID!) { account(id: $id) { name } node(id: $id) { id } accounts { totalCount nodes { id } } }`, {
        id,
      })
    ).data,
  ).toEqual({ account: null, node: null, accounts: { totalCount: 0, nodes: [] } });
  expect((await stranger.get(`/v1/accounts/${id}`)).status).toBe(404);
  expect((await stranger.patch(`/v1/accounts/${id}`, { name: 'Mine' })).status).toBe(404);
  expect((await stranger.delete(`/v1/accounts/${id}`)).status).toBe(404);
  const attach = await stranger.post('/v1/contacts', { lastName: 'Thief', accountId: id });
  expect([attach.status, attach.body['code']]).toEqual([400, 'input.reference_not_found']);
  expect((await admin.get(`/v1/accounts/${id}`)).body['version']).toBe(1);
});

test('somebody with own reach sees his rows only, in lists, counts, nested lists and by id', async () => {
  const seller = await company.user({ 'account:read': 'own', 'account:create': 'own', 'contact:read': 'all', 'user:read': 'all' });
  const mine = await seller.post('/v1/accounts', { name: 'Mine' });
  expect(mine.body['ownerId']).toBe(seller.userId);
  const { data } = await seller.graphql(`{ accounts { totalCount nodes { name } } contacts(first: 1) { nodes { account { name } } } }`);
  expect(data).toEqual({ accounts: { totalCount: 1, nodes: [{ name: 'Mine' }] }, contacts: { nodes: [{ account: null }] } });
  expect((await seller.post('/v1/accounts', { name: 'Gift', ownerId: admin.userId })).body['code']).toBe('access.owner_out_of_reach');
  expect((await seller.graphql(`{ leads { totalCount } }`)).errors?.[0]?.extensions.code).toBe('access.forbidden');
});

test('create, read, change and delete by REST keep version, ETag and preconditions', async () => {
  const created = await admin.post('/v1/accounts', { name: 'Etag GmbH', employees: 5 });
  const id = String(created.body['id']);
  expect([created.headers['etag'], created.headers['location']]).toEqual(['"1"', `/v1/accounts/${id}`]);
  const read = await admin.get(`/v1/accounts/${id}`);
  expect(read.body).toEqual(created.body);
  expect((await admin.get(`/v1/accounts/${id}`, { 'if-none-match': '"1"' })).status).toBe(304);
  const changed = await admin.patch(`/v1/accounts/${id}`, { employees: null }, { 'if-match': '"1"' });
  expect([changed.status, changed.body['version'], changed.body['employees'], changed.body['name']]).toEqual([200, 2, null, 'Etag GmbH']);
  expect((await admin.patch(`/v1/accounts/${id}`, { employees: 7 }, { 'if-match': '"1"' })).status).toBe(412);
  expect((await admin.delete(`/v1/accounts/${id}`, { 'if-match': '"2"' })).status).toBe(204);
  expect((await admin.get(`/v1/accounts/${id}`)).status).toBe(404);
});

test('the same Idempotency-Key answers the first result; with another body it is refused', async () => {
  const key = { 'idempotency-key': 'order-4711' };
  const first = await admin.post('/v1/accounts', { name: 'Once AG' }, key);
  const again = await admin.post('/v1/accounts', { name: 'Once AG' }, key);
  expect(again.body).toEqual(first.body);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect((await admin.post('/v1/accounts', { name: 'Twice AG' }, key)).body['code']).toBe('idempotency.key_reused');
});

test('bad input is refused with a code and a place, and writes nothing', async () => {
  const before = await admin.graphql(`{ accounts { totalCount } }`);
  const cases: [unknown, string][] = [
    [{ name: '' }, '/name'],
    [{}, '/name'],
    [{ name: 'x'.repeat(1000) }, '/name'],
    [{ name: 'A', nonsense: 1 }, '/nonsense'],
    [{ name: 'A', tenantId: 'x' }, '/tenantId'],
    [{ name: 'A\u0000B' }, '/name'],
    [{ name: 'A', employees: 1.5 }, '/employees'],
    [{ name: 'A', employees: '5' }, '/employees'],
    [{ name: ['A'] }, '/name'],
  ];
  for (const [body, path] of cases) {
    const answer = await admin.post('/v1/accounts', body);
    expect([answer.status, answer.body['code'], (answer.body['errors'] as { path: string }[] | undefined)?.[0]?.path]).toEqual([
      400,
      'input.invalid',
      path,
    ]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  }
  expect((await admin.post('/v1/accounts', [1])).status).toBe(400);
  expect(await admin.graphql(`{ accounts { totalCount } }`)).toEqual(before);
});

test('GraphQL writes answer the row that was asked for, and refusals carry codes', async () => {
  const made = await admin.graphql(
    `mutation { createAccount(input: { name: "Neu GmbH", employees: 3 }) { id version name owner { name } contacts { totalCount } } }`,
  );
  expect(made).toMatchObject({
    data: { createAccount: { version: 1, name: 'Neu GmbH', owner: { name: 'Ada Admin' }, contacts: { totalCount: 0 } } },
  });
  const { id } = (made.data as { createAccount: { id: string } }).createAccount;
  const update = `mutation ($id: ID!, $v: Int) { updateAccount(id: $id, expectedVersion: $v, patch: { employees: null }) { version employees } }`;
  expect(await admin.graphql(update, { id, v: 1 })).toMatchObject({ data: { updateAccount: { version: 2, employees: null } } });
  expect((await admin.graphql(update, { id, v: 1 })).errors?.[0]?.extensions.code).toBe('account.version_conflict');
  expect(await admin.graphql(`mutation ($id: ID!) { deleteAccount(id: $id) { deleted } }`, { id })).toMatchObject({
    data: { deleteAccount: { deleted: true } },
  });
});
