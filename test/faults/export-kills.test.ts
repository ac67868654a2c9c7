import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { login, provision } from './company.ts';
import { Installation } from './installation.ts';
import type { KontorProcess } from './kontor-process.ts';
import { RestClient } from './rest-client.ts';

const rows = 10_000;
let installation: Installation;
let rest: RestClient;
let worker: KontorProcess;
beforeAll(async () => {
  installation = await Installation.open({ smtpUrl: 'smtp://127.0.0.1:9', workers: 0 });
  const { tenantId } = await provision(installation.appUrl);
  rest = new RestClient(() => installation.url, login);
  await rest.signIn();
  await rest.must('POST', '/v1/accounts', { name: 'Acme' });
  const columns = await installation.sql(
    `select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
     where table_schema = 'customers' and table_name = 'accounts' and column_name not in ('id', 'name') and is_generated = 'NEVER'`,
  );
  const others = String(columns[0]?.['names']);
  await installation.sql(
    `insert into customers.accounts (id, name, ${others})
     select kernel_id, 'Firma ' || n, ${others
       .split(', ')
       .map((name) => `a.${name}`)
       .join(', ')}
     from customers.accounts a, generate_series(2, ${rows}) n,
       lateral (select (substr(a.id::text, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid as kernel_id) ids where a.tenant_id = $1`,
    [tenantId],
  );
});
afterAll(() => installation.close());

const begin = async (): Promise<string> =>
  String((await rest.must('POST', '/v1/exports', { list: 'accounts', fields: ['name'] }))['operationId']);
const operation = async (id: string) =>
  (await installation.sql('select state, done, total, file_name, file_sha256 from operations.operations where id = $1', [id]))[0] ?? {};
async function until(id: string, ...states: string[]): Promise<void> {
  while (!states.includes(String((await operation(id))['state']))) await sleep(20);
}
/** Until no worker is at it any more. */
async function untilLeft(id: string): Promise<void> {
  const of = `select 1 from kernel.tasks where payload ->> 'operationId' = $1 and state in ('pending', 'running')`;
  while ((await installation.sql(of, [id])).length > 0) await sleep(20);
}
const stored = (folder: string) => join(installation.files, folder);
const drafts = () => (existsSync(stored('drafts')) ? readdirSync(stored('drafts')) : []);
const kept = () =>
  existsSync(stored('blobs')) ? readdirSync(stored('blobs'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile()) : [];

test('an export that is cancelled while it is read ends without a file, and leaves none behind', async () => {
  const id = await begin();
  const holder = await installation.session();
  await holder.query('begin; lock table customers.accounts in access exclusive mode');
  worker = await installation.startLoneWorker();
  // It has begun, and waits for its first page.
  await until(id, 'running');
  await rest.must('POST', `/v1/operations/${id}/cancel`, {});
  await holder.query('rollback');
  await holder.end();
  await untilLeft(id);
  expect(await operation(id)).toMatchObject({ state: 'cancelled', file_name: null });
  expect([drafts(), kept()]).toEqual([[], []]);
});

test('an export whose worker is killed in the middle is written anew by the next, whole, and nothing of the first is left', async () => {
  const id = await begin();
  const isWritten = () => drafts().some((name) => statSync(join(stored('drafts'), name)).size > 0);
  // Looked at while it stands still: what is seen holds when it is killed.
  for (;;) {
    worker.freeze();
    if (isWritten()) break;
    worker.thaw();
    await sleep(5);
  }
  await worker.kill();
  expect(await operation(id)).toMatchObject({ state: 'running', file_name: null });
  await installation.sql(`update kernel.tasks set lease_until = now() - interval '1 second' where state = 'running'`);
  await installation.startLoneWorker();
  await until(id, 'succeeded', 'failed', 'cancelled');
  await untilLeft(id);
  expect(await operation(id)).toMatchObject({ state: 'succeeded', total: rows, done: rows });
  const answer = await fetch(`${installation.url}/v1/operations/${id}/file`, { headers: { authorization: rest.authorization } });
  const file = Buffer.from(await answer.arrayBuffer());
  expect(createHash('sha256').update(file).digest('hex')).toBe((await operation(id))['file_sha256']);
  const lines = file.toString('utf8').trim().split('\n').slice(1);
  expect([lines.length, new Set(lines).size]).toEqual([rows, rows]);
  expect([drafts(), kept().length]).toEqual([[], 1]);
});
