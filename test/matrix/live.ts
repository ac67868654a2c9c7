import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { relayOutbox, subscriptionsOf } from '#kernel/outbox/relay.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Room } from './company.js';
import { seesRows } from './expected.js';
import type { Finding } from './judge.js';
import type { Machine } from './machine.js';
import type { Person } from './people.js';
import { canariesIn } from './samples.js';
import { leaves } from './surfaces.js';

/** What one listener was told, by resource. */
export interface Ear {
  readonly who: Person;
  readonly told: Map<string, string[]>;
  readonly refused: Map<string, string>;
  close(): Promise<void>;
}

const open: Client[] = [];

/** One socket that listens to every subscription there is. */
export async function listen(machine: Machine, who: Person): Promise<Ear> {
  const [token] = who.tokens;
  const socket = createClient({
    url: `${machine.address.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
  });
  open.push(socket);
  const told = new Map<string, string[]>();
  const refused = new Map<string, string>();
  for (const resource of listenable(machine)) {
    const type = machine.schema.getType(resource.typeName);
    socket.subscribe(
      { query: `subscription { ${resource.single}Changed { verb id changedFields ${resource.single}${leaves(type as never)} } }` },
      {
        next: (value) => {
          if (value.errors) refused.set(resource.name, codeOf(value.errors));
          else told.set(resource.name, [...(told.get(resource.name) ?? []), JSON.stringify(value.data)]);
        },
        error: (error) => refused.set(resource.name, codeOf(error)),
        complete: () => undefined,
      },
    );
  }
  return { who, told, refused, close: async () => socket.dispose() };
}

/** Every resource a client may listen to. */
export const listenable = ({ registry, schema }: Machine): Resource[] =>
  [...registry.resources.values()].filter(({ single }) => schema.getSubscriptionType()?.getFields()[`${single}Changed`]);

function codeOf(error: unknown): string {
  const first: unknown = Array.isArray(error) ? error[0] : error;
  if (typeof first !== 'object' || first === null) return 'closed';
  return 'extensions' in first ? String((first.extensions as { code?: unknown }).code) : 'closed';
}

/** Waits for a fact; gives up after a minute, when it is not going to happen any more. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error('What was waited for did not happen.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Tells everybody that the room's row of each of these resources was changed, and that it is gone. */
export const touch = (machine: Machine, room: Room, resources: readonly Resource[]): Promise<void> =>
  tell(
    machine,
    room,
    resources.map((resource) => ({ resource, id: room.rows.get(resource.name) ?? '' })),
    ['updated', 'deleted'],
  );

/** Tells everybody what became of some rows. */
export async function tell(
  { kit }: Machine,
  room: Room,
  rows: readonly { readonly resource: Resource; readonly id: string }[],
  verbs: readonly ('updated' | 'deleted')[],
): Promise<void> {
  const news = rows.flatMap(({ resource: { name, module }, id }) => verbs.map((verb) => ({ type: `${module}.${name}_${verb}`, name, id })));
  await room.work((work) =>
    work.exec(
      `insert into kernel.outbox (tenant_id, id, type, subject_resource, subject_id, payload, actor, cause, occurred_at)
       select $1, gen_random_uuid(), n.type, n.name, n.id, jsonb_build_object('id', n.id, 'version', 2, 'changed', array['name']), '{}', '{}', now()
       from unnest($2::text[], $3::text[], $4::uuid[]) with ordinality as n (type, name, id, no) order by n.no`,
      [room.tenantId, news.map(({ type }) => type), news.map(({ name }) => name), news.map(({ id }) => id)],
    ),
  );
  // Told to listeners, without the subscribers that would do something about it.
  const doors = doorsOf(kit.runtime);
  while ((await relayOutbox(doors, subscriptionsOf({ subscribers: [] }), kit.clock.now())) > 0);
}

/** How often an ear was told of rows of a room. */
export const heardOf = (ear: Ear, name: string, room: Room): number => timesHeard(ear, name, room.rows.get(name) ?? '-');

/** How often an ear was told of one row. */
export const timesHeard = ({ told }: Pick<Ear, 'told'>, name: string, id: string): number =>
  (told.get(name) ?? []).filter((text) => text.includes(`"id":"${id}"`)).length;

/** What a listener was told of the room, as far as he may not know it. */
export function overheard({ registry }: Machine, { who, told }: Ear, room: Room): Finding[] {
  const ids = new Set(room.rows.values());
  return [...told].flatMap(([name, events]) => {
    const resource = registry.resource(name);
    if (seesRows(who, resource, `${name}:read`, room)) return [];
    const heard = events.filter((text) => canariesIn(text, room.mark).size > 0 || [...ids].some((id) => text.includes(id)));
    return heard.length === 0
      ? []
      : [{ kind: 'leak' as const, person: who.name, operation: `subscription ${resource.single}Changed`, detail: heard[0] ?? '' }];
  });
}

export async function hangUp(): Promise<void> {
  for (const socket of open.splice(0)) await socket.dispose();
}
