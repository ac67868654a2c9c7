import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { pictureSql, someFiles } from './crm-files.js';
import { hasRealData, realTest } from '../../real-data.js';

let kit: Kit;
let home: string;
let folder: string;
beforeAll(async () => {
  kit = await openKit(allModules);
  home = mkdtempSync(join(tmpdir(), 'kontor-import-'));
  folder = mkdtempSync(join(tmpdir(), 'kontor-files-'));
  if (!hasRealData) return;
  for (const { name, bytes } of someFiles(3000)) writeFileSync(join(folder, name), bytes);
});
afterAll(async () => {
  await kit.close();
  rmSync(home, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run kontor -- import`, in a process of its own. */
function command(t: TestTenant) {
  const child = spawn(
    process.execPath,
    [resolve('dist/cli/kontor.js'), 'import', folder, '--mapping', 'crm-opportunities', '--tenant', `t-${t.id.slice(-12)}`],
    {
      env: { PATH: process.env['PATH'], DATABASE_URL: kit.urls.app, KONTOR_HOME: home, LOG_LEVEL: 'warn' },
    },
  );
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise<{ code: number | null; signal: string | null; said: string }>((tell) =>
    child.on('exit', (code, signal) => tell({ code, signal, said })),
  );
  return { ended, kill: () => child.kill('SIGKILL') };
}

const progress = async (t: TestTenant) =>
  Number((await kit.asOwner(`select coalesce(max(version), 0) as at from imports.imports`, [], t.id))[0]?.['at']);

/** Kills the command at a random moment after it has got further than `from`. Returns how far it was, or null when it had ended. */
async function killAfter(t: TestTenant, from: number): Promise<number | null> {
  const { ended, kill } = command(t);
  let over = false;
  void ended.then(() => (over = true));
  while (!over && (await progress(t)) <= from) await sleep(10);
  await sleep(Math.random() * 300);
  kill();
  return (await ended).signal === 'SIGKILL' ? progress(t) : null;
}

realTest('an import that is killed again and again ends as if nothing had happened', async () => {
  const [clean, killed] = [await kit.tenant(), await kit.tenant()];
  expect((await command(clean).ended).said).toMatch(/finished after .* s: 3152 created, 15 updated, 0 unchanged, 0 rejected/);

  let kills = 0;
  for (let at: number | null = 0; at !== null && kills < 6;) {
    at = await killAfter(killed, at);
    if (at !== null) kills += 1;
  }
  expect(kills).toBeGreaterThan(1);
  const last = await command(killed).ended;
  expect(last).toMatchObject({ code: 0, said: expect.stringContaining('finished after') as string });

  const [expected] = await kit.asOwner(pictureSql, [], clean.id);
  expect((await kit.asOwner(pictureSql, [], killed.id))[0]).toEqual(expected);
  const runs = await kit.asOwner(
    `select state, created, updated, rejected, issue_count from imports.imports order by id limit 1`,
    [],
    killed.id,
  );
  expect(runs).toEqual(await kit.asOwner(`select state, created, updated, rejected, issue_count from imports.imports`, [], clean.id));
});

realTest('when the command returns, analytics has every deal, and PostgreSQL has measured the tables it plans by', async () => {
  const t = await kit.tenant();
  expect(await command(t).ended).toMatchObject({ code: 0 });
  const [found] = await kit.asOwner(
    `select (select count(*) from analytics.opportunity_facts) as facts, (select count(*) from sales.opportunities) as deals,
       (select reltuples from pg_class where oid = 'sales.opportunities'::regclass) as measured`,
    [],
    t.id,
  );
  expect(Number(found?.['facts'])).toBe(3000);
  expect(found?.['facts']).toBe(found?.['deals']);
  expect(Number(found?.['measured'])).toBeGreaterThanOrEqual(3000);
});

realTest('a wrong word at the command line is answered in a sentence', async () => {
  const t = await kit.tenant();
  rmSync(join(folder, 'products.csv'));
  const { code, said } = await command(t).ended;
  expect(code).toBe(1);
  expect(said.trim()).toBe(`${join(folder, 'products.csv')} does not exist: name the folder that holds products.csv.`);
});
