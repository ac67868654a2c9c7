// `npm run bench` runs all benchmarks but the long ones, `npm run bench -- read import` those named.
import { readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const helpers = new Set(['run.ts', 'raw-server.ts']);
const all = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !helpers.has(name))
  .map((name) => name.slice(0, -3));
/** Fills millions of rows first: only when named. */
const long = new Set(['growth', 'import-large']);
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : all.filter((name) => !long.has(name))) {
  console.log(`\n## ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
