import { openWorkOf } from '#kernel/db/twins.js';
import type { Work } from '#kernel/usecase/work.js';
import type { reactions } from '../read/entry-fields.js';
import type { KeptEntry } from '../read/read-entries.js';

type Reaction = (typeof reactions)[number];

/** What users have made of entries, as `userId` sees it. */
export class Notes {
  constructor(
    private readonly userId: string | null,
    private readonly found: {
      readonly seen: ReadonlyMap<string, Date>;
      readonly pinned: ReadonlySet<string>;
      readonly reactions: ReadonlyMap<string, readonly Reacted[]>;
      readonly mentions: ReadonlyMap<string, readonly string[]>;
    },
  ) {}

  on({ id, record_id, noted_at, actor_id }: KeptEntry) {
    const seen = this.found.seen.get(record_id);
    const isOwn = actor_id !== null && actor_id === this.userId;
    return {
      isUnread: this.userId !== null && !isOwn && (seen === undefined || noted_at > seen),
      isPinned: this.found.pinned.has(id),
      reactions: [...(this.found.reactions.get(id) ?? [])].map(({ reaction, count, mine }) => ({ reaction, count, isMine: mine })),
      mentions: [...(this.found.mentions.get(id) ?? [])],
    };
  }
}

interface Reacted {
  readonly entry_id: string;
  readonly reaction: Reaction;
  readonly count: number;
  readonly mine: boolean;
}

export async function notesOn(work: Work, entries: readonly KeptEntry[]): Promise<Notes> {
  const { exec } = openWorkOf(work);
  const { tenantId } = work;
  const { userId } = work.actor;
  const ids = entries.map(({ id }) => id);
  const records = [...new Set(entries.map(({ record_id }) => record_id))];
  const seen = await exec(
    'select m.record_id, m.seen_at from timeline.marks m where m.tenant_id = $1 and m.user_id = $2 and m.record_id = any($3::uuid[])',
    [tenantId, userId, records],
  );
  const pins = await exec('select p.entry_id from timeline.pins p where p.tenant_id = $1 and p.entry_id = any($2::uuid[])', [
    tenantId,
    ids,
  ]);
  const reacted = await exec(
    `select r.entry_id, r.reaction, count(*)::integer as count, coalesce(bool_or(r.user_id = $3), false) as mine from timeline.reactions r
     where r.tenant_id = $1 and r.entry_id = any($2::uuid[]) group by r.entry_id, r.reaction order by min(r.at), r.reaction`,
    [tenantId, ids, userId],
  );
  const mentioned = await exec(
    `select m.entry_id, array_agg(m.user_id::text order by m.at, m.user_id) as users from timeline.mentions m
     where m.tenant_id = $1 and m.entry_id = any($2::uuid[]) group by m.entry_id`,
    [tenantId, ids],
  );
  return new Notes(userId, {
    seen: new Map((seen.rows as { record_id: string; seen_at: Date }[]).map((row) => [row.record_id, row.seen_at])),
    pinned: new Set(pins.rows.map((row) => String(row['entry_id']))),
    reactions: Map.groupBy(reacted.rows as unknown as Reacted[], (row) => row.entry_id),
    mentions: new Map((mentioned.rows as { entry_id: string; users: string[] }[]).map((row) => [row.entry_id, row.users])),
  });
}
