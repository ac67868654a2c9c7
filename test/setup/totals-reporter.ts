import type { AggregatedResult } from '@jest/reporters';

/** Ends a run with `N passed, N failed`, the line that machines read. A test file that cannot even be loaded counts as a failure. */
// Jest asks for a default export here.
export default class TotalsReporter {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.stderr.write(`\n${results.numPassedTests} passed, ${failed} failed\n`);
  }
}
