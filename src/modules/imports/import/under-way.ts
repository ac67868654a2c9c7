import type { Work } from '#kernel/usecase/work.js';
import { ImportRun } from './import-run.resource.js';
import { knownMappingOf } from './mapping-of.js';

/** Imports at work that write rows of these resources, in words. */
export async function importUnderWay(work: Work, resources: readonly string[]): Promise<string | null> {
  const runs = await work.repo(ImportRun).list({ state: ['queued', 'running', 'reverting'] });
  const run = runs.find((one) => knownMappingOf(work, one)?.steps.some(({ resource }) => resources.includes(resource)));
  return run ? `The import ${run.id} is writing into it.` : null;
}
