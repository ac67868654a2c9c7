import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { corrected, currencyOf, foreignAmounts, unusedValues } from '../domain/check-files.js';
import type { Finding, SourceRecord } from '../domain/map-record.js';
import type { Check, CurrencyCheck, UnusedCheck } from '../domain/mapping.js';
import { ImportFinished } from '../events.js';
import { ImportRun } from '../import/import-run.resource.js';
import type { ImportSource } from './import-source.js';
import { measureTables } from './measure-tables.js';
import { readStep, recordsOfFile } from './read-step.js';
import { fileOf, report } from './write-chunk.js';

/** Looks at the files as a whole, then closes the import and tells so. A dry run tells nobody. */
export async function finishImport(source: ImportSource): Promise<void> {
  const { importId, transact } = source;
  if (source.phase === 'dry') return finishDryRun(source);
  const own = await transact(currencyOfCompany);
  const found: Found[] = [];
  for (const check of source.mapping.checks) found.push(await look(source, check, own));
  await transact((work) => measureTables(work, source));
  await transact(async (work) => {
    const run = await work.repo(ImportRun).lock(importId);
    if (run.state !== 'running') return;
    for (const { file, findings } of found) await report(work, importId, file, findings);
    const issueCount = run.issueCount + found.reduce((sum, { findings }) => sum + findings.length, 0);
    const state = run.bySteps && run.rejected > 0 ? 'partly' : 'finished';
    await work.repo(ImportRun).update(importId, { state, finishedAt: work.now, issueCount });
    const { mapping, created, updated, rejected } = run;
    await work.emit(ImportFinished, { importId, mapping, created, updated, rejected }, { resource: 'import', id: importId });
  });
}

async function finishDryRun({ importId, transact }: ImportSource): Promise<void> {
  await transact(async (work) => {
    const run = await work.repo(ImportRun).lock(importId);
    if (run.state !== 'dry_running') return;
    const { created, updated, unchanged, skipped, rejected } = run;
    const dryRun = { at: work.now.toISOString(), created, updated, unchanged, skipped, rejected };
    await work.repo(ImportRun).update(importId, { state: 'ready', dryRun });
  });
}

interface Found {
  readonly file: string;
  readonly findings: readonly Finding[];
}

const look = (source: ImportSource, check: Check, own: string): Promise<Found> =>
  check.kind === 'unused' ? checkFiles(source, check) : checkAmounts(source, check, own);

async function checkFiles(source: ImportSource, check: UnusedCheck): Promise<Found> {
  const used = new Set<string>();
  for await (const record of recordsOfFile(source, check.by.file))
    used.add(corrected(source.mapping.files[check.by.file], check.by.column, record));
  const records: SourceRecord[] = [];
  for await (const record of recordsOfFile(source, check.file)) records.push(record);
  return { file: source.mapping.files[check.file]?.name ?? check.file, findings: unusedValues(check, source.mapping.files, records, used) };
}

async function checkAmounts(source: ImportSource, check: CurrencyCheck, own: string): Promise<Found> {
  const { mapping } = source;
  const index = mapping.steps.findIndex(({ name }) => name === check.step);
  const step = mapping.steps[index];
  if (!step) throw new Error(`The mapping ${mapping.name} has no step "${check.step}".`);
  const amounts = new Map<string, number>();
  for await (const { fate, values } of readStep(source, index, 0)) {
    const currency = fate === 'import' ? currencyOf(values[check.field]) : null;
    if (currency !== null) amounts.set(currency, (amounts.get(currency) ?? 0) + 1);
  }
  return { file: fileOf(mapping, step), findings: foreignAmounts(check, own, amounts) };
}

async function currencyOfCompany(work: Work): Promise<string> {
  const [tenant] = await work.rows<{ currency: string }>(sql`select currency from kernel.tenants where id = ${work.tenantId}`);
  if (!tenant) throw new Error('The company of this import is not there.');
  return tenant.currency;
}
