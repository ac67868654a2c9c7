import type { Connection } from '../db/connection.js';
import { newRecordKey, unwrap } from './record-keys.js';

type Keeper = Pick<Connection, 'client' | 'tenantId' | 'installationKey'>;

/** The key of a record that is locked. It has none when it is older than keys are, or was erased: then it gets one. */
export async function recordKeyOf(connection: Keeper, recordId: string): Promise<Buffer | null> {
  return (await keysOfLocked(connection, [recordId])).get(recordId) ?? null;
}

/** The same for many records. */
export async function keysOfLocked(connection: Keeper, recordIds: readonly string[]): Promise<Map<string, Buffer>> {
  const { client, tenantId, installationKey } = connection;
  const keys = await recordKeys(connection, recordIds);
  const fresh = recordIds
    .filter((recordId) => !keys.has(recordId))
    .map((recordId) => ({ recordId, ...newRecordKey(installationKey, { tenantId, recordId }) }));
  if (fresh.length === 0) return keys;
  await client.query({
    name: 'record_keys_new',
    text: `insert into kernel.record_keys (tenant_id, record_id, key) select $1, given.id, given.key
      from unnest($2::uuid[], $3::bytea[]) as given (id, key) on conflict do nothing`,
    values: [tenantId, fresh.map(({ recordId }) => recordId), fresh.map(({ wrapped }) => wrapped)],
  });
  for (const { recordId, key } of fresh) keys.set(recordId, key);
  return keys;
}

/** The keys of records, of those that still have one this installation can open. */
export async function recordKeys(
  { client, tenantId, installationKey }: Keeper,
  recordIds: readonly string[],
): Promise<Map<string, Buffer>> {
  if (recordIds.length === 0) return new Map();
  const { rows } = await client.query<{ record_id: string; key: Buffer }>({
    name: 'record_keys',
    text: 'select record_id, key from kernel.record_keys where tenant_id = $1 and record_id = any($2::uuid[])',
    values: [tenantId, recordIds],
  });
  const pairs = rows.flatMap(({ record_id: recordId, key }): [string, Buffer][] => {
    const opened = unwrap(installationKey, key, { tenantId, recordId });
    return opened ? [[recordId, opened]] : [];
  });
  return new Map(pairs);
}
