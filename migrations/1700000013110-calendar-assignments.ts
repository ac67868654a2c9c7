import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** By which calendar users, teams and the company work. */
export class CalendarAssignments1700000013110 {
  async up(q: MigrationRunner): Promise<void> {
    await tenantTable(
      q,
      'service.calendar_assignments',
      `
      calendar_id uuid not null,
      user_id uuid,
      team_id uuid`,
    );
    await q.query(`create index calendar_assignments_calendar_id_idx on service.calendar_assignments (tenant_id, calendar_id, id)`);
    await q.query(`create unique index calendar_assignments_user_id_key on service.calendar_assignments (tenant_id, user_id)`);
    await q.query(`create unique index calendar_assignments_team_id_key on service.calendar_assignments (tenant_id, team_id)`);
    await q.query(
      `alter table service.calendar_assignments add constraint calendar_assignments_calendar_id_fkey foreign key (tenant_id, calendar_id) references service.business_calendars (tenant_id, id) on delete cascade`,
    );
    await q.query(
      `alter table service.calendar_assignments add constraint calendar_assignments_user_id_fkey foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade`,
    );
    await q.query(
      `alter table service.calendar_assignments add constraint calendar_assignments_team_id_fkey foreign key (tenant_id, team_id) references identity.teams (tenant_id, id) on delete cascade`,
    );
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query('drop table service.calendar_assignments');
  }
}
