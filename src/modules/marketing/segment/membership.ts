import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { dependencies, type Dependencies } from '../domain/condition.js';
import { SegmentEntered, SegmentLeft } from '../events.js';
import { takeLane } from '../lanes.js';
import { compileCondition, people } from './compile-condition.js';
import { SegmentMember } from './segment-member.resource.js';
import { Segment } from './segment.resource.js';

/** Who belongs to a segment and is no member yet, and who is a member and no longer belongs. */
export interface MembershipChange {
  readonly entered: readonly string[];
  readonly left: readonly string[];
}

/** Looks at everybody in one statement. */
export async function changesOfAll(work: Work, segment: Segment): Promise<MembershipChange> {
  const condition = compileCondition(segment.condition, work.now);
  const rows = await work.rows<{ contact_id: string; entered: boolean }>(sql`
    with belongs as (select c.id from ${people} where ${condition}),
         member as (select m.contact_id as id from marketing.segment_members m where m.segment_id = ${segment.id} and m.left_at is null)
    select coalesce(b.id, m.id) as contact_id, b.id is not null as entered
    from belongs b full join member m on m.id = b.id where b.id is null or m.id is null order by 1`);
  return {
    entered: rows.filter((row) => row.entered).map((row) => row.contact_id),
    left: rows.filter((row) => !row.entered).map((row) => row.contact_id),
  };
}

export async function writeChanges(
  work: Work,
  segment: Segment,
  { entered, left }: MembershipChange,
  cause: 'built' | 'changed',
): Promise<void> {
  const { id: segmentId, revision } = segment;
  for (let i = 0; i < entered.length; i += 1000) {
    const rows = entered.slice(i, i + 1000).map((contactId) => ({ segmentId, contactId, enteredAt: work.now, revision, cause }));
    await work.system.repo(SegmentMember).createMany(rows, { events: 'none' });
  }
  await work.rows(sql`
    update marketing.segment_members set left_at = ${work.now}, version = version + 1, updated_at = ${work.now}
    where segment_id = ${segmentId} and left_at is null and contact_id = any(${[...left]}::uuid[])`);
  if (cause === 'built') return;
  for (const contactId of entered) await work.emit(SegmentEntered, { segmentId, contactId }, { resource: 'segment', id: segmentId });
  for (const contactId of left) await work.emit(SegmentLeft, { segmentId, contactId }, { resource: 'segment', id: segmentId });
}

/** Looks at one person again, in those live segments whose answer can have changed. */
export async function reconsider(work: Work, contactId: string, concerns: (on: Dependencies) => boolean): Promise<void> {
  const live = await work.system.repo(Segment).list({ status: 'live' });
  const segments = live.filter((segment) => segment.builtRevision === segment.revision && concerns(dependencies(segment.condition)));
  if (segments.length === 0) return;
  await takeLane(work, `memberships ${contactId}`);
  const open = await work.system.repo(SegmentMember).list({ contactId, leftAt: null });
  for (const segment of segments) {
    const now = await belongs(work, segment.condition, contactId);
    const before = open.some((member) => member.segmentId === segment.id);
    if (now !== before)
      await writeChanges(work, segment, now ? { entered: [contactId], left: [] } : { entered: [], left: [contactId] }, 'changed');
  }
}

/** Whether a condition holds for one person now. */
export async function belongs(work: Work, condition: Segment['condition'], contactId: string): Promise<boolean> {
  const rows = await work.rows(sql`select 1 from ${people} where c.id = ${contactId} and ${compileCondition(condition, work.now)}`);
  return rows.length > 0;
}
