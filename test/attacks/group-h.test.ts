import { request } from 'node:http';
import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';
import { make } from './victim.js';

let api: ApiKit;
let url: string;
let admin: Client;
let id: string;
beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  ({ admin } = await api.company());
  id = await make(admin, '/v1/accounts', { name: 'Guarded' });
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

/** Exactly these characters as the address: clients put right what is wrong with one. */
const raw = (path: string, { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {}) =>
  new Promise<{ status: number; text: string; location: string | undefined }>((tell, fail) => {
    request(url, { path, method, headers }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => tell({ status: response.statusCode ?? 0, text, location: response.headers.location }));
    })
      .on('error', fail)
      .end();
  });

describe('H09 tricks of routing', () => {
  const paths = () => [
    `/v1/accounts`,
    `/v1/accounts/`,
    `//v1/accounts`,
    `/v1//accounts`,
    `/v1/accounts;a=b`,
    `/v1/./accounts`,
    `/v1/x/../accounts`,
    `/v1/%61ccounts`,
    `/v1/accounts%2f`,
    `/v1%2faccounts`,
    `/V1/Accounts`,
    `/v1/accounts?`,
    `/v1/accounts#x`,
    `/v1/accounts/${id}`,
    `/v1/accounts/${id}/`,
    `/v1/accounts/${id}%00`,
    `/graphql`,
    `/graphql/`,
  ];

  test.each(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    '%s without a token tells nothing, whatever the address looks like',
    async (method) => {
      for (const path of paths()) {
        const answer = await raw(path, { method });
        expect(answer.text).not.toContain('Guarded');
        if (answer.status < 300) expect([method, answer.text]).toEqual(['OPTIONS', '']);
      }
      expect((await admin.get(`/v1/accounts/${id}`)).body['name']).toBe('Guarded');
    },
  );

  test.each(['x-http-method-override', 'x-http-method', 'x-method-override'])('%s does not make a GET a DELETE', async (header) => {
    const headers = { authorization: `Bearer ${admin.token}`, [header]: 'DELETE' };
    expect((await raw(`/v1/accounts/${id}`, { headers })).status).toBe(200);
    await raw(`/v1/accounts/${id}?_method=DELETE`, { method: 'POST', headers });
    expect((await admin.get(`/v1/accounts/${id}`)).status).toBe(200);
  });

  test.each(['x-original-url', 'x-rewrite-url', 'x-forwarded-prefix', 'x-forwarded-path'])(
    '%s does not lead past the sign-in',
    async (header) => {
      expect((await raw('/v1/auth/login', { headers: { [header]: `/v1/accounts/${id}` } })).text).not.toContain('Guarded');
      expect((await raw('/', { headers: { [header]: '/v1/accounts' } })).text).not.toContain('Guarded');
    },
  );
});

describe('H07 addresses that send people elsewhere', () => {
  test.each([
    '//evil.example',
    '/\\evil.example',
    '/%2f%2fevil.example',
    '/https:evil.example',
    '/v1/auth/login?redirect=//evil.example',
    '/?next=https://evil.example',
  ])('%s leads nowhere else', async (path) => {
    const { status, location } = await raw(path);
    expect(location ?? '').not.toContain('evil.example');
    expect(status).not.toBe(302);
  });
});

test('H08 another site’s page cannot run an operation by GET or by a form', async () => {
  const mutation = 'mutation{createAccount(input:{name:"Forged"}){id}}';
  const headers = { authorization: `Bearer ${admin.token}`, origin: 'https://evil.example' };
  expect((await raw(`/graphql?query=${encodeURIComponent(mutation)}`, { headers })).status).toBeGreaterThanOrEqual(400);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { ...headers, 'content-type': type },
      payload: JSON.stringify({ query: mutation }),
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  }
  expect((await admin.get(`/v1/accounts?filter=${encodeURIComponent('{"name":{"eq":"Forged"}}')}`)).body['data']).toEqual([]);
});
