import { request } from 'node:http';
import { once } from 'node:events';
import WebSocket from 'ws';
import { openOpsKit, opsToken, password, production, signIn, type OpsKit } from './ops-kit.js';

const page = async (url: string, init: RequestInit = {}) => {
  const response = await fetch(url, { redirect: 'manual', ...init });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    policy: response.headers.get('content-security-policy') ?? '',
    headers: response.headers,
    body: await response.text(),
  };
};

/** Like fetch, under another name than that of the address. */
async function statusUnder(host: string, url: string): Promise<number> {
  const [response] = (await once(request(url, { headers: { host } }).end(), 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe('On the own machine', () => {
  const demo = { email: 'demo@kontor.example', password: 'kontor-demo' };
  let ops: OpsKit;
  beforeAll(async () => {
    ops = await openOpsKit({ demo });
  });
  afterAll(() => ops.close());

  test('every page is there and loads nothing from elsewhere', async () => {
    for (const path of ['/', '/docs', '/explorer', '/jobs']) {
      const { status, type, policy, body } = await page(ops.url + path);
      expect({ path, status, type }).toEqual({ path, status: 200, type: expect.stringContaining('text/html') });
      expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      expect(body).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)=['"]?(https?:)?\/\//);
    }
  });

  test('their scripts and styles are served', async () => {
    for (const path of [
      '/docs/swagger-ui-bundle.js',
      '/docs/swagger-ui.css',
      '/docs/swagger-ui-init.js',
      '/explorer/static/ruru.js',
      '/explorer/static/ruru.css',
      '/explorer/sign-in.js',
    ])
      expect({ path, status: (await page(ops.url + path)).status }).toEqual({ path, status: 200 });
    expect((await page(`${ops.url}/explorer/static/..%2f..%2fpackage.json`)).status).toBe(404);
  });

  test('the start page shows how to sign in to the demo', async () => {
    const { body } = await page(`${ops.url}/`);
    expect(body).toContain(demo.email);
    expect(body).toContain(`${ops.url}/v1/auth/login`);
  });

  test('the document is that of the REST API', async () => {
    const { body } = await page(`${ops.url}/docs/openapi.json`);
    expect(JSON.parse(body)).toMatchObject({ openapi: '3.1.0', paths: { '/v1/accounts': expect.anything() } });
    expect(body).not.toContain('/readyz');
  });

  test('O02 the job board only reads, and shows no key or payload', async () => {
    await ops.queue.doorbell.ring([
      {
        tenantId: 't1',
        taskId: 'task-1',
        name: 'test.bell',
        key: 'anna@example.test',
        attempts: 0,
        dueAt: new Date(Date.now() + 3_600_000),
      },
    ]);
    const { status, body } = await page(`${ops.url}/jobs/api/queues?activeQueue=kontor&status=latest&page=1&jobsPerPage=10`);
    expect(status).toBe(200);
    expect(body).toContain('task-1');
    expect(body).not.toContain('anna@example.test');
    for (const action of ['pause', 'empty', 'obliterate', 'promote'])
      expect((await page(`${ops.url}/jobs/api/queues/kontor/${action}`, { method: 'PUT' })).status).toBeGreaterThanOrEqual(400);
    expect(
      (
        await page(`${ops.url}/jobs/api/queues/kontor/add`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"name":"x","data":{},"options":{}}',
        })
      ).status,
    ).toBeGreaterThanOrEqual(400);
  });

  test('a page that gives its own name to this address learns nothing of the inside', async () => {
    for (const path of ['/jobs', '/jobs/api/queues', '/metrics', '/%6aobs']) {
      expect(await statusUnder('localhost', ops.url + path)).toBe(200);
      expect(await statusUnder('rebound.example', ops.url + path)).toBe(404);
    }
  });

  test('OPTIONS says what an address takes', async () => {
    const { status, headers } = await page(`${ops.url}/v1/accounts/1`, { method: 'OPTIONS' });
    expect(status).toBe(204);
    expect(headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH');
  });

  test('H08 no page of another origin is let in, by request or by socket', async () => {
    const preflight = await page(`${ops.url}/v1/accounts`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.test', 'access-control-request-method': 'GET' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect(await handshake(ops.url, 'https://app.example.test')).toBe(403);
    expect(await handshake(ops.url, ops.url)).toBe(101);
    expect(await handshake(ops.url, undefined)).toBe(101);
  });
});

async function handshake(url: string, origin: string | undefined): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', origin === undefined ? {} : { origin });
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
  ]);
  socket.on('error', () => undefined);
  socket.terminate();
  return status;
}

