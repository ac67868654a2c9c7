import { protectTable, tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Users, teams, roles, sessions and keys; passwords and refresh tokens in tables of their own, outside of every resource. */
export class Identity1700000001000 {
  async up(q: MigrationRunner): Promise<void> {
    await people(q);
    await rights(q);
    await sessions(q);
    await keys(q);
    await doors(q);
    await news(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema identity cascade`);
  }
}

async function people(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'identity.teams',
    `
      name text not null,
      region text,
      parent_id uuid`,
  );
  await q.query(`create unique index teams_name_key on identity.teams (tenant_id, name)`);
  await q.query(`create index teams_region_idx on identity.teams (tenant_id, region, id)`);
  await q.query(`create index teams_parent_id_idx on identity.teams (tenant_id, parent_id, id)`);
  await q.query(
    `alter table identity.teams add constraint teams_parent_id_fkey foreign key (tenant_id, parent_id) references identity.teams (tenant_id, id)`,
  );

  await tenantTable(
    q,
    'identity.users',
    `
      email text not null,
      name text not null,
      team_id uuid,
      manager_id uuid,
      active boolean not null default true,
      locale text not null default 'en',
      time_zone text not null default 'UTC'`,
  );
  await q.query(`create unique index users_email_key on identity.users (tenant_id, email)`);
  await q.query(`create index users_team_id_idx on identity.users (tenant_id, team_id, id)`);
  await q.query(`create index users_manager_id_idx on identity.users (tenant_id, manager_id, id)`);
  await q.query(
    `alter table identity.users add constraint users_team_id_fkey foreign key (tenant_id, team_id) references identity.teams (tenant_id, id)`,
  );
  await q.query(
    `alter table identity.users add constraint users_manager_id_fkey foreign key (tenant_id, manager_id) references identity.users (tenant_id, id)`,
  );
  // Signing in knows an address, not a tenant.
  await q.query(`create index users_login_idx on identity.users (email)`);

  await q.query(`create table identity.passwords (
      tenant_id uuid not null default kernel.current_tenant(),
      user_id uuid not null,
      hash text not null,
      changed_at timestamp with time zone not null,
      constraint passwords_pkey primary key (tenant_id, user_id),
      constraint passwords_user_id_fkey foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade
    )`);
  await protectTable(q, 'identity.passwords');
}

async function rights(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'identity.roles',
    `
      key text not null,
      name text not null,
      description text,
      permissions jsonb not null`,
  );
  await q.query(`create unique index roles_key_key on identity.roles (tenant_id, key)`);

  await tenantTable(
    q,
    'identity.role_assignments',
    `
      user_id uuid not null,
      role_id uuid not null`,
  );
  await q.query(`create index role_assignments_user_id_idx on identity.role_assignments (tenant_id, user_id, id)`);
  await q.query(`create index role_assignments_role_id_idx on identity.role_assignments (tenant_id, role_id, id)`);
  await q.query(`create unique index role_assignments_user_id_role_id_key on identity.role_assignments (tenant_id, user_id, role_id)`);
  await q.query(
    `alter table identity.role_assignments add constraint role_assignments_user_id_fkey foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table identity.role_assignments add constraint role_assignments_role_id_fkey foreign key (tenant_id, role_id) references identity.roles (tenant_id, id) on delete cascade`,
  );
}

async function sessions(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'identity.sessions',
    `
      user_id uuid not null,
      expires_at timestamp with time zone not null,
      revoked_at timestamp with time zone,
      revoked_reason text,
      user_agent text,
      ip text`,
  );
  await q.query(`create index sessions_user_id_idx on identity.sessions (tenant_id, user_id, id)`);
  await q.query(
    `alter table identity.sessions add constraint sessions_user_id_fkey foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade`,
  );

  await q.query(`create table identity.refresh_tokens (
      tenant_id uuid not null default kernel.current_tenant(),
      hash text not null,
      session_id uuid not null,
      issued_at timestamp with time zone not null,
      expires_at timestamp with time zone not null,
      used_at timestamp with time zone,
      replaced_by text,
      constraint refresh_tokens_pkey primary key (tenant_id, hash),
      constraint refresh_tokens_session_id_fkey foreign key (tenant_id, session_id) references identity.sessions (tenant_id, id) on delete cascade
    )`);
  await q.query(`create index refresh_tokens_session_id_idx on identity.refresh_tokens (tenant_id, session_id)`);
  await protectTable(q, 'identity.refresh_tokens');

  // The store of rate-limiter-flexible: keys are hashes of address and account, so no tenant and no person is in it.
  await q.query(
    `create unlogged table identity.login_throttle (key varchar(255) primary key, points integer not null default 0, expire bigint)`,
  );
  await q.query(`grant select, insert, update, delete on identity.login_throttle to kontor_app`);
}

async function keys(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'identity.api_keys',
    `
      name text not null,
      user_id uuid not null,
      permissions jsonb not null,
      hint text not null,
      hash text not null,
      expires_at timestamp with time zone,
      last_used_at timestamp with time zone,
      revoked_at timestamp with time zone`,
  );
  await q.query(`create index api_keys_user_id_idx on identity.api_keys (tenant_id, user_id, id)`);
  await q.query(
    `alter table identity.api_keys add constraint api_keys_user_id_fkey foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade`,
  );
  await q.query(`create index api_keys_lookup_idx on identity.api_keys (id)`);
}

/** Two questions that come before a tenant is known. They tell which tenant to ask, and nothing else. */
async function doors(q: MigrationRunner): Promise<void> {
  await q.query(`grant select (tenant_id, email, active) on identity.users to kontor_relay`);
  await q.query(`grant select (tenant_id, id) on identity.api_keys to kontor_relay`);
  await q.query(`create policy relay on identity.users for select to kontor_relay using (true)`);
  await q.query(`create policy relay on identity.api_keys for select to kontor_relay using (true)`);
  await q.query(`create function identity.login_tenants(login text, tenant text) returns setof uuid
      language sql stable security definer set search_path = pg_catalog
      as $$ select u.tenant_id from identity.users u join kernel.tenants t on t.id = u.tenant_id
        where u.email = login and u.active and t.state = 'active' and (tenant is null or t.slug = tenant) limit 2 $$`);
  await q.query(`create function identity.api_key_tenant(key_id uuid) returns uuid
      language sql stable security definer set search_path = pg_catalog
      as $$ select tenant_id from identity.api_keys where id = key_id $$`);
  await q.query(`grant create on schema identity to kontor_relay`);
  for (const door of ['identity.login_tenants(text, text)', 'identity.api_key_tenant(uuid)']) {
    await q.query(`revoke execute on function ${door} from public`);
    await q.query(`grant execute on function ${door} to kontor_app`);
    await q.query(`alter function ${door} owner to kontor_relay`);
  }
  await q.query(`revoke create on schema identity from kontor_relay`);
}

/** Whatever changes who may do what is told to all processes at commit, so that none goes on trusting what it remembers. */
async function news(q: MigrationRunner): Promise<void> {
  await q.query(`create function identity.tell_change() returns trigger language plpgsql
      as $$ begin perform pg_notify('kontor_identity', coalesce(current_setting('app.tenant_id', true), '')); return null; end $$`);
  const triggers: readonly (readonly [table: string, when: string])[] = [
    ['identity.users', 'insert or delete or update of active, team_id'],
    ['identity.teams', 'delete or update of parent_id'],
    ['identity.roles', 'delete or update of permissions'],
    ['identity.role_assignments', 'insert or update or delete'],
    ['identity.sessions', 'delete or update of expires_at, revoked_at'],
    ['identity.api_keys', 'delete or update of user_id, permissions, hash, expires_at, revoked_at'],
    ['kernel.tenants', 'delete or update of state'],
  ];
  for (const [table, when] of triggers) {
    await q.query(`create trigger identity_news after ${when} on ${table} for each statement execute function identity.tell_change()`);
  }
}
