import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** What is said on a case, and the stretches of its life. */
export class ServiceCaseHistory1700000006050 {
  async up(q: MigrationRunner): Promise<void> {
    await caseMessages(q);
    await caseSegments(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    for (const table of ['case_segments', 'case_messages']) await q.query(`drop table service.${table}`);
  }
}

async function caseMessages(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.case_messages',
    `
    case_id uuid not null,
    owner_id uuid,
    direction text not null,
    audience text not null,
    author_id uuid,
    contact_id uuid,
    body text not null,
    holding boolean not null,
    automatic boolean not null,
    sent_at timestamp with time zone not null,
    external_id text`,
  );
  await q.query(`create index case_messages_case_id_idx on service.case_messages (tenant_id, case_id, id)`);
  await q.query(`create index case_messages_owner_id_idx on service.case_messages (tenant_id, owner_id, id)`);
  await q.query(`create index case_messages_author_id_idx on service.case_messages (tenant_id, author_id, id)`);
  await q.query(`create index case_messages_contact_id_idx on service.case_messages (tenant_id, contact_id, id)`);
  await q.query(`create unique index case_messages_external_id_key on service.case_messages (tenant_id, external_id)`);
  await q.query(
    `alter table service.case_messages add constraint case_messages_case_id_fkey foreign key (tenant_id, case_id) references service.cases (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.case_messages add constraint case_messages_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table service.case_messages add constraint case_messages_author_id_fkey foreign key (tenant_id, author_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table service.case_messages add constraint case_messages_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete set null (contact_id)`,
  );
}

async function caseSegments(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.case_segments',
    `
    case_id uuid not null,
    owner_id uuid,
    seq integer not null,
    started_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    status text not null,
    reason text,
    cycle_no integer not null,
    actor_id uuid`,
  );
  await q.query(`create index case_segments_case_id_idx on service.case_segments (tenant_id, case_id, id)`);
  await q.query(`create index case_segments_owner_id_idx on service.case_segments (tenant_id, owner_id, id)`);
  await q.query(`create index case_segments_actor_id_idx on service.case_segments (tenant_id, actor_id, id)`);
  await q.query(`create unique index case_segments_case_id_seq_key on service.case_segments (tenant_id, case_id, seq)`);
  await q.query(
    `alter table service.case_segments add constraint case_segments_case_id_fkey foreign key (tenant_id, case_id) references service.cases (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.case_segments add constraint case_segments_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table service.case_segments add constraint case_segments_actor_id_fkey foreign key (tenant_id, actor_id) references identity.users (tenant_id, id)`,
  );
  // What is said stays; only the owner, who is the case's, may change.
  await q.query(
    `alter table service.case_messages add constraint case_messages_note_internal check (direction <> 'note' or audience = 'internal')`,
  );
  await q.query(`revoke update, delete on service.case_messages from kontor_app`);
  await q.query(`grant update (owner_id) on service.case_messages to kontor_app`);
  // The ledger: one open stretch a case, none runs backwards, none is taken out.
  await q.query(`create unique index case_segments_open_key on service.case_segments (tenant_id, case_id) where ended_at is null`);
  await q.query(`alter table service.case_segments add constraint case_segments_forward check (ended_at >= started_at)`);
  await q.query(`revoke update, delete on service.case_segments from kontor_app`);
  await q.query(`grant update (ended_at, owner_id, version, updated_at) on service.case_segments to kontor_app`);
}
