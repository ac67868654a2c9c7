import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { loadTestsNatively } from './native-modules.ts';

/** The part of Jest's own module system that its test framework asks for. */
interface Runtime {
  enterTestCode(): void;
  leaveTestCode(): void;
}
type Framework = (
  ...[globalConfig, projectConfig, environment, runtime, testPath, send]: [object, object, object, Runtime, string, object?]
) => Promise<object>;

const load = createRequire(import.meta.url);
const { default: circus } = load('jest-circus/runner') as { default: Framework };
let run = 0;

/** Jest's own framework, told to let Node load the test file instead of a module system that begins anew with every file. */
// Jest asks for a default export here.
export default function runNatively(
  ...[globalConfig, projectConfig, environment, runtime, ...file]: Parameters<Framework>
): Promise<object> {
  loadTestsNatively();
  forgetLastFile();
  const native = {
    enterTestCode: () => runtime.enterTestCode(),
    leaveTestCode: () => runtime.leaveTestCode(),
    setGlobalsForRuntime: () => undefined,
    requireModule: load,
    requireInternalModule: (path: string): unknown => {
      // It keeps the tests it was told of: each file gets a fresh one.
      Reflect.deleteProperty(load.cache, path);
      return load(path);
    },
    unstable_shouldLoadAsEsm: () => true,
    // The number is for watchers, who run a file again in the same process.
    unstable_importModule: (path: string) => import(`${pathToFileURL(path).href}?run=${++run}`),
  };
  return circus(globalConfig, projectConfig, environment, native, ...file);
}

/** What Jest leaves behind in what it takes for the world of one test file. */
function forgetLastFile(): void {
  for (const name of ['TEST_TIMEOUT_SYMBOL', 'EVENT_HANDLERS']) Reflect.deleteProperty(globalThis, Symbol.for(name));
  // Jest's own knows no source maps of what Node has loaded.
  Reflect.deleteProperty(Error, 'prepareStackTrace');
}
