import { ordinary as fromOwnPage, send as sendTo } from './door-kit.js';
import { openOpsKit, signIn, type OpsKit } from './ops-kit.js';

let kit: OpsKit;
let who: Awaited<ReturnType<typeof signIn>>;
let accountId: string;
let keys = 0;

beforeAll(async () => {
  kit = await openOpsKit();
  who = await signIn(kit);
  const made = await send('/v1/accounts', { name: 'Acme' });
  accountId = (JSON.parse(made.text) as { id: string }).id;
});
afterAll(async () => {
  await kit.close();
});

const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  sendTo(kit, path, body, { authorization: who.authorization, ...headers });
const ordinary = () => fromOwnPage(kit);

/** The same key lets both ways answer with one and the same record. */
const nextKey = () => `key-${++keys}`;

const plain = 'mutation ($input: CreateContactInput!, $key: String) { createContact(input: $input, idempotencyKey: $key) { ';
const contact = (more: object = {}) => ({ accountId, firstName: 'Zoë', lastName: 'O"Neil', email: 'zoe@example.test', ...more });

test.each([
  ['fields of its own', `${plain} id version createdAt updatedAt firstName lastName email accountId phone doNotCall } }`],
  ['names of the client’s', `${plain} who: lastName id again: id __typename } }`],
  ['a fragment', `fragment F on Contact { id lastName ... on Contact { email } } ${plain} ...F version } }`],
  ['an operation with a name', `${plain.replace('mutation', 'mutation Make')} id } }`],
  ['another record beside it, read afterwards', `${plain} id account { name } } }`],
  ['what may be done to it', `${plain} id can } }`],
  ['a directive', `${plain} id lastName @include(if: false) } }`],
])('a create by GraphQL answers at the door what it answers inside: %s', async (_name, query) => {
  const body = { query, variables: { input: contact(), key: nextKey() } };
  const atDoor = await send('/graphql', body);
  expect(atDoor).toMatchObject({ status: 200, text: expect.stringMatching(/^\{"data":\{"createContact":\{/) as unknown });
  expect(await send('/graphql', body, ordinary())).toEqual(atDoor);
});

test('amounts, addresses, dates and choices are told the same way', async () => {
  const cases = [
    [
      'Account',
      'name sector employees address { street city country } annualRevenue { currency amount } phone email number',
      {
        name: 'Groß & Söhne',
        employees: 12,
        address: { street: 'Am Markt 1', city: 'Köln', country: 'DE' },
        annualRevenue: { amount: '1200000.5', currency: 'EUR' },
        phone: '+49 221 123456',
      },
    ],
    [
      'Activity',
      'kind subject dueOn doneAt durationMinutes',
      { kind: 'call', subject: 'Call back', dueOn: '2026-12-24', doneAt: '2026-12-24T10:00:00.25Z', accountId },
    ],
  ] as const;
  for (const [type, fields, input] of cases) {
    const query = `mutation ($input: Create${type}Input!, $key: String) { create${type}(input: $input, idempotencyKey: $key) { id ${fields} } }`;
    const body = { query, variables: { input, key: nextKey() } };
    const inside = await send('/graphql', body, ordinary());
    expect(inside.text).toMatch(/^\{"data":\{"create\w+":\{"id":"/);
    expect(await send('/graphql', body)).toEqual(inside);
  }
});

test.each([
  ['an address that is none', { email: 'nonsense' }, {}],
  ['several things that are wrong', { email: 'nonsense', lastName: '' }, {}],
  ['said in German', { email: 'nonsense' }, { 'accept-language': 'de' }],
  ['said in English because that was asked for', { email: 'nonsense' }, { 'accept-language': 'en' }],
  ['an account that is not there', { accountId: '01890000-0000-7000-8000-000000000000' }, {}],
  ['in the newer form', { email: 'nonsense' }, { accept: 'application/graphql-response+json' }],
  ['text PostgreSQL cannot keep', { lastName: 'a\u0000b' }, {}],
])('a refusal is worded at the door as inside: %s', async (_name, more, headers) => {
  const graphql = { query: `${plain} id } }`, variables: { input: contact(more) } };
  expect(await send('/graphql', graphql, headers)).toEqual(await send('/graphql', graphql, { ...headers, ...ordinary() }));
  const atDoor = await send('/v1/contacts', contact(more), headers);
  expect(atDoor.status).toBeGreaterThanOrEqual(400);
  expect(atDoor).toEqual(await send('/v1/contacts', contact(more), { ...headers, ...ordinary() }));
});

test.each([
  ['a variable of the wrong type', { input: contact({ email: 5 }) }],
  ['no input', {}],
  ['a field there is not', { input: contact({ nothing: 1 }) }],
])('what graphql-js refuses is refused as ever: %s', async (_name, variables) => {
  const body = { query: `${plain} id } }`, variables };
  expect(await send('/graphql', body)).toEqual(await send('/graphql', body, ordinary()));
});

test('a create by REST answers at the door what it answers inside', async () => {
  const key = { 'idempotency-key': nextKey() };
  const first = await send('/v1/contacts', contact(), key);
  expect(first).toMatchObject({
    status: 201,
    headers: { etag: '"1"', location: expect.stringMatching(/^\/v1\/contacts\/[\w-]{36}$/) as unknown },
  });
  const atDoor = await send('/v1/contacts', contact(), key);
  const inside = await send('/v1/contacts', contact(), { ...key, ...ordinary() });
  expect(atDoor.headers['idempotency-replayed']).toBe('true');
  expect(atDoor).toEqual(inside);
  expect({ ...atDoor.headers, 'idempotency-replayed': undefined }).toEqual({ ...first.headers, 'idempotency-replayed': undefined });
  expect(atDoor.text).toBe(first.text);
});

test.each([
  ['a member that is named twice', '{"lastName":"A","lastName":"B"}'],
  ['a list', '[{"lastName":"A"}]'],
  ['no JSON', '{"lastName":'],
  ['a text', '"lastName"'],
  ['a member there is not', '{"lastName":"A","nothing":1}'],
  ['a member nobody may name', '{"lastName":"A","__proto__":{"a":1}}'],
])('a body that cannot be taken by REST is refused at the door as inside: %s', async (_name, body) => {
  const atDoor = await send('/v1/contacts', body);
  expect(atDoor.status).toBe(400);
  expect(atDoor).toEqual(await send('/v1/contacts', body, ordinary()));
});

test('a key that was used for something else is refused, by both ways and between them', async () => {
  const key = nextKey();
  expect((await send('/v1/contacts', contact(), { 'idempotency-key': key })).status).toBe(201);
  const other = contact({ lastName: 'Other' });
  const atDoor = await send('/v1/contacts', other, { 'idempotency-key': key });
  expect(atDoor.status).toBe(422);
  expect(atDoor).toEqual(await send('/v1/contacts', other, { 'idempotency-key': key, ...ordinary() }));
});

test('the audit knows of both ways where a request came from and why', async () => {
  const headers = { 'audit-reason': 'Gr%C3%BCnde', 'user-agent': 'erp/7' };
  const id = async (more: Record<string, string>) =>
    (JSON.parse((await send('/v1/contacts', contact(), { ...headers, ...more })).text) as { id: string }).id;
  const ids = [await id({}), await id(ordinary())];
  const trace = await kit.kit.asOwner(
    `select reason, client, ip, actor_kind, actor_id, command, request_id from kernel.audit_entries where record_id = any($1)`,
    [ids],
    who.tenantId,
  );
  expect(trace).toHaveLength(2);
  expect(trace[0]).toEqual(trace[1]);
  expect(trace[0]).toMatchObject({ reason: 'Gründe', client: 'erp/7', command: 'contact.create', request_id: 'same-request' });
});

test('a create is counted and written down under its route', async () => {
  await send('/v1/contacts', contact(), { 'x-request-id': 'made-at-door' });
  await send('/v1/contacts', contact({ email: 'x' }), { 'x-request-id': 'refused-at-door' });
  await send('/v1/contacts', contact());
  const lines = (id: string) => kit.lines.filter((line) => line['requestId'] === id && line['msg'] === 'Request');
  expect(lines('made-at-door')).toMatchObject([{ method: 'POST', route: '/v1/contacts', status: 201, tenantId: who.tenantId }]);
  expect(lines('refused-at-door')).toMatchObject([{ method: 'POST', route: '/v1/contacts', status: 400 }]);
});
