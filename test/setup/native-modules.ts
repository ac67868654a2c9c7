import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync, type Options } from '@swc/core';

const root = resolve(import.meta.dirname, '..', '..');
const inRoot = (folder: string) => join(root, folder) + sep;
const [sources, built, tests] = [inRoot('src'), inRoot('dist'), inRoot('test')];
const globals = pathToFileURL(join(tests, 'setup', 'globals.ts')).href;
let isDone = false;

/**
 * From here on Node itself loads the tests. What they test comes from dist, as in production; only the tests are compiled on the way.
 * So a worker loads Nest, Apollo and TypeORM once, not once a test file.
 */
export function loadTestsNatively(): void {
  if (isDone) return;
  isDone = true;
  process.setSourceMapsEnabled(true);
  const options = compilerOptions();
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
      const file =
        specifier.startsWith('.') && context.parentURL?.startsWith('file:') ? besides(fileURLToPath(context.parentURL), specifier) : null;
      return file === null ? next(specifier, context) : { url: pathToFileURL(file).href, shortCircuit: true };
    },
    load: (url, context, next) => {
      const filename = url.startsWith('file:') ? fileURLToPath(url) : '';
      if (!isTest(filename)) return next(url, context);
      const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
}

const isTest = (file: string) =>
  file.endsWith('.ts') && (file.startsWith(tests) || (file.startsWith(sources) && file.endsWith('.test.ts')));

/** What `./name.js` is to a test: another file of the tests, or what the source beside it was built to. */
function besides(test: string, specifier: string): string | null {
  if (!isTest(test) || !specifier.endsWith('.js')) return null;
  const file = join(dirname(test), specifier.replace(/\.js$/, '.ts'));
  if (!existsSync(file)) return null;
  return isTest(file) ? file : join(built, file.slice(sources.length).replace(/\.ts$/, '.js'));
}

/** As the build has them, but for what it leaves out: the tests. */
function compilerOptions(): Options {
  const options = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8')) as Options & { $schema?: string };
  delete options.$schema;
  delete options.exclude;
  return { ...options, swcrc: false, sourceMaps: 'inline' };
}
