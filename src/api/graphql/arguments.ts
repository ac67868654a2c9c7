import type { GraphQLInputObjectType } from 'graphql';
import {
  Kind,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  valueFromAST,
  type GraphQLArgument,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql';
import { constant, variable, type Val } from '#kernel/read/values.js';
import type { CollectContext, Collected } from './collect.js';

/** A field's argument as the read compiler wants it: leaves remember which variable they stem from. */
export function argument(context: CollectContext, field: Collected, definition: GraphQLArgument): Val | undefined {
  const node = field.nodes[0]?.arguments?.find((a) => a.name.value === definition.name);
  if (!node) return definition.defaultValue === undefined ? undefined : constant(definition.defaultValue);
  return valOf(context, node.value, definition.type);
}

function valOf(context: CollectContext, node: ValueNode, type: GraphQLInputType): Val {
  const bare: GraphQLInputType = getNullableType(type);
  if (node.kind === Kind.VARIABLE) return variable([node.name.value], context.variables[node.name.value]);
  if (node.kind === Kind.NULL) return constant(null);
  if (isListType(bare)) {
    const itemType = bare.ofType;
    return {
      from: 'list',
      items: node.kind === Kind.LIST ? node.values.map((v) => valOf(context, v, itemType)) : [valOf(context, node, itemType)],
    };
  }
  if (isInputObjectType(bare) && node.kind === Kind.OBJECT)
    return objectOf(
      context,
      node.fields.map((f) => [f.name.value, f.value] as const),
      bare,
    );
  return constant(valueFromAST(node, getNamedType(type), context.variables));
}

function objectOf(context: CollectContext, fields: readonly (readonly [string, ValueNode])[], type: GraphQLInputObjectType): Val {
  const types = type.getFields();
  const given = new Map<string, Val>();
  for (const [name, value] of fields) {
    const fieldType = types[name]?.type;
    // A variable that was not given is a field that was not given.
    if (!fieldType || (value.kind === Kind.VARIABLE && context.variables[value.name.value] === undefined)) continue;
    given.set(name, valOf(context, value, fieldType));
  }
  for (const [name, field] of Object.entries(types)) {
    if (!given.has(name) && field.defaultValue !== undefined) given.set(name, constant(field.defaultValue));
  }
  return { from: 'object', entries: given };
}
