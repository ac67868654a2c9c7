import type { MigrationRunner } from '#kernel/db/migration.js';

/** Denials and field rules of roles; field rules and addresses of keys. */
export class RoleRules1700000001100 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(
      `alter table identity.roles add column denies jsonb not null default '[]', add column field_rules jsonb not null default '{}'`,
    );
    await q.query(`alter table identity.api_keys add column field_rules jsonb not null default '{}', add column allowed_ips jsonb`);
    await news(q, 'identity.roles', 'delete or update of permissions, denies, field_rules');
    await news(q, 'identity.api_keys', 'delete or update of user_id, permissions, field_rules, allowed_ips, hash, expires_at, revoked_at');
  }

  async down(q: MigrationRunner): Promise<void> {
    await news(q, 'identity.roles', 'delete or update of permissions');
    await news(q, 'identity.api_keys', 'delete or update of user_id, permissions, hash, expires_at, revoked_at');
    await q.query(`alter table identity.roles drop column denies, drop column field_rules`);
    await q.query(`alter table identity.api_keys drop column field_rules, drop column allowed_ips`);
  }
}

async function news(q: MigrationRunner, table: string, when: string): Promise<void> {
  await q.query(`drop trigger identity_news on ${table}`);
  await q.query(`create trigger identity_news after ${when} on ${table} for each statement execute function identity.tell_change()`);
}
