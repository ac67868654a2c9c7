import type { MigrationRunner } from '#kernel/db/migration.js';

/** How each company divides its years; by the calendar where it says nothing. */
export class FiscalCalendars1700000013111 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table kernel.tenants add column fiscal_calendar jsonb`);
    await q.query(`create trigger identity_news_fiscal_calendar after update of fiscal_calendar on kernel.tenants
      for each statement execute function identity.tell_change()`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop trigger identity_news_fiscal_calendar on kernel.tenants`);
    await q.query(`alter table kernel.tenants drop column fiscal_calendar`);
  }
}
