import { isObjectType, type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import type { Actor } from '#kernel/access/actor.js';
import { seesLess, type FieldName } from '#kernel/access/field-rights.js';
import { forbiddenIn } from '#kernel/read/plan.js';
import type { RootSelection } from '#kernel/read/selection.js';
import { constant } from '#kernel/read/values.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { hiddenOutputs } from '#kernel/usecase/guard-fields.js';
import type { DomainError } from '#kernel/errors/domain-error.js';
import { collect, subSelections, type Collected } from './collect.js';
import { contextOf, rootKinds, rootSelection } from './roots.js';
import { objectSelection, resourceFields, type BuildContext } from './selection.js';

/** By the variables of an execution, of which each has its own: all roots of an operation get the same answer. */
const refusals = new WeakMap<object, DomainError | null>();

/**
 * Refuses an operation that asks for a field its actor may not see, wherever in it and before any of it is done: a mutation
 * whose answer may not be shown writes nothing.
 */
export function refuseForbidden(registry: Registry, info: GraphQLResolveInfo, actor: Actor): void {
  if (!seesLess(actor)) return;
  const known = refusals.get(info.variableValues);
  const refusal = known === undefined ? refusalOf(registry, info, actor) : known;
  refusals.set(info.variableValues, refusal);
  if (refusal) throw refusal;
}

function refusalOf(registry: Registry, info: GraphQLResolveInfo, actor: Actor): DomainError | null {
  const type = info.schema.getRootType(info.operation.operation);
  if (!type) return null;
  const context = contextOf(registry, info);
  const roots = collect(context, [info.operation.selectionSet], (condition) => condition === type.name);
  const asked = roots.flatMap((root) => hiddenAnswers(context, root, actor));
  return forbiddenIn(registry, actor, { roots: readsIn(new Walk(context, info.schema), type, roots), fields: asked });
}

class Walk {
  readonly kinds;
  readonly byType: ReadonlyMap<string, Resource>;

  constructor(
    readonly context: BuildContext,
    readonly schema: GraphQLSchema,
  ) {
    this.kinds = rootKinds(context.registry);
    this.byType = new Map([...context.registry.resources.values()].map((resource) => [resource.typeName, resource]));
  }
}

/** The reads an operation is made of: its roots, rows it has written, rows that what it was answered refers to. */
function readsIn(walk: Walk, type: GraphQLObjectType, fields: readonly Collected[]): RootSelection[] {
  const { context, schema } = walk;
  return fields.flatMap((field): RootSelection[] => {
    const kind = type === schema.getQueryType() ? walk.kinds.get(field.name) : undefined;
    if (kind) return [rootSelection(context, schema, kind, field)];
    const answer = schema.getType(String(type.getFields()[field.name]?.type).replace(/[[\]!]/g, ''));
    if (!isObjectType(answer)) return [];
    const resource = walk.byType.get(answer.name);
    if (!resource) return readsIn(walk, answer, inner(context, answer.name, field));
    const selection = objectSelection(context, resource, resourceFields(context, resource, field));
    return [{ kind: 'one', key: field.key, id: constant(null), selection }];
  });
}

const inner = (context: BuildContext, typeName: string, field: Collected) =>
  collect(context, subSelections(field), (condition) => condition === typeName);

/** Fields of a verb's own answer that stand for hidden fields; `account` stands for `accountId`. */
function hiddenAnswers({ registry, ...context }: BuildContext, root: Collected, actor: Actor): FieldName[] {
  const useCase = [...registry.commands.values(), ...registry.queries.values()].find(({ graphql }) => graphql === root.name);
  const hidden = useCase ? hiddenOutputs(registry, useCase, actor) : [];
  if (hidden.length === 0) return [];
  const asked = new Set(collect(context, subSelections(root), () => true).map(({ name }) => name));
  return hidden
    .filter(({ name }) => asked.has(name) || asked.has(name.replace(/Id$/, '')))
    .map(({ of, field }) => ({ resource: of.name, field }));
}
