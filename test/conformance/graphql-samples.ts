import { readFileSync } from 'node:fs';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  isNonNullType,
  parse,
  type DocumentNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;
export const fieldsOf = (type: GraphQLObjectType | null | undefined): Field[] => Object.values(type?.getFields() ?? {});

/** Fields of a type that have no fields themselves. */
export const leavesOf = (type: GraphQLObjectType): string[] =>
  fieldsOf(type)
    .filter(({ type: of }) => !isCompositeType(getNamedType(of)) && !isListType(getNullableType(of)))
    .map(({ name }) => name);

const selection = (type: GraphQLObjectType): string => {
  const name = ['nodes', 'edges'].find((list) => type.getFields()[list]);
  const inner = name ? getNamedType(type.getFields()[name]?.type) : undefined;
  if (name && isObjectType(inner)) return `{ ${name} ${selection(inner)} pageInfo { hasNextPage endCursor } }`;
  const leaves = leavesOf(type);
  return `{ ${(leaves.length > 0 ? leaves : ['__typename']).join(' ')} }`;
};

/** One operation for each field of Query, Mutation and Subscription that can be asked with what it must be given. */
export function generatedOperations(schema: GraphQLSchema): DocumentNode[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([kind, root]) => fieldsOf(root).map((field) => parse(operation(kind, field))));
}

function operation(kind: string, field: Field): string {
  const given = field.args.filter(({ type }) => isNonNullType(type));
  const variables = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const values = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const type = getNamedType(field.type);
  const body = isObjectType(type) ? selection(type) : isCompositeType(type) ? '{ __typename id }' : '';
  const name = `${kind}_${field.name}`;
  return `${kind} ${name}${variables && `(${variables})`} { ${field.name}${values && `(${values})`} ${body} }`;
}

export const writtenOperations = (): DocumentNode => parse(readFileSync('test/conformance/graphql-operations.graphql', 'utf8'));
