import type fc from 'fast-check';
import { getNullableType, isEnumType, isInputObjectType, isListType, type GraphQLInputType } from 'graphql';

/** What choices are drawn from: fast-check's, so that a failure is told with its seed and made smaller. */
export type Draw = fc.GeneratorValue;

/** The text of an input value as GraphQL writes it. */
export function literalOf(type: GraphQLInputType, value: unknown): string {
  if (value === null || value === undefined) return 'null';
  const bare: GraphQLInputType = getNullableType(type);
  if (isListType(bare)) return `[${(value as unknown[]).map((item) => literalOf(bare.ofType, item)).join(', ')}]`;
  if (isEnumType(bare)) return typeof value === 'string' ? value : 'null';
  if (isInputObjectType(bare)) {
    const fields = bare.getFields();
    return `{${Object.entries(value)
      .flatMap(([name, inner]) => (fields[name] ? [`${name}: ${literalOf(fields[name].type, inner)}`] : []))
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}
