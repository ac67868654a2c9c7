import { Kind, parse, type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode, type ParseOptions } from 'graphql';
import { maxLexicalTokens } from './limits.js';

/** Null for what is no document, or too long a one. */
export function parsed(query: string, options: Pick<ParseOptions, 'noLocation'> = {}): DocumentNode | null {
  try {
    return parse(query, { maxLexicalTokens, ...options });
  } catch {
    return null;
  }
}

/** The operation that is asked for; undefined when that is not plain. */
export function wantedOf(ast: DocumentNode, name: string | null): OperationDefinitionNode | undefined {
  const operations = ast.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION);
  if (name !== null) return operations.find((o) => o.name?.value === name);
  return operations.length === 1 ? operations[0] : undefined;
}

export const fragmentsOf = (ast: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> =>
  Object.fromEntries(ast.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION).map((f) => [f.name.value, f]));
