import { mayAsk } from '#kernel/access/field-rights.js';
import { filterCondition, rowFilter } from '#kernel/access/scope.js';
import { actorParams } from '#kernel/db/find-rows.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { kindCondition, refSql } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { Activity } from './activity.resource.js';

/** Days after which something done counts half. */
const halfLifeDays = 90;
/** Older dealings, each worth less than half a per cent, are not looked at. */
const longestDays = 8 * halfLifeDays;

/** What has been done lately with a record, or with two of them. */
export interface Dealing {
  /** From 0, nothing, towards 1: r / (1 + r), where r adds up 0.5 ^ (age in days / 90) of what was done. */
  readonly strength: string;
  readonly activities: number;
  readonly lastAt: Date | null;
}

interface Asked {
  readonly id: string;
  readonly kind: string;
}
export type Pair = readonly [Asked, Asked];

export interface Dealings {
  /** Null where no activity could name the record, or the caller may not know. */
  of(record: Asked): Dealing | null;
  between(pair: Pair): Dealing | null;
}

const nothing: Dealing = { strength: '0.0000', activities: 0, lastAt: null };
const untold: Dealings = { of: () => null, between: () => null };

/**
 * How close one is to records by what was done with them: often and lately. The sum is the Interactions Rank of Roth et al., Suggesting
 * Friends Using the Implicit Social Graph (KDD 2010, doi:10.1145/1835804.1835836). Only activities the caller may see count.
 */
export async function dealingsWith(work: Work, records: readonly Asked[], pairs: readonly Pair[]): Promise<Dealings> {
  const activity = work.definitions.resources.get(Activity.name);
  if (!activity || rowFilter(activity, work.actor, 'activity:read').kind === 'none' || !mayAsk(work.actor, activity, 'doneAt'))
    return untold;
  const refs = Object.entries(activity.fields)
    .filter(([name, { kind, target }]) => kind === 'ref' && target !== 'user' && mayAsk(work.actor, activity, name))
    .map(([name, { target = '' }]) => ({ name, target }));
  const places = (kind: string) => refs.filter(({ target }) => target === kind).length;
  const isNameable = ({ kind }: Asked) => places(kind) > 0;
  const areNameable = ([one, other]: Pair) => isNameable(one) && isNameable(other) && (one.kind !== other.kind || places(one.kind) > 1);
  const measured = await measure(work, activity, {
    refs: refs.map(({ name }) => name),
    records: records.filter(isNameable),
    pairs: pairs.filter(areNameable),
  });
  return {
    of: (record) => (isNameable(record) ? (measured.get(record.id) ?? nothing) : null),
    between: (pair) => (areNameable(pair) ? (measured.get(keyOf(pair[0].id, pair[1].id)) ?? nothing) : null),
  };
}

const keyOf = (...ids: readonly string[]) => [...ids].sort().join(' ');

interface Question {
  readonly refs: readonly string[];
  readonly records: readonly Asked[];
  readonly pairs: readonly Pair[];
}
interface Measured {
  readonly one: string;
  readonly other: string | null;
  readonly rank: number;
  readonly activities: number;
  readonly last_at: Date;
}

async function measure(work: Work, activity: Resource, { refs, records, pairs }: Question): Promise<Map<string, Dealing>> {
  if (records.length + pairs.length === 0) return new Map();
  const open = openWorkOf(work);
  const ids = [...new Set([...records.map(({ id }) => id), ...pairs.flat().map(({ id }) => id)])];
  const { bind: bindActor, values } = actorParams(open, [
    work.tenantId,
    ids,
    work.now,
    pairs.map(([{ id }]) => id),
    pairs.map(([, { id }]) => id),
  ]);
  const reached = filterCondition(rowFilter(activity, work.actor, 'activity:read'), 't', '$1', bindActor) ?? 'true';
  const bind = (value: unknown) => `$${values.push(value)}`;
  const named = refs.map((name) => namedBy(activity, name, bind)).join(' or ');
  const rank = `sum(power(0.5, extract(epoch from $3::timestamptz - x.done_at) / ${halfLifeDays * 86_400}))::float8 as rank,
    count(*)::integer as activities, max(x.done_at) as last_at`;
  const { rows } = await open.exec(
    `with named as materialized (
       select distinct t.id, t.done_at, m.record from ${activity.table} t
         cross join lateral (values ${refs.map((name) => `(${refSql(activity, name, 't')})`).join(', ')}) m(record)
       where t.tenant_id = $1${kindCondition(activity, 't')} and (${named}) and m.record = any($2::uuid[])
         and t.done_at <= $3::timestamptz and t.done_at > $3::timestamptz - interval '${longestDays} days' and ${reached})
     select x.record as one, null::uuid as other, ${rank} from named x group by x.record
     union all
     select p.one, p.other, ${rank} from (select distinct * from unnest($4::uuid[], $5::uuid[]) u(one, other)) p
       join named x on x.record = p.one join named y on y.record = p.other and y.id = x.id group by p.one, p.other`,
    values,
  );
  return new Map(
    (rows as unknown as Measured[]).map((row) => [keyOf(row.one, ...(row.other === null ? [] : [row.other])), dealingOf(row)]),
  );
}

/** Activities that name one of the records: by the index beside the rows, where the reference is the company's own. */
function namedBy(activity: Resource, name: string, bind: (value: unknown) => string): string {
  const stored = activity.fields[name]?.stored;
  const index = stored?.in === 'custom' ? stored.index : undefined;
  if (!index) return `${refSql(activity, name, 't')} = any($2::uuid[])`;
  return `t.id in (select i.record_id from ${index.table} i where i.tenant_id = $1 and i.field_id = ${bind(index.fieldId)}::uuid and i.value = any($2::uuid[]))`;
}

const dealingOf = ({ rank, activities, last_at: lastAt }: Measured): Dealing => ({
  strength: (rank / (1 + rank)).toFixed(4),
  activities,
  lastAt,
});
