import type { Work } from '#kernel/usecase/work.js';
import { isUnderWay } from '../domain/states.js';
import { ImportRun } from './import-run.resource.js';

const failure =
  'The import broke off several times at the same place. What it had written stays; ask your operator for the reason, then resume it.';

/** Somebody is waiting for this import: it must not look as if it were still under way. */
export async function giveUp(work: Work, importId: string): Promise<void> {
  const { state } = await work.repo(ImportRun).lock(importId);
  if (!isUnderWay(state)) return;
  const brokeOff = { failure, failureCode: 'import.broke_off', brokeOffIn: state };
  await work.repo(ImportRun).update(importId, { state: 'failed', finishedAt: work.now, ...brokeOff });
}

/** Nothing is wrong with it any more. */
export const mended = { failure: null, failureCode: null, brokeOffIn: null, finishedAt: null } as const;
