import { parse } from 'csv-parse/sync';
import { systemActor } from '#kernel/access/actor.js';
import { tidyFiles } from '#modules/files/jobs/tidy-files.job.js';
import { Listener } from '../conformance/graphql-listener.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let url: string;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  company = await api.company();
  admin = company.admin;
  await define('object', { key: 'permit', plural: 'permits', labels: { de: 'Parkausweis' }, nameField: 'plate' });
  await define('field', { objectName: 'x_permit', key: 'plate', type: 'text', labels, isRequired: true, isUnique: true });
  await define('field', { objectName: 'x_permit', key: 'fee', type: 'money', labels });
  await define('field', {
    objectName: 'x_permit',
    key: 'accountId',
    type: 'relation',
    target: 'account',
    labels,
    settings: { inverse: 'permits' },
  });
  await define('field', { objectName: 'account', key: 'contractNo', type: 'text', labels, isUnique: true });
  await define('field', { objectName: 'account', key: 'margin', type: 'percent', labels });
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const labels = { en: 'Field' };
async function define(what: 'object' | 'field', input: object, who: Client = admin): Promise<string> {
  const { status, body, text } = await who.post(`/v1/${what}-definitions`, input);
  if (status !== 201) throw new Error(text);
  return String(body[`${what}DefinitionId`]);
}
const made = async (path: string, row: object, who: Client = admin): Promise<string> => {
  const { status, body, text } = await who.post(`/v1/${path}`, row);
  if (status !== 201) throw new Error(text);
  return String(body['id']);
};
const codesOf = (answer: { errors?: readonly { extensions: { code: string } }[] }) =>
  answer.errors?.map(({ extensions }) => extensions.code);

test('changes of records of an own object, and of own fields, are told live', async () => {
  const { data } = await admin.graphql('{ changeCursor }');
  const listen = (query: string) => new Listener(url, { token: admin.token, query, variables: { after: data?.['changeCursor'] } });
  const permits = listen('subscription ($after: String) { xPermitChanged(after: $after) { verb changedFields xPermit { plate } } }');
  const accounts = listen(
    'subscription ($after: String) { accountChanged(after: $after, filter: {contractNo: {eq: "L-1"}}) { changedFields account { contractNo } } }',
  );
  const id = await made('records/permits', { plate: 'B-L 1' });
  await admin.patch(`/v1/records/permits/${id}`, { plate: 'B-L 2' });
  await api.kit.drain();
  await permits.hears(2);
  await admin.delete(`/v1/records/permits/${id}`);
  await made('accounts', { name: 'Live', contractNo: 'L-1' });
  await api.kit.drain();
  await permits.hears(3);
  await accounts.hears(1);
  expect(permits.told.map(({ verb }) => verb)).toEqual(['created', 'updated', 'deleted']);
  expect(permits.told[1]).toMatchObject({ changedFields: ['plate'] });
  expect(accounts.told[0]).toMatchObject({ account: { contractNo: 'L-1' } });
  await Promise.all([permits.socket.dispose(), accounts.socket.dispose()]);
});

test('files are imported into an own object, by its unique field and into references of it', async () => {
  await made('accounts', { name: 'Halter', contractNo: 'I-1' });
  await made('records/permits', { plate: 'I-1' });
  const form = new FormData();
  form.append('files', new Blob(['Kennzeichen;Gebuehr;Vertrag\nI-1;12,50;I-1\nI-2;3,00;\n;1,00;\nI-3;1,00;fehlt\n']), 'permits.csv');
  const sent = await fetch(`${url}/v1/imports/upload`, { method: 'POST', body: form, headers: { authorization: `Bearer ${admin.token}` } });
  const location = sent.headers.get('location') ?? '';
  await api.kit.drain();
  const columns = [
    { from: 'Kennzeichen', to: 'plate' },
    { from: 'Gebuehr', to: 'fee', transform: ['decimal', 'money:EUR'] },
    { from: 'Vertrag', to: 'accountId', lookup: { resource: 'account', by: { contractNo: '{Vertrag}' } } },
  ];
  const step = { name: 'permits', resource: 'x_permit', file: 'permits.csv', match: ['plate'], columns };
  const definition = { locale: 'de-DE', files: [{ name: 'permits.csv' }], steps: [step] };
  expect(await admin.post(`${location}/map`, { definition })).toMatchObject({ body: { state: 'mapped' } });
  await admin.post(`${location}/dry-run`, {});
  await api.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({ state: 'ready', dryRun: { created: 2, updated: 1, rejected: 1 } });
  await admin.post(`${location}/start`, {});
  await api.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({ state: 'partly', created: 2, updated: 1, rejected: 1 });
  const read = await admin.graphql(
    '{ xPermits(first: 5, filter: {plate: {in: ["I-1", "I-2", "I-3"]}}, orderBy: [{plate: ASC}]) { nodes { plate fee { amount currency } account { name } } } }',
  );
  expect(read.data).toEqual({
    xPermits: {
      nodes: [
        { plate: 'I-1', fee: { amount: '12.5000', currency: 'EUR' }, account: { name: 'Halter' } },
        { plate: 'I-2', fee: { amount: '3.0000', currency: 'EUR' }, account: null },
        // What it refers to is not there: told as an issue, the rest is taken.
        { plate: 'I-3', fee: { amount: '1.0000', currency: 'EUR' }, account: null },
      ],
    },
  });
  await admin.post(`${location}/revert`, {});
  await api.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({ state: 'reverted', reverted: 3, kept: 0 });
});

