import { once } from 'node:events';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { FolderFileStore } from '#kernel/files/folder-file-store.js';
import { testFolder } from '#kernel/testing/test-folder.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.ts';

let api: ApiKit;
let company: Company;
let accountId: string;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  accountId = String((await company.admin.post('/v1/accounts', { name: 'With files' })).body['id']);
});
afterAll(() => api.close());

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const raw = (
  client: Client,
  content: Buffer | string,
  more: { type?: string; name?: string; recordId?: string; headers?: Record<string, string> } = {},
) =>
  client.raw('POST', `/v1/files?recordId=${more.recordId ?? accountId}&name=${encodeURIComponent(more.name ?? 'a.bin')}`, content, {
    'content-type': more.type ?? 'application/octet-stream',
    ...more.headers,
  });
const form = (parts: readonly string[]) => `${parts.map((part) => `--XX\r\n${part}\r\n`).join('')}--XX--\r\n`;
const field = (name: string, value: string) => `content-disposition: form-data; name="${name}"\r\n\r\n${value}`;
const filePart = (name: string, type: string, content: string) =>
  `content-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n${content}`;
const multipart = { 'content-type': 'multipart/form-data; boundary=XX' };
const content = (id: unknown) => `/v1/files/${String(id)}/content`;

/** The folder of the kit's store, by what it offers: the path of a draft. */
async function folderOf(): Promise<string> {
  const draft = await api.kit.runtime.ports.files.draft();
  return join(draft, '../..');
}
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
const drafts = async () => filesIn(join(await folderOf(), 'drafts'));

