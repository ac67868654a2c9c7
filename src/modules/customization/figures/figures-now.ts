import { sql } from '#kernel/db/sql.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Work } from '#kernel/usecase/work.js';
import { productOf, tenantDefinitions } from '../definitions/tenant-definitions.js';
import { figuresIn, type Figure } from './figure.js';

/** What a company has defined, and the figures that are kept of it. */
export interface FiguresNow {
  readonly definitions: Registry;
  /** Each behind those it is made of. */
  readonly figures: readonly Figure[];
}

const known = new WeakMap<Registry, readonly Figure[]>();

/**
 * Those of this moment, whatever this process has heard of, those of modules that are off too: nobody changes them until the transaction ends, so
 * that nothing is worked out by yesterday's formula.
 */
export async function figuresNow(work: Work): Promise<FiguresNow> {
  await work.rows(sql`select from kernel.metadata_versions where tenant_id = ${work.tenantId} for share`);
  const definitions = await tenantDefinitions(productOf(work), work);
  const figures = known.get(definitions) ?? figuresIn(definitions.resources.values());
  known.set(definitions, figures);
  return { definitions, figures };
}
