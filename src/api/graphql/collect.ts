import {
  Kind,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';

/** Fields of one response key, merged as the GraphQL specification (§6.3.2 CollectFields) says. */
export interface Collected {
  readonly key: string;
  readonly name: string;
  readonly nodes: readonly FieldNode[];
}

export interface CollectContext {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The fields a selection asks of an object of type `typeName`, in order; `applies` says which fragment conditions it meets. */
export function collect(
  context: CollectContext,
  sets: readonly (SelectionSetNode | undefined)[],
  applies: (condition: string) => boolean,
): Collected[] {
  const byKey = new Map<string, FieldNode[]>();
  const seen = new Set<string>();
  const visit = (set: SelectionSetNode | undefined) => {
    for (const node of set?.selections ?? []) {
      if (!included(context, node)) continue;
      if (node.kind === Kind.FIELD) add(byKey, node);
      else visit(fragmentSet(context, node, seen, applies));
    }
  };
  for (const set of sets) visit(set);
  return [...byKey].map(([key, nodes]) => ({ key, name: nodes[0]?.name.value ?? '', nodes }));
}

function add(byKey: Map<string, FieldNode[]>, node: FieldNode): void {
  const key = node.alias?.value ?? node.name.value;
  byKey.set(key, [...(byKey.get(key) ?? []), node]);
}

/** The selections of a fragment that applies; a named one counts once. */
function fragmentSet(
  context: CollectContext,
  node: InlineFragmentNode | FragmentSpreadNode,
  seen: Set<string>,
  applies: (condition: string) => boolean,
): SelectionSetNode | undefined {
  if (node.kind === Kind.INLINE_FRAGMENT)
    return !node.typeCondition || applies(node.typeCondition.name.value) ? node.selectionSet : undefined;
  if (seen.has(node.name.value)) return undefined;
  seen.add(node.name.value);
  const fragment = context.fragments[node.name.value];
  return fragment && applies(fragment.typeCondition.name.value) ? fragment.selectionSet : undefined;
}

function included(context: CollectContext, node: Parameters<typeof getDirectiveValues>[1]): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, context.variables);
  if (skip?.['if'] === true) return false;
  const include = getDirectiveValues(GraphQLIncludeDirective, node, context.variables);
  return include?.['if'] !== false;
}

export const subSelections = (field: Collected) => field.nodes.map((node) => node.selectionSet);