test('records of an own object are named by what another system calls them, and written many at a time', async () => {
  const at = (id: string) => `/v1/records/permits/by-ref/erp/${id}`;
  const first = await admin.put(at('R-1'), { plate: 'B-R 1' });
  expect([first.status, first.headers['location']]).toEqual([201, `/v1/records/permits/${String(first.body['id'])}`]);
  expect(await admin.put(at('R-1'), { fee: { amount: '5', currency: 'EUR' } })).toMatchObject({
    status: 200,
    body: { id: first.body['id'], plate: 'B-R 1', version: 2 },
  });
  expect(await admin.get(at('R-1'))).toMatchObject({ status: 200, body: { plate: 'B-R 1', fee: { amount: '5.0000' } } });
  expect((await (await api.company()).admin.get(at('R-1'))).body['code']).toBe('record.object_unknown');
  const narrow = await company.user({ 'x_permit:read': 'own', 'x_permit:create': 'own' });
  expect((await narrow.get(at('R-1'))).body['code']).toBe('external_ref.not_found');
  const items = [
    { op: 'create', data: { plate: 'B-R 2' } },
    { op: 'update', externalRef: { system: 'erp', externalId: 'R-1' }, data: { plate: 'B-R 3' } },
    { op: 'create', data: { plate: 'B-R 2' } },
  ];
  const bulk = await admin.post('/v1/records/permits/bulk', { mode: 'partial', items });
  expect(bulk).toMatchObject({ status: 200, body: { created: 1, updated: 1, refused: 1 } });
  expect((await admin.post('/v1/records/permits/bulk', { mode: 'atomic', items })).body['code']).toBe('bulk.refused');
  expect((await narrow.post('/v1/records/permits/bulk', { mode: 'partial', items: [items[1]] })).body).toMatchObject({ refused: 1 });
  const later = await admin.post(
    '/v1/records/permits/bulk',
    { mode: 'partial', items: [{ op: 'upsert', externalRef: { system: 'erp', externalId: 'R-4' }, data: { plate: 'B-R 4' } }] },
    { prefer: 'respond-async' },
  );
  expect(later.status).toBe(202);
  await api.kit.drain();
  expect((await admin.get(String(later.headers['location']))).body).toMatchObject({ state: 'succeeded', created: 1 });
  expect((await admin.delete(at('R-1'))).status).toBe(204);
  expect((await admin.get(at('R-1'))).body['code']).toBe('external_ref.not_found');
});

test('own objects and own fields are exported like any other', async () => {
  await made('records/permits', { plate: '=1+1', fee: { amount: '7.5', currency: 'EUR' } });
  await made('accounts', { name: 'Export', contractNo: 'E-1', margin: '2.5' });
  const filter = (of: object) => `filter=${encodeURIComponent(JSON.stringify(of))}`;
  const permits = await admin.get(`/v1/exports/records%2Fpermits?fields=plate,fee&${filter({ plate: { eq: '=1+1' } })}`);
  expect(permits.status).toBe(200);
  expect(parse(permits.text, { columns: true, bom: true })).toMatchObject([
    { plate: "'=1+1", 'fee.amount': '7.5000', 'fee.currency': 'EUR' },
  ]);
  const accounts = await admin.get(`/v1/exports/accounts?fields=name,contractNo,margin&${filter({ contractNo: { eq: 'E-1' } })}`);
  expect(parse(accounts.text, { columns: true, bom: true })).toMatchObject([{ name: 'Export', contractNo: 'E-1', margin: '2.50' }]);
});

test('records of an own object are nodes, and those of others are not there', async () => {
  const id = await made('records/permits', { plate: 'N-1' });
  const query =
    'query ($ids: [ID!]!, $id: ID!) { node(id: $id) { __typename ... on XPermit { plate } } nodes(ids: $ids) { id } xPermit(id: $id) { version } }';
  const seen = await admin.graphql(query, { id, ids: [id] });
  expect(seen.data).toEqual({ node: { __typename: 'XPermit', plate: 'N-1' }, nodes: [{ id }], xPermit: { version: 1 } });
  const other = await api.company();
  await define('object', { key: 'permit', plural: 'permits', labels }, other.admin);
  await define('field', { objectName: 'x_permit', key: 'plate', type: 'text', labels }, other.admin);
  expect((await other.admin.graphql(query, { id, ids: [id] })).data).toEqual({ node: null, nodes: [null], xPermit: null });
  expect((await other.admin.get(`/v1/records/permits/${id}`)).status).toBe(404);
});

