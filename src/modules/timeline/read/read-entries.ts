import { actorParams } from '#kernel/db/find-rows.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { codeOf } from '#kernel/resource/ids.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Place } from '../domain/cursor.js';
import type { NewEntry } from '../feed/entries-of.js';
import type { Sources } from '../feed/sources.js';
import { walls } from './walls.js';

export interface Asked {
  readonly recordId: string;
  readonly types?: readonly string[] | null | undefined;
  readonly actors?: readonly string[] | null | undefined;
  /** Only these. */
  readonly ids?: readonly string[];
  readonly after?: Place | null;
  readonly most: number;
}

/** An entry as it is kept. */
export interface KeptEntry extends NewEntry {
  /** Microseconds since 1970. */
  readonly place: string;
  readonly noted_at: Date;
}

/** Entries that are looked at for one page, whether they may be told or not. */
const mostLookedAt = 5_000;
const order = 'e.at desc, e.seq desc, e.id desc';
const micros = `(extract(epoch from e.at) * 1000000)::bigint::text as place`;

/** The statement of one page: entries of the record in their order, of which those are passed over that may not be told. */
export function pageStatement(work: Work, sources: Sources, asked: Asked) {
  const { bind: bindActor, values } = actorParams(openWorkOf(work), [work.tenantId, asked.recordId]);
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`;
  const looked = `select e.*, ${micros} from timeline.entries e where ${ofRecord(asked, bind)} order by ${order} limit ${mostLookedAt}`;
  const told = walls(work, sources, bindActor, bind);
  return { text: `select e.* from (${looked}) e where ${told} order by ${order} limit ${bind(asked.most, 'integer')}`, values };
}

function ofRecord({ types, actors, ids, after }: Asked, bind: (value: unknown, cast: string) => string): string {
  const conditions = ['e.tenant_id = $1', 'e.record_id = $2::uuid'];
  if (after)
    conditions.push(
      `(e.at, e.seq, e.id) < (timestamptz 'epoch' + ${bind(after.at, 'bigint')} * interval '1 microsecond', ${bind(after.seq, 'bigint')}, ${bind(after.id, 'uuid')})`,
    );
  if (types) conditions.push(`e.type = any(${bind(types, 'text[]')})`);
  if (actors) conditions.push(`e.actor_id = any(${bind(actors, 'uuid[]')})`);
  if (ids) conditions.push(`e.id = any(${bind(ids, 'uuid[]')})`);
  return conditions.join(' and ');
}

export interface Page {
  readonly entries: readonly KeptEntry[];
  /** Where the next page begins; null at the end. */
  readonly next: Place | null;
}

/** A page that may be shorter than asked for where much of the timeline may not be told; `next` says whether there is more. */
export async function readPage(work: Work, sources: Sources, asked: Asked): Promise<Page> {
  const { text, values } = pageStatement(work, sources, { ...asked, most: asked.most + 1 });
  const { rows } = await openWorkOf(work).exec(text, values);
  const found = rows as unknown as KeptEntry[];
  if (found.length > asked.most) {
    const entries = found.slice(0, asked.most);
    const last = entries.at(-1);
    return { entries, next: last ? { at: last.place, seq: last.seq, id: last.id } : null };
  }
  return { entries: found, next: await endOfLook(work, asked) };
}

/** The last entry that was looked at, when there were more. */
async function endOfLook(work: Work, asked: Asked): Promise<Place | null> {
  const values: unknown[] = [work.tenantId, asked.recordId];
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`;
  const { rows } = await openWorkOf(work).exec(
    `select ${micros}, e.seq, e.id from timeline.entries e where ${ofRecord(asked, bind)} order by ${order} offset ${mostLookedAt - 1} limit 1`,
    values,
  );
  const [last] = rows as unknown as { place: string; seq: string; id: string }[];
  return last ? { at: last.place, seq: last.seq, id: last.id } : null;
}

/** Which of the entries are told to the actor, on records he may read. */
export async function toldAmong(work: Work, sources: Sources, entries: readonly { readonly id: string; readonly recordId: string }[]) {
  const told: KeptEntry[] = [];
  for (const [recordId, some] of Map.groupBy(entries, (entry) => entry.recordId)) {
    const kind = [...sources.values()].find(({ resource }) => resource === kindOf(work, recordId))?.resource;
    if (!kind || (await work.covering(kind, recordId, ['read'])).length === 0) continue;
    const { entries: found } = await readPage(work, sources, { recordId, ids: some.map(({ id }) => id), most: some.length });
    told.push(...found);
  }
  return told;
}

const kindOf = ({ definitions }: Work, id: string) => {
  const code = codeOf(id);
  return code === null ? undefined : definitions.byCode.get(code);
};
