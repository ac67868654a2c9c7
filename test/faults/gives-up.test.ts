import { setTimeout as sleep } from 'node:timers/promises';
import { login, provision } from './company.ts';
import { Installation } from './installation.ts';
import { RestClient } from './rest-client.ts';

const rows = 3_000;
const firms = ['id,name', ...Array.from({ length: rows }, (_, i) => `${i},Firm ${i}`)].join('\n');
const definition = {
  files: [{ name: 'firms.csv' }],
  steps: [
    {
      name: 'firms',
      resource: 'account',
      file: 'firms.csv',
      match: ['externalRef'],
      columns: [
        { from: 'id', to: 'externalRef' },
        { from: 'name', to: 'name' },
      ],
    },
  ],
};

let installation: Installation;
let rest: RestClient;
beforeAll(async () => {
  installation = await Installation.open({ smtpUrl: 'smtp://127.0.0.1:9', workers: 0 });
  await provision(installation.appUrl);
  rest = new RestClient(() => installation.url, login);
  await rest.signIn();
});
afterAll(() => installation.close());

type Row = Record<string, unknown>;
/** Waits until a question to the database is answered as it should be. */
async function until(statement: string, holds: (row: Row) => boolean): Promise<Row> {
  for (;;) {
    const [row] = await installation.sql(statement);
    if (row && holds(row)) return row;
    await sleep(20);
  }
}
const expire = () => installation.sql(`update kernel.tasks set lease_until = now() - interval '1 second' where state = 'running'`);

test('an import whose worker dies over and over says that it broke off, and is resumed to its end', async () => {
  const form = new FormData();
  form.append('files', new Blob([firms]), 'firms.csv');
  const headers = { authorization: rest.authorization };
  const taken = await fetch(`${installation.url}/v1/imports/upload`, { method: 'POST', body: form, headers });
  const path = taken.headers.get('location') ?? '';
  const first = await installation.startLoneWorker();
  await until('select state from imports.imports', ({ state }) => state === 'analysed');
  await first.kill();
  await rest.must('POST', `${path}/map`, { definition });
  await rest.must('POST', `${path}/start`, { withoutDryRun: true });
  // As if four workers had died over this turn already: the fifth does before our eyes.
  await installation.sql(`update kernel.tasks set attempts = 4 where name = 'imports.continue_import' and state = 'pending'`);
  const last = await installation.startLoneWorker();
  await until(`select processed from imports.imports`, ({ processed }) => Number(processed) > 0);
  await last.kill();
  await expire();
  expect((await installation.sql('select state from imports.imports'))[0]).toEqual({ state: 'running' });

  const worker = await installation.startLoneWorker();
  await until(
    `select state from kernel.tasks where name = 'imports.continue_import' order by id desc limit 1`,
    ({ state }) => state === 'failed',
  );
  // Period after period of the job that looks after such imports begins: one may have looked just before.
  const nextPeriod = `with gone as (delete from kernel.tasks where name = 'imports.close_broken' and state = 'done') select state from imports.imports`;
  await until(nextPeriod, ({ state }) => state === 'failed');
  expect(await rest.must('GET', path)).toMatchObject({ state: 'failed', failureCode: 'import.broke_off', brokeOffIn: 'running' });

  await rest.must('POST', `${path}/resume`, {});
  await until('select state from imports.imports', ({ state }) => state === 'finished');
  expect(await rest.must('GET', path)).toMatchObject({ created: rows, rejected: 0, failure: null, failureCode: null, brokeOffIn: null });
  const [found] = await installation.sql(
    'select count(*)::integer as all, count(distinct external_ref)::integer as refs from customers.accounts',
  );
  expect(found).toEqual({ all: rows, refs: rows });
  await worker.kill();
  await expire();
});

/** Kills the worker of an operation in its middle: it waits for a table that somebody else holds. */
async function killedInTheMiddle(id: string): Promise<Row> {
  const stateSql = `select state, done, file_name, failure from operations.operations where id = '${id}'`;
  const holder = await installation.session();
  await holder.query('begin; lock table customers.accounts in access exclusive mode');
  const worker = await installation.startLoneWorker();
  await until(stateSql, ({ state }) => state === 'running');
  await worker.kill();
  await holder.end();
  await expire();
  const next = await installation.startLoneWorker();
  const end = await until(stateSql, ({ state }) => state !== 'running' && state !== 'queued');
  await next.kill();
  await expire();
  return end;
}

async function fileOf(id: string): Promise<Buffer> {
  const file = await fetch(`${installation.url}/v1/operations/${id}/file`, { headers: { authorization: rest.authorization } });
  expect(file.status).toBe(200);
  return Buffer.from(await file.arrayBuffer());
}

test('an archive of the company whose worker is killed is written by the next, and opens', async () => {
  const { operationId } = await rest.must('POST', '/v1/tenant/export', {});
  expect(await killedInTheMiddle(String(operationId))).toMatchObject({ state: 'succeeded', failure: null });
  expect((await fileOf(String(operationId))).subarray(0, 2).toString('latin1')).toBe('PK');
});

test('a list whose worker is killed is written by the next, whole and once', async () => {
  const { operationId } = await rest.must('POST', '/v1/exports', { list: 'accounts', format: 'jsonl', fields: ['externalRef'] });
  expect(await killedInTheMiddle(String(operationId))).toMatchObject({ state: 'succeeded', done: rows, failure: null });
  const lines = (await fileOf(String(operationId))).toString().trim().split('\n');
  expect([lines.length, new Set(lines).size]).toEqual([rows, rows]);
});
