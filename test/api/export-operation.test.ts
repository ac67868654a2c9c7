import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import ExcelJS from 'exceljs';
import { parquetReadObjects } from 'hyparquet';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  admin = company.admin;
  const items = Array.from({ length: 230 }, (_, i) => ({
    op: 'create',
    data: { name: i === 0 ? '=1+1' : `Firma ${i}`, employees: i, email: `office-${i}@example.test` },
  }));
  for (const start of [0, 200]) await admin.post('/v1/accounts/bulk', { mode: 'atomic', items: items.slice(start, start + 200) });
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

type Row = Record<string, unknown>;
const begin = async (client: Client, asked: Row): Promise<string> => {
  const { status, body } = await client.post('/v1/exports', asked);
  expect([status, body['code']]).toEqual([202, undefined]);
  return String(body['operationId']);
};
const operation = async (client: Client, id: string) => (await client.get(`/v1/operations/${id}`)).body;
const get = (client: Client, url: string) => api.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${client.token}` } });
const fileOf = (client: Client, id: string) => get(client, `/v1/operations/${id}/file`);
const everything = { 'account:read': 'all', 'account:export': 'all', 'operation:*': 'own' } as const;

test('a list is written in the background, as the request for it would have answered, with progress and a file', async () => {
  const filter = { employees: { lt: 225 } };
  const id = await begin(admin, { list: 'accounts', filter, sort: '-employees', fields: ['name', 'employees'] });
  expect(await operation(admin, id)).toMatchObject({ kind: 'export', target: 'account', state: 'queued', total: 225, done: 0 });
  expect((await fileOf(admin, id)).json()).toMatchObject({ status: 404, code: 'export.no_file' });
  await api.kit.drain();
  const done = await operation(admin, id);
  expect(done).toMatchObject({
    state: 'succeeded',
    total: 225,
    done: 225,
    fileName: expect.stringMatching(/^accounts-\d{4}-\d\d-\d\d\.csv$/) as unknown,
  });
  const file = await fileOf(admin, id);
  expect([file.headers['content-type'], file.headers['content-disposition']]).toEqual([
    'text/csv; charset=utf-8; header=present',
    `attachment; filename="${String(done['fileName'])}"`,
  ]);
  const direct = await get(
    admin,
    `/v1/exports/accounts?filter=${encodeURIComponent(JSON.stringify(filter))}&sort=-employees&fields=name,employees`,
  );
  expect(file.payload).toBe(direct.payload);
  expect(file.payload).toContain(",'=1+1,");
});

test('GraphQL starts it too, in every format', async () => {
  const ids: string[] = [];
  for (const format of ['jsonl', 'xlsx', 'parquet']) {
    const { data } = await admin.graphql(
      `mutation { startExport(input: { list: "accounts", format: ${format}, filter: { employees: { lt: 3 } }, sort: "employees", fields: ["name"] }) { operationId } }`,
    );
    ids.push((data as { startExport: { operationId: string } }).startExport.operationId);
  }
  await api.kit.drain();
  const [lines, sheet, parquet] = await Promise.all(ids.map((id) => fileOf(admin, id)));
  expect(
    lines?.payload
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Row)['name']),
  ).toEqual(['=1+1', 'Firma 1', 'Firma 2']);
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(new Uint8Array(sheet?.rawPayload ?? []).buffer);
  expect(book.getWorksheet('accounts')?.getCell('C2').value).toBe("'=1+1");
  const rows = await parquetReadObjects({ file: new Uint8Array(parquet?.rawPayload ?? []).buffer });
  expect(rows.map((row) => row['name'])).toEqual(['=1+1', 'Firma 1', 'Firma 2']);
});

test('what is wrong with it is said at once', async () => {
  const refused = async (asked: Row) => {
    const { status, body } = await admin.post('/v1/exports', asked);
    return [status, body['code']];
  };
  expect(await refused({ list: 'nothings' })).toEqual([404, 'export.no_such_list']);
  expect(await refused({ list: 'accounts', fields: ['nothing'] })).toEqual([400, 'request.unknown_field']);
  expect(await refused({ list: 'accounts', filter: { nothing: { eq: 1 } } })).toEqual([400, 'filter.unknown_field']);
  expect(await refused({ list: 'accounts', format: 'exe' })).toEqual([400, 'input.invalid']);
});

test('it takes the right to export the list, and holds what its starter may read and nothing else', async () => {
  const reader = await company.user({ 'account:read': 'all', 'operation:read': 'own' });
  expect(await reader.post('/v1/exports', { list: 'accounts' })).toMatchObject({ status: 403, body: { missing: 'account:export' } });
  const silent = await company.user({ 'account:read': 'all', 'account:export': 'all' });
  expect(await silent.post('/v1/exports', { list: 'accounts' })).toMatchObject({ status: 403, body: { missing: 'operation:read' } });
  const blind = await company.user({ ...everything, 'account:create': 'all', 'account:export': 'own' }, { 'account.employees': 'hide' });
  const mine = await blind.post('/v1/accounts', { name: 'Mine' });
  const id = await begin(blind, { list: 'accounts', format: 'jsonl' });
  await api.kit.drain();
  const [line, ...others] = (await fileOf(blind, id)).payload.trim().split('\n');
  expect(others).toEqual([]);
  expect(JSON.parse(line ?? '')).toMatchObject({ id: mine.body['id'], name: 'Mine' });
  expect(line).not.toContain('employees');
});

test('the file is for who started it, as long as he may export the list', async () => {
  const taker = await company.user(everything);
  const id = await begin(taker, { list: 'accounts', format: 'jsonl' });
  await api.kit.drain();
  expect((await fileOf(taker, id)).statusCode).toBe(200);
  expect((await fileOf(admin, id)).statusCode).toBe(403);
  const peer = await company.user(everything);
  expect((await fileOf(peer, id)).statusCode).toBe(404);
  expect((await fileOf((await api.company()).admin, id)).statusCode).not.toBe(200);
  await takeAwayRoles(taker);
  expect((await fileOf(taker, id)).statusCode).toBe(403);
});

test('whose right was taken away before it was written gets nothing', async () => {
  const taker = await company.user(everything);
  const id = await begin(taker, { list: 'accounts' });
  await takeAwayRoles(taker);
  await api.kit.drain();
  expect(await operation(admin, id)).toMatchObject({ state: 'failed', failureCode: 'access.forbidden', fileName: null });
});

test('it can be cancelled, and goes after a day', async () => {
  const cancelled = await begin(admin, { list: 'accounts' });
  expect((await admin.post(`/v1/operations/${cancelled}/cancel`, {})).status).toBe(200);
  const kept = await begin(admin, { list: 'accounts', format: 'jsonl' });
  const twin = await begin(admin, { list: 'accounts', format: 'jsonl' });
  await api.kit.drain();
  expect(await operation(admin, cancelled)).toMatchObject({ state: 'cancelled', done: 0, fileName: null });
  const [one, other] = [await operation(admin, kept), await operation(admin, twin)];
  // The same bytes have the same checksum, and yet each file goes by itself.
  expect(one['fileSha256']).toBe(other['fileSha256']);
  expect(one).not.toHaveProperty('fileKey');
  const { rawPayload, headers } = await fileOf(admin, kept);
  const digest = createHash('sha256').update(rawPayload);
  expect(headers['repr-digest']).toBe(`sha-256=:${digest.copy().digest('base64')}:`);
  expect(one['fileSha256']).toBe(digest.digest('hex'));
  api.kit.clock.advance({ hours: 26 });
  await api.kit.drain();
  expect(await operation(admin, kept)).toMatchObject({ state: 'succeeded', fileName: null });
});

test('what dead workers left of an export goes with the next try, and with the export when it is given up', async () => {
  const { files } = api.kit.runtime.ports;
  const leave = async (id: string, attempt: number) => {
    const path = await files.draft(`export-${id}-${attempt}`);
    await writeFile(path, 'half a line');
    return path;
  };
  const [retried, cancelled, givenUp] = [
    await begin(admin, { list: 'accounts' }),
    await begin(admin, { list: 'accounts' }),
    await begin(admin, { list: 'accounts' }),
  ];
  await admin.post(`/v1/operations/${cancelled}/cancel`, {});
  const left = [await leave(retried, 1), await leave(cancelled, 1), await leave(givenUp, 1), await leave(givenUp, 3)];
  const ofTask = `where name = 'exports.write_list' and payload ->> 'operationId'`;
  await api.kit.asOwner(`update kernel.tasks set attempts = 1 ${ofTask} = any($1)`, [[retried, cancelled]], company.tenantId);
  await api.kit.asOwner(`update kernel.tasks set attempts = 3, state = 'failed' ${ofTask} = $1`, [givenUp], company.tenantId);
  api.kit.clock.advance({ minutes: 11 });
  await api.kit.drain();
  expect(await operation(admin, retried)).toMatchObject({ state: 'succeeded', failureCode: null });
  expect(await operation(admin, cancelled)).toMatchObject({ state: 'cancelled', fileName: null });
  expect(await operation(admin, givenUp)).toMatchObject({ state: 'failed', failureCode: 'operation.broke_off', fileName: null });
  expect(left.filter((path) => existsSync(path))).toEqual([]);
});

test('who took what, and who fetched it, is written down', async () => {
  const taker = await company.user(everything);
  const id = await begin(taker, { list: 'accounts', fields: ['name'], filter: { employees: { lt: 3 } } });
  await api.kit.drain();
  await fileOf(taker, id);
  const entries = await api.kit.asOwner(
    `select action, resource, changes from kernel.audit_entries where tenant_id = $1 and actor_id = $2 and class = 'export' order by at`,
    [company.tenantId, taker.userId],
    company.tenantId,
  );
  expect(entries).toMatchObject([{ action: 'exported', resource: 'account' }, { action: 'downloaded' }]);
  expect(entries[0]?.['changes']).toMatchObject({ rows: [null, 3], columns: [null, ['id', 'version', 'name']] });
});

function takeAwayRoles({ userId }: Client): Promise<unknown> {
  return api.kit.asOwner('delete from identity.role_assignments where user_id = $1', [userId], company.tenantId);
}
