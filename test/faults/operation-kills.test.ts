import { setTimeout as sleep } from 'node:timers/promises';
import { login, provision } from './company.ts';
import { Installation } from './installation.ts';
import { RestClient } from './rest-client.ts';

const total = 2_000;

test('a bulk operation whose worker is killed in the middle is carried out whole, and nothing twice', async () => {
  const installation = await Installation.open({ smtpUrl: 'smtp://127.0.0.1:9', workers: 0 });
  try {
    await provision(installation.appUrl);
    const rest = new RestClient(() => installation.url, login);
    await rest.signIn();
    const items = Array.from({ length: total }, (_, i) => ({ op: 'create', data: { name: `Killed ${i}`, number: `K-${i}` } }));
    const taken = await rest.send('POST', '/v1/accounts/bulk', { items });
    expect(taken.status).toBe(202);
    const id = String(taken.body['id']);
    const operation = async () => (await installation.sql('select state, done from operations.operations where id = $1', [id]))[0];
    const until = async (holds: (row: Record<string, unknown> | undefined) => boolean) => {
      while (!holds(await operation())) await sleep(50);
    };

    const worker = await installation.startLoneWorker();
    await until((row) => Number(row?.['done']) >= 400);
    await worker.kill();
    await installation.startLoneWorker();
    await until((row) => row?.['state'] !== 'queued' && row?.['state'] !== 'running');

    expect(await operation()).toEqual({ state: 'succeeded', done: total });
    const [rows] = await installation.sql(
      `select count(*)::integer as all, count(distinct name)::integer as names from customers.accounts`,
    );
    expect(rows).toEqual({ all: total, names: total });
    const response = await fetch(`${installation.url}/v1/operations/${id}/results`, { headers: { authorization: rest.authorization } });
    const lines = (await response.text()).trim().split('\n');
    const results = lines.map((line) => JSON.parse(line) as { index: number; status: number });
    expect(results.map(({ index }) => index)).toEqual(items.map((_, i) => i));
    expect(results.every(({ status }) => status === 201)).toBe(true);
  } finally {
    await installation.close();
  }
});
