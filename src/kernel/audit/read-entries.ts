import { filterCondition, rowFilter } from '../access/scope.js';
import { reachOf } from '../access/actor.js';
import { union } from '../access/permissions.js';
import { actorParams } from '../db/find-rows.js';
import type { OpenWork } from '../db/open-work.js';
import { everyResource } from '../variants/every-resource.js';
import { entryColumns, type EntryRow } from './entries.js';

export interface EntryFilter {
  readonly resource?: string | null | undefined;
  readonly recordId?: string | null | undefined;
  readonly actorId?: string | null | undefined;
  readonly action?: string | null | undefined;
  readonly class?: string | null | undefined;
  readonly command?: string | null | undefined;
  readonly field?: string | null | undefined;
  readonly requestId?: string | null | undefined;
  readonly correlationId?: string | null | undefined;
  readonly batchId?: string | null | undefined;
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
}

export interface EntryPage {
  readonly first: number;
  /** Where the page before ended. */
  readonly after?: Place | null;
}

/** A place in the audit, latest first: an entry, and its link once it has one. */
export interface Place {
  readonly txid: string;
  readonly id: string;
}

/** Links in the order of the chain, with the text each is made of; the first is `from`. */
export function chainedEntries(work: OpenWork, from: number, most: number): Promise<EntryRow[]> {
  return read(
    work,
    {},
    ({ bind }) => `select ${entryColumns}, c.seq, c.hash, kernel.audit_content(e) as content,
      (select p.hash from kernel.audit_chain p where p.tenant_id = c.tenant_id and p.seq = c.seq - 1) as prev_hash
     from kernel.audit_chain c
     join kernel.audit_entries e on e.tenant_id = c.tenant_id and e.txid = c.txid and e.id = c.entry_id and e.at = c.at
     where c.tenant_id = $1 and c.seq >= ${bind(from, 'bigint')} and /* filter */ order by c.seq limit ${bind(most, 'integer')}`,
  );
}

/** Whether nothing in the audit is kept from the actor for its record. Of what is off for now it counts what he may see of it else. */
export function seesAll({ actor, definitions }: OpenWork): boolean {
  const { permissions, dormant } = actor;
  const ever = dormant ? { ...actor, permissions: union([permissions, dormant]) } : actor;
  return (
    reachOf(permissions, 'audit_other:read') === 'all' &&
    everyResource(definitions).every((resource) => rowFilter(resource, ever, `${resource.name}:read`).kind === 'all')
  );
}

type Bind = (value: unknown, cast: string) => string;

interface Asked {
  readonly work: OpenWork;
  readonly filter: EntryFilter;
  readonly bind: Bind;
  readonly values: unknown[];
}

/** Entries the actor may know of, latest first: those not chained yet, then along the chain. Of one record, along that record. */
export async function readEntries(work: OpenWork, filter: EntryFilter, page: EntryPage): Promise<EntryRow[]> {
  if (filter.recordId) return read(work, filter, (asked) => ofRecord(asked, page));
  const tail = await read(work, filter, (asked) => unchained(asked, page));
  if (tail.length >= page.first) return tail;
  const last = tail.at(-1);
  const after = last ? { txid: last.txid, id: last.id } : page.after;
  const chained = await read(work, filter, (asked) => alongChain(asked, { first: page.first - tail.length, after: after ?? null }));
  return [...tail, ...chained];
}

async function read(work: OpenWork, filter: EntryFilter, text: (asked: Asked) => string): Promise<EntryRow[]> {
  const { bind: bindActor, values } = actorParams(work, [work.tenantId]);
  const bind: Bind = (value, cast) => `$${values.push(value)}::${cast}`;
  const conditions = [...asked({ work, filter, bind, values }), visible(work, bindActor, bind)].join(' and ');
  const { rows } = await work.exec(text({ work, filter, bind, values }).replace('/* filter */', conditions), values);
  return rows as unknown as EntryRow[];
}

