import { sql, trusted } from '#kernel/db/sql.js';
import { defineJob } from '#kernel/usecase/define-job.js';

/** So long after its end a share can still be seen in the list of its record. */
const keptDays = 30;

export const tidyShares = defineJob({
  name: 'identity.tidy_shares',
  description: 'Deletes shares of records that are gone, and those that ended 30 days ago. What was shared stays in the audit.',
  payload: {},
  everyMinutes: 1440,

  async run(_payload, work) {
    const before = new Date(work.now.getTime() - keptDays * 86_400_000);
    await work.rows(sql`delete from kernel.record_shares where tenant_id = ${work.tenantId} and until < ${before}`);
    const kinds = await work.rows<{ resource: string }>(
      sql`select distinct resource from kernel.record_shares where tenant_id = ${work.tenantId}`,
    );
    for (const { resource } of kinds) {
      // Of a kind that this installation does not know any more nothing can be said.
      const table = work.definitions.whole.resources.get(resource)?.table;
      if (table === undefined) continue;
      await work.rows(sql`delete from kernel.record_shares s where s.tenant_id = ${work.tenantId} and s.resource = ${resource}
        and not exists (select from ${trusted(table)} r where r.tenant_id = s.tenant_id and r.id = s.record_id)`);
    }
  },
});
