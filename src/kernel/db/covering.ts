import { filterCondition, rowFilter, type BindActor } from '../access/scope.js';
import type { Actor } from '../access/actor.js';
import type { Resource } from '../resource/define-resource.js';
import type { Connection } from './connection.js';
import { actorParams } from './find-rows.js';

/** SQL of a text array: those of the verbs that `actor`'s rights cover for the row under `alias`. */
export function coveringSql(
  of: { resource: Resource; actor: Actor; alias: string; tenant: string; bind: BindActor },
  verbs: readonly string[],
): string {
  const cases = verbs.flatMap((verb) => {
    const filter = rowFilter(of.resource, of.actor, `${of.resource.name}:${verb}`);
    if (filter.kind === 'none') return [];
    const condition = filterCondition(filter, of.alias, of.tenant, of.bind);
    return [condition === null ? `'${verb}'` : `case when ${condition} then '${verb}' end`];
  });
  return cases.length === 0 ? `array[]::text[]` : `array_remove(array[${cases.join(', ')}]::text[], null)`;
}

/** Which of the verbs the actor's rights cover for one row, whether or not he may read it; none when there is no such row. */
export async function covering(
  connection: Connection,
  actor: Actor,
  resource: Resource,
  id: string,
  verbs: readonly string[],
): Promise<string[]> {
  const params = actorParams({ actor }, [connection.tenantId, id]);
  const names = coveringSql({ resource, actor, alias: 't', tenant: '$1', bind: params.bind }, verbs);
  const { rows } = await connection.client.query<{ names: string[] }>(
    `select ${names} as names from ${resource.table} t where t.tenant_id = $1 and t.id = $2`,
    params.values,
  );
  return rows[0]?.names ?? [];
}
