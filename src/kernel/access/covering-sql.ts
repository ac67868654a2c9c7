import type { Resource } from '../resource/define-resource.js';
import type { Actor } from './actor.js';
import { filterCondition, rowFilter, type BindActor } from './scope.js';

/** A row in a statement: whose rights judge it, and how the statement names it and its tenant. */
export interface JudgedRow {
  readonly resource: Resource;
  readonly actor: Actor;
  readonly alias: string;
  readonly tenant: string;
  readonly bind: BindActor;
}

/** SQL of a text array: those of the verbs that the actor's rights cover for the row. */
export function coveringSql({ resource, actor, alias, tenant, bind }: JudgedRow, verbs: readonly string[]): string {
  const cases = verbs.flatMap((verb) => {
    const filter = rowFilter(resource, actor, `${resource.name}:${verb}`);
    if (filter.kind === 'none') return [];
    const condition = filterCondition(filter, alias, tenant, bind);
    return [condition === null ? `'${verb}'` : `case when ${condition} then '${verb}' end`];
  });
  return cases.length === 0 ? `array[]::text[]` : `array_remove(array[${cases.join(', ')}]::text[], null)`;
}
