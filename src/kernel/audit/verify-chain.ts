import type { OpenWork } from '../db/open-work.js';
import { sql } from '../db/sql.js';

export type ChainProblem =
  | 'link_missing'
  | 'link_changed'
  | 'entry_missing'
  | 'entry_changed'
  | 'entry_inserted'
  | 'tail_missing'
  | 'anchor_changed'
  | 'anchor_differs';

export interface ChainReport {
  readonly intact: boolean;
  /** Links that were looked at. */
  readonly checked: number;
  /** The last link that is known to be good. */
  readonly verifiedTo: number;
  /** Whether the end of the chain was reached. */
  readonly complete: boolean;
  readonly brokenSeq: number | null;
  readonly problem: ChainProblem | null;
  readonly head: { readonly seq: number; readonly hash: string } | null;
}

export interface Wanted {
  /** The first link to look at; all when left out. */
  readonly fromSeq?: number;
  /** Links to look at. */
  readonly most?: number;
  /** A link that was written down elsewhere. */
  readonly known?: { readonly seq: number; readonly hash: string };
}

const page = 5_000;

interface Break {
  readonly seq: number;
  readonly problem: ChainProblem;
}

/** Goes through the chain of the tenant link by link, up to the first that is not as it was made. */
export async function verifyChain(work: OpenWork, { fromSeq = 1, most = 200_000, known }: Wanted = {}): Promise<ChainReport> {
  const head = await headOf(work);
  const links = await verifyLinks(work, fromSeq, fromSeq + most);
  const end = links.isEnd ? await brokenEnd(work, links.next - 1, head) : links.broken;
  const anchor = await brokenAnchor(work, { from: fromSeq, to: links.isEnd ? null : links.next - 1 }, known);
  const broken = earliest(end, anchor);
  const next = broken ? Math.min(links.next, broken.seq) : links.next;
  return {
    ...(broken ? { intact: false, brokenSeq: broken.seq, problem: broken.problem } : { intact: true, brokenSeq: null, problem: null }),
    checked: Math.max(0, next - fromSeq),
    verifiedTo: next - 1,
    complete: links.isEnd,
    head: head && { seq: Number(head.seq), hash: head.hash.toString('hex') },
  };
}

interface Links {
  /** The first link that was not found good. */
  readonly next: number;
  readonly broken: Break | null;
  readonly isEnd: boolean;
}

async function verifyLinks(work: OpenWork, fromSeq: number, end: number): Promise<Links> {
  const purged = await purgesOf(work);
  for (let next = fromSeq; next < end;) {
    const { last, broken } = await verifyPage(work, { from: next, below: Math.min(end, next + page), purged });
    if (broken) return { next: broken.seq, broken, isEnd: false };
    if (last < next) return { next, broken: null, isEnd: true };
    next = last + 1;
  }
  return { next: end, broken: null, isEnd: false };
}

const earliest = (a: Break | null, b: Break | null): Break | null => (a && b ? (b.seq < a.seq ? b : a) : (a ?? b));

interface Head {
  readonly seq: string;
  readonly hash: Buffer;
}

async function headOf(work: OpenWork): Promise<Head | null> {
  const [head] = await work.rows<Head>(sql`select seq, hash from kernel.audit_heads where tenant_id = ${work.tenantId}`);
  return head ?? null;
}

interface Purges {
  readonly classes: readonly string[];
  readonly befores: readonly string[];
}

/** What was thrown away because its time was over: it is missing rightly. */
async function purgesOf(work: OpenWork): Promise<Purges> {
  const rows = await work.rows<{
    class: string;
    before: string;
  }>(sql`select e.changes -> 'class' ->> 1 as class, e.changes -> 'before' ->> 1 as before
    from kernel.audit_entries e where e.tenant_id = ${work.tenantId} and e.record_id = ${work.tenantId} and e.action = 'purged'`);
  return { classes: rows.map((row) => row.class), befores: rows.map((row) => row.before) };
}

interface Page {
  readonly from: number;
  readonly below: number;
  readonly purged: Purges;
}

