import type { Actor } from '../access/actor.js';
import { coveringSql } from '../access/covering-sql.js';
import { kindCondition } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Connection } from './connection.js';
import { actorParams } from './find-rows.js';

export interface Asked {
  readonly resource: Resource;
  readonly id: string;
  readonly verbs: readonly string[];
  readonly who: Actor;
}

/** Which of the verbs somebody's rights cover for one row, whether or not he may read it; none when there is no such row. */
export async function covering(connection: Connection, { resource, id, verbs, who }: Asked): Promise<string[]> {
  const params = actorParams({ actor: who }, [connection.tenantId, id]);
  const names = coveringSql({ resource, actor: who, alias: 't', tenant: '$1', bind: params.bind }, verbs);
  const { rows } = await connection.client.query<{ names: string[] }>(
    `select ${names} as names from ${resource.table} t where t.tenant_id = $1 and t.id = $2${kindCondition(resource, 't')}`,
    params.values,
  );
  return rows[0]?.names ?? [];
}
