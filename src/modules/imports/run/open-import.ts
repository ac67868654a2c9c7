import { DomainError } from '#kernel/errors/domain-error.js';
import { Made } from '../domain/made.js';
import { isUnderWay } from '../domain/states.js';
import { mappingOf } from '../import/mapping-of.js';
import { ImportRun } from '../import/import-run.resource.js';
import { madeInDryRun } from '../store/chunks.js';
import type { ImportSource } from './import-source.js';
import { overview, prepareTables } from './prepare.js';
import { countRows } from './read-step.js';
import type { Transact } from './transact.js';
import { report, stateOf } from './write-chunk.js';

export type Opened = ImportSource & {
  /** Rows all steps will go through. */
  readonly total: number;
  /** Of a dry run chunk by chunk: what it would have made so far. */
  readonly made?: Made | undefined;
};

/** What is left to read of an import, or null when there is nothing left to do. The first time, all files are read to their ends. */
export async function openImport(importId: string, transact: Transact): Promise<Opened | null> {
  const { run, mapping, resources } = await transact(async (work) => {
    const found = await work.repo(ImportRun).get(importId);
    const known = isRead(found) && found.state !== 'uploaded' ? mappingOf(work, found) : null;
    return { run: found, mapping: known, resources: work.definitions.resources };
  });
  if (!isRead(run)) return null;
  try {
    return mapping ? await open(run, { mapping, resources }, transact) : await analyse(run, transact);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await transact((work) =>
      work
        .repo(ImportRun)
        .update(importId, { state: 'failed', failure: error.message.slice(0, 2000), failureCode: error.code, finishedAt: work.now }),
    );
    return null;
  }
}

const isRead = ({ state }: ImportRun) => isUnderWay(state) && state !== 'reverting';

async function analyse(run: ImportRun, transact: Transact): Promise<null> {
  await prepareTables(run, null, transact);
  await transact(async (work) => {
    const fresh = await work.repo(ImportRun).lock(run.id);
    if (fresh.state === 'uploaded') await work.repo(ImportRun).update(run.id, { state: 'analysed' });
  });
  return null;
}

async function open(
  run: ImportRun,
  { mapping, resources }: Pick<ImportSource, 'mapping' | 'resources'>,
  transact: Transact,
): Promise<Opened> {
  const phase = run.state === 'dry_running' ? 'dry' : 'run';
  const position = run.position ?? { step: 0, record: 0 };
  const atStart = position.step === 0 && position.record === 0;
  const tables = atStart ? await prepareTables(run, mapping, transact) : (run.tables ?? []);
  const source: Opened = {
    importId: run.id,
    total: countRows({ mapping, tables }),
    phase,
    mapping,
    tables,
    resources,
    startedAt: run.startedAt,
    startedById: run.startedById,
    speaksFor: run.speaksFor,
    position,
    transact,
  };
  if (atStart && run.total === 0) await begin(source);
  if (phase === 'run') return source;
  const made = new Made(mapping);
  for (const packed of await transact((work) => madeInDryRun(work, run.id))) made.load(packed);
  return { ...source, made };
}

/** How much there is to do, and what is to be said before. */
async function begin({ importId, mapping, tables, transact, phase }: ImportSource): Promise<void> {
  const total = countRows({ mapping, tables });
  await transact(async (work) => {
    const fresh = await work.repo(ImportRun).lock(importId);
    if (fresh.state !== 'queued' && (fresh.state !== stateOf(phase) || fresh.total > 0)) return;
    let issueCount = fresh.issueCount;
    for (const { file, findings } of fresh.bySteps ? overview(mapping, tables) : []) {
      await report(work, importId, file, findings);
      issueCount += findings.length;
    }
    await work.repo(ImportRun).update(importId, { state: stateOf(phase), total, issueCount });
  });
}
