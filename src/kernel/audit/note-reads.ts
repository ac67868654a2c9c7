import type { Actor } from '../access/actor.js';
import type { TenantPool } from '../db/tenant-pool.js';
import { actorType } from './trace.js';

type Client = Awaited<ReturnType<TenantPool['lease']>>;

export interface Reader {
  readonly tenantId: string;
  readonly actor: Actor;
}

interface Sight {
  readonly fields: Set<string>;
  readonly ids: Set<string>;
}

/** Before a statement that shows sensitive fields: what an earlier one saw is not its own. */
export async function beginSight(client: Client): Promise<void> {
  await client.query({ name: 'sight_begin', text: `select set_config('app.saw', '', false), set_config('app.saw_more', '', false)` });
}

/** After it, and before anybody gets to see its answer: one entry a resource, however many records it were. */
export async function noteSight(client: Client, reader: Reader): Promise<void> {
  const { rows } = await client.query<{ saw: string; more: string }>({
    name: 'sight_end',
    text: `select current_setting('app.saw', true) as saw, coalesce(nullif(current_setting('app.saw_more', true), ''), '0') as more`,
  });
  const more = Number(rows[0]?.more ?? 0);
  for (const [resource, sight] of sightsOf(rows[0]?.saw ?? '')) await noteOne(client, reader, { resource, sight, more });
}

function sightsOf(saw: string): Map<string, Sight> {
  const sights = new Map<string, Sight>();
  for (const one of saw.split(',')) {
    const [path = '', id = ''] = one.split(' ');
    const [resource = '', field = ''] = path.split('.');
    if (id === '') continue;
    const sight = sights.get(resource) ?? { fields: new Set(), ids: new Set() };
    sight.fields.add(field);
    sight.ids.add(id);
    sights.set(resource, sight);
  }
  return sights;
}

interface Noted {
  readonly resource: string;
  readonly sight: Sight;
  readonly more: number;
}

async function noteOne(client: Client, { tenantId, actor }: Reader, { resource, sight, more }: Noted): Promise<void> {
  const [first, ...others] = sight.ids;
  const changes = {
    fields: [null, [...sight.fields]],
    ...(others.length > 0 ? { records: [null, [...sight.ids]] } : {}),
    ...(more > 0 ? { more: [null, more] } : {}),
  };
  await client.query({
    name: 'sight_note',
    text: `insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, class, changes, on_behalf_of)
      values ($1, now(), $2, $3, $4, 'read', $5, $6, 'read', 'access', $7::jsonb, $8)`,
    values: [
      tenantId,
      actorType(actor),
      actor.id,
      actor.label,
      resource,
      others.length > 0 ? tenantId : first,
      JSON.stringify(changes),
      actor.kind === 'api_key' ? actor.userId : null,
    ],
  });
}
