import { allModules } from '#app/modules.js';
import { systemActor } from '#kernel/access/actor.js';
import { queryText } from '#kernel/db/brief-query.js';
import type { OpenWork } from '#kernel/db/open-work.js';
import { queuedText } from '#kernel/db/queued-texts.js';
import type { TenantPool } from '#kernel/db/tenant-pool.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';

let kit: Kit;
let pool: TenantPool;
beforeAll(async () => {
  kit = await openKit(allModules, { poolSize: 2 });
  pool = kit.runtime.database.pool;
});
afterAll(() => kit.close());

/** Says whose wall it stands behind, and what it was asked. */
const whose = `select concat_ws(' ', current_setting('app.tenant_id'), 12 / $1::integer)`;

interface Asked {
  readonly tenantId: string;
  readonly value: number;
  readonly alone?: () => void;
}

function ask({ tenantId, value, alone }: Asked): Promise<string | null> {
  const statement = { name: 'queued_whose', text: whose, values: [value] };
  return queuedText(pool, {
    ...statement,
    tenantId,
    alone: async () => {
      alone?.();
      const client = await pool.lease(tenantId);
      try {
        return await queryText(client, statement);
      } finally {
        client.release();
      }
    },
  });
}

/** Both connections are taken until `fn` has asked. */
async function whileBusy<T>(tenantId: string, fn: () => Promise<T>): Promise<T> {
  const clients = [await pool.lease(tenantId), await pool.lease(tenantId)];
  expect(pool.isBusy).toBe(true);
  const asked = fn();
  clients.forEach((client) => client.release());
  return asked;
}

test('each of a crowd gets the answer to its own question, behind its own wall', async () => {
  const tenants = [await kit.tenant(), await kit.tenant(), await kit.tenant()].map(({ id }) => id);
  const questions = Array.from({ length: 60 }, (_, i) => ({ tenantId: tenants[i % 3] ?? '', value: (i % 12) + 1 }));
  const answers = await whileBusy(tenants[0] ?? '', () => Promise.all(questions.map(ask)));
  expect(answers).toEqual(questions.map(({ tenantId, value }) => `${tenantId} ${Math.floor(12 / value)}`));
  expect(pool.isBusy).toBe(false);
});

test('where one fails, the others are answered all the same, and it alone is refused', async () => {
  const { id: tenantId } = await kit.tenant();
  const alone: number[] = [];
  const values = [1, 2, 0, 3, 4];
  const questions = values.map((value) => ask.bind(null, { tenantId, value, alone: () => alone.push(value) }));
  const answers = await whileBusy(tenantId, () => Promise.allSettled(questions.map((question) => question())));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(answers[2]).toMatchObject({ reason: { code: '22012' } });
  expect(alone).toEqual(values);
});

test('when the connection breaks all hear of it, and the next are answered', async () => {
  const { id: tenantId } = await kit.tenant();
  const cut = { name: 'queued_cut', text: `select pg_terminate_backend(pg_backend_pid())::text || $1::text`, tenantId };
  const never = () => Promise.reject(new Error('asked again'));
  const asking = () => Promise.allSettled(['a', 'b'].map((value) => queuedText(pool, { ...cut, values: [value], alone: never })));
  const answers = await whileBusy(tenantId, asking);
  for (const answer of answers) expect(answer).toMatchObject({ status: 'rejected' });
  expect(await ask({ tenantId, value: 1 })).toBe(`${tenantId} 12`);
});

test('a connection that ended under a single statement, or in a transaction, serves nobody else', async () => {
  const tenant = await kit.tenant();
  const cut = (work: OpenWork) => work.exec('select pg_terminate_backend(pg_backend_pid())', []);
  const request = { tenantId: tenant.id, actor: systemActor('test'), cause: { command: 'test' } };
  for (const ways of ['withStatement', 'withWork'] as const) {
    await expect(kit.runtime[ways](request, cut)).rejects.toThrow();
    expect(await kit.runtime.withStatement(request, (work) => work.exec('select 1 as n', []))).toMatchObject({ rows: [{ n: 1 }] });
  }
});

test('a pool that ends refuses who waits', async () => {
  const other = await openKit(allModules, { poolSize: 2 });
  const ended = other.runtime.database.pool;
  await other.close();
  const asking = queuedText(ended, {
    name: 'queued_late',
    text: 'select $1::text',
    values: ['x'],
    tenantId: 'none',
    alone: () => Promise.resolve('x'),
  });
  await expect(asking).rejects.toThrow();
});