test('the audit knows own objects and own fields: search, history, as it was, restore', async () => {
  const id = await made('records/permits', { plate: 'A-1' });
  await admin.patch(`/v1/records/permits/${id}`, { plate: 'A-2' });
  const found = await admin.get(`/v1/audit/entries?record=${id}`);
  expect(JSON.stringify(found.body)).toContain('A-2');
  expect((await admin.get(`/v1/audit/records/${id}/history?path=plate`)).text).toContain('"A-1"');
  expect(
    await admin.post(`/v1/audit/records/${id}/restore`, { fields: ['plate'], at: new Date(0).toISOString(), dryRun: true }),
  ).toBeDefined();
  const account = await made('accounts', { name: 'Audit', contractNo: 'AU-1' });
  await admin.patch(`/v1/accounts/${account}`, { contractNo: 'AU-2' });
  expect((await admin.get(`/v1/audit/records/${account}/history?path=contractNo`)).text).toContain('AU-1');
});

test('rules hide own fields as they hide others: in reads, filters, writes, exports and subscriptions', async () => {
  const id = await made('accounts', { name: 'Hidden', contractNo: 'H-1', margin: '12.5' });
  const blind = await company.user(
    { 'account:*': 'all', 'account:export': 'all' },
    { 'account.margin': 'hide', 'account.contractNo': 'mask' },
  );
  expect((await blind.get(`/v1/accounts/${id}`)).body).toMatchObject({ name: 'Hidden' });
  expect((await blind.get(`/v1/accounts/${id}`)).text).not.toMatch(/margin|H-1/);
  expect(codesOf(await blind.graphql(`{ account(id: "${id}") { margin } }`))).toEqual(['access.field_forbidden']);
  expect((await blind.get(`/v1/accounts?filter=${encodeURIComponent('{"margin":{"gt":"1"}}')}`)).status).toBe(403);
  expect((await blind.patch(`/v1/accounts/${id}`, { margin: '1' })).status).toBe(403);
  expect((await blind.get('/v1/exports/accounts')).text).not.toMatch(/margin|12\.5/);
  expect((await blind.get(`/v1/audit/records/${id}/history?path=margin`)).status).toBe(403);
});

test('who may not read an own object sees nothing of it, and nobody gives himself rights by defining', async () => {
  const id = await made('records/permits', { plate: 'R-1' });
  const clerk = await company.user({ 'account:*': 'all' });
  expect((await clerk.get('/v1/records/permits')).status).toBe(403);
  expect((await clerk.get(`/v1/records/permits/${id}`)).status).toBe(403);
  expect(codesOf(await clerk.graphql('{ xPermits(first: 1) { nodes { id } } }'))).toEqual(['access.forbidden']);
  expect((await clerk.get('/v1/exports/records%2Fpermits')).status).toBe(403);
  expect((await clerk.post('/v1/field-definitions', { objectName: 'account', key: 'mine', type: 'text', labels })).status).toBe(403);
  const own = await company.user({ 'x_permit:*': 'own' });
  expect((await own.get(`/v1/records/permits/${id}`)).status).toBe(404);
});

test('files hang on records of an own object, a field says which is meant, and they go with the record', async () => {
  await define('field', { objectName: 'x_permit', key: 'photo', type: 'file', labels });
  const id = await made('records/permits', { plate: 'F-1' });
  const file = await admin.raw('POST', `/v1/files?recordId=${id}&name=a.txt`, 'photo', { 'content-type': 'text/plain' });
  expect(file.status).toBe(201);
  const fileId = String(file.body['id'] ?? file.body['fileId']);
  expect((await admin.patch(`/v1/records/permits/${id}`, { photo: fileId })).body).toMatchObject({ photo: fileId });
  expect((await admin.patch(`/v1/records/permits/${id}`, { photo: id })).body).toMatchObject({ code: 'input.invalid' });
  expect((await admin.get(`/v1/files/${fileId}/content`)).text).toBe('photo');
  const clerk = await company.user({ 'account:*': 'all' });
  expect((await clerk.get(`/v1/files/${fileId}/content`)).status).toBe(404);
  await admin.delete(`/v1/records/permits/${id}`);
  expect((await admin.get(`/v1/files/${fileId}/content`)).status).toBe(404);
  const asSystem = { tenantId: company.tenantId, actor: systemActor('test'), cause: { command: 'test' } };
  await api.kit.runtime.withWork(asSystem, (work) => tidyFiles.run({}, work));
  expect(await api.kit.asOwner('select id from files.files where id = $1', [fileId], company.tenantId)).toEqual([]);
});

test('the OpenAPI document of the company tells of its own fields, and of no other company’s', async () => {
  const mine = await admin.get('/v1/openapi.json');
  expect(mine.text).toContain('contractNo');
  expect((await (await api.company()).admin.get('/v1/openapi.json')).text).not.toContain('contractNo');
});
