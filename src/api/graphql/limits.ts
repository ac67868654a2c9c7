import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Longest document, in tokens; a parser limit, so that it costs nothing to refuse. */
export const maxLexicalTokens = 2000;
const maxDepth = 12;
const maxAliases = 30;
const maxInputDepth = 8;
/** Longest request, in bytes; lists of more come by REST or as files. */
export const largestRequest = 102_400;

/** Apollo puts a code of its own over that of a rule; `refusal` it leaves alone. */
const refuse = (message: string) => new GraphQLError(message, { extensions: { code: 'query.too_complex', refusal: 'query.too_complex' } });

/** No operation is deeper than the limit, fragments counted where they are spread. Introspection has its own shape and is left out. */
export const depthLimit: ValidationRule = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition: (operation) => {
    const depth = depthOf(operation.selectionSet, (name) => context.getFragment(name), new Map());
    if (depth > maxDepth) context.reportError(refuse(`The operation is ${depth} levels deep; at most ${maxDepth} are allowed.`));
  },
});

/** Each fragment is measured once, however often it is spread: documents that double themselves cost nothing. */
function depthOf(
  set: SelectionSetNode,
  fragment: (name: string) => FragmentDefinitionNode | null | undefined,
  known: Map<string, number>,
): number {
  return Math.max(
    0,
    ...set.selections.map((node) => {
      if (node.kind === Kind.FIELD)
        return node.name.value.startsWith('__') ? 0 : 1 + (node.selectionSet ? depthOf(node.selectionSet, fragment, known) : 0);
      if (node.kind === Kind.INLINE_FRAGMENT) return depthOf(node.selectionSet, fragment, known);
      const before = known.get(node.name.value);
      if (before !== undefined) return before;
      known.set(node.name.value, 0);
      const found = fragment(node.name.value);
      const depth = found ? depthOf(found.selectionSet, fragment, known) : 0;
      known.set(node.name.value, depth);
      return depth;
    }),
  );
}

/** A field that is asked for under many names multiplies its cost. */
export const aliasLimit: ValidationRule = (context: ValidationContext): ASTVisitor => {
  let aliases = 0;
  return {
    Field: (node) => {
      if (node.alias && ++aliases === maxAliases + 1) context.reportError(refuse(`The document uses more than ${maxAliases} aliases.`));
    },
  };
};

/** Input objects inside each other, as filters can be; values of type JSON have their own limit. */
export const inputDepthLimit: ValidationRule = (context: ValidationContext): ASTVisitor => {
  let depth = 0;
  const isTyped = () => context.getInputType() !== undefined && !/\bJSON\b/.test(String(context.getInputType()));
  return {
    ObjectValue: {
      enter: () => {
        if (!isTyped()) return false;
        if (++depth === maxInputDepth + 1) context.reportError(refuse(`An argument is more than ${maxInputDepth} objects deep.`));
        return undefined;
      },
      leave: () => {
        depth--;
      },
    },
  };
};

export const limitRules: readonly ValidationRule[] = [depthLimit, aliasLimit, inputDepthLimit];

/** Who may ask for the schema. With `members` and `nobody`, strangers are not answered at all. */
export type IntrospectionPolicy = 'everyone' | 'members' | 'nobody';

/** The limits, and no introspection where nobody may ask for it. */
export const extraRules = (introspection: IntrospectionPolicy): readonly ValidationRule[] =>
  introspection === 'nobody' ? [...limitRules, NoSchemaIntrospectionCustomRule] : limitRules;

/** All rules a document must keep, whichever way it comes. */
export const rulesFor = (introspection: IntrospectionPolicy): readonly ValidationRule[] => [
  ...specifiedRules,
  ...extraRules(introspection),
];