async function verifyPage(work: OpenWork, { from, below, purged }: Page): Promise<{ last: number; broken: Break | null }> {
  const [row] = await work.rows<{ last: string | null; seq: string | null; problem: ChainProblem | null }>(sql`
    with links as materialized (
      select c.*, lag(c.seq) over w as prev_seq, lag(c.hash) over w as prev_hash from kernel.audit_chain c
      where c.tenant_id = ${work.tenantId} and c.seq >= ${from - 1} and c.seq < ${below} window w as (order by c.seq)
    ), judged as (
      select c.seq, coalesce(c.prev_seq, ${from - 1}) + 1 as due, case
        when c.seq > 1 and c.prev_seq is distinct from c.seq - 1 then 'link_missing'
        when kernel.audit_link(coalesce(c.prev_hash, decode(repeat('00', 32), 'hex')), c.seq, c.entry_id, c.class, c.at, c.content_hash) <> c.hash then 'link_changed'
        when e.id is null and not exists (select from unnest(${purged.classes}::text[], ${purged.befores}::timestamptz[]) p (class, before)
          where p.class = c.class and c.at < p.before) then 'entry_missing'
        when e.id is not null and sha256(convert_to(kernel.audit_content(e), 'UTF8')) <> c.content_hash then 'entry_changed' end as problem
      from links c left join kernel.audit_entries e on e.tenant_id = c.tenant_id and e.txid = c.txid and e.id = c.entry_id and e.at = c.at
      where c.seq >= ${from}
    )
    select max(j.seq) as last, (array_agg(least(j.seq, j.due) order by j.seq) filter (where j.problem is not null))[1] as seq,
      (array_agg(j.problem order by j.seq) filter (where j.problem is not null))[1] as problem from judged j`);
  const broken = row?.problem ? { seq: Number(row.seq), problem: row.problem } : null;
  return { last: Number(row?.last ?? from - 1), broken };
}

/** What stands at the end must be what was made last; and of what was there before, nothing may be without a link. */
async function brokenEnd(work: OpenWork, last: number, head: Head | null): Promise<Break | null> {
  const [row] = await work.rows<{ hash: Buffer }>(
    sql`select hash from kernel.audit_chain where tenant_id = ${work.tenantId} and seq = ${last}`,
  );
  if (Number(head?.seq ?? 0) > last) return { seq: last + 1, problem: 'tail_missing' };
  if (head && Number(head.seq) === last && row && !row.hash.equals(head.hash)) return { seq: last, problem: 'link_changed' };
  const [stray] = await work.rows<{ id: string }>(sql`select e.id from kernel.audit_entries e
    where e.tenant_id = ${work.tenantId} and (e.txid, e.id) <= (select m.txid, m.entry_id from kernel.audit_mark m)
      and not exists (select from kernel.audit_chain c where c.tenant_id = e.tenant_id and c.entry_id = e.id) limit 1`);
  return stray ? { seq: last + 1, problem: 'entry_inserted' } : null;
}

interface Anchor {
  readonly seq: string;
  readonly hash: string;
  readonly signature: string;
  readonly found: string | null;
}

export const anchorText = (tenantId: string, seq: number | string, hash: string): string => `${tenantId} ${seq} ${hash}`;

/** Anchors say what a link was on a day; whoever makes up a chain anew cannot sign them. */
async function brokenAnchor(
  work: OpenWork,
  { from, to }: { readonly from: number; readonly to: number | null },
  known: Wanted['known'],
): Promise<Break | null> {
  const anchors = await work.rows<Anchor>(sql`select a.seq, encode(a.hash, 'hex') as hash, a.signature, encode(c.hash, 'hex') as found
    from kernel.audit_anchors a left join kernel.audit_chain c on c.tenant_id = a.tenant_id and c.seq = a.seq
    where a.tenant_id = ${work.tenantId} and a.seq >= ${from} and (${to}::bigint is null or a.seq <= ${to}) order by a.seq`);
  for (const { seq, hash, signature, found } of anchors) {
    if (!work.links.verify('audit-anchor', anchorText(work.tenantId, seq, hash), signature))
      return { seq: Number(seq), problem: 'anchor_changed' };
    if (found !== hash) return { seq: Number(seq), problem: 'anchor_differs' };
  }
  if (!known) return null;
  const [link] = await work.rows<{ hash: string }>(
    sql`select encode(hash, 'hex') as hash from kernel.audit_chain where tenant_id = ${work.tenantId} and seq = ${known.seq}`,
  );
  return link?.hash === known.hash.toLowerCase() ? null : { seq: known.seq, problem: 'anchor_differs' };
}
