import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { postgresQuotas } from '#api/http/quota-store.js';
import type { QuotaStore } from '#api/http/quota.js';
import { openApiKit, type ApiKit } from '../api/api-kit.js';

let api: ApiKit;
let url: string;
let key: string;
beforeAll(async () => {
  let store: QuotaStore | null = null;
  const shared: QuotaStore = { take: (...asked) => (store ??= postgresQuotas(api.kit.runtime.database.pool)).take(...asked) };
  api = await openApiKit({
    trustProxy: '127.0.0.1, 10.0.0.0/8',
    rateLimits: { store: shared, principal: null, address: { name: 'address', limit: 3, seconds: 600 } },
  });
  url = await api.listen();
  const { admin } = await api.company();
  const made = await admin.post('/v1/api-keys', { name: 'Bound', permissions: { 'account:read': 'all' }, allowedIps: ['203.0.113.0/24'] });
  key = String(made.body['key']);
});
afterAll(() => api.close());

/** How a socket behind the proxy at 127.0.0.1 ends: with an answer, or closed with a code. */
function overSocket(forwarded: string | undefined): Promise<string | number> {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  class Forwarded extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { headers });
    }
  }
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Forwarded,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 0,
  });
  return new Promise<string | number>((resolve) => {
    client.subscribe(
      { query: '{ accounts { totalCount } }' },
      {
        next: ({ data }) => resolve(JSON.stringify(data)),
        error: (error) => resolve((error as { code?: number }).code ?? JSON.stringify(error)),
        complete: () => undefined,
      },
    );
  }).finally(() => client.dispose());
}

const overHttp = async (forwarded: string) =>
  (await fetch(`${url}/v1/accounts`, { headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': forwarded } })).status;

test('a key bound to networks is judged alike over HTTP and over WebSockets behind a proxy', async () => {
  const answered = '{"accounts":{"totalCount":0}}';
  expect([await overHttp('203.0.113.7'), await overSocket('203.0.113.7')]).toEqual([200, answered]);
  expect([await overHttp('203.0.113.7, 10.0.0.9'), await overSocket('203.0.113.7, 10.0.0.9')]).toEqual([200, answered]);
  for (const outside of ['198.51.100.1', '203.0.113.7, 198.51.100.1'])
    expect([await overHttp(outside), await overSocket(outside)]).toEqual([401, 4403]);
  expect(await overSocket(undefined)).toBe(4403);
});

test('strangers behind a proxy are counted by the address it tells, IPv6 ones by their network', async () => {
  const left = async (forwarded: string) => {
    const response = await fetch(`${url}/v1/me`, { headers: { 'x-forwarded-for': forwarded } });
    return `${response.status} ${response.headers.get('ratelimit')?.split(';')[1]}`;
  };
  expect([await left('192.0.2.1'), await left('192.0.2.1'), await left('192.0.2.2')]).toEqual(['401 r=2', '401 r=1', '401 r=2']);
  // Whatever a client says of those before it is not believed: the address that the proxy saw counts.
  expect([await left('198.18.0.1, 192.0.2.1'), await left('198.18.0.2, 192.0.2.1')]).toEqual(['401 r=0', '429 r=0']);
  expect([await left('2001:db8:1:2::1'), await left('2001:0db8:1:2:ffff::9'), await left('2001:db8:1:3::1')]).toEqual([
    '401 r=2',
    '401 r=1',
    '401 r=2',
  ]);
});
