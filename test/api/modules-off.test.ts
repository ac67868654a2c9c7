import { systemActor } from '#kernel/access/actor.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { Listener, until } from '../conformance/graphql-listener.js';
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

async function switchOff(...keys: string[]): Promise<void> {
  for (const key of keys)
    expect(await company.admin.post(`/v1/modules/${key}/disable`)).toMatchObject({ status: 200, body: { changed: true } });
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

test('the document of REST is that of the company, and that of the installation for strangers', async () => {
  const own = await company.admin.get('/v1/openapi.json');
  const paths = (answer: { body: Record<string, unknown> }) => Object.keys(answer.body['paths'] as object);
  expect(paths(own).filter((path) => /lead|opportunit|pipeline/.test(path))).toEqual([]);
  expect(own.text).not.toContain('#/components/schemas/Lead"');
  expect(paths(own)).toEqual(expect.arrayContaining(['/v1/accounts', '/v1/accounts/{accountId}', '/v1/modules']));
  const stranger = await api.app.inject({ method: 'GET', url: '/v1/openapi.json' });
  expect(paths({ body: stranger.json() })).toContain('/v1/leads');
  const bad = await api.app.inject({ method: 'GET', url: '/v1/openapi.json', headers: { authorization: 'Bearer nonsense' } });
  expect(bad.statusCode).toBe(401);
});

test('analytics goes on without sales: no cube of deals, no figures, no error', async () => {
  const cubes = async (of: Company) => (await of.admin.get('/v1/analytics/meta')).body['cubes'];
  expect(await cubes(whole)).toHaveLength(1);
  expect(await cubes(company)).toEqual([]);
  const query = encodeURIComponent('{"measures":["opportunities.count"]}');
  expect(await company.admin.get(`/v1/analytics/load?query=${query}`)).toMatchObject({ status: 200 });
});

test('an import into what is off is refused, and an import under way holds its module on', async () => {
  expect(await company.admin.post('/v1/imports/run', { mapping: 'crm-opportunities', files: [] })).toMatchObject({ status: 403 });
  const { tenantId, admin } = whole;
  const asSystem = { tenantId, actor: systemActor('test'), cause: { command: 'test' } };
  const run = await api.kit.runtime.withWork(asSystem, (work) =>
    work.repo(ImportRun).create({ mapping: 'crm-opportunities', state: 'running', files: [], startedAt: work.now }),
  );
  expect(await admin.post('/v1/modules/sales/disable')).toMatchObject({ status: 409, body: { code: 'module.busy' } });
  expect(await admin.post('/v1/modules/service/disable', { dryRun: true })).toMatchObject({ status: 200, body: { changed: true } });
  await api.kit.runtime.withWork(asSystem, (work) => work.repo(ImportRun).update(run.id, { state: 'cancelled' }));
});

test('a subscription ends when its module goes, and the token it came with is good for the rest', async () => {
  const other = await api.company();
  const url = await api.listen();
  const { token } = other.admin;
  const leads = new Listener(url, { token, query: 'subscription { leadChanged { id verb } }' });
  const accounts = new Listener(url, { token, query: 'subscription { accountChanged { id verb } }' });
  const lead = { lastName: 'Ng', company: 'Acme', ownerId: other.admin.userId };
  await until(async () => {
    await other.admin.post('/v1/leads', lead);
    await other.admin.post('/v1/accounts', { name: 'Acme' });
    await api.kit.drain();
    return leads.told.length > 0 && accounts.told.length > 0;
  });
  expect(await other.admin.post('/v1/modules/sales/disable')).toMatchObject({ status: 200 });
  await until(() => leads.errors.length > 0 || leads.closes.length > 0 || leads.isComplete);
  const before = accounts.told.length;
  expect(await other.admin.get('/v1/leads')).toMatchObject(refusal);
  await other.admin.post('/v1/accounts', { name: 'Left' });
  await api.kit.drain();
  await until(() => accounts.told.length > before);
  // What was said of it was kept: on again, all is as it was.
  expect(await other.admin.post('/v1/modules/sales/enable')).toMatchObject({ status: 200, body: { changed: true } });
  expect(JSON.stringify((await other.admin.get('/v1/leads')).body)).toContain('Acme');
  expect(codesOf(await other.admin.graphql('{ leads(first: 1) { nodes { id can } } }'))).toBeUndefined();
  await Promise.all([leads.socket.dispose(), accounts.socket.dispose()]);
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