const columns: readonly (readonly [keyof EntryFilter, string, string])[] = [
  ['resource', 'e.resource =', 'text'],
  ['recordId', 'e.record_id =', 'uuid'],
  ['actorId', 'e.actor_id =', 'uuid'],
  ['action', 'e.action =', 'text'],
  ['class', 'e.class =', 'text'],
  ['command', 'e.command =', 'text'],
  ['field', 'e.changes ?', 'text'],
  ['requestId', 'e.request_id =', 'text'],
  ['correlationId', 'e.correlation_id =', 'text'],
  ['batchId', 'e.batch_id =', 'uuid'],
  ['from', 'e.at >=', 'timestamptz'],
  ['to', 'e.at <', 'timestamptz'],
];

const asked = ({ filter, bind }: Asked): string[] =>
  columns.flatMap(([name, comparison, cast]) => {
    const value = filter[name];
    return value === undefined || value === null ? [] : [`${comparison} ${bind(value, cast)}`];
  });

/** Entries of records within reach; none of records whose module is off. Of what is gone, and of what is no resource, only who may read all of its kind is told. */
function visible(work: OpenWork, bindActor: ReturnType<typeof actorParams>['bind'], bind: Bind): string {
  const { actor, definitions } = work;
  const whole: string[] = [];
  const parts: string[] = [];
  for (const resource of definitions.resources.values()) {
    const filter = rowFilter(resource, actor, `${resource.name}:read`);
    const condition = filterCondition(filter, 't', '$1', bindActor);
    if (condition === null) whole.push(resource.name);
    else if (filter.kind === 'some')
      parts.push(
        `(e.resource = ${bind(resource.name, 'text')} and exists (select from ${resource.table} t where t.tenant_id = $1 and t.id = e.record_id and ${condition}))`,
      );
  }
  const rest =
    reachOf(actor.permissions, 'audit_other:read') === 'all'
      ? `e.resource <> all(${bind(
          everyResource(definitions).map(({ name }) => name),
          'text[]',
        )})`
      : 'false';
  return `(${[`e.resource = any(${bind(whole, 'text[]')})`, rest, ...parts].join(' or ')})`;
}

const behind = (after: EntryPage['after'], bind: Bind) =>
  after ? `(e.txid, e.id) < (${bind(after.txid, 'xid8')}, ${bind(after.id, 'bigint')})` : 'true';

const ofRecord = ({ bind }: Asked, { first, after }: EntryPage): string =>
  `select ${entryColumns}, c.seq, c.hash from kernel.audit_entries e
   left join kernel.audit_chain c on c.tenant_id = e.tenant_id and c.entry_id = e.id
   where e.tenant_id = $1 and /* filter */ and ${after ? `e.id < ${bind(after.id, 'bigint')}` : 'true'} order by e.id desc limit ${bind(first, 'integer')}`;

const unchained = ({ bind }: Asked, { first, after }: EntryPage): string =>
  `select ${entryColumns}, null::bigint as seq, null::bytea as hash from kernel.audit_entries e
   where e.tenant_id = $1 and (e.txid, e.id) > (select m.txid, m.entry_id from kernel.audit_mark m) and ${behind(after, bind)}
     and not exists (select from kernel.audit_chain c where c.tenant_id = e.tenant_id and c.entry_id = e.id)
     and /* filter */ order by e.txid desc, e.id desc limit ${bind(first, 'integer')}`;

const alongChain = ({ bind, filter }: Asked, { first, after }: EntryPage): string => {
  // The link knows the time too: parts of the log that are out of question are not even opened.
  const times = [
    filter.from ? `c.at >= ${bind(filter.from, 'timestamptz')}` : 'true',
    filter.to ? `c.at < ${bind(filter.to, 'timestamptz')}` : 'true',
  ];
  const further = after
    ? `c.seq < coalesce((select k.seq from kernel.audit_chain k where k.tenant_id = $1 and k.entry_id = ${bind(after.id, 'bigint')}), 9223372036854775807)`
    : 'true';
  return `select ${entryColumns}, c.seq, c.hash from kernel.audit_chain c
   join kernel.audit_entries e on e.tenant_id = c.tenant_id and e.txid = c.txid and e.id = c.entry_id and e.at = c.at
   where c.tenant_id = $1 and ${times.join(' and ')} and ${further}
     and /* filter */ order by c.seq desc limit ${bind(first, 'integer')}`;
};
