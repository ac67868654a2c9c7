import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Pipelines, leads and opportunities, and the facts others may read. */
export class Sales1700000004000 {
  async up(q: MigrationRunner): Promise<void> {
    await pipelines(q);
    await leads(q);
    await opportunities(q);
    await history(q);
    await views(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema sales_pub cascade`);
    await q.query(`drop schema sales cascade`);
  }
}

async function pipelines(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'sales.pipelines',
    `
    name text not null,
    position integer not null`,
  );
  await q.query(`create unique index pipelines_name_key on sales.pipelines (tenant_id, name)`);
  await tenantTable(
    q,
    'sales.stages',
    `
    pipeline_id uuid not null,
    name text not null,
    position integer not null,
    kind text not null,
    probability integer not null`,
  );
  await q.query(`create index stages_pipeline_id_idx on sales.stages (tenant_id, pipeline_id, id)`);
  await q.query(`create unique index stages_pipeline_id_name_key on sales.stages (tenant_id, pipeline_id, name)`);
  await q.query(`create unique index stages_pipeline_id_position_key on sales.stages (tenant_id, pipeline_id, position)`);
  await q.query(
    `alter table sales.stages add constraint stages_pipeline_id_fkey foreign key (tenant_id, pipeline_id) references sales.pipelines (tenant_id, id) on delete cascade`,
  );
}

async function leads(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'sales.leads',
    `
    owner_id uuid not null,
    first_name text,
    last_name text not null,
    company text,
    job_title text,
    email text,
    phone text,
    website text,
    source text,
    notes text,
    status text not null,
    disqualified_reason text,
    converted_at timestamp with time zone,
    account_id uuid,
    contact_id uuid,
    opportunity_id uuid,
    external_ref text`,
  );
  await q.query(`create index leads_owner_id_idx on sales.leads (tenant_id, owner_id, id)`);
  await q.query(`create index leads_email_idx on sales.leads (tenant_id, email, id)`);
  await q.query(`create index leads_source_idx on sales.leads (tenant_id, source, id)`);
  await q.query(`create index leads_account_id_idx on sales.leads (tenant_id, account_id, id)`);
  await q.query(`create index leads_contact_id_idx on sales.leads (tenant_id, contact_id, id)`);
  await q.query(`create index leads_opportunity_id_idx on sales.leads (tenant_id, opportunity_id, id)`);
  await q.query(`create unique index leads_external_ref_key on sales.leads (tenant_id, external_ref)`);
  await q.query(
    `alter table sales.leads add constraint leads_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.leads add constraint leads_account_id_fkey foreign key (tenant_id, account_id) references customers.accounts (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.leads add constraint leads_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id)`,
  );
}

async function opportunities(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'sales.opportunities',
    `
    name text not null,
    account_id uuid,
    contact_id uuid,
    owner_id uuid not null,
    product_id uuid,
    pipeline_id uuid not null,
    stage_id uuid not null,
    status text not null,
    amount numeric(19,4),
    amount_currency text,
    probability integer not null,
    engaged_on date,
    close_on date,
    stage_entered_at timestamp with time zone not null,
    closed_at timestamp with time zone,
    lost_reason text,
    external_ref text`,
  );
  await q.query(`create index opportunities_account_id_idx on sales.opportunities (tenant_id, account_id, id)`);
  await q.query(`create index opportunities_contact_id_idx on sales.opportunities (tenant_id, contact_id, id)`);
  await q.query(`create index opportunities_owner_id_idx on sales.opportunities (tenant_id, owner_id, id)`);
  await q.query(`create index opportunities_product_id_idx on sales.opportunities (tenant_id, product_id, id)`);
  await q.query(`create index opportunities_pipeline_id_idx on sales.opportunities (tenant_id, pipeline_id, id)`);
  await q.query(`create index opportunities_stage_id_idx on sales.opportunities (tenant_id, stage_id, id)`);
  await q.query(`create index opportunities_close_on_idx on sales.opportunities (tenant_id, close_on, id)`);
  await q.query(`create unique index opportunities_external_ref_key on sales.opportunities (tenant_id, external_ref)`);
  await q.query(`create index opportunities_status_close_on_idx on sales.opportunities (tenant_id, status, close_on, id)`);
  await q.query(
    `alter table sales.opportunities add constraint opportunities_account_id_fkey foreign key (tenant_id, account_id) references customers.accounts (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.opportunities add constraint opportunities_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete set null (contact_id)`,
  );
  await q.query(
    `alter table sales.opportunities add constraint opportunities_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.opportunities add constraint opportunities_product_id_fkey foreign key (tenant_id, product_id) references catalog.products (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.opportunities add constraint opportunities_pipeline_id_fkey foreign key (tenant_id, pipeline_id) references sales.pipelines (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.opportunities add constraint opportunities_stage_id_fkey foreign key (tenant_id, stage_id) references sales.stages (tenant_id, id)`,
  );
  // The stage is one of the pipeline and its kind is the status: a wall under the commands, for imports and hand-written SQL too.
  await q.query(`create unique index stages_course_key on sales.stages (tenant_id, pipeline_id, id, kind)`);
  await q.query(
    `alter table sales.opportunities add constraint opportunities_course_fkey foreign key (tenant_id, pipeline_id, stage_id, status) references sales.stages (tenant_id, pipeline_id, id, kind)`,
  );
  await q.query(
    `alter table sales.leads add constraint leads_opportunity_id_fkey foreign key (tenant_id, opportunity_id) references sales.opportunities (tenant_id, id) on delete set null (opportunity_id)`,
  );
}

async function history(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'sales.opportunity_stage_changes',
    `
    opportunity_id uuid not null,
    owner_id uuid not null,
    from_stage_id uuid,
    to_stage_id uuid not null,
    changed_at timestamp with time zone not null,
    changed_by_id uuid,
    seconds_in_stage integer,
    amount numeric(19,4),
    amount_currency text`,
  );
  await q.query(
    `create index opportunity_stage_changes_opportunity_id_idx on sales.opportunity_stage_changes (tenant_id, opportunity_id, id)`,
  );
  await q.query(`create index opportunity_stage_changes_owner_id_idx on sales.opportunity_stage_changes (tenant_id, owner_id, id)`);
  await q.query(
    `create index opportunity_stage_changes_from_stage_id_idx on sales.opportunity_stage_changes (tenant_id, from_stage_id, id)`,
  );
  await q.query(`create index opportunity_stage_changes_to_stage_id_idx on sales.opportunity_stage_changes (tenant_id, to_stage_id, id)`);
  await q.query(
    `create index opportunity_stage_changes_changed_by_id_idx on sales.opportunity_stage_changes (tenant_id, changed_by_id, id)`,
  );
  await q.query(
    `alter table sales.opportunity_stage_changes add constraint opportunity_stage_changes_opportunity_id_fkey foreign key (tenant_id, opportunity_id) references sales.opportunities (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table sales.opportunity_stage_changes add constraint opportunity_stage_changes_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.opportunity_stage_changes add constraint opportunity_stage_changes_from_stage_id_fkey foreign key (tenant_id, from_stage_id) references sales.stages (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.opportunity_stage_changes add constraint opportunity_stage_changes_to_stage_id_fkey foreign key (tenant_id, to_stage_id) references sales.stages (tenant_id, id)`,
  );
  await q.query(
    `alter table sales.opportunity_stage_changes add constraint opportunity_stage_changes_changed_by_id_fkey foreign key (tenant_id, changed_by_id) references identity.users (tenant_id, id)`,
  );
  // History is only ever added to. Rows go only with their opportunity.
  await q.query(`revoke update, delete on sales.opportunity_stage_changes from kontor_app`);
}

async function views(q: MigrationRunner): Promise<void> {
  await q.query(`create schema sales_pub`);
  await q.query(`grant usage on schema sales_pub to kontor_app`);
  await q.query(`create view sales_pub.opportunity_facts with (security_invoker = true) as
    select o.tenant_id, o.id, o.owner_id, o.account_id, o.product_id, o.pipeline_id, o.stage_id,
      a.name as account, a.sector, p.name as product, u.name as agent, m.name as manager, t.region, t.name as team,
      i.name as pipeline, s.name as stage, o.status, o.amount, o.amount_currency as currency, o.probability,
      o.engaged_on, o.close_on, case when o.status <> 'open' then o.close_on - o.engaged_on end as cycle_days,
      o.created_at, o.updated_at, o.version
    from sales.opportunities o
    join sales.pipelines i on i.tenant_id = o.tenant_id and i.id = o.pipeline_id
    join sales.stages s on s.tenant_id = o.tenant_id and s.id = o.stage_id
    join identity.users u on u.tenant_id = o.tenant_id and u.id = o.owner_id
    left join identity.users m on m.tenant_id = u.tenant_id and m.id = u.manager_id
    left join identity.teams t on t.tenant_id = u.tenant_id and t.id = u.team_id
    left join customers_pub.accounts a on a.tenant_id = o.tenant_id and a.id = o.account_id
    left join catalog_pub.products p on p.tenant_id = o.tenant_id and p.id = o.product_id`);
  await q.query(`grant select on sales_pub.opportunity_facts to kontor_app`);
}
