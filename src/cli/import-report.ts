import { ImportIssue } from '#modules/imports/import/import-issue.resource.js';
import type { ImportRun } from '#modules/imports/import/import-run.resource.js';
import type { Transact } from '#modules/imports/run/transact.js';

const shownIssues = 10;

/** What became of the rows, what was wrong with them, and where to read the rest. */
export async function printReport(run: ImportRun, transact: Transact): Promise<void> {
  const rows = (run.steps ?? []).map(({ step, resource, ...counts }) => [step, resource, ...Object.values(inOrder(counts)).map(String)]);
  console.log(table([['step', 'makes', ...Object.keys(inOrder(zero))], ...rows]));
  if (run.failure) console.log(`\nFailed: ${run.failure}`);
  const seconds = run.finishedAt ? ((run.finishedAt.getTime() - run.startedAt.getTime()) / 1000).toFixed(1) : '?';
  console.log(
    `\nImport ${run.id} ${run.state} after ${seconds} s: ${run.created} created, ${run.updated} updated, ${run.unchanged} unchanged, ${run.rejected} rejected.`,
  );
  if (run.issueCount > 0) await printIssues(run, transact);
}

async function printIssues(run: ImportRun, transact: Transact): Promise<void> {
  const issues = await transact((work) => work.repo(ImportIssue).list({ importId: run.id }, { orderBy: ['file', 'line'] }));
  const kinds = Map.groupBy(issues, ({ file, field, rule, done }) => [file, field ?? '', rule, done].join('\u0000'));
  const summary = [...kinds.values()].map((kind) => [
    String(kind.length),
    kind[0]?.file ?? '',
    kind[0]?.field ?? '',
    kind[0]?.rule ?? '',
    kind[0]?.done ?? '',
  ]);
  console.log(`\n${run.issueCount} issues:\n${table([['rows', 'file', 'field', 'rule', 'what was done'], ...summary])}`);
  // What concerns a file as a whole matters more than any of its lines.
  const byWeight = [...issues].sort((a, b) => Number(a.line > 0) - Number(b.line > 0));
  const first = byWeight
    .slice(0, shownIssues)
    .map((issue) => `  ${issue.file}${issue.line > 0 ? `, line ${issue.line}` : ''}: ${issue.message} ${issue.done}.`);
  console.log(`\nThe first of them:\n${first.join('\n')}\nAll of them, once Kontor runs: GET /v1/imports/${run.id}/issues`);
}

const zero = { read: 0, created: 0, updated: 0, unchanged: 0, repeated: 0, rejected: 0 };
const inOrder = ({ read, created, updated, unchanged, repeated, rejected }: typeof zero) => ({
  read,
  created,
  updated,
  unchanged,
  repeated,
  rejected,
});

/** Columns as wide as their longest cell; numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const cell = (text: string, i: number) =>
    /^\d+$/.test(rows[1]?.[i] ?? '') ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  return rows.map((row) => `  ${row.map(cell).join('  ').trimEnd()}`).join('\n');
}
