import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** GraphQL clients and the documents each may send. */
export class GraphqlClients1700000001300 {
  async up(q: MigrationRunner): Promise<void> {
    await tenantTable(
      q,
      'identity.graphql_clients',
      `
      name text not null,
      documents text not null,
      api_key_id uuid`,
    );
    await q.query(`create unique index graphql_clients_name_key on identity.graphql_clients (tenant_id, name)`);
    await q.query(`create unique index graphql_clients_api_key_id_key on identity.graphql_clients (tenant_id, api_key_id)`);
    await q.query(
      `alter table identity.graphql_clients add constraint graphql_clients_api_key_id_fkey foreign key (tenant_id, api_key_id) references identity.api_keys (tenant_id, id) on delete set null (api_key_id)`,
    );
    await tenantTable(
      q,
      'identity.trusted_documents',
      `
      graphql_client_id uuid not null,
      hash text not null,
      text text not null`,
    );
    await q.query(`create index trusted_documents_graphql_client_id_idx on identity.trusted_documents (tenant_id, graphql_client_id, id)`);
    await q.query(
      `create unique index trusted_documents_graphql_client_id_hash_key on identity.trusted_documents (tenant_id, graphql_client_id, hash)`,
    );
    await q.query(
      `alter table identity.trusted_documents add constraint trusted_documents_graphql_client_id_fkey foreign key (tenant_id, graphql_client_id) references identity.graphql_clients (tenant_id, id) on delete cascade`,
    );
    // A list that was changed counts in all processes at once.
    for (const table of ['identity.graphql_clients', 'identity.trusted_documents']) {
      await q.query(
        `create trigger identity_news after insert or update or delete on ${table} for each statement execute function identity.tell_change()`,
      );
    }
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop table identity.trusted_documents`);
    await q.query(`drop table identity.graphql_clients`);
  }
}
