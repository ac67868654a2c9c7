import { ClosingPool } from '#kernel/db/closing-pool.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const left = async (name: string) =>
  (await kit.asOwner(`select count(*)::integer as n from pg_stat_activity where application_name = $1`, [name]))[0]?.['n'];

test('when a pool has ended, the server knows no connection of it any more', async () => {
  const pool = new ClosingPool({ connectionString: kit.urls.app, max: 8, application_name: 'closing-pool' });
  const lost: Error[] = [];
  pool.on('error', (error) => lost.push(error));
  await Promise.all(Array.from({ length: 8 }, () => pool.query('select pg_sleep(0.05)')));
  expect(pool.totalCount).toBe(8);

  await pool.end();
  expect(await left('closing-pool')).toBe(0);
  expect(lost).toEqual([]);
});

test('a pool that never had a connection ends at once, by promise and by callback', async () => {
  await new ClosingPool({ connectionString: kit.urls.app }).end();
  await new Promise<void>((resolve) => new ClosingPool({ connectionString: kit.urls.app }).end(() => resolve()));
});
