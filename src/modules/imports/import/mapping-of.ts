import type { Work } from '#kernel/usecase/work.js';
import type { Mapping } from '../domain/mapping.js';
import { checkShape } from '../domain/stored/check-shape.js';
import { compileMapping, type ResourceShape, type Shapes } from '../domain/stored/compile.js';
import { allMappings, mappingNamed } from '../mappings/all-mappings.js';
import type { ImportRun } from './import-run.resource.js';

/** Accounts and rights of people, and what is worked out from other records: no file of a customer's may write those. */
const closed: ReadonlySet<string> = new Set(['kernel', 'identity', 'imports', 'files', 'analytics']);

/** What files may be imported into, as far as a company's own mapping goes. */
export const shapesOf =
  (work: Pick<Work, 'definitions' | 'resource'>): Shapes =>
  (name) => {
    const known = work.definitions.resources.get(name);
    return known && isOpen(known) ? work.resource(name) : undefined;
  };

export const openShapes = (work: Pick<Work, 'definitions'>): ResourceShape[] => [...work.definitions.resources.values()].filter(isOpen);

const isOpen = ({ module, operations }: { readonly module: string; readonly operations: readonly string[] }) =>
  !closed.has(module) && operations.includes('update');

/** The mapping of an import that may not have one, or one that is not known any more. */
export function knownMappingOf(
  work: Pick<Work, 'definitions' | 'resource'>,
  run: Pick<ImportRun, 'mapping' | 'definition'>,
): Mapping | null {
  if (run.definition) return 'mapping' in checkShape(run.definition) ? mappingOf(work, run) : null;
  return allMappings.find(({ name }) => name === run.mapping) ?? null;
}

/** What the files of an import mean: its own definition, or a mapping that comes with the product. */
export function mappingOf(work: Pick<Work, 'definitions' | 'resource'>, run: Pick<ImportRun, 'mapping' | 'definition'>): Mapping {
  return run.definition ? compileMapping(run.mapping, run.definition, shapesOf(work)).mapping : mappingNamed(run.mapping);
}
