import { openWorkOf } from '#kernel/db/twins.js';
import { kindCondition, refSql } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Source, Step } from '#kernel/resource/figures.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Figure } from './figure.js';

/** Records that were written, or whose figures have become others. */
export interface Touch {
  readonly resource: string;
  /** Names of what changed; null: all of it, for the records are new or gone. */
  readonly changed: readonly string[] | null;
  readonly ids: readonly string[] | null;
  /** By a reference, whom they refer to, and referred to before; what is left out is asked for. */
  readonly parents: Readonly<Record<string, readonly string[] | null>>;
  /** The database itself changed them along with others, so that not even figures of their own were written. */
  readonly isAlong?: boolean;
}

interface Asked {
  readonly work: Work;
  readonly definitions: Registry;
}

/** Records whose figure may be another one after what was touched: found by the way to what it is made of, walked back. */
export async function concernedBy(asked: Asked, figure: Figure, touches: readonly Touch[]): Promise<string[]> {
  const found = new Set<string>();
  for (const source of figure.sources) {
    const told = touches.filter((touch) => isTold(touch, source));
    if (told.length > 0) for (const id of await walkBack(asked, source.path, told)) found.add(id);
  }
  return [...found].toSorted();
}

const isTold = ({ resource, changed }: Touch, { resource: wanted, field }: Source) =>
  resource === wanted && (changed === null || changed.includes(field));

async function walkBack(asked: Asked, path: readonly Step[], told: readonly Touch[]): Promise<readonly string[]> {
  const last = path.at(-1);
  const isDown = last?.kind === 'down';
  let ids = isDown ? await parentsOf(asked, last, told) : distinct(told.flatMap((touch) => touch.ids ?? []));
  for (const step of (isDown ? path.slice(0, -1) : path).toReversed()) {
    if (ids.length === 0) break;
    ids = await stepBack(asked, step, ids);
  }
  return ids;
}

async function parentsOf(asked: Asked, step: Step, told: readonly Touch[]): Promise<string[]> {
  const given = told.flatMap(({ parents }) => parents[step.ref] ?? []);
  const others = told.filter(({ parents }) => !Object.hasOwn(parents, step.ref)).flatMap((touch) => touch.ids ?? []);
  return distinct([...given, ...(others.length === 0 ? [] : await stepBack(asked, step, distinct(others)))]);
}

const distinct = (ids: readonly string[]): string[] => [...new Set(ids)];

/** Against the step: from those that are referred to, to those that refer to them, or the other way. */
async function stepBack({ work, definitions }: Asked, step: Step, ids: readonly string[]): Promise<string[]> {
  const holder = definitions.resource(step.holder);
  const text = step.kind === 'up' ? refersToAny(holder, step.ref) : referredToBy(holder, step.ref);
  const { rows } = await openWorkOf(work).exec(text, [work.tenantId, ids]);
  return rows.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
}

const rowsOf = (holder: Resource) => `${holder.table} t where t.tenant_id = $1${kindCondition(holder, 't')}`;

/** By the index of the reference, be it of a column or beside the rows. */
function refersToAny(holder: Resource, ref: string): string {
  const stored = holder.fields[ref]?.stored;
  const index = stored?.in === 'custom' ? stored.index : undefined;
  if (index)
    return `select i.record_id as id from ${index.table} i where i.tenant_id = $1 and i.field_id = '${index.fieldId}'::uuid and i.value = any($2::uuid[])`;
  return `select t.id from ${rowsOf(holder)} and ${refSql(holder, ref, 't')} = any($2::uuid[])`;
}

const referredToBy = (holder: Resource, ref: string) =>
  `select distinct ${refSql(holder, ref, 't')} as id from ${rowsOf(holder)} and t.id = any($2::uuid[])`;
