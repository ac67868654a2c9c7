import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Where formulas and roll-ups are kept that a company wants kept: beside the records, a row for each, empty ones too. */
export class KeptFigures1700000010230 {
  async up(q: MigrationRunner): Promise<void> {
    for (const [name, type] of tables) await keptTable(q, `kept_${name}`, type);
  }

  async down(q: MigrationRunner): Promise<void> {
    for (const [name] of tables) await q.query(`drop table kernel.kept_${name}`);
  }
}

const tables = [
  ['text', 'text'],
  ['num', 'numeric'],
  ['time', 'timestamp with time zone'],
  ['bool', 'boolean'],
] as const;

async function keptTable(q: MigrationRunner, name: string, type: string): Promise<void> {
  await q.query(`create table kernel.${name} (
    tenant_id uuid not null default kernel.current_tenant(),
    field_id uuid not null,
    record_id uuid not null,
    value ${type},
    constraint ${name}_pkey primary key (tenant_id, field_id, record_id)
  )`);
  await protectTable(q, `kernel.${name}`);
  await q.query(`create index ${name}_value_idx on kernel.${name} (tenant_id, field_id, value, record_id)`);
}
