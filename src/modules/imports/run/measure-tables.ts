import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { ImportSource } from './import-source.js';

/**
 * What an import wrote may be many times what was there, and PostgreSQL plans by what it last measured: until it measures by
 * itself, a minute later, joins over the new rows take longer than a statement may, and keys are looked for by reading all rows.
 */
export async function measureTables(work: Work, { mapping }: Pick<ImportSource, 'mapping'>): Promise<void> {
  const steps = mapping.steps.filter(({ mode }) => mode !== 'report');
  const tables = [...new Set(steps.map(({ resource }) => work.resource(resource).table))].sort();
  await work.rows(sql`select imports.measure_tables(${tables}::regclass[])`);
}

const first = 10_000;

/** Whether there are so many more rows than at the last time that it is worth it on the way: after 10,000, and whenever they are four times as many. */
export const isWorthMeasuring = (before: number, after: number): boolean => level(after) > level(before);
const level = (rows: number): number => (rows < first ? 0 : 1 + Math.floor(Math.log(rows / first) / Math.log(4)));
