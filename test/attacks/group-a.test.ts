import { randomUUID } from 'node:crypto';
import { openApiKit, type Answer, type ApiKit, type Client } from '../api/api-kit.js';
import { canary, make, openVictim, snapshot, type Victim } from './victim.js';

let api: ApiKit;
let victim: Victim;
let outsider: Client;
/** Of the victim's own company, with eyes for his own rows only. */
let rep: Client;
beforeAll(async () => {
  api = await openApiKit();
  victim = await openVictim(api);
  outsider = (await api.company()).admin;
  rep = await victim.company.user({
    'account:*': 'own',
    'contact:*': 'own',
    'lead:*': 'own',
    'opportunity:*': 'own',
    'case:*': 'own',
    'activity:*': 'own',
    'user:read': 'all',
  });
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

const paths = () => Object.entries(victim.ids).map(([kind, id]) => `/v1/${kind}/${id}`);
const tellsNothing = (...answers: readonly { text?: string }[]) => expect(JSON.stringify(answers)).not.toContain(canary);

/** Runs something that must be refused and looks whether anything of the victim changed all the same. */
async function unharmed<T>(attack: () => Promise<T>): Promise<T> {
  const before = await snapshot(api, victim.company.tenantId);
  const answer = await attack();
  expect(await snapshot(api, victim.company.tenantId)).toBe(before);
  return answer;
}

describe('A01 the id of another company’s row', () => {
  test('names nothing, by REST, for any verb', async () => {
    for (const path of paths()) {
      const answers = await unharmed(async () => [
        await outsider.get(path),
        await outsider.patch(path, { name: 'taken' }),
        await outsider.delete(path),
      ]);
      expect(answers.map(({ status }) => status).filter((status) => ![400, 404, 405].includes(status))).toEqual([]);
      expect(answers[0]?.status).toBe(404);
      tellsNothing(...answers);
    }
  });

  test('names nothing, by GraphQL, alone, as a node, or within a filter', async () => {
    const { accounts, contacts } = victim.ids;
    const query = `query ($a: ID!, $c: ID!) {
      account(id: $a) { name } contact(id: $c) { lastName account { name } } node(id: $a) { id ... on Account { name } }
      contacts(filter: { accountId: { eq: $a } }) { totalCount nodes { lastName } }
    }`;
    for (const slow of [false, true]) {
      const answer = await outsider.graphql(query, { a: accounts, c: contacts }, { slow });
      expect(answer.data).toEqual({ account: null, contact: null, node: null, contacts: { totalCount: 0, nodes: [] } });
    }
  });
});

test.each(['tenantId', 'tenant_id', 'id', 'version', 'createdAt', 'updated_at'])('A02 %s in a body is an unknown field', async (field) => {
  const value = field.startsWith('tenant') ? victim.company.tenantId : randomUUID();
  const answers = [
    await outsider.post('/v1/accounts', { name: 'Mover', [field]: value }),
    await unharmed(() => victim.company.admin.patch(`/v1/accounts/${victim.ids.accounts}`, { [field]: value })),
  ];
  expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
    [400, 'input.invalid'],
    [400, 'input.invalid'],
  ]);
  const mutation = await outsider.graphql(`mutation { createAccount(input: { name: "x", ${field}: "${value}" }) { id } }`);
  expect(mutation.errors).toHaveLength(1);
});

test('A04 a write that is refused has written nothing', async () => {
  const { accounts, contacts, leads, opportunities, cases } = victim.ids;
  const attempts: (() => Promise<Answer>)[] = [
    () => rep.patch(`/v1/accounts/${accounts}`, { name: 'mine now' }),
    () => rep.patch(`/v1/contacts/${contacts}`, { ownerId: rep.userId }),
    () => rep.delete(`/v1/leads/${leads}`),
    () => rep.post(`/v1/leads/${leads}/start`, {}),
    () => rep.post(`/v1/opportunities/${opportunities}/lose`, { reason: 'spite' }),
    () => rep.post(`/v1/cases/${cases}/assign`, { ownerId: rep.userId }),
    () => rep.patch(`/v1/products/${victim.ids.products}`, { name: 'x' }),
  ];
  for (const attempt of attempts) expect([403, 404]).toContain((await unharmed(attempt)).status);
});

test('A05 search, other keys, lists of ids and nested ways do not lead to another company’s rows either', async () => {
  const answers = [
    await outsider.get(`/v1/accounts?filter=${encodeURIComponent(JSON.stringify({ number: { eq: canary } }))}`),
    await outsider.get(`/v1/accounts?filter=${encodeURIComponent(JSON.stringify({ search: 'canary' }))}`),
    await outsider.get(`/v1/contacts?filter=${encodeURIComponent(JSON.stringify({ id: { in: [victim.ids.contacts] } }))}&expand=account`),
  ];
  for (const { body } of answers) expect(body['data']).toEqual([]);
});

test('A06 a key that is no id, such as an address or a customer number, tells nothing of another company', async () => {
  // Unique per company: the same customer number is free elsewhere, and its being taken is not told.
  expect((await outsider.post('/v1/accounts', { name: 'Same number', number: canary })).status).toBe(201);
  const address = `admin-shared-${randomUUID().slice(0, 8)}@example.test`;
  await make(victim.company.admin, '/v1/contacts', { lastName: 'x', email: address, ownerId: victim.company.admin.userId });
  const found = await outsider.get(`/v1/contacts?filter=${encodeURIComponent(JSON.stringify({ email: { eq: address } }))}`);
  expect(found.body['data']).toEqual([]);
});

