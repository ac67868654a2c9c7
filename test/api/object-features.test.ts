import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  admin = company.admin;
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const labels = { en: 'Word' };
async function define(what: 'object' | 'field', input: object): Promise<string> {
  const { status, body, text } = await admin.post(`/v1/${what}-definitions`, { labels, ...input });
  if (status !== 201) throw new Error(text);
  return String(body[`${what}DefinitionId`]);
}
async function features(objectDefinitionId: string, on: object): Promise<void> {
  const { status, text } = await admin.patch(`/v1/object-definitions/${objectDefinitionId}`, on);
  if (status !== 200) throw new Error(text);
}

test('what is switched off is refused or not there, what there was is kept, and all of it is back when it is switched on', async () => {
  const objectId = await define('object', { key: 'permit', plural: 'permits' });
  await define('field', { objectName: 'x_permit', key: 'title', type: 'text' });
  await define('field', {
    objectName: 'x_permit',
    key: 'accountId',
    type: 'relation',
    target: 'account',
    settings: { inverse: 'permits' },
  });
  const accountId = String((await admin.post('/v1/accounts', { name: 'A' })).body['id']);
  const id = String((await admin.post('/v1/records/permits', { title: 'One', accountId })).body['id']);
  const upload = () => admin.raw('POST', `/v1/files?recordId=${id}&name=a.txt`, 'Inhalt', { 'content-type': 'text/plain' });
  const first = await upload();
  expect(first.status).toBe(201);
  const fileId = String(first.body['id']);
  await api.kit.drain();
  const told = async (recordId: string) => (await admin.get(`/v1/records/${recordId}/timeline`)).body;
  const kinds = async () => ((await told(accountId))['entries'] as { type: string }[]).map(({ type }) => type);
  expect(await kinds()).toContain('x_permit_created');

  await features(objectId, { features: { timeline: false, files: false, assignment: false } });
  expect((await upload()).body).toMatchObject({ status: 409, code: 'file.switched_off' });
  expect((await admin.get(`/v1/files?recordId=${id}`)).body['code']).toBe('file.switched_off');
  expect((await admin.get(`/v1/files/${fileId}`)).status).toBe(404);
  expect((await admin.get(`/v1/files/${fileId}/content`)).status).toBe(404);
  expect((await admin.delete(`/v1/files/${fileId}`)).status).toBe(404);
  expect(await told(id)).toMatchObject({ code: 'timeline.none' });
  expect((await admin.post('/v1/records/permits', { title: 'Two', accountId })).status).toBe(201);
  await api.kit.drain();
  expect(await kinds()).not.toContain('x_permit_created');
  const row = (await admin.get(`/v1/records/permits/${id}`)).body;
  expect(row).not.toHaveProperty('ownerId');
  expect((await admin.post('/v1/records/permits', { title: 'Mine', ownerId: admin.userId })).status).toBe(400);
  const document = JSON.stringify((await admin.get('/v1/openapi.json')).body['components']);
  expect(document).toContain('XPermit');
  expect(/"XPermit":\{.*?\}\}\}/.exec(document)?.[0] ?? document).not.toContain('ownerId');
  const { errors } = await admin.graphql('{ xPermits(first: 1) { nodes { title owner { name } } } }');
  expect(errors).toBeDefined();
  expect((await admin.graphql('{ xPermits(first: 5) { nodes { title } } }')).data).toMatchObject({
    xPermits: { nodes: expect.any(Array) },
  });
  // The audit is no feature: it tells of what is switched off, too.
  expect((await admin.get(`/v1/audit/records/${id}/history?path=title`)).status).toBe(200);

  await features(objectId, { features: { timeline: true, files: true, assignment: true } });
  expect((await admin.get(`/v1/files/${fileId}`)).status).toBe(200);
  expect((await upload()).status).toBe(201);
  expect((await admin.get(`/v1/records/permits/${id}`)).body['ownerId']).toBe(admin.userId);
  expect(await kinds()).toContain('x_permit_created');
});

test('an object that has no field yet and no owner can be there all the same', async () => {
  await define('object', { key: 'stub', plural: 'stubs', features: { assignment: false } });
  const made = await admin.post('/v1/records/stubs', {});
  expect(made.status).toBe(201);
  expect((await admin.graphql('{ xStubs(first: 5) { nodes { id } } }')).data).toMatchObject({
    xStubs: { nodes: [{ id: made.body['id'] }] },
  });
});

test('a move that is not allowed says so by REST, in German, and by GraphQL', async () => {
  const stages = [
    { key: 'draft', labels, next: ['sent'] },
    { key: 'sent', labels },
    { key: 'done', labels, isFinal: true },
  ];
  await define('object', { key: 'deed', plural: 'deeds', stages });
  const { body } = await admin.post('/v1/records/deeds', {});
  expect(body).toMatchObject({ stage: 'draft' });
  const path = `/v1/records/deeds/${String(body['id'])}`;
  const refused = await admin.patch(path, { stage: 'done' }, { 'accept-language': 'de' });
  expect(refused.body).toMatchObject({ status: 409, code: 'record.move_refused', from: 'draft', to: 'done', allowed: ['sent'] });
  expect(String(refused.body['detail'])).toContain('Möglich: sent');
  const { errors } = await admin.graphql('mutation ($id: ID!) { updateXDeed(id: $id, patch: {stage: done}) { stage } }', {
    id: body['id'],
  });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['record.move_refused']);
  expect((await admin.patch(path, { stage: 'sent' })).body).toMatchObject({ stage: 'sent' });
});
