import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { Quota, type QuotaStore } from '#api/http/quota.js';
import { postgresQuotas, redisQuotas } from '#api/http/quota-store.js';
import { openApiKit, type ApiKit } from '../api/api-kit.js';
import { hasRedis, OwnRedis, redisUrl } from '../db/queue-servers.js';

const policy = { name: 'principal', limit: 100, seconds: 600 };
const share = 5;

describe('a limit shared by processes', () => {
  let api: ApiKit;
  beforeAll(async () => {
    api = await openApiKit();
  });
  afterAll(() => api.close());

  test('two processes together answer no more than the limit, and refuse early by less than one portion of the other', async () => {
    const children = [0, 1].map(() => fork('test/conformance/quota-child.ts', [api.kit.urls.app], { execArgv: [] }));
    const granted = await Promise.all(children.map(countIn));
    const all = granted.reduce((sum, one) => sum + one, 0);
    expect(all).toBeLessThanOrEqual(policy.limit);
    expect(all).toBeGreaterThan(policy.limit - share * children.length);
  });

  test('what is counted in one place is known in another, and keys do not touch each other', async () => {
    const store = postgresQuotas(api.kit.runtime.database.pool);
    const [a, b] = [new Quota(policy, store), new Quota(policy, store)];
    for (let i = 0; i < policy.limit; i++) expect((await a.count('k')).refused).toBe(false);
    expect(await a.count('k')).toMatchObject({ refused: true, remaining: 0 });
    expect(await b.count('k')).toMatchObject({ refused: true, remaining: 0 });
    expect(await b.count('other')).toMatchObject({ refused: false, remaining: policy.limit - 1 });
  });

  test('a store that cannot be reached lets each process count for itself', async () => {
    const away = { query: () => Promise.reject(new Error('away')) };
    const quota = new Quota(policy, postgresQuotas(away));
    const answers = [];
    for (let i = 0; i <= policy.limit; i++) answers.push((await quota.count('k')).refused);
    expect(answers.filter((refused) => !refused)).toHaveLength(policy.limit);
  });
});

test('the store is asked once a portion, also by many at once', async () => {
  let [asked, total] = [0, 0];
  const store: QuotaStore = {
    take: async (_policy, _key, wanted) => {
      asked++;
      total += wanted;
      return { total, msLeft: 60_000 };
    },
  };
  const quota = new Quota(policy, store);
  const answers = await Promise.all(Array.from({ length: 150 }, () => quota.count('k')));
  expect(answers.filter(({ refused }) => !refused)).toHaveLength(policy.limit);
  expect(asked).toBe(policy.limit / share);
});

test('a new window begins with the whole limit', async () => {
  let now = 0;
  let total = 0;
  const store: QuotaStore = { take: async (_policy, _key, wanted) => ({ total: (total += wanted), msLeft: 1_000 }) };
  const quota = new Quota({ ...policy, limit: 10 }, store, () => now);
  for (let i = 0; i < 10; i++) expect((await quota.count('k')).refused).toBe(false);
  expect((await quota.count('k')).refused).toBe(true);
  expect(quota.isSpent('k')).toBe(true);
  [now, total] = [1_001, 0];
  expect(quota.isSpent('k')).toBe(false);
  expect(await quota.count('k')).toMatchObject({ refused: false, remaining: 9 });
});

