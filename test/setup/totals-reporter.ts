import type { AggregatedResult } from '@jest/reporters';

/** Ends a run with `N passed, N failed`, the line that machines read. A test file that cannot even be loaded counts as a failure. */
// Jest asks for a default export here.
export default class TotalsReporter {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // Jest's own summary comes after the reporters; this has to be the last line.
    process.once('exit', () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`));
  }
}
