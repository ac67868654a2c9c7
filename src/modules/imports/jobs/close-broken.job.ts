import { sql } from '#kernel/db/sql.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import { giveUp } from '../import/give-up.js';
import { continueImport } from './continue-import.job.js';

/** A worker that dies too often over one turn cannot say so itself. Imports of the command line have no task, and are no business of this. */
export const closeBrokenImports = defineJob({
  name: 'imports.close_broken',
  description: 'Ends imports whose worker died too often, so that they can be resumed.',
  payload: {},
  everyMinutes: 10,

  async run(_, work) {
    const taskOf = sql`t.tenant_id = ${work.tenantId} and t.name = ${continueImport.name} and t.payload ->> 'importId' = i.id::text`;
    const broken = await work.rows<{ id: string }>(sql`select i.id from imports.imports i
      where i.tenant_id = ${work.tenantId} and i.state in ('uploaded', 'queued', 'running', 'dry_running', 'reverting')
        and exists (select from kernel.tasks t where ${taskOf} and t.state = 'failed')
        and not exists (select from kernel.tasks t where ${taskOf} and t.state in ('pending', 'running', 'resting'))`);
    for (const { id } of broken) await giveUp(work, id);
  },
});
