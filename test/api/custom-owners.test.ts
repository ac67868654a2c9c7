import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
let erp: Record<string, string>;
let shop: Record<string, string>;
const labels = { en: 'Rating', de: 'Bonität' };

beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
  await define(admin, { sourceOwner: 'erp' });
  [erp, shop] = await Promise.all([keyOf('erp'), keyOf('shop')]);
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const define = (who: Client, more: object) =>
  who.post('/v1/field-definitions', { objectName: 'account', key: 'rating', type: 'text', labels, ...more });
async function keyOf(name: string): Promise<Record<string, string>> {
  const { body, text } = await admin.post('/v1/api-keys', { name, permissions: { 'account:*': 'all' } });
  if (typeof body['key'] !== 'string') throw new Error(text);
  return { authorization: `Bearer ${body['key']}` };
}
const refusal = {
  code: 'record.source_owned',
  owner: 'erp',
  fields: ['account.rating'],
  errors: [{ path: '/rating', code: 'source_owned' }],
};
const made = async (row: object, headers = {}) =>
  String((await admin.post('/v1/accounts', { name: 'Muster', ...row }, headers)).body['id']);

test('a field whose values come from another system is written by the key of that system alone', async () => {
  const id = await made({ rating: 'A' }, erp);
  const at = `/v1/accounts/${id}`;
  expect((await admin.get(at)).body).toMatchObject({ rating: 'A' });
  expect(await admin.patch(at, { rating: 'B' })).toMatchObject({ status: 403, body: refusal });
  expect(await admin.patch(at, { rating: 'B' }, shop)).toMatchObject({ status: 403, body: refusal });
  expect(await admin.patch(at, { name: 'Other' })).toMatchObject({ status: 200, body: { name: 'Other', rating: 'A' } });
  expect(await admin.patch(at, { rating: 'B' }, erp)).toMatchObject({ status: 200, body: { rating: 'B' } });
  expect(await admin.post('/v1/accounts', { name: 'New', rating: 'C' })).toMatchObject({ status: 403, body: refusal });
  const german = await admin.patch(at, { rating: 'C' }, { 'accept-language': 'de' });
  expect(german.body['detail']).toBe('Diese Werte kommen aus erp und werden nur von dort geschrieben. Lassen Sie die Felder weg.');
});

test('no other way of writing leads around it', async () => {
  const id = await made({ rating: 'A' }, erp);
  await admin.patch(`/v1/accounts/${id}`, { rating: 'B' }, erp);
  const codes = ({ errors = [] }: { errors?: readonly { extensions: { code: string } }[] }) =>
    errors.map(({ extensions }) => extensions.code);
  const update = `mutation ($id: ID!) { updateAccount(id: $id, patch: {rating: "X"}) { rating } }`;
  expect(codes(await admin.graphql(update, { id }))).toEqual([refusal.code]);
  expect(codes(await admin.graphql('mutation { createAccount(input: {name: "N", rating: "X"}) { rating } }'))).toEqual([refusal.code]);
  const items = [
    { op: 'update', id, data: { rating: 'X' } },
    { op: 'create', data: { name: 'N', rating: 'X' } },
    { op: 'upsert', externalRef: { system: 'erp', externalId: '1' }, data: { name: 'N', rating: 'X' } },
  ];
  const bulk = (headers = {}) => admin.post('/v1/accounts/bulk', { mode: 'partial', items }, headers);
  const results = (await bulk()).body['results'];
  expect(results).toMatchObject(items.map(() => ({ outcome: 'refused', problem: { code: refusal.code } })));
  expect(await admin.put('/v1/accounts/by-ref/erp/1', { name: 'N', rating: 'X' })).toMatchObject({ status: 403, body: refusal });
  const restored = await admin.post(`/v1/audit/records/${id}/restore`, { fields: ['rating'], at: '2026-01-01T00:00:00Z' });
  expect(restored.body).toMatchObject({ code: refusal.code });
  expect((await admin.get(`/v1/accounts/${id}`)).body).toMatchObject({ rating: 'B' });
  expect((await bulk(erp)).body['results']).toMatchObject([{ outcome: 'updated' }, { outcome: 'created' }, { outcome: 'created' }]);
  const again = { ...erp, 'idempotency-key': 'rating-1' };
  const twice = [
    await admin.patch(`/v1/accounts/${id}`, { rating: 'Z' }, again),
    await admin.patch(`/v1/accounts/${id}`, { rating: 'Z' }, again),
  ];
  expect(twice.map(({ status, body }) => [status, body['version']])).toEqual([
    [200, twice[0]?.body['version']],
    [200, twice[0]?.body['version']],
  ]);
});

test('it can be given and taken back, travels with a package, and binds one company only', async () => {
  const other = (await api.company()).admin;
  expect((await define(other, { sourceOwner: 'ERP of us' })).body).toMatchObject({
    code: 'field_definition.unfit',
    errors: [{ path: '/sourceOwner' }],
  });
  expect((await define(other, { sourceOwner: 'erp', isRequired: true })).body).toMatchObject({ errors: [{ path: '/sourceOwner' }] });
  const { body } = await define(other, {});
  const id = String((await other.post('/v1/accounts', { name: 'Mine', rating: 'A' })).body['id']);
  const field = `/v1/field-definitions/${String(body['fieldDefinitionId'])}`;
  expect((await other.patch(field, { sourceOwner: 'erp' })).status).toBe(200);
  expect((await other.patch(`/v1/accounts/${id}`, { rating: 'B' })).body).toMatchObject({ code: refusal.code });
  expect((await other.get('/v1/openapi.json')).text).toContain('Written by erp alone.');
  const { package: pack } = (await other.get('/v1/metadata/export')).body as { package: { fields: object[] } };
  expect(pack.fields).toMatchObject([{ key: 'rating', sourceOwner: 'erp' }]);
  const third = (await api.company()).admin;
  expect((await third.post('/v1/metadata/install', { package: pack })).status).toBe(200);
  expect((await third.post('/v1/metadata/install', { package: pack })).body).toMatchObject({ steps: [{ action: 'keep' }] });
  expect((await third.post('/v1/accounts', { name: 'N', rating: 'A' })).body).toMatchObject({ code: refusal.code });
  expect((await other.patch(field, { sourceOwner: null })).status).toBe(200);
  expect((await other.patch(`/v1/accounts/${id}`, { rating: 'B' })).body).toMatchObject({ rating: 'B' });
});

test('an object has an icon, which packages take along', async () => {
  const object = { key: 'permit', plural: 'permits', labels };
  expect(await admin.post('/v1/object-definitions', { ...object, icon: '<svg>' })).toMatchObject({
    status: 400,
    body: { code: 'object_definition.icon_malformed', errors: [{ path: '/icon' }] },
  });
  const { body } = await admin.post('/v1/object-definitions', { ...object, icon: 'mdi:parking' });
  const at = `/v1/object-definitions/${String(body['objectDefinitionId'])}`;
  expect((await admin.get(at)).body).toMatchObject({ icon: 'mdi:parking' });
  expect((await admin.get('/v1/metadata/export')).body).toMatchObject({ package: { objects: [{ key: 'permit', icon: 'mdi:parking' }] } });
  expect((await admin.patch(at, { icon: null })).status).toBe(200);
  expect((await admin.get(at)).body).toMatchObject({ icon: null });
});
