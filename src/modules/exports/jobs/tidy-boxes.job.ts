import { sql } from '#kernel/db/sql.js';
import { isOver, Operation } from '#kernel/operations/operation.resource.js';
import { brokeOff, failedWith } from '#kernel/operations/failures.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import { writeTenantBox } from '../tenant/write-tenant-box.effect.js';
import { writeList } from '../list/write-list.effect.js';
import { dropLeftovers, removeBox } from './remove-box.effect.js';

const keptMs = 24 * 3_600_000;

export const tidyBoxes = defineJob({
  name: 'exports.tidy_boxes',
  description: 'Takes the files of exports away a day after they were written, and ends exports whose worker died for good.',
  payload: {},
  everyMinutes: 10,

  async run(_, work) {
    const operations = work.repo(Operation);
    const old = await operations.list({ kind: 'export', state: 'succeeded' });
    for (const { id, fileKey: sha256, finishedAt } of old) {
      if (!sha256 || !finishedAt || work.now.getTime() - finishedAt.getTime() < keptMs) continue;
      await operations.update(id, { fileSha256: null, fileKey: null, fileName: null });
      await work.schedule(removeBox, { key: id, payload: { sha256 } });
    }
    const broken = await work.rows<{ id: string }>(sql`select t.payload ->> 'operationId' as id from kernel.tasks t
      where t.tenant_id = ${work.tenantId} and t.name = any(${[writeTenantBox.name, writeList.name]}) and t.state = 'failed'`);
    for (const { id } of broken) {
      const operation = await operations.find(id);
      if (!operation || isOver(operation)) continue;
      await operations.update(id, failedWith(brokeOff, work.now));
      await work.schedule(dropLeftovers, { key: id, payload: { operationId: id } });
    }
  },
});
