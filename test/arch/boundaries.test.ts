import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly module: string; readonly resolved: string }[];
  }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[];
  };
}

const root = resolve('.');
const { forbidden } = createRequire(import.meta.url)(resolve('.dependency-cruiser.cjs'));
const ruleNames: readonly string[] = forbidden.map((rule: { name: string }) => rule.name);

function cruise(cwd: string, ...folders: string[]): Cruise {
  const args = [
    resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config',
    resolve('.dependency-cruiser.cjs'),
    '--output-type',
    'json',
    ...folders,
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 100_000_000 });
  if (!stdout.startsWith('{')) throw new Error(stderr || stdout);
  return JSON.parse(stdout);
}

describe('the boundaries of the code', () => {
  const product = cruise(root, 'src', 'migrations', 'test');

  test('are kept', () => {
    expect(product.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  test('are checked on all the code there is', () => {
    const ours = product.modules.filter(({ source }) => source.startsWith('src/'));
    expect(ours.length).toBeGreaterThan(250);
    const edges = ours.flatMap(({ dependencies }) => dependencies).filter(({ module }) => module.startsWith('#'));
    expect(edges.length).toBeGreaterThan(400);
    expect(edges.filter(({ resolved }) => !resolved.startsWith('src/'))).toEqual([]);
  });
});

describe('each boundary can be crossed, and then it is seen', () => {
  const planted = cruise(resolve('test/arch/violations'), 'src').summary.violations;

  test.each(ruleNames)('%s', (name) => {
    expect(planted.filter(({ rule }) => rule.name === name)).toHaveLength(1);
  });

  test('and nothing else is seen', () => {
    expect(planted).toHaveLength(ruleNames.length);
  });
});
