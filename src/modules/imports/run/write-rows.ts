import type { Resource } from '#kernel/resource/define-resource.js';
import { RowsRefused, type RowRefusal, type Warning } from '#kernel/usecase/judge.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Finding } from '../domain/map-record.js';
import type { Step } from '../domain/mapping.js';
import type { Action, Existing } from '../domain/plan.js';
import type { Before } from '../store/chunks.js';
import { setDates, setHistory, type Dates } from '../store/history.js';

/** What is to be done for the rows of one chunk. */
export interface Planned {
  readonly importId: string;
  readonly step: Step;
  readonly actions: readonly Action[];
  readonly silent: boolean;
}

/** What became of the rows of a chunk. */
export interface Outcome {
  readonly actions: readonly Action[];
  readonly findings: readonly Finding[];
  /** The record of each row. */
  readonly ids: readonly (string | null)[];
  readonly before: readonly Before[];
}

/** Rows of a chunk that rules of the company refuse, by their places in it. */
export class ChunkRefused extends RowsRefused {}

const foundWith = (actions: readonly Action[]): Finding[] => actions.flatMap(({ row }) => row.findings);

/** Of rows that are only looked at. */
export const unwritten = (actions: readonly Action[]): Outcome => ({
  actions,
  findings: foundWith(actions),
  ids: actions.map(idOf),
  before: [],
});

function idOf(action: Action): string | null {
  if (action.kind === 'unchanged') return action.id ?? null;
  return action.kind === 'update' && action.existing.id !== '' ? action.existing.id : null;
}

export async function writeRows(work: Work, planned: Planned): Promise<Outcome> {
  const { step, actions } = planned;
  const resource = step.mode === 'report' ? null : work.resource(step.resource);
  if (!resource) return unwritten(actions);
  const told = work.warnings.length;
  const made = await insert(work, resource, planned);
  const before = await change(work, resource, planned);
  let at = 0;
  const ids = actions.map((action) => (action.kind === 'create' ? (made[at++] ?? null) : idOf(action)));
  return { actions, ids, before, findings: [...foundWith(actions), ...warned(work.warnings.slice(told), actions, ids)] };
}

async function insert(work: Work, resource: Resource, { actions, silent, importId }: Planned): Promise<string[]> {
  const fresh = actions.flatMap((action, place) => (action.kind === 'create' ? [{ row: action.row, place }] : []));
  const values = fresh.map(({ row }) => row.values);
  const made = await knownRefusal(fresh, () => work.repo(resource).insertMany(values, { events: silent ? 'none' : 'each' }));
  const past = fresh.flatMap(({ row: { history } }, i) => (history ? [{ id: made[i] ?? '', history }] : []));
  await setHistory(work, { resource, importId }, past);
  return made;
}

/** What the company's rules find wrong with rows that came in all the same. */
function warned(warnings: readonly Warning[], actions: readonly Action[], ids: readonly (string | null)[]): Finding[] {
  if (warnings.length === 0) return [];
  const rows = new Map(ids.map((id, i) => [id, actions[i]?.row] as const));
  return warnings.flatMap(({ recordId, rule, path, message }) => {
    const row = rows.get(recordId);
    const about = { field: fieldAt(path), rule, severity: 'warning', value: null, message } as const;
    return row ? [{ line: row.line, ...about, done: 'imported, and kept as a finding' }] : [];
  });
}

/** A field by the JSON pointer to it. */
export const fieldAt = (path: string): string | null => (path === '' ? null : path.slice(1).replaceAll('/', '.'));

/** How the records were before. */
async function change(work: Work, resource: Resource, { step, actions, silent }: Planned): Promise<Before[]> {
  const updates = actions.flatMap((action, place) => (action.kind === 'update' ? [{ ...action, place }] : []));
  if (updates.length === 0) return [];
  const changes = updates.map(({ existing: { id }, patch }) => ({ id, patch }));
  const changed = await knownRefusal(updates, () => work.repo(resource).updateMany(changes, { silent }));
  if (step.keepsDates)
    await setDates(
      work,
      resource,
      updates.flatMap(({ existing }) => untouched(existing)),
    );
  return changed.map(({ before, version }, i) => {
    const was: Readonly<Record<string, unknown>> = { ...before };
    const values = Object.fromEntries(Object.keys(updates[i]?.patch ?? {}).map((field) => [field, was[field] ?? null]));
    return { id: before.id, from: before.version, to: version, values };
  });
}

/** A record nobody has changed since it was made keeps the date it came with. */
const untouched = ({ id, version, updatedAt }: Existing): Dates[] =>
  version === 1 && updatedAt instanceof Date ? [{ id, createdAt: null, updatedAt }] : [];

/** A refusal of some of the rows tells of their places in the chunk. */
async function knownRefusal<T>(rows: readonly { readonly place: number }[], write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof RowsRefused)) throw error;
    const places = [...error.rows].flatMap(([i, why]): [number, RowRefusal][] => {
      const place = rows[i]?.place;
      return place === undefined ? [] : [[place, why]];
    });
    throw new ChunkRefused(error, new Map(places));
  }
}
