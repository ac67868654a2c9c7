import type { AggregatedResult } from '@jest/reporters';

/** Longer than the tear-down takes. */
const patienceMs = 20_000;

/** Ends a run with `N passed, N failed`, the line that machines read. A test file that cannot even be loaded counts as a failure. */
// Jest asks for a default export here.
export default class TotalsReporter {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // Jest's own summary comes after the reporters; this has to be the last line.
    process.once('exit', () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`));
    // A beforeAll that fails leaves open what it had opened. The run says so and ends; Jest's own forceExit would swallow the line above.
    setTimeout(() => process.exit(failed === 0 ? 0 : 1), patienceMs).unref();
  }
}
