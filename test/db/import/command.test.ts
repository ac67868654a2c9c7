import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { realData, realTest } from '../../real-data.js';

let kit: Kit;
let home: string;
beforeAll(async () => {
  kit = await openKit(allModules);
  home = mkdtempSync(join(tmpdir(), 'kontor-import-'));
});
afterAll(async () => {
  await kit.close();
  rmSync(home, { recursive: true, force: true });
});

/** `npm run kontor -- import`, in a process of its own. */
function command(t: TestTenant, ...words: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [resolve('dist/cli/kontor.js'), 'import', ...words, '--tenant', `t-${t.id.slice(-12)}`], {
    env: { PATH: process.env['PATH'], DATABASE_URL: kit.urls.app, KONTOR_HOME: home, LOG_LEVEL: 'warn' },
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((tell) => child.on('close', (code) => tell({ code, said })));
}

realTest('an export of Salesforce comes in by its template at the command line, and again changes nothing', async () => {
  const t = await kit.tenant({ currency: 'USD' });
  const folder = join(realData, 'crm_exports', 'salesforce');
  const first = await command(t, folder, '--mapping', 'salesforce');
  expect(first).toMatchObject({ code: 0, said: expect.stringMatching(/partly after .* s: 112 created, .* 48 rejected/) as string });
  const count = `select (select count(*) from customers.accounts)::integer as accounts, (select count(*) from customers.contacts)::integer as contacts,
    (select count(*) from sales.leads)::integer as leads, (select count(*) from sales.opportunities)::integer as deals,
    (select count(*) from imports.import_issues where rule = 'no_home')::integer as told`;
  const [found] = await kit.asOwner(count, [], t.id);
  expect(found).toEqual({ accounts: 18, contacts: 25, leads: 22, deals: 36, told: 48 });
  const again = await command(t, folder, '--mapping', 'salesforce');
  expect(again).toMatchObject({ code: 0, said: expect.stringMatching(/partly after .* s: 0 created, 0 updated/) as string });
});

test('a mapping of one’s own comes from a file, and each wrong word is answered in a sentence', async () => {
  const t = await kit.tenant();
  const folder = mkdtempSync(join(home, 'files-'));
  const path = join(folder, 'mapping.json');
  const columns = [
    { from: 'id', to: 'externalRef', transform: ['prepend:old:'] },
    { from: 'name', to: 'name' },
  ];
  const step = { name: 'firms', resource: 'account', file: 'firms.csv', match: ['externalRef'], columns };
  writeFileSync(path, JSON.stringify({ files: [{ name: 'firms.csv' }], steps: [step] }));
  const own = [folder, '--definition', path];
  expect(await command(t, ...own)).toEqual({
    code: 1,
    said: `${join(folder, 'firms.csv')} does not exist: name the folder that holds firms.csv.\n`,
  });
  writeFileSync(join(folder, 'firms.csv'), 'id,name\n1,Mutter AG\n2,\n');
  expect(await command(t, ...own)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/partly after .* s: 1 created, 0 updated, 0 unchanged, 1 rejected/) as string,
  });
  expect(await kit.asOwner(`select name, external_ref from customers.accounts`, [], t.id)).toEqual([
    { name: 'Mutter AG', external_ref: 'old:1' },
  ]);

  expect((await command(t, ...own, '--owner', 'nobody@example.com')).said).toBe(
    'The company has no active user nobody@example.com: name another with --owner.\n',
  );
  writeFileSync(path, '{"files": 1}');
  expect((await command(t, ...own)).said).toContain('mapping.json is no mapping: /');
});