(hasRedis ? describe : describe.skip)('a limit shared by Redis', () => {
  let own: OwnRedis | null = null;
  const clients: Redis[] = [];
  const connect = async (): Promise<Redis> => {
    const url = redisUrl ?? (own ??= await OwnRedis.start()).url;
    const client = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, lazyConnect: true });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  afterAll(async () => {
    clients.forEach((client) => client.disconnect());
    await own?.kill();
  });

  test('two clients together answer no more than the limit, keys do not touch each other, and no key tells whose it is', async () => {
    const key = `k ${randomUUID()}`;
    const quotas = [new Quota(policy, redisQuotas(await connect())), new Quota(policy, redisQuotas(await connect()))];
    let granted = 0;
    for (let i = 0; i < policy.limit; i++) for (const quota of quotas) if (!(await quota.count(key)).refused) granted++;
    expect(granted).toBeLessThanOrEqual(policy.limit);
    expect(granted).toBeGreaterThan(policy.limit - share * quotas.length);
    expect(await quotas[0]?.count(`${key} other`)).toMatchObject({ refused: false, remaining: policy.limit - 1 });
    const names = (await clients[0]?.keys('*')) ?? [];
    expect(names.some((name) => name.includes(key))).toBe(false);
    expect(names.some((name) => name.startsWith('kontor:requests:principal'))).toBe(true);
  });

  test('while Redis cannot be reached each process counts for itself', async () => {
    const client = await connect();
    client.disconnect();
    const quota = new Quota(policy, redisQuotas(client));
    const answers = [];
    for (let i = 0; i <= policy.limit; i++) answers.push((await quota.count('k')).refused);
    expect(answers.filter((refused) => !refused)).toHaveLength(policy.limit);
  });
});

describe('over HTTP', () => {
  let api: ApiKit;
  let url: string;
  let token: string;
  beforeAll(async () => {
    let store: QuotaStore | null = null;
    const shared: QuotaStore = {
      take: (...asked) => (store ??= postgresQuotas(api.kit.runtime.database.pool)).take(...asked),
    };
    api = await openApiKit({
      rateLimits: {
        store: shared,
        principal: { name: 'principal', limit: 20, seconds: 600 },
        address: { name: 'address', limit: 10, seconds: 600 },
      },
    });
    url = await api.listen();
    token = (await api.company()).admin.token;
  });
  afterAll(() => api.close());

  const ask = (path: string, init: RequestInit = {}) => fetch(url + path, init);
  const signed = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    return ask(path, { ...init, headers });
  };

  test('H05 the limit is told, counts by who asks, and cannot be dodged by how he asks', async () => {
    const first = await signed('/v1/me');
    expect(first.headers.get('ratelimit-policy')).toBe('"principal";q=20;w=600');
    expect(first.headers.get('ratelimit')).toMatch(/^"principal";r=19;t=\d+$/);
    const ways: [string, RequestInit][] = [
      ['/v1/me/', {}],
      ['/v1/ME', {}],
      ['/v1/accounts?x=1', {}],
      ['/v1/accounts', { method: 'PUT' }],
      ['/v1/accounts', { method: 'HEAD' }],
      ['/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ me { id } }"}' }],
      ['/v1/me', { headers: { 'x-forwarded-for': '203.0.113.7' } }],
    ];
    let asked = 1;
    for (const [path, init] of [...ways, ...ways, ...ways].slice(0, 19)) {
      const response = await signed(path, init);
      expect([path, response.headers.get('ratelimit')?.split(';')[1]]).toEqual([path, `r=${20 - ++asked}`]);
    }
    const refused = await signed('/v1/me', { headers: { 'x-forwarded-for': '203.0.113.8' } });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'rate.limited', status: 429 });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toMatch(/^"principal";r=0;t=\d+$/);
    const graphql = await signed('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ me { id } }"}',
    });
    expect(graphql.status).toBe(429);
  });

  test('who has no good token is counted by address, whatever he says his address is, and tokens are tried no more', async () => {
    const statuses = [];
    for (let i = 0; i < 12; i++) {
      const headers = { 'x-forwarded-for': `203.0.113.${i}`, authorization: `Bearer kontor_test_${i}` };
      const response = await ask('/v1/me', { headers });
      expect(response.headers.get('ratelimit-policy')).toBe('"address";q=10;w=600');
      statuses.push(response.status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await ask('/livez')).headers.get('ratelimit')).toBeNull();
  });
});

async function countIn(child: ChildProcess): Promise<number> {
  const [answer] = (await once(child, 'message')) as [{ granted: number }];
  if (child.exitCode === null) await once(child, 'exit');
  return answer.granted;
}
