import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** What a dry run found is found anew by the run. */
export async function forgetIssues(work: Work, importId: string): Promise<void> {
  await work.rows(sql`delete from imports.import_issues where tenant_id = ${work.tenantId} and import_id = ${importId}`);
}

/** Lines of a file that were left out, each with why. */
export async function rejectedLines(work: Work, importId: string, files: readonly string[]): Promise<Map<number, string>> {
  const rows = await work.rows<{
    line: number;
    said: string;
  }>(sql`select line, string_agg(coalesce(field || ': ', '') || message, ' ' order by id) as said
    from imports.import_issues where tenant_id = ${work.tenantId} and import_id = ${importId} and file = any(${[...files]}) and severity = 'error' and line > 0
    group by line`);
  return new Map(rows.map(({ line, said }) => [line, said]));
}
