import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** A client as requests are judged by it. */
export interface ClientDocuments {
  readonly name: string;
  readonly apiKeyId: string | null;
  /** Only what is listed may be sent. */
  readonly isStrict: boolean;
  readonly hashes: readonly string[];
}

export const clientDocuments = (work: Work): Promise<ClientDocuments[]> =>
  work.rows<ClientDocuments>(sql`select c.name, c.api_key_id as "apiKeyId", c.documents = 'listed' as "isStrict",
      coalesce(array_agg(d.hash) filter (where d.hash is not null), '{}') as hashes
    from identity.graphql_clients c
    left join identity.trusted_documents d on d.tenant_id = c.tenant_id and d.graphql_client_id = c.id
    where c.tenant_id = ${work.tenantId} group by c.tenant_id, c.id, c.name, c.api_key_id, c.documents`);

/** Hashes are of the text, so it does not matter which client's list it is read from. */
export async function documentText(work: Work, hash: string): Promise<string | null> {
  const [row] = await work.rows<{ text: string }>(
    sql`select text from identity.trusted_documents where tenant_id = ${work.tenantId} and hash = ${hash} limit 1`,
  );
  return row?.text ?? null;
}
