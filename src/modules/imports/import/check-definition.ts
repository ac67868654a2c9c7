import { permissionMissing } from '#kernel/access/errors.js';
import { reachOf } from '#kernel/access/actor.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Mapping } from '../domain/mapping.js';
import { checkShape } from '../domain/stored/check-shape.js';
import { compileMapping } from '../domain/stored/compile.js';
import type { Problem, StoredMapping } from '../domain/stored/stored-mapping.js';
import { shapesOf } from './mapping-of.js';
import { lookedUp, refuseFields } from './refuse-fields.js';

export interface Definition {
  readonly stored: StoredMapping;
  readonly mapping: Mapping;
}

/** A mapping as a client sent it, or `import.mapping_unfit` with everything that cannot be meant. */
export function checkDefinition(work: Work, name: string, given: unknown): Definition & { readonly writesHistory: boolean } {
  const shape = checkShape(given);
  if ('problems' in shape) throw unfit(shape.problems);
  const { mapping, problems, writesHistory } = compileMapping(name, shape.mapping, shapesOf(work));
  if (problems.length > 0) throw unfit(problems);
  return { stored: shape.mapping, mapping, writesHistory };
}

const unfit = (problems: readonly Problem[]) =>
  invalid(
    'import.mapping_unfit',
    `The mapping cannot be meant: ${problems[0]?.path ?? '/'} ${problems[0]?.message ?? ''}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}.`,
    { errors: problems.map(({ path, message }) => ({ path, code: 'unfit', message })) },
  );

/** An import writes rows of anybody, so it takes the right to do just that by hand; and one of its own to write what commands write, and the past. */
export function mayCarryOut(work: Work, mapping: Mapping, writesHistory: boolean): void {
  mayWrite(work, mapping);
  refuseFields(work, mapping);
  if (writesHistory && reachOf(work.actor.permissions, 'import:history') !== 'all') throw permissionMissing('import:history');
}

export function mayWrite(work: Work, mapping: Mapping): void {
  const steps = mapping.steps.filter(({ mode }) => mode !== 'report');
  for (const resource of new Set(steps.map((step) => step.resource))) {
    for (const verb of ['create', 'update', 'read']) mayAll(work, `${resource}:${verb}`);
  }
  // Whether a record is found tells that it is there. Users and teams are known to everybody.
  for (const resource of new Set(steps.flatMap(lookedUp))) if (!known.has(resource)) mayAll(work, `${resource}:read`);
}

const known: ReadonlySet<string> = new Set(['user', 'team']);

function mayAll(work: Work, permission: string): void {
  if (reachOf(work.actor.permissions, permission) !== 'all') throw permissionMissing(permission);
}
