import type { Work } from '../usecase/work.js';
import { sql } from './sql.js';

/**
 * The next number of one of the tenant's series, from 1. Two callers never get the same: the second waits for the
 * first one's transaction, so take the number as late as you can.
 */
export async function nextNumber(work: Work, series: string): Promise<number> {
  const [row] = await work.rows<{ last: string | number }>(sql`
    insert into kernel.number_series (series, last) values (${series}, 1)
    on conflict (tenant_id, series) do update set last = number_series.last + 1
    returning last`);
  if (!row) throw new Error(`The series ${series} gave no number.`);
  return Number(row.last);
}
