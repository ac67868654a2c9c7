import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { compareBoxes } from '#kernel/box/compare-boxes.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import { openApiKit, type ApiKit, type Client, type Company } from '../api/api-kit.js';
import { asSuper, inside, newPath, pack, unpack } from './box-kit.js';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  await company.admin.post('/v1/accounts', { name: 'Alles dabei' });
  await api.kit.drain();
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const fileOf = (client: Client, id: string) =>
  api.app.inject({ method: 'GET', url: `/v1/operations/${id}/file`, headers: { authorization: `Bearer ${client.token}` } });
const begin = async (client: Client) => String((await client.post('/v1/tenant/export')).body['operationId']);
const operation = async (id: string) => (await company.admin.get(`/v1/operations/${id}`)).body;

test('an administrator takes the company away, in the background, and the box can be unpacked', async () => {
  const begun = await company.admin.post('/v1/tenant/export');
  expect(begun.status).toBe(202);
  const id = String(begun.body['operationId']);
  expect(await operation(id)).toMatchObject({ kind: 'export', target: 'tenant', state: 'queued', fileName: null });
  expect((await fileOf(company.admin, id)).json()).toMatchObject({ status: 404, code: 'export.no_file' });
  const again = await company.admin.graphql('mutation { exportTenant { operationId } }');
  expect(again.data).toEqual({ exportTenant: { operationId: id } });
  await api.kit.drain();
  const after = await operation(id);
  expect(after).toMatchObject({ state: 'succeeded', fileName: expect.stringMatching(/^company-\d+-\d{4}-\d\d-\d\d\.zip$/) as unknown });
  expect(after['done']).toBe(after['total']);
  const file = await fileOf(company.admin, id);
  expect([file.statusCode, file.headers['content-type']]).toEqual([200, 'application/zip']);
  const path = newPath();
  writeFileSync(path, file.rawPayload);
  const copy = await unpack(api.kit, path);
  expect(copy.manifest.withSecrets).toBe(false);
  expect(await compareBoxes(path, await pack(api.kit, copy.tenantId))).toMatchObject({ isSame: true, examples: [] });
});

test('who took the company away, and who fetched it, is in the audit', async () => {
  const { body } = await company.admin.get('/v1/audit/entries?class=export');
  const entries = body['entries'] as Record<string, unknown>[];
  const told = entries.map(({ action, actorId }) => [action, actorId]);
  expect(told).toEqual(
    expect.arrayContaining([
      ['exported', company.admin.userId],
      ['downloaded', company.admin.userId],
    ]),
  );
});

test('only who has the right of its own may, and may fetch what others began', async () => {
  const id = await begin(company.admin);
  await api.kit.drain();
  const reader = await company.user({ 'operation:read': 'all', 'account:export': 'all', 'account:read': 'all' });
  expect(await reader.post('/v1/tenant/export')).toMatchObject({ status: 403 });
  expect((await reader.get(`/v1/operations/${id}`)).status).toBe(200);
  expect((await fileOf(reader, id)).statusCode).toBe(403);
  const exporter = await company.user({ 'operation:read': 'own', 'tenant:export': 'all' });
  expect((await fileOf(exporter, id)).statusCode).toBe(404);
  const narrow = await company.user({ '*': 'own' });
  expect(await narrow.post('/v1/tenant/export')).toMatchObject({ status: 403 });
  expect((await fileOf(narrow, id)).statusCode).toBe(403);
  const other = await api.company();
  expect((await fileOf(other.admin, id)).statusCode).toBe(404);
});

test('whose right was taken away before the box was written gets none', async () => {
  const exporter = await company.user({ 'operation:read': 'own', 'tenant:export': 'all' });
  const id = await begin(exporter);
  await asSuper(api.kit, 'delete from identity.role_assignments where tenant_id = $1 and user_id = $2', [
    company.tenantId,
    exporter.userId,
  ]);
  await api.kit.drain();
  expect(await operation(id)).toMatchObject({ state: 'failed', fileName: null });
});

test('one that is cancelled is not written', async () => {
  const id = await begin(company.admin);
  expect((await company.admin.post(`/v1/operations/${id}/cancel`)).status).toBe(200);
  await api.kit.drain();
  expect(await operation(id)).toMatchObject({ state: 'cancelled', fileName: null });
});

test('the file is gone after a day', async () => {
  const id = await begin(company.admin);
  await api.kit.drain();
  const { fileKey, fileSha256 } = await inside(api.kit, company.tenantId, (work) => work.repo(Operation).get(id));
  const blob = { tenantId: company.tenantId, sha256: String(fileKey) };
  const { rawPayload, headers } = await fileOf(company.admin, id);
  const digest = createHash('sha256').update(rawPayload);
  expect(headers['repr-digest']).toBe(`sha-256=:${digest.copy().digest('base64')}:`);
  expect(fileSha256).toBe(digest.digest('hex'));
  (await api.kit.runtime.ports.files.read(blob)).destroy();
  api.kit.clock.advance({ hours: 26 });
  await api.kit.drain();
  await expect(api.kit.runtime.ports.files.read(blob)).rejects.toMatchObject({ code: 'ENOENT' });
  const kept = await inside(api.kit, company.tenantId, (work) => work.repo(Operation).get(id));
  expect([kept.state, kept.fileName, kept.fileSha256, kept.fileKey]).toEqual(['succeeded', null, null, null]);
});
