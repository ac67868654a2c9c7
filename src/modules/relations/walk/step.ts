import { mayAsk } from '#kernel/access/field-rights.js';
import { filterCondition, rowFilter, type BindActor } from '#kernel/access/scope.js';
import { actorParams } from '#kernel/db/find-rows.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { columnsOf, columnSql, kindCondition, refSql } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { directionsFrom, type Direction, type Tie } from './ties.js';

/** From one record to another, over one tie. */
export interface Hop extends Direction {
  readonly near: string;
  readonly far: string;
  /** The row that says so. */
  readonly holderId: string;
  readonly roles: readonly string[] | null;
  readonly validFrom: string | null;
  readonly validTo: string | null;
}

export interface Step {
  readonly ties: readonly Tie[];
  /** Ids of the records to go on from, by their kind. */
  readonly frontier: ReadonlyMap<string, readonly string[]>;
  /** The day relations have to hold on; null: any. */
  readonly on: string | null;
  /** No more hops than this come back. */
  readonly most: number;
}

interface Found {
  readonly place: number;
  readonly near: string;
  readonly far: string;
  readonly holder: string;
  readonly roles: readonly string[] | null;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
}

/** All that hangs together with records of the frontier and that the actor may see at both ends, in one statement; the newest first of each tie. */
export async function step(work: Work, { ties, frontier, on, most }: Step): Promise<Hop[]> {
  const open = openWorkOf(work);
  const { bind: bindActor, values } = actorParams(open, [work.tenantId]);
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`;
  const directions = [...frontier].flatMap(([kind, ids]) => {
    const all = directionsFrom(ties, kind);
    const among = all.length === 0 ? '' : bind(ids, 'uuid[]');
    return all.map((direction) => ({ ...direction, ids: among }));
  });
  if (directions.length === 0) return [];
  const limit = bind(most, 'integer');
  const day = on !== null && directions.some(({ tie }) => isDated(tie)) ? bind(on, 'date') : null;
  const writer = new StepWriter(work, bindActor, bind);
  const parts = directions.map((direction, place) => `(${writer.select(direction, { ids: direction.ids, place, day })} limit ${limit})`);
  const { rows } = await open.exec(`select * from (${parts.join(' union all ')}) hops limit ${limit}`, values);
  return (rows as unknown as Found[]).flatMap((row) => {
    const direction = directions[row.place];
    return direction ? [hopOf(direction, row)] : [];
  });
}

const dateOf = ({ holder, from }: Tie, name: 'validFrom' | 'validTo'): string | null => {
  const field = holder.fields[name];
  const [column] = from !== null && field?.kind === 'date' ? columnsOf(name, field) : [];
  return column ? columnSql(column, 'h') : null;
};
const isDated = (tie: Tie) => dateOf(tie, 'validFrom') !== null || dateOf(tie, 'validTo') !== null;

const hopOf = ({ tie, isForward }: Direction, row: Found): Hop => ({
  tie,
  isForward,
  near: row.near,
  far: row.far,
  holderId: row.holder,
  roles: row.roles,
  validFrom: row.valid_from,
  validTo: row.valid_to,
});

interface Asked {
  /** The parameter with the ids to go on from, and that of the day. */
  readonly ids: string;
  readonly day: string | null;
  readonly place: number;
}

class StepWriter {
  constructor(
    private readonly work: Work,
    private readonly bindActor: BindActor,
    private readonly bind: (value: unknown, cast: string) => string,
  ) {}

  select({ tie, isForward }: Direction, { ids, day, place }: Asked): string {
    const { holder } = tie;
    const [near, far] = isForward ? [tie.from, tie.to] : [tie.to, tie.from];
    const nearId = near === null ? 'h.id' : refSql(holder, near, 'h');
    const farId = far === null ? 'h.id' : refSql(holder, far, 'h');
    const target = isForward ? tie.far : tie.near;
    const join = far === null ? '' : ` join ${target.table} f on f.tenant_id = $1 and f.id = ${farId}${this.walls(target, 'f')}`;
    const dates = this.dates(tie);
    return `select ${place}::integer as place, ${nearId} as near, ${farId} as far, h.id as holder, ${this.roles(tie)} as roles,
        (${dates.from})::text as valid_from, (${dates.to})::text as valid_to
      from ${holder.table} h${join} where h.tenant_id = $1${this.walls(holder, 'h')} and ${this.among(holder, near, ids)}${dates.holding(day)}
      order by h.id desc`;
  }

  /** Of its kind, and within the reach of who asks. */
  private walls(resource: Resource, alias: string): string {
    const { actor } = this.work;
    const reached = filterCondition(rowFilter(resource, actor, `${resource.name}:read`), alias, '$1', this.bindActor);
    return `${kindCondition(resource, alias)}${reached === null ? '' : ` and ${reached}`}`;
  }

  /** By the index beside the rows, where the reference is a field of the company's own. */
  private among(holder: Resource, near: string | null, ids: string): string {
    if (near === null) return `h.id = any(${ids})`;
    const stored = holder.fields[near]?.stored;
    const index = stored?.in === 'custom' ? stored.index : undefined;
    if (!index) return `${refSql(holder, near, 'h')} = any(${ids})`;
    const field = this.bind(index.fieldId, 'uuid');
    return `h.id in (select i.record_id from ${index.table} i where i.tenant_id = $1 and i.field_id = ${field} and i.value = any(${ids}))`;
  }

  private roles({ holder, from }: Tie): string {
    const field = holder.fields['roles'];
    const isShown = from !== null && field?.kind === 'list' && mayAsk(this.work.actor, holder, 'roles');
    const [column] = isShown ? columnsOf('roles', field) : [];
    return column ? columnSql(column, 'h') : 'null::jsonb';
  }

  private dates(tie: Tie) {
    const [since, until] = [dateOf(tie, 'validFrom'), dateOf(tie, 'validTo')];
    const holding = (day: string | null) =>
      [
        day !== null && since !== null ? ` and (${since} is null or ${since} <= ${day})` : '',
        day !== null && until !== null ? ` and (${until} is null or ${until} > ${day})` : '',
      ].join('');
    return { from: since ?? 'null', to: until ?? 'null', holding };
  }
}
