import { openWorkOf } from '#kernel/db/twins.js';
import type { Work } from '#kernel/usecase/work.js';
import { entriesOf, needsRefs, type Change, type NewEntry } from './entries-of.js';
import type { Sources } from './sources.js';

export const changeColumns = 'a.id, a.at, a.actor_kind, a.actor_id, a.actor_label, a.resource, a.record_id, a.action, a.changes';

const mostAtOnce = 1_000;

/** Puts changes on the timelines they belong to; what is there already stays. Returns the ids of all entries they make. */
export async function writeEntries(work: Work, sources: Sources, changes: readonly Change[]): Promise<string[]> {
  const entries: NewEntry[] = [];
  const refs = await refsThen(work, sources, changes);
  for (const change of changes) {
    const source = sources.get(change.resource);
    if (source) entries.push(...entriesOf(source, change, refs.get(change.id) ?? new Map<string, string>()));
  }
  for (let from = 0; from < entries.length; from += mostAtOnce) await insert(work, entries.slice(from, from + mostAtOnce));
  return entries.map(({ id }) => id);
}

const insert = (work: Work, entries: readonly NewEntry[]) =>
  openWorkOf(work).exec(
    `insert into timeline.entries (tenant_id, id, record_id, at, seq, type, verb, via, source_kind, source_id, tells, params, actor_kind, actor_id, actor_label, noted_at)
     select $1, e.id, e.record_id, e.at, e.seq, e.type, e.verb, e.via, e.source_kind, e.source_id, e.tells, e.params, e.actor_kind, e.actor_id, e.actor_label, $3
     from jsonb_to_recordset($2::jsonb) as e (id uuid, record_id uuid, at timestamptz, seq bigint, type text, verb text, via text, source_kind text,
       source_id uuid, tells text[], params jsonb, actor_kind text, actor_id uuid, actor_label text)
     on conflict (tenant_id, id) do nothing`,
    [work.tenantId, JSON.stringify(entries), work.now],
  );

/** The records each change's record referred to when it happened: what the audit last said of each reference. */
async function refsThen(work: Work, sources: Sources, changes: readonly Change[]) {
  const refs = new Map<string, Map<string, string>>();
  const asked = changes.filter((change) => {
    const source = sources.get(change.resource);
    return source !== undefined && source.refs.length > 0 && needsRefs(source, change);
  });
  for (const [kind, some] of Map.groupBy(asked, ({ resource }) => resource)) {
    const { rows } = await openWorkOf(work).exec(
      `select c.id, f.name, (select x.changes -> f.name ->> 1 from kernel.audit_entries x
         where x.tenant_id = $1 and x.record_id = c.record_id and x.id <= c.id and x.changes ? f.name order by x.id desc limit 1) as value
       from unnest($2::bigint[], $3::uuid[]) as c (id, record_id) cross join unnest($4::text[]) as f (name)`,
      [work.tenantId, some.map(({ id }) => id), some.map(({ record_id }) => record_id), sources.get(kind)?.refs ?? []],
    );
    for (const { id, name, value } of rows as unknown as { id: string; name: string; value: string | null }[]) {
      if (value === null) continue;
      const known = refs.get(id) ?? new Map<string, string>();
      refs.set(id, known.set(name, value));
    }
  }
  return refs;
}
