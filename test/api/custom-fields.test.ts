import { openApiKit, type ApiKit, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const labels = '{en: "Field"}';
const field = (objectName: string, key: string, rest: string) =>
  company.admin.graphql(
    `mutation { createFieldDefinition(input: {objectName: "${objectName}", key: "${key}", labels: ${labels}, ${rest}}) { fieldDefinitionId metadataVersion } }`,
  );

test('a field defined by GraphQL is at once typed in GraphQL and in REST, for that company alone', async () => {
  expect((await field('account', 'contractNo', 'type: text, isUnique: true')).errors).toBeUndefined();
  expect(
    (await field('account', 'tier', 'type: enum, options: [{key: "gold", labels: {en: "Gold"}}, {key: "silver", labels: {en: "Silver"}}]'))
      .errors,
  ).toBeUndefined();
  expect(
    (await field('account', 'tags', 'type: multiEnum, options: [{key: "a", labels: {en: "A"}}, {key: "b", labels: {en: "B"}}]')).errors,
  ).toBeUndefined();
  const made = await company.admin.graphql(
    `mutation { createAccount(input: {name: "Muster GmbH", contractNo: "C-1", tier: gold, tags: [a, b]}) { id contractNo tier tags } }`,
  );
  expect(made).toMatchObject({ data: { createAccount: { contractNo: 'C-1', tier: 'gold', tags: ['a', 'b'] } } });
  const read = await company.admin.graphql(
    `{ accounts(filter: {contractNo: {eq: "C-1"}}, first: 1) { nodes { name contractNo tier tags } } }`,
  );
  expect(read).toMatchObject({
    data: { accounts: { nodes: [{ name: 'Muster GmbH', contractNo: 'C-1', tier: 'gold', tags: ['a', 'b'] }] } },
  });
  const list = await company.admin.get(`/v1/accounts?filter=${encodeURIComponent('{"contractNo":{"eq":"C-1"}}')}&fields=contractNo,tier`);
  expect(list.body['data']).toMatchObject([{ contractNo: 'C-1', tier: 'gold' }]);
  const twice = await company.admin.post('/v1/accounts', { name: 'Other', contractNo: 'C-1' });
  expect(twice).toMatchObject({ status: 409, body: { code: 'account.contract_no_taken' } });

  const other = await api.company();
  expect((await other.admin.graphql('{ accounts(first: 1) { nodes { contractNo } } }')).errors).toHaveLength(1);
  expect((await other.admin.post('/v1/accounts', { name: 'A', contractNo: 'C-1' })).status).toBe(400);
});

test('an object defined by REST has types, routes and rights of its own', async () => {
  const object = await company.admin.post('/v1/object-definitions', {
    key: 'permit',
    plural: 'permits',
    labels: { de: 'Parkausweis' },
  });
  expect(object).toMatchObject({ status: 201, body: { name: 'x_permit' } });
  const made = await company.admin.post('/v1/field-definitions', {
    objectName: 'x_permit',
    key: 'accountId',
    type: 'relation',
    target: 'account',
    labels: { de: 'Kunde' },
    settings: { inverse: 'permits' },
  });
  expect(made.status).toBe(201);
  expect((await field('x_permit', 'plate', 'type: text, isRequired: true')).errors).toBeUndefined();
  const account = await company.admin.post('/v1/accounts', { name: 'Halter' });
  const permit = await company.admin.post('/v1/records/permits', { plate: 'B-AB 1', accountId: account.body['id'] });
  expect(permit).toMatchObject({ status: 201, body: { plate: 'B-AB 1', version: 1 } });
  const read = await company.admin.graphql(
    `{ xPermits(first: 5) { nodes { plate account { name permits(first: 1) { totalCount } } } } node(id: "${String(permit.body['id'])}") { __typename } }`,
  );
  expect(read.data).toEqual({
    xPermits: { nodes: [{ plate: 'B-AB 1', account: { name: 'Halter', permits: { totalCount: 1 } } }] },
    node: { __typename: 'XPermit' },
  });
  const path = `/v1/records/permits/${String(permit.body['id'])}`;
  expect((await company.admin.patch(path, { plate: 'B-AB 2' })).body).toMatchObject({ plate: 'B-AB 2', version: 2 });
  expect((await company.admin.get(`${path}?expand=account`)).body).toMatchObject({ plate: 'B-AB 2', account: { name: 'Halter' } });
  const reader = await company.user({ 'x_permit:read': 'all', 'account:read': 'all' });
  expect((await reader.get(path)).status).toBe(200);
  expect((await reader.delete(path)).status).toBe(403);
  expect((await company.admin.delete(path)).status).toBe(204);
  expect((await company.admin.get('/v1/records/nothing')).body).toMatchObject({ code: 'record.object_unknown' });
  const other = await api.company();
  expect((await other.admin.get('/v1/records/permits')).status).toBe(404);
});
