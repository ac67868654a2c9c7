import { sql } from '#kernel/db/sql.js';
import { text } from '#kernel/resource/fields.js';
import { defineEffect } from '#kernel/usecase/define-job.js';

/** The row is locked while the content goes: an upload of the same content waits, and stores it anew. */
export const removeBlob = defineEffect({
  name: 'files.remove_blob',
  description: 'Removes content that no file has any more from the file store.',
  payload: { sha256: text(64, { required: true }) },

  async run({ sha256 }, context) {
    const { tenantId, ports } = context;
    await context.work(async (work) => {
      const [blob] = await work.rows<{
        isUsed: boolean;
      }>(sql`select exists (select from files.files f where f.tenant_id = b.tenant_id and f.sha256 = b.sha256) as "isUsed"
        from files.blobs b where b.tenant_id = ${tenantId} and b.sha256 = ${sha256} for update`);
      if (!blob || blob.isUsed) return;
      await ports.files.remove({ tenantId, sha256 });
      await work.rows(sql`delete from files.blobs where tenant_id = ${tenantId} and sha256 = ${sha256}`);
    });
  },
});
