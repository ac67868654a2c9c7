import { sql, trusted } from '#kernel/db/sql.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import { removeBlob } from './remove-blob.effect.js';

/** A file that is deleted and uploaded again soon after need not be stored again. */
const graceMs = 3_600_000;

export const tidyFiles = defineJob({
  name: 'files.tidy',
  description: 'Lets go of files whose record is gone, and of content that no file has any more.',
  payload: {},
  everyMinutes: 60,

  async run(_, work) {
    const kinds = await work.rows<{ resource: string }>(sql`select distinct resource from files.files where tenant_id = ${work.tenantId}`);
    for (const { resource } of kinds) {
      // Records of all objects that companies define are in one table.
      const table = trusted(work.definitions.whole.resources.get(resource)?.table ?? 'kernel.records');
      await work.rows(sql`delete from files.files f where f.tenant_id = ${work.tenantId} and f.resource = ${resource}
        and not exists (select from ${table} r where r.tenant_id = f.tenant_id and r.id = f.record_id)`);
    }
    const unused = await work.rows<{ sha256: string; createdAt: Date }>(sql`select b.sha256, b.created_at as "createdAt" from files.blobs b
      where b.tenant_id = ${work.tenantId} and b.created_at < ${new Date(work.now.getTime() - graceMs)}
        and not exists (select from files.files f where f.tenant_id = b.tenant_id and f.sha256 = b.sha256) limit 1000`);
    for (const { sha256, createdAt } of unused)
      await work.schedule(removeBlob, { key: `${sha256}:${createdAt.getTime()}`, payload: { sha256 } });
  },
});
