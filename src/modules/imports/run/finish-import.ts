import { corrected, unusedValues } from '../domain/check-files.js';
import type { Finding, SourceRecord } from '../domain/map-record.js';
import type { Check } from '../domain/mapping.js';
import { ImportFinished } from '../events.js';
import { ImportRun } from '../import/import-run.resource.js';
import { recordsOfFile, type ImportSource } from './read-step.js';
import type { Transact } from './run-import.js';
import { report } from './write-chunk.js';

/** Looks at the files as a whole, then closes the import and tells so. */
export async function finishImport(importId: string, source: ImportSource, transact: Transact): Promise<void> {
  const found: { file: string; findings: Finding[] }[] = [];
  for (const check of source.mapping.checks) {
    found.push({ file: source.mapping.files[check.file]?.name ?? check.file, findings: await checkFiles(source, check) });
  }
  await transact(async (work) => {
    const run = await work.repo(ImportRun).lock(importId);
    if (run.state !== 'running') return;
    for (const { file, findings } of found) await report(work, importId, file, findings);
    const issueCount = run.issueCount + found.reduce((sum, { findings }) => sum + findings.length, 0);
    await work.repo(ImportRun).update(importId, { state: 'finished', finishedAt: work.now, issueCount });
    const { mapping, created, updated, rejected } = run;
    await work.emit(ImportFinished, { importId, mapping, created, updated, rejected }, { resource: 'import', id: importId });
  });
}

async function checkFiles(source: ImportSource, check: Check): Promise<Finding[]> {
  const used = new Set<string>();
  for await (const record of recordsOfFile(source, check.by.file))
    used.add(corrected(source.mapping.files[check.by.file], check.by.column, record));
  const records: SourceRecord[] = [];
  for await (const record of recordsOfFile(source, check.file)) records.push(record);
  return unusedValues(check, source.mapping.files, records, used);
}
