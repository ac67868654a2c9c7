import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import openapiTS, { astToString } from 'openapi-typescript';
import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';
import { Contract } from './contract.js';

let api: ApiKit;
let url: string;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  admin = (await api.company()).admin;
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

test('a client generated from the document compiles strictly, knows what is wrong, and carries 30 flows through', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kontor-client-'));
  try {
    const { document } = Contract.of(api.app, api.kit.runtime.registry);
    await writeFile(join(folder, 'api.d.ts'), astToString(await openapiTS(JSON.stringify(document), { defaultNonNullable: false })));
    await writeFile(join(folder, 'paths.d.ts'), `type KontorPaths = import('./api.js').paths;\n`);
    const flows = resolve('test/conformance/client-flows.ts');
    const config = {
      extends: resolve('tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        strict: true,
        rootDir: '/',
        baseUrl: undefined,
        typeRoots: [resolve('node_modules/@types')],
      },
      include: [],
      files: [flows, join(folder, 'paths.d.ts')],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiled = spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
    expect([compiled.stdout, compiled.status]).toEqual(['', 0]);
    const { passed } = await (await import('./client-flows.js')).runFlows(url, admin.token);
    expect(passed).toBeGreaterThanOrEqual(30);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
