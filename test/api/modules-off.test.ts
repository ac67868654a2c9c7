import { newId, typeCode } from '#kernel/resource/ids.js';
import { openApiKit, type ApiKit, type Company } from './api-kit.js';

let api: ApiKit;
let whole: Company;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  [whole, company] = [await api.company(), await api.company()];
  await switchOff('sales');
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

/** As the commands write it. */
async function switchOff(...keys: string[]): Promise<void> {
  for (const key of keys)
    await api.kit.asOwner(
      `insert into modules.tenant_modules (tenant_id, id, key, state, changed_at) values ($1, $2, $3, 'disabled', now())`,
      [company.tenantId, newId(typeCode('tenant_module')), key],
      company.tenantId,
    );
  api.auth.authenticator.forget(company.tenantId);
}

const refusal = { status: 403, body: { code: 'module.disabled', module: 'sales' } };
const codesOf = (answer: { errors?: readonly { extensions: { code: string } }[] }) =>
  answer.errors?.map(({ extensions }) => extensions.code);

test('types, fields, filters and subscriptions of a module that is off are in no schema of the company, and in that of others', async () => {
  const types = async (of: Company) => {
    const { data } = await of.admin.graphql(
      '{ __schema { types { name } queryType { fields { name } } subscriptionType { fields { name } } } }',
    );
    return JSON.stringify(data);
  };
  const theirs = await types(company);
  for (const name of ['Lead', 'Opportunity', 'leadChanged', 'OpportunityFilter', 'opportunities']) {
    expect(theirs).not.toContain(`"${name}"`);
    expect(await types(whole)).toContain(`"${name}"`);
  }
  for (const field of ['leads(first: 1) { nodes { id } }', 'accounts { nodes { opportunities { nodes { id } } } }']) {
    expect(codesOf(await company.admin.graphql(`{ ${field} }`))).toEqual(['graphql.invalid']);
    expect(codesOf(await whole.admin.graphql(`{ ${field} }`))).toBeUndefined();
  }
  expect(
    codesOf(await company.admin.graphql('{ accounts(filter: { opportunities: { some: { id: { isNull: false } } } }) { nodes { id } } }')),
  ).toEqual(['graphql.invalid']);
});

test('what is left works by the fast path, the ordinary way and as mutations', async () => {
  const { admin } = company;
  const made = await admin.graphql('mutation { createAccount(input: { name: "Left" }) { id name can } }');
  expect(made).toMatchObject({ data: { createAccount: { name: 'Left' } } });
  const query = '{ accounts(filter: { name: { eq: "Left" } }) { nodes { id name } } }';
  const [fast, slow] = [await admin.graphql(query), await admin.graphql(query, {}, { slow: true })];
  expect(fast).toEqual(slow);
  expect(fast).toMatchObject({ data: { accounts: { nodes: [{ name: 'Left' }] } } });
  const got = await admin.get(`/graphql?query=${encodeURIComponent('{ me { tenant } }')}`, { 'apollo-require-preflight': '1' });
  expect(got).toMatchObject({ status: 200, body: { data: { me: {} } } });
  expect(codesOf(await admin.graphql('{ accounts { nope } }'))).toEqual(['graphql.invalid']);
  expect(codesOf(await admin.graphql('{ accounts '))).toEqual(['graphql.syntax']);
  expect(codesOf(await admin.graphql('mutation { deleteAccount(id: "00000000-0000-0000-0000-000000000000") { id } }'))).toHaveLength(1);
});

test.each([
  ['GET', '/v1/leads'],
  ['POST', '/v1/leads'],
  ['GET', '/v1/leads?filter={}&sort=lastName&expand=account'],
  ['POST', '/v1/leads/bulk'],
  ['GET', '/v1/leads/by-ref/erp/1'],
  ['PUT', '/v1/leads/by-ref/erp/1'],
  ['DELETE', '/v1/leads/by-ref/erp/1'],
  ['POST', `/v1/opportunities/${newId(typeCode('opportunity'))}/win`],
  ['GET', `/v1/opportunities/${newId(typeCode('opportunity'))}`],
  ['PATCH', `/v1/opportunities/${newId(typeCode('opportunity'))}`],
  ['DELETE', `/v1/opportunities/${newId(typeCode('opportunity'))}`],
] as const)('%s %s says that the module is off', async (method, url) => {
  const { admin } = company;
  const body = url.endsWith('bulk') ? { items: [{ op: 'create', data: {} }] } : {};
  const send = {
    GET: () => admin.get(url),
    POST: () => admin.post(url, body),
    PUT: () => admin.put(url, body),
    PATCH: () => admin.patch(url, body),
  };
  expect(await (method === 'DELETE' ? admin.delete(url) : send[method]())).toMatchObject(refusal);
});

test('rights of what is off are held by nobody, and may still be named in roles and given on', async () => {
  const { admin } = company;
  const mine = await admin.graphql('{ me { rights { right } } }');
  expect(JSON.stringify(mine)).not.toContain('lead:');
  expect(JSON.stringify(mine)).toContain('account:read');
  const role = await admin.post('/v1/roles', {
    key: 'closer',
    name: 'Closer',
    permissions: { 'opportunity:*': 'own', 'account:read': 'all' },
  });
  expect(role.status).toBe(201);
  const clerk = await company.user({ 'role:*': 'all', 'user:*': 'all', 'account:*': 'all' });
  const given = await clerk.post(`/v1/roles/${String(role.body['roleId'])}/assign`, { userId: clerk.userId });
  expect(given).toMatchObject({ status: 403, body: { code: 'access.escalation' } });
});

test('a part goes alone', async () => {
  const other = company;
  company = await api.company();
  await switchOff('sales.leads');
  expect(await company.admin.get('/v1/leads')).toMatchObject({ status: 403, body: { code: 'module.disabled', module: 'sales.leads' } });
  expect(await company.admin.get('/v1/opportunities')).toMatchObject({ status: 200 });
  expect(codesOf(await company.admin.graphql('{ opportunities { nodes { id } } }'))).toBeUndefined();
  expect(codesOf(await company.admin.graphql('{ leads { nodes { id } } }'))).toEqual(['graphql.invalid']);
  company = other;
});
