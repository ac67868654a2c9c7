import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** What companies define themselves: objects, fields, relations. */
export class Customization1700000010010 {
  async up(q: MigrationRunner): Promise<void> {
    await tenantTable(q, 'customization.object_definitions', objects);
    await tenantTable(q, 'customization.field_definitions', fields);
    for (const column of ['key', 'name', 'plural', 'code'])
      await q.query(`create unique index object_definitions_${column}_key on customization.object_definitions (tenant_id, ${column})`);
    await q.query(
      `create unique index field_definitions_object_name_key_key on customization.field_definitions (tenant_id, object_name, key)`,
    );
    // Told at commit to all processes, so that each serves the change with its next request.
    await q.query(
      `create trigger identity_news after insert or update on kernel.metadata_versions for each statement execute function identity.tell_change()`,
    );
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop trigger identity_news on kernel.metadata_versions`);
    await q.query(`drop schema customization cascade`);
  }
}

const objects = `
      key text not null,
      name text not null,
      plural text not null,
      code integer not null,
      labels jsonb not null,
      help jsonb,
      name_field text,
      is_active boolean not null`;

const fields = `
      object_name text not null,
      key text not null,
      type text not null,
      labels jsonb not null,
      help jsonb,
      is_required boolean not null,
      required_if text,
      is_unique boolean not null,
      is_indexed boolean not null,
      is_read_only boolean not null,
      default_value jsonb,
      checks jsonb,
      options jsonb,
      pii_class text not null,
      target text,
      settings jsonb not null,
      formula text,
      rollup jsonb,
      result_type text,
      is_active boolean not null`;
