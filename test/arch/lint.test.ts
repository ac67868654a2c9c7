import { spawnSync } from 'node:child_process';
import { plants } from './lint-plants.js';

describe('the linter', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['test/arch/lint-plants.ts'], { encoding: 'utf8', maxBuffer: 50_000_000 });
  if (!stdout.startsWith('{')) throw new Error(stderr || stdout);
  const { said, config, other }: { said: string[][]; config: Record<string, unknown>; other: Record<string, readonly [number]> } =
    JSON.parse(stdout);

  test.each(plants.map(([rule, file, code], i) => ({ rule, file, code, seen: said[i] })))(
    'sees $rule in $file: $code',
    ({ rule, seen }) => {
      expect(seen).toContain(rule);
    },
  );

  test('lets config.ts, and only it, read the environment', () => {
    expect(JSON.stringify(config['no-restricted-syntax'])).not.toContain('process');
    expect(JSON.stringify(other['no-restricted-syntax'])).toContain('process');
  });

  test('has errors and nothing milder', () => {
    expect(Object.values(other).filter(([severity]) => severity === 1)).toEqual([]);
  });
});
