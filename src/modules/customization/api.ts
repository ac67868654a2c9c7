import type { Work } from '#kernel/usecase/work.js';
import { calculation, type FormulaPlace } from './definitions/calculated-fields.js';
import { findPath } from './definitions/formula-paths.js';
import { FormulaError, type FormulaType } from './domain/formula/formula.js';
import { ObjectDefinition } from './object/object-definition.resource.js';

export type { FormulaPlace } from './definitions/calculated-fields.js';

/** Something that can be worked out of a record, as SQL over its row under an alias. */
export interface Term {
  readonly type: FormulaType;
  /** The fields it depends on, `opportunity.amount`. */
  readonly names: readonly string[];
  readonly sql: (alias: string) => string;
}

/** Why a formula cannot be understood; null for any other error. */
export const whyFormulaFails = (error: unknown): string | null => (error instanceof FormulaError ? error.message : null);

/** A condition on records, written in the language of formulas. Throws what `whyFormulaFails` explains. */
export function conditionOf(source: string, place: FormulaPlace): Term {
  const { resultType, names, sql } = calculation({ type: 'formula', formula: source, rollup: null, settings: {} }, place);
  if (resultType !== 'boolean') throw new FormulaError(`The formula has to come to yes or no; it comes to a ${resultType}.`, 0);
  return { type: 'boolean', names, sql };
}

/** The value at the end of a path such as `amount.amount`, `address.city` or `account.name`; null when there is none a formula could use. */
export const valueAt = (path: string, { lookup, resource }: FormulaPlace): Term | null => findPath(lookup, resource, path.split('.'));

/** Names of the company's objects whose records join two others, by `fromId` and `toId`. */
export async function relationNames(work: Work): Promise<ReadonlySet<string>> {
  const objects = await work.system.repo(ObjectDefinition).list({ isRelation: true, isActive: true });
  return new Set(objects.map(({ name }) => name));
}