describe('a file', () => {
  test('goes in as a form and comes out the same, with headers that leave a browser nothing to run', async () => {
    const { admin } = company;
    const up = await admin.raw(
      'POST',
      '/v1/files',
      form([field('recordId', accountId), filePart('Angebot Über.txt', 'text/plain', 'Grüße')]),
      multipart,
    );
    expect([up.status, up.body['name'], up.body['mediaType'], up.body['state']]).toEqual([201, 'Angebot Über.txt', 'text/plain', 'ready']);
    expect(up.headers['location']).toBe(`/v1/files/${String(up.body['id'])}`);
    const down = await admin.get(content(up.body['id']));
    expect([down.status, down.text]).toEqual([200, 'Grüße']);
    expect(down.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="Angebot _ber.txt"; filename*=UTF-8''Angebot%20%C3%9Cber.txt`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      etag: `"${String(up.body['sha256'])}"`,
      'content-length': '7',
    });
    const meta = await admin.get(`/v1/files/${String(up.body['id'])}`);
    expect(meta.body).toMatchObject({ recordId: accountId, resource: 'account', bytes: 7, uploadedById: admin.userId });
  });

  test('goes in as it is, too, and is found by its record in REST and GraphQL', async () => {
    const { admin } = company;
    const own = String((await admin.post('/v1/accounts', { name: 'Listed' })).body['id']);
    const up = await raw(admin, png, { type: 'image/png', name: 'logo.png', recordId: own });
    expect([up.status, up.body['mediaType'], up.body['bytes']]).toEqual([201, 'image/png', png.length]);
    await raw(admin, 'second', { type: 'text/plain', name: 'b.txt', recordId: own });
    const list = await admin.get(`/v1/files?recordId=${own}&limit=1`);
    expect(list.body).toMatchObject({ files: [{ id: up.body['id'], name: 'logo.png' }], hasNextPage: true });
    const next = await admin.get(`/v1/files?recordId=${own}&after=${String(up.body['id'])}`);
    expect(next.body).toMatchObject({ files: [{ name: 'b.txt' }], hasNextPage: false });
    const answer = await admin.graphql(
      `query($id: String!, $record: String!) { file(input: { fileId: $id }) { name bytes state } files(input: { recordId: $record }) { files { name mediaType } } }`,
      { id: up.body['id'], record: own },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      file: { name: 'logo.png', bytes: png.length, state: 'ready' },
      files: { files: [{ name: 'logo.png', mediaType: 'image/png' }, { name: 'b.txt' }] },
    });
  });

  test('comes out by ranges and not at all when the client has it', async () => {
    const { admin } = company;
    const { body } = await raw(admin, '0123456789', { type: 'text/plain', name: 'digits.txt' });
    const part = async (range: string, more: Record<string, string> = {}) => {
      const { status, text, headers } = await admin.get(content(body['id']), { range, ...more });
      return [status, text, headers['content-range']];
    };
    expect(await part('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await part('bytes=7-')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await part('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await part('bytes=0-999')).toEqual([206, '0123456789', 'bytes 0-9/10']);
    expect(await part('bytes=10-')).toEqual([416, '', 'bytes */10']);
    expect(await part('bytes=0-1,4-5')).toEqual([200, '0123456789', undefined]);
    expect(await part('bytes=2-4', { 'if-range': '"other"' })).toEqual([200, '0123456789', undefined]);
    expect((await admin.get(content(body['id']), { 'if-none-match': `"${String(body['sha256'])}"` })).status).toBe(304);
  });

  test('D02 a browser would run is given out as bytes, whatever it is called', async () => {
    const { admin } = company;
    const cases = [
      ['page.html', 'text/html', '<!doctype html><script>alert(1)</script>'],
      ['drawing.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
      ['data.xml', 'text/xml', '<?xml version="1.0"?><x/>'],
    ] as const;
    for (const [name, type, text] of cases) {
      const up = await raw(admin, text, { name, type });
      const down = await admin.get(content(up.body['id']));
      expect([name, down.status, down.headers['content-type']]).toEqual([name, 200, 'application/octet-stream']);
      expect(String(down.headers['content-disposition'])).toMatch(/^attachment;/);
    }
  });

  test('that is not what it says it is stays in quarantine until `file.release`', async () => {
    const { admin } = company;
    const held = await raw(admin, '<html><script>alert(1)</script>', { name: 'photo.png', type: 'image/png' });
    expect([held.status, held.body['state'], held.body['mediaType']]).toEqual([201, 'quarantined', 'text/html']);
    const id = String(held.body['id']);
    expect((await admin.get(content(id))).body['code']).toBe('file.quarantined');
    expect((await admin.post(`/v1/files/${id}/link`, {})).body['code']).toBe('file.quarantined');
    const program = await raw(admin, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]), {
      name: 'invoice.pdf',
      type: 'application/pdf',
    });
    expect(program.body['state']).toBe('quarantined');
    const member = await company.user({ 'account:*': 'all' });
    expect((await member.post(`/v1/files/${id}/release`, {})).status).toBe(403);
    expect((await admin.post(`/v1/files/${id}/release`, {})).body['state']).toBe('ready');
    expect((await admin.get(content(id))).headers['content-type']).toBe('application/octet-stream');
  });

  test('D04 D05 never lends its name to a path', async () => {
    const { admin } = company;
    for (const name of ['../../../../tmp/evil', '..\\..\\evil.txt', '/etc/passwd', 'a\u202Etxt.exe', 'CON .', '%2e%2e%2fx']) {
      const up = await raw(admin, `content of ${name}`, { name, type: 'text/plain' });
      expect([name, up.status]).toEqual([name, 201]);
      expect(String(up.body['name'])).not.toMatch(/[/\\\p{Cf}\p{Cc}]|^\.|\.$/u);
    }
    const folder = await folderOf();
    expect(filesIn(folder).every((path) => /^(drafts\/[0-9a-f-]{36}|blobs\/[0-9a-f-]{36}\/[0-9a-f]{2}\/[0-9a-f]{64})$/.test(path))).toBe(
      true,
    );
    for (const id of ['../../secret', '..%2f..%2fsecret', accountId, 'x'.repeat(300)])
      expect((await admin.get(content(encodeURIComponent(id)))).status).toBe(404);
  });

  test('uploaded twice is stored once, and goes for good when the last one goes', async () => {
    const { admin } = company;
    const own = String((await admin.post('/v1/accounts', { name: 'Twice' })).body['id']);
    const [one, two] = [
      await raw(admin, 'the same content', { recordId: own, name: 'one.txt' }),
      await raw(admin, 'the same content', { recordId: own, name: 'two.txt' }),
    ];
    const sha = String(one.body['sha256']);
    expect([one.body['id'] === two.body['id'], two.body['sha256']]).toEqual([false, sha]);
    const stored = async () => filesIn(await folderOf()).filter((path) => path.endsWith(sha)).length;
    expect(await stored()).toBe(1);
    const later = async () => {
      api.kit.clock.advance({ hours: 2 });
      await api.kit.drain();
    };
    expect((await admin.delete(`/v1/files/${String(one.body['id'])}`)).status).toBe(204);
    await later();
    expect([await stored(), (await admin.get(content(two.body['id']))).text]).toEqual([1, 'the same content']);
    expect((await admin.get(content(one.body['id']))).status).toBe(404);
    const deleted = await admin.graphql(`mutation($id: String!) { deleteFile(input: { fileId: $id }) { done } }`, { id: two.body['id'] });
    expect(deleted.errors).toBeUndefined();
    await later();
    expect(await stored()).toBe(0);
    expect((await raw(admin, 'the same content', { recordId: own })).status).toBe(201);
    expect(await stored()).toBe(1);
    expect((await admin.delete(`/v1/accounts/${own}`)).status).toBe(204);
    await later();
    await later();
    expect(await stored()).toBe(0);
  });

  test('repeated with its key is one file', async () => {
    const headers = { 'idempotency-key': 'file-once' };
    const [one, two] = [await raw(company.admin, 'once', { headers }), await raw(company.admin, 'once', { headers })];
    expect([two.status, two.body['id'], two.headers['idempotency-replayed']]).toEqual([201, one.body['id'], 'true']);
    expect((await raw(company.admin, 'other', { headers })).body['code']).toBe('idempotency.key_reused');
  });
});

describe('an upload that goes wrong', () => {
  test('is refused in a sentence and leaves nothing behind', async () => {
    const { admin } = company;
    const before = filesIn(await folderOf()).length;
    const code = async (answer: Promise<{ status: number; body: Record<string, unknown> }>) => {
      const { status, body } = await answer;
      return [status, body['code']];
    };
    expect(await code(raw(admin, ''))).toEqual([400, 'file.empty']);
    expect(await code(raw(admin, Buffer.alloc(1_000_001)))).toEqual([413, 'file.too_large']);
    expect(
      await code(admin.raw('POST', '/v1/files', form([field('recordId', accountId), filePart('', 'text/plain', '')]), multipart)),
    ).toEqual([400, expect.stringMatching(/^file\.(empty|missing)$/)]);
    expect(await code(admin.raw('POST', '/v1/files', form([field('recordId', accountId)]), multipart))).toEqual([400, 'file.missing']);
    expect(await code(admin.raw('POST', '/v1/files', form([filePart('a', 'text/plain', 'x')]), multipart))).toEqual([400, 'input.invalid']);
    expect(
      await code(
        admin.raw('POST', '/v1/files', form([field('recordId', accountId), filePart('a', 'text/plain', 'y'.repeat(1_000_001))]), multipart),
      ),
    ).toEqual([413, 'file.too_large']);
    const cut = form([field('recordId', accountId), filePart('a.txt', 'text/plain', 'cut short')]).slice(0, -30);
    expect(await code(admin.raw('POST', '/v1/files', cut, multipart))).toEqual([400, 'file.broken_off']);
    expect(await code(admin.post('/v1/files', { recordId: accountId }))).toEqual([415, 'request.unsupported_media_type']);
    expect(await code(raw(admin, 'x', { recordId: 'none' }))).toEqual([404, 'file.no_such_record']);
    expect(await code(admin.raw('POST', `/v1/files?recordId=${accountId}&path=x`, 'x', { 'content-type': 'text/plain' }))).toEqual([
      400,
      'request.unknown_parameter',
    ]);
    expect(await code(admin.raw('POST', `/v1/files?recordId=${accountId}&dryRun=true`, 'x', { 'content-type': 'text/plain' }))).toEqual([
      400,
      'file.no_dry_run',
    ]);
    expect([await drafts(), filesIn(await folderOf()).length]).toEqual([[], before]);
  });

  test('D08 because the client hangs up half-way leaves nothing behind, and the process lives', async () => {
    const address = new URL(await api.listen());
    for (const head of [
      `POST /v1/files?recordId=${accountId} HTTP/1.1\r\ncontent-type: application/octet-stream\r\ncontent-length: 500000`,
      `POST /v1/files HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=XX\r\ncontent-length: 500000`,
    ]) {
      const socket = connect(Number(address.port), address.hostname);
      await once(socket, 'connect');
      socket.write(`${head}\r\nhost: ${address.host}\r\nauthorization: Bearer ${company.admin.token}\r\n\r\n`);
      socket.write(head.includes('multipart') ? `--XX\r\n${filePart('a', 'text/plain', 'x'.repeat(1000))}` : Buffer.alloc(250_000));
      await until(async () => (await drafts()).length > 0);
      socket.destroy();
      await until(async () => (await drafts()).length === 0);
    }
    expect((await company.admin.get('/v1/files?recordId=none')).status).toBe(404);
  });

  test('because its process died is swept away by the next one, a day later', async () => {
    const folder = testFolder();
    const limits = { fileBytes: 1, tenantBytes: 1 };
    const [old, fresh] = [await new FolderFileStore(folder, limits).draft(), await new FolderFileStore(folder, limits).draft()];
    for (const draft of [old, fresh]) writeFileSync(draft, 'left behind');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    utimesSync(old, yesterday, yesterday);
    await new FolderFileStore(folder, limits).draft();
    expect(filesIn(folder).map((path) => join(folder, path))).toEqual([fresh]);
  });

  test('for want of room is refused, also when two come at once', async () => {
    const small = await api.company();
    const recordId = String((await small.admin.post('/v1/accounts', { name: 'Full' })).body['id']);
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => raw(small.admin, Buffer.alloc(900_000, i + 1), { recordId })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 413, 413]);
    expect(answers.find(({ status }) => status === 413)?.body['code']).toBe('file.quota_exceeded');
    expect((await raw(company.admin, 'others have room')).status).toBe(201);
  });
});

/** Waits for a fact. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20)))
    if (await holds()) return;
  throw new Error('It did not come to that.');
}

describe('the rights over a file', () => {
  test('are those over its record', async () => {
    const { admin } = company;
    const up = await raw(admin, 'confidential');
    const id = String(up.body['id']);
    const stranger = (await api.company()).admin;
    const narrow = await company.user({ 'account:*': 'own' });
    const reader = await company.user({ 'account:read': 'all' });
    for (const client of [stranger, narrow]) {
      const codes = [
        await client.get(`/v1/files/${id}`),
        await client.get(content(id)),
        await client.get(`/v1/files?recordId=${accountId}`),
        await client.delete(`/v1/files/${id}`),
        await client.post(`/v1/files/${id}/link`, {}),
        await raw(client, 'planted'),
      ].map(({ status }) => status);
      expect(codes).toEqual([404, 404, 404, 404, 404, 404]);
      const answer = await client.graphql(`query($id: String!) { file(input: { fileId: $id }) { name } }`, { id });
      expect(answer.errors?.[0]?.extensions.code).toBe('file.not_found');
    }
    expect((await reader.get(content(id))).text).toBe('confidential');
    expect((await reader.delete(`/v1/files/${id}`)).status).toBe(404);
    expect((await raw(reader, 'planted')).status).toBe(404);
    expect((await api.app.inject({ method: 'GET', url: content(id) })).statusCode).toBe(401);
    const { body } = await admin.get(`/v1/files?recordId=${accountId}&limit=200`);
    expect(JSON.stringify(body)).toContain(id);
    expect(await drafts()).toEqual([]);
  });

  test('the same content in another company is another file', async () => {
    const other = await api.company();
    const recordId = String((await other.admin.post('/v1/accounts', { name: 'Other' })).body['id']);
    const [ours, theirs] = [await raw(company.admin, 'shared content'), await raw(other.admin, 'shared content', { recordId })];
    await company.admin.delete(`/v1/files/${String(ours.body['id'])}`);
    api.kit.clock.advance({ hours: 2 });
    await api.kit.drain();
    expect((await other.admin.get(content(theirs.body['id']))).text).toBe('shared content');
  });

  test('D09 a signed address opens one file for a while, and guesses open nothing', async () => {
    const { admin } = company;
    const up = await raw(admin, 'for the customer', { name: 'offer.txt', type: 'text/plain' });
    const link = await admin.post(`/v1/files/${String(up.body['id'])}/link`, { minutes: 10 });
    const path = new URL(String(link.body['url'])).pathname;
    const open = (url: string) => api.app.inject({ method: 'GET', url });
    const answer = await open(path);
    expect([answer.statusCode, answer.body, answer.headers['content-security-policy']]).toEqual([
      200,
      'for the customer',
      "sandbox; default-src 'none'",
    ]);
    const [named = '', signature = ''] = path.split('/').at(-1)!.split('.');
    const swapped = `${named.slice(0, -1)}${named.endsWith('A') ? 'B' : 'A'}`;
    for (const token of [`${swapped}.${signature}`, `${named}.${'A'.repeat(43)}`, named, 'x', `${named}.`])
      expect((await open(`/public/v1/files/${token}`)).statusCode).toBe(404);
    api.kit.clock.advance({ minutes: 11 });
    expect((await open(path)).statusCode).toBe(404);
    const again = await admin.graphql(`mutation($id: String!) { linkFile(input: { fileId: $id }) { url } }`, { id: up.body['id'] });
    const fresh = new URL((again.data?.['linkFile'] as { url: string }).url).pathname;
    expect((await open(fresh)).statusCode).toBe(200);
    await admin.delete(`/v1/files/${String(up.body['id'])}`);
    expect((await open(fresh)).statusCode).toBe(404);
    expect((await admin.post(`/v1/files/${String(up.body['id'])}/link`, { minutes: 0 })).status).toBe(400);
  });

  test('what was done to a file is in the audit', async () => {
    const up = await raw(company.admin, 'audited');
    await company.admin.delete(`/v1/files/${String(up.body['id'])}`);
    const entries = await api.kit.asOwner(
      `select action, command from kernel.audit_entries where record_id = $1 order by id`,
      [up.body['id']],
      company.tenantId,
    );
    expect(entries).toEqual([
      { action: 'created', command: 'file.create' },
      { action: 'deleted', command: 'file.delete' },
    ]);
  });
});

test('nothing here met a defect', () => {
  expect(api.defects).toEqual([]);
});
