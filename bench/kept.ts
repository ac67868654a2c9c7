// `npm run bench -- kept`: 100,000 own records ordered by a formula that is kept and by one that is not, and what a write costs with one that is kept and with none.
import { loadavg } from 'node:os';
import pg from 'pg';
import { signIn } from './lib/client.ts';
import { install } from './lib/installation.ts';

const rows = Number(process.env['BENCH_ROWS'] ?? 100_000);
const times = Number(process.env['BENCH_TIMES'] ?? 30);
const labels = { en: 'Own' };

const installation = await install({ DB_POOL_SIZE: '6', RATE_LIMIT: '0', RATE_LIMIT_COST: '0' });
try {
  const { url } = installation;
  const headers = await signIn(url);
  const send = async (method: string, path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok || text.includes('"errors"')) throw new Error(text);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const field = (objectName: string, key: string, more: object) =>
    send('POST', '/v1/field-definitions', { objectName, key, labels, ...more });
  for (const key of ['thing', 'plain']) {
    await send('POST', '/v1/object-definitions', { key, plural: `${key}s`, labels });
    await field(`x_${key}`, 'seats', { type: 'int' });
    await field(`x_${key}`, 'price', { type: 'decimal' });
  }
  const first = await send('POST', '/v1/records/things', { seats: 1, price: '1' });
  const plain = await send('POST', '/v1/records/plains', { seats: 1, price: '1' });
  await fill(String(first['id']));
  await field('x_thing', 'worked', { type: 'formula', formula: 'seats * price + 1' });
  const began = performance.now();
  await field('x_thing', 'kept', { type: 'formula', formula: 'seats * price + 1', isIndexed: true });
  console.log(`${rows} records worked out when the formula begins to be kept: ${Math.round(performance.now() - began)} ms`);
  await beside((client) => client.query('analyze kernel.kept_num'));
  const page = (name: string) =>
    send('POST', '/graphql', { query: `{ xThings(first: 50, orderBy: [{${name}: DESC}]) { nodes { ${name} } } }` });
  const lists = await inTurns(times, { worked: () => page('worked'), kept: () => page('kept') });
  told('a page of 50 in its order', lists, ['worked', 'kept']);
  let n = 0;
  const write = (path: string, id: unknown) => () => send('PATCH', `/v1/records/${path}/${String(id)}`, { seats: ++n });
  const writes = await inTurns(times * 10, { none: write('plains', plain['id']), kept: write('things', first['id']) });
  told('a change of a record', writes, ['none', 'kept']);
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
} finally {
  await installation.stop();
}

/** The record as often as wanted. */
async function fill(id: string): Promise<void> {
  await beside(async (client) => {
    const { rowCount } = await client.query(
      `insert into kernel.records (tenant_id, id, object, custom)
       select r.tenant_id, (left(r.id::text, 19) || '8' || right(md5(n::text), 15))::uuid, r.object, jsonb_build_object('seats', n % 1000, 'price', (n % 77)::text || '.50')
       from kernel.records r cross join generate_series(2, $2::int) n where r.id = $1`,
      [id, rows],
    );
    if (rowCount !== rows - 1) throw new Error(`${rowCount ?? 0} records were made.`);
    await client.query('analyze kernel.records');
  });
}

async function beside(run: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: installation.postgres.superUrl.replace(/\/postgres$/, '/kontor') });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}

/** One after the other, so that whatever else the machine does strikes all alike. The first of each warms. */
async function inTurns<K extends string>(count: number, cases: Record<K, () => Promise<unknown>>): Promise<Record<K, number[]>> {
  const names = Object.keys(cases) as K[];
  const spent = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[]>;
  for (let i = 0; i <= count; i++) {
    for (const name of names) {
      const start = performance.now();
      await cases[name]();
      if (i > 0) spent[name].push(performance.now() - start);
    }
  }
  return spent;
}

function told<K extends string>(what: string, spent: Record<K, readonly number[]>, [base, other]: readonly [K, K]): void {
  const at = (name: K, share: number) => spent[name].toSorted((a, b) => a - b)[Math.floor((spent[name].length - 1) * share)] ?? 0;
  const line = (name: K) => `${name} p50 ${at(name, 0.5).toFixed(1)}, p95 ${at(name, 0.95).toFixed(1)} ms`;
  console.log(`${what}: ${line(base)}; ${line(other)}; ratio ${(at(other, 0.5) / at(base, 0.5)).toFixed(3)}`);
}
