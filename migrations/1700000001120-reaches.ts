import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Roles of teams and for a time; who reports to whom, who stands in for whom, territories; rights nobody may hold together. */
export class Reaches1700000001120 {
  async up(q: MigrationRunner): Promise<void> {
    await assignments(q);
    await lines(q);
    await territories(q);
    await tenantTable(
      q,
      'identity.separation_rules',
      `
      name text not null,
      rights jsonb not null`,
    );
    await q.query(`create unique index separation_rules_name_key on identity.separation_rules (tenant_id, name)`);
    await q.query(`drop trigger identity_news on identity.users`);
    await news(q, 'identity.users', 'insert or delete or update of active, team_id, manager_id');
    for (const table of ['reporting_lines', 'delegations', 'territory_assignments'])
      await news(q, `identity.${table}`, 'insert or update or delete');
    await news(q, 'identity.territories', 'delete or update of parent_id, active');
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop trigger identity_news on identity.users`);
    await news(q, 'identity.users', 'insert or delete or update of active, team_id');
    for (const table of ['separation_rules', 'territory_assignments', 'territories', 'delegations', 'reporting_lines'])
      await q.query(`drop table identity.${table}`);
    await q.query(`delete from identity.role_assignments where user_id is null`);
    await q.query(
      `alter table identity.role_assignments drop column team_id, drop column valid_from, drop column valid_until, alter column user_id set not null`,
    );
  }
}

const news = (q: MigrationRunner, table: string, when: string) =>
  q.query(`create trigger identity_news after ${when} on ${table} for each statement execute function identity.tell_change()`);

/** A reference with its index, as the definitions want it. A parent stays while it has children; all else goes with what it refers to. */
async function refer(q: MigrationRunner, table: string, column: string, target: string): Promise<void> {
  const more = column === 'parent_id' ? '' : ' on delete cascade';
  await q.query(`create index ${table}_${column}_idx on identity.${table} (tenant_id, ${column}, id)`);
  await q.query(
    `alter table identity.${table} add constraint ${table}_${column}_fkey foreign key (tenant_id, ${column}) references identity.${target} (tenant_id, id)${more}`,
  );
}

async function assignments(q: MigrationRunner): Promise<void> {
  await q.query(`alter table identity.role_assignments alter column user_id drop not null,
    add column team_id uuid, add column valid_from timestamp with time zone, add column valid_until timestamp with time zone,
    add constraint role_assignments_one_principal check (num_nonnulls(user_id, team_id) = 1)`);
  await refer(q, 'role_assignments', 'team_id', 'teams');
  await q.query(`create unique index role_assignments_team_id_role_id_key on identity.role_assignments (tenant_id, team_id, role_id)`);
}

async function lines(q: MigrationRunner): Promise<void> {
  const dated = `
      valid_from timestamp with time zone not null,
      valid_until timestamp with time zone`;
  await tenantTable(q, 'identity.reporting_lines', `user_id uuid not null, manager_id uuid not null,${dated}`);
  await refer(q, 'reporting_lines', 'user_id', 'users');
  await refer(q, 'reporting_lines', 'manager_id', 'users');
  await tenantTable(q, 'identity.delegations', `user_id uuid not null, delegate_id uuid not null,${dated} not null, reason text`);
  await refer(q, 'delegations', 'user_id', 'users');
  await refer(q, 'delegations', 'delegate_id', 'users');
}

async function territories(q: MigrationRunner): Promise<void> {
  await tenantTable(q, 'identity.territories', `name text not null, parent_id uuid, active boolean not null default true`);
  await q.query(`create unique index territories_name_key on identity.territories (tenant_id, name)`);
  await refer(q, 'territories', 'parent_id', 'territories');
  await tenantTable(
    q,
    'identity.territory_assignments',
    `user_id uuid not null, territory_id uuid not null, valid_from timestamp with time zone, valid_until timestamp with time zone`,
  );
  await refer(q, 'territory_assignments', 'user_id', 'users');
  await refer(q, 'territory_assignments', 'territory_id', 'territories');
  await q.query(
    `create unique index territory_assignments_user_id_territory_id_key on identity.territory_assignments (tenant_id, user_id, territory_id)`,
  );
}
