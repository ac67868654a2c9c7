import { kindCondition, refSql } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import { figuresStaleEvent, type Freshness, type KeptFigure, type Watch } from '../resource/figures.js';

const shortName = (table: string) => table.slice(table.indexOf('.') + 1);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Every write moves it. */
const alwaysChanged = 'updatedAt';

const keptOf = ({ figures }: Resource): readonly KeptFigure[] => figures?.kept ?? [];

/** Whether the statement that writes rows of the resource has to know them whole. */
export const needsWholeRows = ({ figures }: Resource): boolean => figures !== undefined;

/**
 * Parts of the statement that writes rows as `changed`: the figures that follow from what is written. Of new rows all, of others those that
 * follow from the record alone: the rest are worked out afterwards, by one at a time.
 */
export function keptSql(resource: Resource, names: readonly string[] | null): string {
  const concerned = names && [...names, alwaysChanged];
  const figures = keptOf(resource).filter(
    ({ isOwn, inputs }) => concerned === null || (isOwn && inputs.some((input) => concerned.includes(input))),
  );
  return [...Map.groupBy(figures, ({ kept }) => kept.table)]
    .map(
      ([table, some]) =>
        `\n, ${shortName(table)} as (${storeSql(table, some, { from: 'changed', as: names === null ? 'new' : 'changed' })})`,
    )
    .join('');
}

interface Rows {
  /** Rows of the resource under this alias. */
  readonly from: string;
  readonly as: Freshness;
  /** What stands behind `from`, where that is more than the alias. */
  readonly source?: string;
  /** Which of them, where not all. */
  readonly where?: string;
}

/** Stores figures of one table for rows; `$1` is the tenant. */
export function storeSql(table: string, figures: readonly KeptFigure[], { from, as, source = from, where = 'true' }: Rows): string {
  const values = figures.map(({ kept }) => `(${quoted(kept.fieldId)}::uuid, (${kept.worked(from, as)})::${kept.cast})`);
  return `insert into ${table} as held (tenant_id, field_id, record_id, value)
  select $1, figure.f, ${from}.id, figure.v from ${source} cross join lateral (values ${values.join(', ')}) as figure (f, v) where ${where}
  on conflict (tenant_id, field_id, record_id) do update set value = excluded.value where held.value is distinct from excluded.value`;
}

/** Figures of rows that are deleted go with them. */
export const unkeepSql = (resource: Resource): string =>
  [...Map.groupBy(keptOf(resource), ({ kept }) => kept.table)]
    .map(([table, figures]) => {
      const ids = figures.map(({ kept }) => quoted(kept.fieldId)).join(', ');
      return `\n, ${shortName(table)} as (delete from ${table} k using changed where k.tenant_id = $1 and k.field_id in (${ids}) and k.record_id = changed.id)`;
    })
    .join('');

export type Write = { readonly verb: 'created' | 'deleted' } | { readonly verb: 'updated'; readonly names: readonly string[] };

/** Part of the statement that writes rows as `changed`: tells whose figures are out of date by it, those that a moved reference has left too. */
export function staleSql(resource: Resource, write: Write): string {
  const names = write.verb === 'updated' ? [...write.names, alwaysChanged] : null;
  const concerned = (resource.figures?.watched ?? []).filter((watch) => isConcerned(watch, write.verb, names));
  if (concerned.length === 0) return '';
  const told = [
    `'resource', ${quoted(resource.name)}`,
    `'changed', ${names ? `${quoted(JSON.stringify(names))}::jsonb` : 'null::jsonb'}`,
    `'ids', ${concerned.some(({ by }) => by === null) ? '(select jsonb_agg(changed.id) from changed)' : 'null::jsonb'}`,
    `'parents', jsonb_build_object(${concerned.flatMap(({ by }) => (by === null ? [] : [`${quoted(by)}, ${parentsSql(resource, by, names)}`])).join(', ')})`,
  ];
  return `
, stale as (insert into kernel.outbox (tenant_id, id, type, payload, actor, occurred_at)
  select $1, gen_random_uuid(), ${quoted(figuresStaleEvent)}, jsonb_build_object(${told.join(', ')}), '{"kind": "system", "id": null, "label": "figures"}'::jsonb, $2
  where exists (select from changed))`;
}

function isConcerned({ by, names: watched, onCreate }: Watch, verb: Write['verb'], names: readonly string[] | null): boolean {
  if (names) return watched.some((name) => names.includes(name));
  return onCreate && (by !== null || verb === 'created');
}

/** Whom the rows refer to, and whom they referred to before: the statement sees its tables as they were when it began. */
function parentsSql(resource: Resource, by: string, names: readonly string[] | null): string {
  const now = `select ${refSql(resource, by, 'changed')} as id from changed`;
  const before = `select ${refSql(resource, by, 'b')} from ${resource.table} b join changed on b.id = changed.id where b.tenant_id = $1${kindCondition(resource, 'b')}`;
  const rows = names?.includes(by) ? `${now} union ${before}` : now;
  return `(select jsonb_agg(distinct parent.id) from (${rows}) parent where parent.id is not null)`;
}
