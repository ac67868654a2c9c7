import { openKit, type Kit } from '#kernel/testing/kit.js';
import { queryRows, queryText, queryTexts } from '#kernel/db/brief-query.js';
import { textReader } from '#kernel/db/tenant-pool.js';
import { allModules } from '#app/modules.js';
import type pg from 'pg';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

async function onConnection<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const tenant = await kit.tenant();
  const client = await kit.runtime.database.pool.lease(tenant.id);
  try {
    return await fn(client);
  } finally {
    client.release(true);
  }
}

const all = {
  name: 'brief_all',
  text: `select $1::integer as n, $2::text as t, true as b, null::text as nothing, date '2026-03-29' as d, timestamp '2026-03-29 02:30' as local,
    timestamptz '2026-03-29 01:30+00' as instant, 1.50::numeric(9, 2) as amount, '{"a": [1]}'::jsonb as j, array['x', 'y'] as list from generate_series(1, $1::integer)`,
};

test('rows are those pg gives, the first time and when the columns are known', () =>
  onConnection(async (client) => {
    for (const n of [1, 2, 0, 3]) {
      const values = [n, `Ä "${n}"`];
      const { rows } = await client.query<Record<string, unknown>>(all.text, values);
      expect(await queryRows(client, { ...all, values }, textReader)).toEqual(rows);
      expect(rows).toHaveLength(n);
    }
  }));

test('an error is that of pg, and the connection goes on', () =>
  onConnection(async (client) => {
    const divide = { name: 'brief_divide', text: 'select 6 / $1::integer as n' };
    await expect(queryRows(client, { ...divide, values: [0] }, textReader)).rejects.toMatchObject({ code: '22012', severity: 'ERROR' });
    expect(await queryRows(client, { ...divide, values: [3] }, textReader)).toEqual([{ n: 2 }]);
    await expect(queryRows(client, { ...divide, values: ['three'] }, textReader)).rejects.toMatchObject({ code: '22P02' });
    expect(await queryRows(client, { ...divide, values: [2] }, textReader)).toEqual([{ n: 3 }]);
    await expect(queryText(client, { name: null, text: 'select nonsense', values: [] })).rejects.toMatchObject({ code: '42703' });
    expect(await queryText(client, { name: null, text: `select 'good'::text`, values: [] })).toBe('good');
  }));

test('a text comes with a name and without, long and not at all', () =>
  onConnection(async (client) => {
    const long = { name: 'brief_long', text: `select repeat('äx€', $1::integer)` };
    for (const times of [1, 40_000, 0]) {
      expect(await queryText(client, { ...long, values: [times] })).toBe('äx€'.repeat(times));
    }
    expect(await queryText(client, { name: null, text: 'select $1::text where false', values: ['x'] })).toBeNull();
    expect(await queryText(client, { name: null, text: 'select null::text', values: [] })).toBeNull();
  }));

test('several sets of values are answered in their order, the first time and when the statement is known', () =>
  onConnection(async (client) => {
    const echo = { name: 'brief_echo', text: `select nullif($1::text, 'null') where $1::text <> 'no row'` };
    const sets = ['a', 'null', 'no row', 'ä"€', 'x'.repeat(100_000), 'z'].map((text) => [text]);
    const answers = ['a', null, null, 'ä"€', 'x'.repeat(100_000), 'z'];
    expect(await queryTexts(client, echo, sets)).toEqual(answers);
    expect(await queryTexts(client, echo, sets.slice(0, 1))).toEqual(['a']);
    expect(await queryTexts(client, echo, sets)).toEqual(answers);
    expect(await queryText(client, { ...echo, values: ['still'] })).toBe('still');
  }));

test('of several sets all fail if one does, wherever it stands, and the connection goes on', () =>
  onConnection(async (client) => {
    const divide = { name: 'brief_divides', text: 'select (6 / $1::integer)::text' };
    for (const sets of [[0, 1], [1, 0, 2], [1, 2, 0], [0]]) {
      const failing = queryTexts(
        client,
        divide,
        sets.map((n) => [n]),
      );
      await expect(failing).rejects.toMatchObject({ code: '22012', severity: 'ERROR' });
      expect(await queryTexts(client, divide, [[1], [2]])).toEqual(['6', '3']);
    }
  }));

test('a connection that ends while it is asked says so', () =>
  onConnection(async (client) => {
    client.on('error', () => undefined);
    const [{ pid } = { pid: 0 }] = await queryRows(
      client,
      { name: 'brief_pid', text: 'select pg_backend_pid() as pid', values: [] },
      textReader,
    );
    const waiting = queryText(client, { name: null, text: 'select pg_sleep(60)::text', values: [] });
    const refused = expect(waiting).rejects.toThrow();
    await onConnection((other) => other.query('select pg_terminate_backend($1)', [pid]));
    await refused;
  }));
