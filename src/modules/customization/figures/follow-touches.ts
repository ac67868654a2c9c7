import { openWorkOf } from '#kernel/db/twins.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Figure } from './figure.js';
import { figuresNow } from './figures-now.js';
import { concernedBy, type Touch } from './touches.js';
import { oneAtATime, workOut } from './work-out.js';

/** Figures of so many records are worked out by one statement, and so many by one transaction. */
const atOnce = 1_000;
const mostInOne = 10_000;

/** More than one transaction should do. */
export interface Left {
  readonly fieldId: string;
  readonly ids: readonly string[];
}

/**
 * Works out anew, from the rows as they are, whatever follows from what was touched, up all chains: a figure that became another one touches those
 * that are made of it. However often and in whatever order it is told, it comes to the same. Answers what is left to do.
 */
export async function followTouches(work: Work, given: readonly Touch[]): Promise<Left[]> {
  const { definitions, figures } = await figuresNow(work);
  if (figures.length === 0) return [];
  await oneAtATime(work);
  const touches = [...given];
  const left: Left[] = [];
  for (const figure of figures) {
    const told = figure.isOwn ? touches.filter(({ isAlong }) => isAlong) : touches;
    const ids = told.length === 0 ? [] : await concernedBy({ work, definitions }, figure, told);
    const changed = await inSteps(work, figure, ids.slice(0, mostInOne));
    if (changed.length > 0) touches.push({ resource: figure.resource.name, changed: [figure.name], ids: changed, parents: {} });
    left.push(...parts(ids.slice(mostInOne), mostInOne).map((some) => ({ fieldId: figure.kept.fieldId, ids: some })));
  }
  return left;
}

/** The same for records of one figure that are known, and all that follows from it. */
export async function followFigure(work: Work, { fieldId, ids }: Left): Promise<Left[]> {
  const { figures } = await figuresNow(work);
  const figure = figures.find(({ kept }) => kept.fieldId === fieldId);
  if (!figure) return [];
  await oneAtATime(work);
  const changed = await inSteps(work, figure, ids);
  if (changed.length === 0) return [];
  return followTouches(work, [{ resource: figure.resource.name, changed: [figure.name], ids: changed, parents: {} }]);
}

/** Answers the records whose figure was another one. */
async function inSteps(work: Work, figure: Figure, ids: readonly string[]): Promise<string[]> {
  const changed: string[] = [];
  for (const some of parts(ids, atOnce)) {
    if (figure.isOwn) await holdRows(work, figure, some);
    changed.push(...(await workOut(work, figure, some)));
  }
  return changed;
}

/** What follows from a record alone is written with it: whoever works it out beside that holds the record, as a writer does. */
export async function holdRows(work: Work, { resource }: Figure, ids: readonly string[]): Promise<void> {
  const where = `t.tenant_id = $1 and t.id = any($2::uuid[])${kindCondition(resource, 't')}`;
  await openWorkOf(work).exec(`select from ${resource.table} t where ${where} order by t.id for no key update`, [work.tenantId, ids]);
}

const parts = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