test('H08 Listed origins may call, others may not', async () => {
  const ops = await openOpsKit({ env: { CORS_ORIGINS: 'https://app.example.test, https://desk.example.test' } });
  try {
    const allowed = async (origin: string) => (await page(`${ops.url}/v1/accounts`, { headers: { origin } })).headers;
    const good = await allowed('https://desk.example.test');
    expect(good.get('access-control-allow-origin')).toBe('https://desk.example.test');
    expect(good.get('access-control-allow-credentials')).toBeNull();
    expect(good.get('vary')).toContain('Origin');
    for (const origin of ['https://app.example.test.evil.example', 'http://app.example.test', 'null'])
      expect([null, 'false']).toContain((await allowed(origin)).get('access-control-allow-origin'));
    const preflight = await page(`${ops.url}/v1/accounts`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.test',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,if-match',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(await handshake(ops.url, 'https://app.example.test')).toBe(101);
  } finally {
    await ops.close();
  }
});

describe('In production', () => {
  const operatorPages = [
    '/metrics',
    '/jobs',
    '/jobs/api/queues',
    '/docs',
    '/docs/openapi.json',
    '/docs/swagger-ui.css',
    '/explorer',
    '/explorer/sign-in.js',
    '/explorer/static/ruru.css',
  ];

  test('O01 operator pages do not exist without an operator token', async () => {
    const ops = await openOpsKit({ env: production });
    try {
      for (const path of operatorPages) expect({ path, status: (await page(ops.url + path)).status }).toEqual({ path, status: 404 });
      // Nothing tells them from an address that never was.
      const answer = async (path: string) => ({ ...(JSON.parse((await page(ops.url + path)).body) as object), requestId: '' });
      expect(await answer('/jobs')).toEqual(await answer('/never-was'));
      expect((await page(`${ops.url}/`)).body).not.toContain('kontor-demo');
      expect((await page(`${ops.url}/livez`)).headers.get('strict-transport-security')).toBe('max-age=31536000');
    } finally {
      await ops.close();
    }
  });

  test('operators get in with their token, as Bearer or as Basic password; nobody else does', async () => {
    const ops = await openOpsKit({ env: { ...production, KONTOR_OPS_TOKEN: opsToken } });
    try {
      const basic = (secret: string) => `Basic ${Buffer.from(`ops:${secret}`).toString('base64')}`;
      for (const path of operatorPages) {
        for (const authorization of [`Bearer ${opsToken}`, basic(opsToken)])
          expect({ path, status: (await page(ops.url + path, { headers: { authorization } })).status }).toEqual({ path, status: 200 });
        for (const authorization of ['Bearer', `Bearer ${opsToken}x`, basic('guess'), opsToken])
          expect({ path, status: (await page(ops.url + path, { headers: { authorization } })).status }).toEqual({ path, status: 401 });
      }
    } finally {
      await ops.close();
    }
  });
});

test('O02 O06 Every request is one line in the log: with its tenant, without bodies, tokens or addresses', async () => {
  const ops = await openOpsKit();
  try {
    const { tenantId, authorization } = await signIn(ops);
    await page(`${ops.url}/v1/accounts?limit=1`, { headers: { authorization, 'x-request-id': 'caller-0001' } });
    const ids = ops.lines.filter(({ msg }) => msg === 'Request');
    expect(ids.at(-1)).toMatchObject({
      method: 'GET',
      route: '/v1/accounts',
      status: 200,
      requestId: 'caller-0001',
      tenantId,
      ms: expect.any(Number),
    });
    await page(`${ops.url}/v1/accounts%0a%1b[31m?secret=canary-in-address`);
    const all = JSON.stringify(ops.lines);
    for (const secret of [password, authorization.slice(7), 'admin@example.test', 'canary-in-address', '\\u001b'])
      expect(all).not.toContain(secret);
  } finally {
    await ops.close();
  }
});
