import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** What has happened to records, by the records it is shown on; and what users have made of it. */
export class Timeline1700000015010 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create schema timeline`);
    await q.query(`grant usage on schema timeline to kontor_app, kontor_relay`);
    for (const [name, body] of tables) {
      await q.query(
        `create table timeline.${name} (tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id), ${body})`,
      );
      await protectTable(q, `timeline.${name}`);
    }
    await q.query(`create index entries_record_idx on timeline.entries (tenant_id, record_id, at desc, seq desc, id desc)`);
    await q.query(`create index entries_source_idx on timeline.entries (tenant_id, source_id, seq)`);
    await q.query(`create index pins_record_idx on timeline.pins (tenant_id, record_id)`);
    await q.query(`create index mentions_user_idx on timeline.mentions (tenant_id, user_id, at desc, entry_id desc)`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema timeline cascade`);
  }
}

const user = (name: string) => `foreign key (tenant_id, ${name}) references identity.users (tenant_id, id) on delete cascade`;

const tables = [
  // No text of a person stands here: what entries say is read from the records they tell of, with the rights of their reader.
  [
    'entries',
    `id uuid not null,
      record_id uuid not null,
      at timestamp with time zone not null,
      seq bigint not null,
      type text not null,
      verb text not null,
      via text not null,
      source_kind text not null,
      source_id uuid not null,
      tells text[] not null,
      params jsonb not null,
      actor_kind text not null,
      actor_id uuid,
      actor_label text,
      noted_at timestamp with time zone not null,
      constraint entries_pkey primary key (tenant_id, id)`,
  ],
  [
    'pins',
    `entry_id uuid not null,
      record_id uuid not null,
      user_id uuid not null,
      at timestamp with time zone not null,
      constraint pins_pkey primary key (tenant_id, entry_id),
      constraint pins_user_id_fkey ${user('user_id')}`,
  ],
  [
    'marks',
    `user_id uuid not null,
      record_id uuid not null,
      seen_at timestamp with time zone not null,
      constraint marks_pkey primary key (tenant_id, user_id, record_id),
      constraint marks_user_id_fkey ${user('user_id')}`,
  ],
  [
    'reactions',
    `entry_id uuid not null,
      user_id uuid not null,
      reaction text not null,
      at timestamp with time zone not null,
      constraint reactions_pkey primary key (tenant_id, entry_id, user_id, reaction),
      constraint reactions_user_id_fkey ${user('user_id')}`,
  ],
  [
    'mentions',
    `entry_id uuid not null,
      user_id uuid not null,
      by_id uuid not null,
      at timestamp with time zone not null,
      constraint mentions_pkey primary key (tenant_id, entry_id, user_id),
      constraint mentions_user_id_fkey ${user('user_id')},
      constraint mentions_by_id_fkey ${user('by_id')}`,
  ],
] as const;
