import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { integrationController } from '#api/rest/integration.controller.js';
import { pathsOf } from '#api/rest/own-paths.js';
import { RestReads } from '#api/rest/reads.js';
import { resourceController } from '#api/rest/resource.controller.js';
import { Runner } from '#kernel/usecase/runner.js';
import { Contract } from '../conformance/contract.js';
import { openApiKit, type Answer, type ApiKit, type Client } from './api-kit.js';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  ({ admin } = await api.company());
  const labels = { en: 'Field' };
  await admin.post('/v1/object-definitions', { key: 'permit', plural: 'permits', labels: { en: 'Permit' }, nameField: 'plate' });
  await admin.post('/v1/field-definitions', { objectName: 'x_permit', key: 'plate', type: 'text', labels, isRequired: true });
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

test('the OpenAPI document of the company lists its own objects with all of their routes, as Nest writes those of the product', async () => {
  const { registry } = api.kit.runtime;
  const parts = { reads: api.app.get(RestReads), runner: api.app.get(Runner) };
  const contact = registry.resource('contact');
  const written = { ...pathsOf(integrationController(contact, parts)), ...pathsOf(resourceController(contact, parts)) };
  const config = new DocumentBuilder().build();
  const served = SwaggerModule.createDocument(api.app, config, { operationIdFactory: (_controller, method) => method }).paths;
  expect(JSON.parse(JSON.stringify(written))).toEqual(
    JSON.parse(JSON.stringify(Object.fromEntries(Object.keys(written).map((path) => [path, served[path]])))),
  );

  const { paths, components } = (await admin.get('/v1/openapi.json')).body as unknown as OpenAPIObject;
  const mine = Object.entries(paths).filter(([path]) => path.startsWith('/v1/records/permits'));
  const operations = mine.flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path.slice('/v1/records/permits'.length)}`),
  );
  expect(operations.sort()).toEqual([
    'delete /by-ref/{system}/{externalId}',
    'delete /{xPermitId}',
    'get ',
    'get /by-ref/{system}/{externalId}',
    'get /{xPermitId}',
    'patch /{xPermitId}',
    'post ',
    'post /bulk',
    'put /by-ref/{system}/{externalId}',
  ]);
  expect(Object.keys(components?.schemas ?? {})).toEqual(
    expect.arrayContaining(['XPermit', 'CreateXPermit', 'UpdateXPermit', 'BulkXPermit']),
  );
  const dangling = [...JSON.stringify(mine).matchAll(/"#\/components\/schemas\/(\w+)"/g)].filter(
    ([, name = '']) => !components?.schemas?.[name],
  );
  expect(dangling).toEqual([]);
  expect((await (await api.company()).admin.get('/v1/openapi.json')).text).not.toContain('/v1/records/permits');
});

test('what the routes of an own object answer is what the document of the company promises', async () => {
  const contract = new Contract((await admin.get('/v1/openapi.json')).body as unknown as ConstructorParameters<typeof Contract>[0]);
  const breaches: (string | null)[] = [];
  const judged = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, answer: Promise<Answer>) => {
    const { status, text, headers } = await answer;
    expect(contract.find(method, url)).not.toBeNull();
    breaches.push(contract.breach({ method, url, status, contentType: String(headers['content-type']), body: text }));
    return status;
  };
  const at = '/v1/records/permits';
  const byRef = `${at}/by-ref/erp/${contract.operations.length}`;
  expect(await judged('PUT', byRef, admin.put(byRef, { plate: 'B-XY 1' }))).toBe(201);
  expect(await judged('PUT', byRef, admin.put(byRef, { plate: 'B-XY 2' }))).toBe(200);
  expect(await judged('GET', byRef, admin.get(byRef))).toBe(200);
  expect(await judged('GET', at, admin.get(at))).toBe(200);
  const bulk = {
    mode: 'partial',
    items: [
      { op: 'create', data: { plate: 'B-XY 3' } },
      { op: 'create', data: { nothing: 1 } },
    ],
  };
  expect(await judged('POST', `${at}/bulk`, admin.post(`${at}/bulk`, bulk))).toBe(200);
  expect(await judged('POST', at, admin.post(at, { nothing: 1 }))).toBe(400);
  expect(await judged('DELETE', byRef, admin.delete(byRef))).toBe(204);
  expect(await judged('GET', byRef, admin.get(byRef))).toBe(404);
  expect(breaches.filter((breach) => breach !== null)).toEqual([]);
});
