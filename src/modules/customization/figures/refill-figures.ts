import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Definitions } from '../definitions/definitions.js';
import { isKept } from '../definitions/figures-of.js';
import { loadDefinitions } from '../definitions/load-definitions.js';
import { productOf } from '../definitions/tenant-definitions.js';
import { placesOf } from '../field/check-formulas.js';
import { figuresIn, type Figure } from './figure.js';
import { reconcileSteps } from './reconcile-figures.job.js';
import { fill, forget } from './work-out.js';

const lookAgainMs = 60_000;

/**
 * Brings kept figures to what is defined now. Call it with the next version of the metadata made and the definitions written: who writes by the
 * older ones waits, and then writes nothing.
 */
export async function refillFigures(work: Work, before: Definitions): Promise<void> {
  const after = await loadDefinitions(work, before.version);
  if (![...before.fields, ...after.fields].some(isKept)) return;
  const [old, fresh] = [figuresIn(resourcesOf(work, before)), figuresIn(resourcesOf(work, after))];
  const words = new Map(old.map((figure) => [figure.kept.fieldId, wordsOf(figure)]));
  const left = new Set(fresh.map(({ kept }) => kept.fieldId));
  for (const { kept } of old) if (!left.has(kept.fieldId)) await forget(work, kept.fieldId);
  const filled = new Set<string>();
  for (const figure of fresh) {
    const isSame = words.get(figure.kept.fieldId) === wordsOf(figure) && !figure.of.some((name) => filled.has(name));
    if (isSame) continue;
    await fill(work, figure);
    filled.add(figure.key);
    await lookAgain(work, figure);
  }
}

/** A process that has not heard of it yet may write what others are made of, where that has no fields of the company's own. */
const lookAgain = (work: Work, { kept: { fieldId } }: Figure): Promise<void> =>
  work.schedule(reconcileSteps, {
    key: `defined ${work.now.toISOString()} ${fieldId}`,
    dueAt: new Date(work.now.getTime() + lookAgainMs),
    payload: { run: `defined ${work.now.toISOString()}`, figure: fieldId },
  });

const resourcesOf = (work: Work, definitions: Definitions): Iterable<Resource> => placesOf(productOf(work), definitions).values();

/** What it comes to, as the database is asked for it. */
const wordsOf = ({ kept }: Figure) => `${kept.table} ${kept.worked('t', 'new')}`;
