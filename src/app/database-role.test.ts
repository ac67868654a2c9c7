import { openDatabase } from '#kernel/db/data-source.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { assertAppRole } from './database-role.js';
import { allModules } from './modules.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

async function judge(url: string): Promise<string> {
  const database = await openDatabase(kit.runtime.registry, { url, poolSize: 1 });
  try {
    return await assertAppRole(database).then(
      () => 'good',
      (error: unknown) => String(error),
    );
  } finally {
    await database.source.destroy();
  }
}

test('O04 a process does not start as a superuser, as an owner of the tables, or as a role that gets round the walls', async () => {
  expect(await judge(kit.urls.app)).toBe('good');
  expect(await judge(kit.urls.super)).toContain('is a superuser');
  expect(await judge(kit.urls.owner)).toContain('owns the tables');
});
