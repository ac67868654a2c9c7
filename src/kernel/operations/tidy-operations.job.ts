import { sql } from '../db/sql.js';
import { defineJob } from '../usecase/define-job.js';
import { failedWith, givenUp } from './failures.js';
import { Operation } from './operation.resource.js';

export const tidyOperations = defineJob({
  name: 'operations.tidy',
  description: 'Closes operations whose task was given up, and forgets those that ended a month ago.',
  payload: {},
  everyMinutes: 10,

  async run(_, work) {
    const broken = await work.rows<{ id: string }>(sql`select o.id from operations.operations o
      join kernel.tasks t on t.tenant_id = o.tenant_id and t.name = 'operations.continue_bulk' and t.key = o.id || ':' || o.position
      where o.tenant_id = ${work.tenantId} and o.state in ('queued', 'running') and t.state = 'failed'`);
    for (const { id } of broken) await work.repo(Operation).update(id, failedWith(givenUp, work.now));
    await work.rows(sql`delete from operations.operations where tenant_id = ${work.tenantId} and expires_at < ${work.now}`);
  },
});
