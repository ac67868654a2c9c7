import { connect } from 'node:net';
import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';

let api: ApiKit;
let url: string;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  admin = (await api.company()).admin;
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${admin.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
}

/** Bytes as they are, past every client that would put them right. */
const bare = (bytes: string): Promise<string> =>
  new Promise((tell, fail) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    let text = '';
    socket.on('data', (part) => (text += part.toString()));
    socket.on('close', () => tell(text));
    socket.on('error', fail);
  });
const line = (method: string, path: string, more = '') =>
  bare(`${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin.token}\r\nConnection: close\r\n${more}\r\n`);

describe('methods', () => {
  test.each(['PUT', 'PATCH', 'DELETE'])('%s on a list is refused with what the address takes', async (method) => {
    const { status, headers, body } = await ask(method, '/v1/accounts', '{}');
    expect([status, headers.get('allow'), body['code']]).toEqual([405, 'GET, HEAD, OPTIONS, POST', 'request.method_not_allowed']);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(headers.get('content-language')).toBe('en');
  });

  test('OPTIONS tells the same, for verbs too', async () => {
    const one = await ask('OPTIONS', '/v1/accounts/x');
    expect([one.status, one.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, PATCH']);
    expect((await ask('OPTIONS', '/v1/leads/x/convert')).headers.get('allow')).toBe('OPTIONS, POST');
    expect((await ask('OPTIONS', '/v1/nothing')).status).toBe(404);
  });

  test('HEAD is GET without the body, also in what it refuses', async () => {
    const { body } = await ask('POST', '/v1/accounts', '{"name":"Kopf GmbH"}');
    const path = `/v1/accounts/${String(body['id'])}`;
    const [get, head] = [await ask('GET', path), await ask('HEAD', path)];
    expect([head.status, head.text]).toEqual([200, '']);
    for (const name of ['etag', 'content-type', 'content-length', 'cache-control', 'vary'])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    expect((await ask('HEAD', path, undefined, { authorization: 'Bearer no' })).status).toBe(401);
    expect((await ask('HEAD', '/v1/accounts/00000000-0000-7000-8000-000000000000')).status).toBe(404);
  });

  test('H09 a header cannot change the method', async () => {
    const { body } = await ask('POST', '/v1/accounts', '{"name":"Bleibt GmbH"}');
    const path = `/v1/accounts/${String(body['id'])}`;
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
      expect((await ask('GET', `${path}?fields=name`, undefined, { [name]: 'DELETE' })).body).toMatchObject({ name: 'Bleibt GmbH' });
    expect((await ask('GET', `${path}?_method=DELETE`)).status).toBe(400);
    expect((await ask('GET', path)).status).toBe(200);
  });
});

describe('H09 addresses written otherwise', () => {
  const mutations = [
    '/v1/accounts/',
    '//v1/accounts',
    '/v1//accounts',
    '/v1/accounts;x=1',
    '/v1/accounts%2f',
    '/v1/./accounts',
    '/v1/../v1/accounts',
    '/v1/%2e%2e/v1/accounts',
    '/v1/%2e/accounts',
    '/V1/accounts',
    '/v1/Accounts',
    '/v1/accounts%00',
    '/v1/accounts%20',
    '/v1/accounts.json',
    '/public/../v1/accounts',
    '/public/..%2fv1/accounts',
    '\\v1\\accounts',
    'http://x/v1/accounts',
  ];
  test.each(mutations)('%s opens nothing without a token', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const status = Number(/^HTTP\/1.1 (\d+)/.exec(await bare(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))?.[1]);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  });

  test.each(mutations.slice(0, -2))('%s is another address for who signed in too, or says 4xx', async (path) => {
    const status = Number(/^HTTP\/1.1 (\d+)/.exec(await line('GET', path))?.[1]);
    expect([400, 404]).toContain(status);
  });
});

describe('what the HTTP parser refuses is a problem document', () => {
  const parts = (answer: string) => ({ head: answer.split('\r\n\r\n')[0] ?? '', body: JSON.parse(answer.split('\r\n\r\n')[1] ?? '') });

  test('headers of 20 kB', async () => {
    const { head, body } = parts(await line('GET', '/v1/accounts', `X-Big: ${'x'.repeat(20_000)}\r\n`));
    expect(head).toMatch(/^HTTP\/1.1 431 [\s\S]*application\/problem\+json/);
    expect(body).toMatchObject({ status: 431, code: 'request.headers_too_large', requestId: expect.any(String) });
  });

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    ['a length and chunks', 'POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ])('%s', async (_what, bytes) => {
    const { head, body } = parts(await bare(bytes));
    expect(head).toMatch(/^HTTP\/1.1 400 [\s\S]*application\/problem\+json/);
    expect(body).toMatchObject({ status: 400, code: 'request.malformed' });
  });
});

