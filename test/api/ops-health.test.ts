import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openOpsKit, opsToken, production, signIn, type OpsKit } from './ops-kit.js';

const text = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.text(), headers: response.headers };
};

/** A route whose requests run until they are released. */
function heldRoute() {
  let running = 0;
  let onBegin: () => void = () => undefined;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    prepare: (app: NestFastifyApplication): void => {
      app
        .getHttpAdapter()
        .getInstance()
        .get('/v1/held', async () => {
          running++;
          onBegin();
          await released;
          return { finished: true };
        });
    },
    release: () => release(),
    /** When that many run. */
    begun: (count: number) =>
      new Promise<void>((resolve) => {
        onBegin = () => {
          if (running >= count) resolve();
        };
        onBegin();
      }),
  };
}

describe('Health', () => {
  let ops: OpsKit;
  beforeEach(async () => {
    ops = await openOpsKit();
  });
  afterEach(() => ops.close());

  test('says alive and ready', async () => {
    expect(await text(`${ops.url}/livez`)).toMatchObject({ status: 200, body: 'alive\n' });
    expect(await text(`${ops.url}/readyz`)).toMatchObject({ status: 200, body: 'ready\n' });
    expect((await fetch(`${ops.url}/livez`, { method: 'HEAD' })).status).toBe(200);
  });

  test('is not ready while a migration is missing, and says so', async () => {
    await ops.kit.asOwner(`delete from kontor_migrations where name = (select max(name) from kontor_migrations)`);
    expect(await text(`${ops.url}/readyz`)).toMatchObject({
      status: 503,
      body: 'migrations: 1 not run yet; run "npm run kontor -- migrate"\n',
    });
    expect((await text(`${ops.url}/livez`)).status).toBe(200);
  });

  test('is not ready without the queue', async () => {
    await ops.queue.close();
    const { status, body } = await text(`${ops.url}/readyz`);
    expect(status).toBe(503);
    expect(body).toMatch(/^queue: does not answer.*\n$/);
  });

  test('is not ready until the schemas of companies that have their own are made, and says so', async () => {
    const holder: pg.Client[] = [];
    const cold = await openOpsKit({
      prepare: async (_app, { urls }) => {
        const client = new pg.Client({ connectionString: urls.super });
        holder.push(client);
        await client.connect();
        await client.query('begin');
        await client.query('lock table kernel.metadata_versions in access exclusive mode');
      },
    });
    try {
      expect(await text(`${cold.url}/readyz`)).toMatchObject({
        status: 503,
        body: 'schemas: those of companies that have their own are being made\n',
      });
      await holder[0]?.query('rollback');
      while ((await text(`${cold.url}/readyz`)).status !== 200) await sleep(20);
      expect((await text(`${cold.url}/readyz`)).body).toBe('ready\n');
    } finally {
      await Promise.all(holder.map((client) => client.end()));
      await cold.close();
    }
  });

  test('is not ready without the database, names neither host nor account, and recovers', async () => {
    const database = new URL(ops.kit.urls.super).pathname.slice(1);
    const client = new pg.Client({ connectionString: ops.kit.urls.super });
    await client.connect();
    try {
      await client.query(`alter database ${database} connection limit 0`);
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      const { status, body } = await text(`${ops.url}/readyz`);
      expect(status).toBe(503);
      expect(body).toMatch(/^database: does not answer.*\nqueue: does not answer.*\nmigrations: does not answer.*\n$/);
      expect(body).not.toMatch(/kontor_app|127\.0\.0\.1|postgres/);
      expect((await text(`${ops.url}/livez`)).status).toBe(200);
      expect((await text(`${ops.url}/metrics`)).body).toMatch(/^kontor_database_up 0$/m);
      await client.query(`alter database ${database} connection limit -1`);
    } finally {
      await client.end();
    }
    await sleep(1_100);
    expect((await text(`${ops.url}/readyz`)).body).toBe('ready\n');
  });
});

test('A worker answers health and metrics and nothing else', async () => {
  const ops = await openOpsKit({ role: 'worker' });
  try {
    expect((await text(`${ops.url}/livez`)).status).toBe(200);
    expect((await text(`${ops.url}/readyz`)).body).toBe('ready\n');
    expect((await text(`${ops.url}/metrics`)).status).toBe(200);
    for (const path of ['/', '/graphql', '/v1/accounts', '/docs', '/explorer', '/jobs'])
      expect((await text(ops.url + path)).status).toBe(404);
  } finally {
    await ops.close();
  }
});

