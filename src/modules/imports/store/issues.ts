import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** What a dry run found is found anew by the run. */
export async function forgetIssues(work: Work, importId: string): Promise<void> {
  await work.rows(sql`delete from imports.import_issues where tenant_id = ${work.tenantId} and import_id = ${importId}`);
}

/** What could not be taken back may be by now. */
export async function forgetKept(work: Work, importId: string): Promise<void> {
  await work.rows(sql`delete from imports.import_issues where tenant_id = ${work.tenantId} and import_id = ${importId} and rule = 'kept'`);
}

export interface Said {
  readonly line: number;
  readonly field: string | null;
  readonly rule: string;
  readonly message: string;
}

/** What is wrong with the lines of a file that were left out, in the order in which it was found. */
export const rejections = (work: Work, importId: string, files: readonly string[]): Promise<Said[]> =>
  work.rows<Said>(sql`select line, field, rule, message from imports.import_issues
    where tenant_id = ${work.tenantId} and import_id = ${importId} and file = any(${[...files]}) and severity = 'error' and line > 0 order by id`);
