import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the data of real companies lies: beside the project, not in it. */
export const realData = join(process.cwd(), '..', 'shared', 'data');
export const hasRealData = existsSync(realData);

/** A test on that data; left out, and told so by its name, where the data is not. */
export function realTest(name: string, run: () => Promise<void>): void {
  if (hasRealData) test(name, run);
  else test.skip(`${name} (skipped: ../shared/data is not there)`, run);
}
