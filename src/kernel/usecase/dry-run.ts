import type { OpenWork } from '../db/open-work.js';
import type { Runtime, WorkRequest } from '../db/runtime.js';

class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/** Does everything but keep it: what `run` would answer, from a transaction that is rolled back. */
export async function runDry<T>(runtime: Runtime, request: WorkRequest, run: (work: OpenWork) => Promise<T>): Promise<T> {
  const results: T[] = [];
  try {
    await runtime.withWork(request, async (work) => {
      results.push(await run(work));
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  const [result] = results.slice(-1);
  return result as T;
}