test('A worker in production keeps its metrics to operators', async () => {
  const ops = await openOpsKit({ role: 'worker', env: { ...production, KONTOR_OPS_TOKEN: opsToken } });
  try {
    expect((await text(`${ops.url}/readyz`)).status).toBe(200);
    expect((await text(`${ops.url}/metrics`)).status).toBe(401);
    expect((await text(`${ops.url}/metrics`, { authorization: `Bearer ${opsToken}` })).status).toBe(200);
  } finally {
    await ops.close();
  }
});

describe('Metrics', () => {
  test('measure requests by route, never by address or tenant', async () => {
    const ops = await openOpsKit();
    try {
      const { authorization, tenantId } = await signIn(ops);
      const missing = '01a20080-2067-7389-8123-6971968c092f';
      await text(`${ops.url}/v1/accounts/${missing}`, { authorization });
      await text(`${ops.url}/no/such/place`);
      const { body } = await text(`${ops.url}/metrics`);
      expect(body).toContain('kontor_http_request_seconds_count{method="GET",route="/v1/accounts/:accountId",status="404"} 1');
      expect(body).toContain('kontor_http_request_seconds_count{method="GET",route="none",status="404"} 1');
      for (const name of [
        'kontor_tasks{state="due"}',
        'kontor_outbox_lag_seconds',
        'kontor_pool_connections{state="waiting"}',
        'kontor_nodejs_eventloop_lag_p99_seconds',
        'kontor_defects_total',
      ])
        expect(body).toContain(name);
      expect(body).not.toContain(missing);
      expect(body).not.toContain(tenantId);
    } finally {
      await ops.close();
    }
  });
});

describe('A stop', () => {
  const ask = async (url: string, agent: Agent): Promise<{ status: number; body: string; connection: string | undefined }> => {
    const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return { status: response.statusCode ?? 0, body, connection: response.headers.connection };
  };

  /** Nobody new is let in. */
  const shut = async (url: string): Promise<void> => {
    const isOpen = await fetch(`${url}/livez`).then(
      () => true,
      () => false,
    );
    if (isOpen) await shut(url);
  };

  test('lets running requests finish, takes no new ones and drops nothing', async () => {
    const held = heldRoute();
    const ops = await openOpsKit(held);
    try {
      const agent = new Agent({ keepAlive: true });
      const running = Promise.all(Array.from({ length: 20 }, () => ask(`${ops.url}/v1/held`, agent)));
      await held.begun(20);
      const stopped = ops.stopHttp();
      await shut(ops.url);
      held.release();
      const answers = await running;
      expect(new Set(answers.map(({ connection }) => connection))).toEqual(new Set(['close']));
      expect(answers.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(20).fill('200 {"finished":true}'));
      await stopped;
      expect(ops.lines.filter(({ route }) => route === '/v1/held')).toHaveLength(20);
    } finally {
      held.release();
      await ops.close();
    }
  });

  test('answers what comes over connections that were open', async () => {
    const held = heldRoute();
    const ops = await openOpsKit(held);
    try {
      const agent = new Agent({ keepAlive: true });
      await ask(`${ops.url}/livez`, agent);
      // As long as somebody is answered, connections stay.
      const running = ask(`${ops.url}/v1/held`, new Agent());
      await held.begun(1);
      const stopped = ops.stopHttp();
      await shut(ops.url);
      expect(await ask(`${ops.url}/readyz`, agent)).toEqual({
        status: 503,
        body: 'process: stopping, takes no new work\n',
        connection: 'close',
      });
      held.release();
      expect(await running).toMatchObject({ status: 200 });
      await stopped;
    } finally {
      held.release();
      await ops.close();
    }
  });

  test('cuts off what takes too long and says how many', async () => {
    const held = heldRoute();
    const ops = await openOpsKit(held);
    try {
      const slow = fetch(`${ops.url}/v1/held`).then(
        () => 'answered',
        () => 'cut off',
      );
      await held.begun(1);
      await ops.stopHttp(200);
      expect(await slow).toBe('cut off');
      expect(ops.lines).toContainEqual(expect.objectContaining({ msg: 'Requests were cut off: they took too long', requests: 1 }));
    } finally {
      held.release();
      await ops.close();
    }
  });
});