test('A07 a row one may not see cannot be linked, and the answer is that of a row that is not there', async () => {
  const link = (client: Client, accountId: string) => client.post('/v1/contacts', { lastName: 'Link', ownerId: client.userId, accountId });
  const shape = ({ status, body }: Answer) => ({ status, code: body['code'], errors: body['errors'], detail: body['detail'] });
  for (const client of [outsider, rep]) {
    const [hidden, absent] = [await link(client, victim.ids.accounts), await link(client, victim.ids.accounts.replace(/.{4}$/, 'ffff'))];
    expect(hidden.status).toBe(400);
    expect(shape(hidden)).toEqual(shape(absent));
  }
});

test('A09 A10 who reaches his own rows gets no others by any door, not even in a number', async () => {
  const mine = await make(rep, '/v1/accounts', { name: 'Mine', ownerId: rep.userId });
  const lists = await Promise.all(
    ['accounts', 'contacts', 'leads', 'opportunities', 'cases'].map((kind) => rep.get(`/v1/${kind}?count=true`)),
  );
  expect(lists.map(({ body }) => body['total'])).toEqual([1, 0, 0, 0, 0]);
  expect(lists.flatMap(({ body }) => body['data'] as { id: string }[]).map(({ id }) => id)).toEqual([mine]);
  const query = `{ accounts { totalCount aggregate { count } nodes { id opportunities { totalCount } } } opportunities { totalCount } contacts { aggregate { count } } }`;
  for (const slow of [false, true]) {
    const { data } = await rep.graphql(query, {}, { slow });
    expect(data).toMatchObject({
      accounts: { totalCount: 1, aggregate: { count: 1 }, nodes: [{ id: mine }] },
      opportunities: { totalCount: 0 },
      contacts: { aggregate: { count: 0 } },
    });
  }
  tellsNothing(...lists);
});

test('A14 what is a secret is in no answer: no hash, no key, no token', async () => {
  const { admin } = victim.company;
  const key = await admin.post('/v1/api-keys', { name: 'shop', permissions: { 'account:read': 'all' } });
  const secret = String(key.body['key']).split('_').at(-1) ?? 'none';
  const hashes = await api.kit.asOwner(
    `select hash::text as hash from identity.api_keys union all select hash from identity.passwords`,
    [],
    victim.company.tenantId,
  );
  expect(hashes.length).toBeGreaterThan(1);
  const answers = await Promise.all(['/v1/api-keys', '/v1/users', '/v1/sessions', '/v1/me'].map((path) => admin.get(path)));
  const everything = JSON.stringify(answers);
  for (const hidden of [secret, ...hashes.map(({ hash }) => String(hash))]) expect(everything).not.toContain(hidden);
  const fields = await admin.graphql('{ user: __type(name: "User") { fields { name } } key: __type(name: "ApiKey") { fields { name } } }');
  expect(JSON.stringify(fields)).not.toMatch(/hash|secret|password(?!Changed)/i);
});

test.each(['/setup', '/install', '/v1/setup', '/v1/tenants', '/v1/companies', '/api/v1/setup', '/v1/auth/register'])(
  'A15 nothing sets up a company at %s',
  async (path) => {
    for (const method of ['GET', 'POST'] as const) {
      const { statusCode } = await api.app.inject({ method, url: path, ...(method === 'POST' ? { payload: {} } : {}) });
      expect(statusCode).toBe(404);
    }
  },
);

test('A16 no table has rows without a company', async () => {
  const rows = await api.kit.asOwner(
    `select c.oid::regclass::text as name from pg_attribute a join pg_class c on c.oid = a.attrelid
     where a.attname = 'tenant_id' and not a.attnotnull and c.relkind in ('r', 'p')
       and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`,
  );
  expect(rows).toEqual([]);
});

describe('A17 `undefined` in a condition', () => {
  test('finds nothing instead of everything', async () => {
    const t = await api.kit.tenant();
    const Account = api.kit.runtime.registry.resource('account');
    await t.work((work) => work.repo(Account).create({ name: 'First', ownerId: t.admin.userId }));
    await t.work(async (work) => {
      expect(await work.repo(Account).find(String(undefined))).toBeNull();
      await expect(work.repo(Account).list({ name: undefined })).rejects.toThrow();
    });
  });

  test('is refused by TypeORM too, which nobody has told otherwise', () => {
    const { options } = api.kit.runtime.database.source;
    expect(Object.keys(options)).not.toContain('invalidWhereValuesBehavior');
  });
});

test('A18 the id of a user, a session or a row is no key, and a key’s id is none of theirs', async () => {
  const { admin } = victim.company;
  const key = await admin.post('/v1/api-keys', { name: 'shop', permissions: { 'account:read': 'all' } });
  const [, , secret = ''] = String(key.body['key']).split('_');
  for (const id of [admin.userId, victim.ids.accounts]) {
    const forged = `kontor_${id.replaceAll('-', '')}_${secret}`;
    const answer = await api.app.inject({ url: '/v1/accounts', headers: { authorization: `Bearer ${forged}` } });
    expect(answer.statusCode).toBe(401);
  }
  const keyId = String(key.body['apiKeyId']);
  expect(new Set([admin.userId, keyId, victim.ids.accounts].map((id) => id.slice(14, 18))).size).toBe(3);
  expect((await admin.get(`/v1/users/${keyId}`)).status).toBe(404);
});
