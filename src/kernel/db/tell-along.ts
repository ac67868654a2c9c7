import { kindCondition, refSql } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import { figuresStaleEvent, type Figures } from '../resource/figures.js';
import { newId } from '../resource/ids.js';
import type { Registry } from '../resource/registry.js';
import { insertEvents } from '../outbox/write.js';
import type { Connection } from './connection.js';

/** Rows of `from` that a foreign key takes along, or empties, when a row it points at is deleted. */
interface Follower {
  readonly from: Resource;
  readonly ref: string;
  readonly onDelete: 'cascade' | 'set_null';
}

const cache = new WeakMap<Registry, ReadonlyMap<string, readonly Follower[]>>();

function followersOf(registry: Registry, { name }: Resource): readonly Follower[] {
  const known = cache.get(registry) ?? Map.groupBy(allFollowers(registry), ({ from, ref }) => from.fields[ref]?.target ?? '');
  cache.set(registry, known);
  return known.get(name) ?? [];
}

function allFollowers({ resources }: Registry): Follower[] {
  const all = [...resources.values()];
  if (!all.some(({ figures }) => figures)) return [];
  return all.flatMap((from) =>
    Object.entries(from.fields).flatMap(([ref, { kind, stored, onDelete = 'restrict' }]) =>
      kind === 'ref' && !stored && onDelete !== 'restrict' ? [{ from, ref, onDelete }] : [],
    ),
  );
}

/** What cascades further than that is found at night. */
const deepest = 3;

/**
 * What foreign keys change along with rows that are deleted passes by all statements of ours: whose figures are out of date by it is told before.
 * Call it with the rows locked. Costs nothing where nothing is kept.
 */
export async function tellAlong(resource: Resource, connection: Connection, ids: readonly string[], depth = 0): Promise<void> {
  for (const follower of followersOf(connection.registry, resource)) {
    const { from, ref, onDelete } = follower;
    const isWatched = from.figures !== undefined;
    const goesOn = onDelete === 'cascade' && depth < deepest && followersOf(connection.registry, from).length > 0;
    if (!isWatched && !goesOn) continue;
    const rows = await taken(connection, follower, ids);
    if (rows.length === 0) continue;
    const found = rows.map(({ id }) => String(id));
    if (from.figures) await tell(connection, follower, { ids: found, parents: parentsIn(from.figures, ref, rows) });
    if (goesOn) await tellAlong(from, connection, found, depth + 1);
  }
}

type Row = Readonly<Record<string, unknown>>;

async function taken({ client, tenantId }: Connection, { from, ref }: Follower, ids: readonly string[]): Promise<Row[]> {
  const bys = bysOf(from.figures).map((by, i) => `, ${refSql(from, by, 't')} as p${i}`);
  const { rows } = await client.query<Row>(
    `select t.id${bys.join('')} from ${from.table} t where t.tenant_id = $1 and ${refSql(from, ref, 't')} = any($2::uuid[])${kindCondition(from, 't')}`,
    [tenantId, ids],
  );
  return rows;
}

const bysOf = (figures: Figures | undefined) => (figures?.watched ?? []).flatMap(({ by }) => (by === null ? [] : [by]));

function parentsIn(figures: Figures, ref: string, rows: readonly Row[]): Record<string, string[]> {
  const known = bysOf(figures).map((by, i): [string, string[]] => {
    const ids = rows.flatMap((row) => (typeof row[`p${i}`] === 'string' ? [String(row[`p${i}`])] : []));
    return [by, by === ref ? [] : [...new Set(ids)]];
  });
  return Object.fromEntries(known);
}

interface Told {
  readonly ids: readonly string[];
  readonly parents: Readonly<Record<string, readonly string[]>>;
}

const tell = ({ client, tenantId, now }: Connection, { from, ref, onDelete }: Follower, { ids, parents }: Told): Promise<void> =>
  insertEvents(
    async (text, values) => client.query<Record<string, unknown>>(text, values),
    [
      {
        tenantId,
        id: newId(0),
        type: figuresStaleEvent,
        subject: null,
        payload: {
          resource: from.name,
          changed: onDelete === 'cascade' ? null : [ref],
          ids: onDelete === 'cascade' ? null : ids,
          parents,
          isAlong: true,
        },
        actor: { kind: 'system', id: null, label: 'figures' },
        cause: null,
        occurredAt: now,
      },
    ],
  );