describe('B07 bodies', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers = {}) => ask('POST', '/v1/accounts', body, headers);
  const latin = new Uint8Array(Buffer.from('{"name":"M\u00fcller"}', 'latin1'));
  const deep = (levels: number) => `{"name":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  test.each([
    ['bytes that are no UTF-8', latin, 'input.not_utf8'],
    ['a member named twice', '{"name":"A","name":"B"}', 'input.duplicate_member'],
    ['a member named twice, once with an escape', '{"name":"A","n\\u0061me":"B"}', 'input.duplicate_member'],
    ['10,000 levels', deep(10_000), 'input.too_deep'],
    ['200,000 levels', deep(200_000), 'input.too_deep'],
    ['60 levels', deep(60), 'input.invalid'],
    ['half a document', '{"name":', 'request.malformed'],
    ['nothing', '', 'request.malformed'],
    ['a list', '[]', 'input.invalid'],
    ['null', 'null', 'input.invalid'],
    ['a text', '"x"', 'input.invalid'],
    ['1e400', '{"name":1e400}', 'input.invalid'],
    ['half a surrogate pair', '{"name":"\\ud800"}', 'input.invalid'],
    ['a prototype', '{"name":"A","__proto__":{"isAdmin":true}}', 'request.malformed'],
    ['a constructor', '{"name":"A","constructor":{"prototype":{"isAdmin":true}}}', 'request.malformed'],
  ])('%s', async (_what, body, code) => {
    const answer = await post(body);
    expect([answer.status, answer.body['code']]).toEqual([400, code]);
    expect(answer.text).not.toContain('call stack');
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
  });

  test('strings that look like JSON are strings', async () => {
    for (const name of ['{"a":1,"a":2}', '\\', '"', '\\"', '[[[[', 'a":"b', ':'])
      expect((await post(JSON.stringify({ name }))).body).toMatchObject({ name });
  });

  test.each([
    ['text/plain', '{"name":"A"}'],
    ['application/xml', '<name/>'],
    ['application/x-www-form-urlencoded', 'name=A'],
    ['application/json; charset=latin1', '{"name":"A"}'],
    ['application/json;charset=utf-16le', '{"name":"A"}'],
    ['application/merge-patch+json', '{"name":"A"}'],
  ])('%s is not taken by POST', async (type, body) => {
    const answer = await post(body, { 'content-type': type });
    expect([answer.status, answer.body['code'], answer.headers.get('accept-post')]).toEqual([
      415,
      'request.unsupported_media_type',
      'application/json',
    ]);
  });

  test('PATCH says which patches it takes', async () => {
    const { body } = await post('{"name":"A"}', { 'content-type': 'application/json; charset="UTF-8"' });
    const path = `/v1/accounts/${String(body['id'])}`;
    const refused = await ask('PATCH', path, '[]', { 'content-type': 'application/json-patch+json' });
    expect([refused.status, refused.headers.get('accept-patch')]).toEqual([415, 'application/merge-patch+json, application/json']);
    expect((await ask('PATCH', path, '{"name":"B"}', { 'content-type': 'application/merge-patch+json' })).body).toMatchObject({
      name: 'B',
    });
  });

  test('B05 an object where an id is expected is no id', async () => {
    for (const parentId of [{ $ne: null }, ['x'], 1, true, {}, 'x'])
      expect((await post(JSON.stringify({ name: 'A', parentId }))).body).toMatchObject({ code: 'input.invalid' });
  });
});
