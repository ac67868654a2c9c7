import type { MigrationRunner } from '#kernel/db/migration.js';

/** Tasks of a module that is off rest: no clock looks at them until it is on again. */
export class RestingTasks1700000010510 {
  async up(q: MigrationRunner): Promise<void> {
    await states(q, ['pending', 'running', 'done', 'failed', 'resting']);
    await q.query(`create index tasks_resting_idx on kernel.tasks (tenant_id, name) where state = 'resting'`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query('drop index kernel.tasks_resting_idx');
    await q.query(`update kernel.tasks set state = 'pending' where state = 'resting'`);
    await states(q, ['pending', 'running', 'done', 'failed']);
  }
}

async function states(q: MigrationRunner, names: readonly string[]): Promise<void> {
  await q.query('alter table kernel.tasks drop constraint tasks_state_check');
  // Whatever is there keeps the narrower rule already: it need not be looked at.
  await q.query(
    `alter table kernel.tasks add constraint tasks_state_check check (state in (${names.map((name) => `'${name}'`).join(', ')})) not valid`,
  );
}
