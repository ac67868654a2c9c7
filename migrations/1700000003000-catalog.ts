import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Products, price lists and prices. */
export class Catalog1700000003000 {
  async up(q: MigrationRunner): Promise<void> {
    await products(q);
    await prices(q);
    await views(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema catalog_pub cascade`);
    await q.query(`drop schema catalog cascade`);
  }
}

async function products(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'catalog.products',
    `
    code text not null,
    name text not null,
    family text,
    description text,
    unit text not null,
    is_active boolean not null,
    successor_id uuid,
    external_ref text`,
  );
  await q.query(`create unique index products_code_key on catalog.products (tenant_id, code)`);
  await q.query(`create index products_family_idx on catalog.products (tenant_id, family, id)`);
  await q.query(`create index products_successor_id_idx on catalog.products (tenant_id, successor_id, id)`);
  await q.query(`create unique index products_external_ref_key on catalog.products (tenant_id, external_ref)`);
  await q.query(
    `alter table catalog.products add constraint products_successor_id_fkey foreign key (tenant_id, successor_id) references catalog.products (tenant_id, id) on delete set null (successor_id)`,
  );
}

async function prices(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'catalog.price_lists',
    `
    name text not null,
    currency text not null,
    starts_on date,
    ends_on date,
    is_default boolean not null`,
  );
  await q.query(`create unique index price_lists_name_key on catalog.price_lists (tenant_id, name)`);
  // At most one default a currency, whoever writes at the same time.
  await q.query(`create unique index price_lists_default_key on catalog.price_lists (tenant_id, currency) where is_default`);
  await tenantTable(
    q,
    'catalog.prices',
    `
    price_list_id uuid not null,
    product_id uuid not null,
    min_quantity numeric(19,4) not null,
    unit_price numeric(19,6) not null`,
  );
  await q.query(`create index prices_price_list_id_idx on catalog.prices (tenant_id, price_list_id, id)`);
  await q.query(`create index prices_product_id_idx on catalog.prices (tenant_id, product_id, id)`);
  await q.query(
    `create unique index prices_price_list_id_product_id_min_quantity_key on catalog.prices (tenant_id, price_list_id, product_id, min_quantity)`,
  );
  await q.query(
    `alter table catalog.prices add constraint prices_price_list_id_fkey foreign key (tenant_id, price_list_id) references catalog.price_lists (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table catalog.prices add constraint prices_product_id_fkey foreign key (tenant_id, product_id) references catalog.products (tenant_id, id) on delete cascade`,
  );
}

async function views(q: MigrationRunner): Promise<void> {
  await q.query(`create schema catalog_pub`);
  await q.query(`grant usage on schema catalog_pub to kontor_app`);
  await q.query(`create view catalog_pub.products with (security_invoker = true) as
    select tenant_id, id, code, name, family, unit, is_active, created_at, updated_at from catalog.products`);
  await q.query(`grant select on catalog_pub.products to kontor_app`);
}
