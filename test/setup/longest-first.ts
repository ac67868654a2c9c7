import { createRequire } from 'node:module';

/** What Jest gives its sequencers: a file of tests, and how long it took when it ran here before. */
interface Test {
  readonly path: string;
  readonly duration?: number;
}
type Sequencer = new (options: object) => { sort(tests: readonly Test[]): readonly Test[] };

const { default: Standard } = createRequire(import.meta.url)('@jest/test-sequencer') as { default: Sequencer };

/** Files that take the longest, among them short ones: whoever starts such a file last is waited for. */
const long = [/\/test\/faults\//, /\/test\/matrix\/operations/, /\/rest-lint\./, /\/import\/kill\./, /\/read-xlsx\./, /\/db\/queues\./];

/** Where nothing is known of earlier runs, as in a fresh clone, the files that take the longest come first and then the largest. */
// Jest asks for a default export here.
export default class LongestFirst extends Standard {
  override sort(tests: readonly Test[]): readonly Test[] {
    const rest = super.sort(tests);
    if (tests.some(({ duration }) => duration !== undefined)) return rest;
    const isLong = ({ path }: Test) => long.some((pattern) => pattern.test(path.replaceAll('\\', '/')));
    return [...rest.filter(isLong), ...rest.filter((test) => !isLong(test))];
  }
}
