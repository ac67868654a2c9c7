import { DomainError } from '#kernel/errors/domain-error.js';
import { mappingNamed } from '../mappings/all-mappings.js';
import { ImportRun, type Position } from '../import/import-run.resource.js';
import { loadFiles } from '../store/files.js';
import { countRows, type ImportSource } from './read-step.js';
import type { Transact } from './run-import.js';

/** What is left to read of an import, or null when there is nothing left to do. A queued one is looked through first. */
export async function openImport(importId: string, transact: Transact): Promise<(ImportSource & { readonly position: Position }) | null> {
  const { run, files } = await transact(async (work) => ({
    run: await work.repo(ImportRun).get(importId),
    files: await loadFiles(work, importId),
  }));
  if (run.state !== 'queued' && run.state !== 'running') return null;
  const source = { mapping: mappingNamed(run.mapping), files, startedAt: run.startedAt, position: run.position ?? { step: 0, record: 0 } };
  if (run.state === 'running') return source;
  try {
    const total = await countRows(source);
    await transact(async (work) => {
      const fresh = await work.repo(ImportRun).lock(importId);
      if (fresh.state === 'queued') await work.repo(ImportRun).update(importId, { state: 'running', total });
    });
    return source;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await transact((work) =>
      work.repo(ImportRun).update(importId, { state: 'failed', failure: error.message.slice(0, 2000), finishedAt: work.now }),
    );
    return null;
  }
}
