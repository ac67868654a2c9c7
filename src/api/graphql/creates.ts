import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  getArgumentValues,
  getVariableValues,
  locatedError,
  validate,
  visit,
  type DocumentNode,
  type FieldNode,
  type FormattedExecutionResult,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { seesLess } from '#kernel/access/field-rights.js';
import type { ObjectSelection } from '#kernel/read/selection.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import type { UseCase } from '#kernel/usecase/define-command.js';
import type { Principal } from '../auth/principal.js';
import { isFlat, projectRow } from '../row.js';
import { callIn, verbCost, type GraphqlContext, type GraphqlParts } from './context.js';
import { formatError, type ErrorOptions } from './errors.js';
import { fragmentsOf, parsed, wantedOf } from './documents.js';
import { finish } from './executed.js';
import type { GraphqlRequest } from './fast-path.js';
import { buildContext } from './roots.js';
import { objectSelection, resourceFields } from './selection.js';

/** A mutation that makes one record and asks for nothing but fields of that. */
interface CreateDocument {
  readonly operation: OperationDefinitionNode;
  readonly node: FieldNode;
  readonly key: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly command: UseCase;
  readonly selection: ObjectSelection;
}

interface CreateArguments {
  readonly input: unknown;
  readonly idempotencyKey: unknown;
}

export interface CreatesParts {
  readonly graphql: GraphqlParts;
  readonly schema: GraphQLSchema;
  readonly rules: readonly ValidationRule[];
  readonly errors: ErrorOptions;
}

interface Executed {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

const mostDocuments = 500;

/**
 * Runs mutations of a single `create…` without graphql-js walking through them, and words their answers, refusals included, as the ordinary way
 * does. Which those are is known before anything is done; all others are left to the ordinary way.
 */
export class DirectCreates {
  private readonly documents = new LRUCache<string, { readonly create: CreateDocument | null }>({
    max: mostDocuments,
    maxSize: 5_000_000,
    sizeCalculation: (_, key) => key.length + 1,
  });
  private readonly commands: ReadonlyMap<string, UseCase>;

  constructor(private readonly parts: CreatesParts) {
    const creatable = [...parts.graphql.registry.resources.values()].filter(({ operations }) => operations.includes('create'));
    this.commands = new Map(creatable.map((resource) => [`create${resource.typeName}`, crudCommand(resource, 'create')]));
  }

  /** Null: not one of those. */
  start(request: GraphqlRequest, principal: Principal, contextOf: () => GraphqlContext): Promise<Executed> | null {
    // What an operation may not ask for is found out by walking through it.
    if (seesLess(principal.actor)) return null;
    const create = this.document(request);
    if (!create) return null;
    const args = this.argumentsOf(create, request);
    // What its company has spent too much for is refused the ordinary way.
    const { costs } = this.parts.graphql;
    if (!args || costs?.spendNow(principal.tenantId, verbCost) === false) return null;
    return this.run(create, args, principal, contextOf());
  }

  private async run(create: CreateDocument, args: CreateArguments, principal: Principal, context: GraphqlContext): Promise<Executed> {
    const { command, selection, key } = create;
    const { input, idempotencyKey } = args;
    context.cost += verbCost;
    try {
      const { result } = await this.parts.graphql.runner.run(command, input, callIn(context, principal, { key: idempotencyKey }));
      return executed({ data: { [key]: projectRow(selection, result) } }, context);
    } catch (error) {
      return executed({ errors: [this.refusal(create, error)], data: null }, context);
    }
  }

  private refusal({ node, key }: CreateDocument, error: unknown) {
    const located = locatedError(error, [node], [key]);
    return formatError(this.parts.errors)({ ...located.toJSON(), extensions: { code: 'INTERNAL_SERVER_ERROR' } }, located);
  }

  private argumentsOf({ operation, field, node }: CreateDocument, { variables }: GraphqlRequest): CreateArguments | null {
    const { coerced } = getVariableValues(this.parts.schema, operation.variableDefinitions ?? [], variables ?? {});
    if (!coerced) return null;
    try {
      const { input, idempotencyKey, dryRun, ...others } = getArgumentValues(field, node, coerced);
      // What is only tried, and what else there may come to be, is not done here.
      return dryRun === true || Object.keys(others).length > 0 ? null : { input, idempotencyKey };
    } catch (error) {
      if (error instanceof GraphQLError) return null;
      throw error;
    }
  }

  private document({ query, operationName }: GraphqlRequest): CreateDocument | null {
    const key = `${operationName ?? ''}\n${query}`;
    const known = this.documents.get(key);
    if (known) return known.create;
    const create = this.analyse(query, operationName ?? null);
    this.documents.set(key, { create });
    return create;
  }

  private analyse(query: string, name: string | null): CreateDocument | null {
    const found = rootOf(parsed(query), name);
    const command = found && this.commands.get(found.node.name.value);
    const field = found && this.parts.schema.getMutationType()?.getFields()[found.node.name.value];
    if (!command || !field || validate(this.parts.schema, found.ast, this.parts.rules).length > 0) return null;
    const selection = this.selectionOf(command, found);
    return selection && isFlat(selection) ? { ...found, field, command, selection } : null;
  }

  private selectionOf({ crud }: UseCase, { ast, node, key }: Root): ObjectSelection | null {
    if (!crud) return null;
    const { resource } = crud;
    const context = buildContext(this.parts.graphql.registry, this.parts.schema, fragmentsOf(ast), {});
    return objectSelection(context, resource, resourceFields(context, resource, { key, name: node.name.value, nodes: [node] }));
  }
}

interface Root {
  readonly ast: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly node: FieldNode;
  readonly key: string;
}

/** The only field of the operation that is asked for, if that is a mutation whose answer no request can change. */
function rootOf(ast: DocumentNode | null, name: string | null): Root | null {
  const operation = ast && wantedOf(ast, name);
  const node = operation?.operation === OperationTypeNode.MUTATION ? onlyField(operation) : null;
  return ast && operation && node && !hasVariety(ast, node) ? { ast, operation, node, key: node.alias?.value ?? node.name.value } : null;
}

function onlyField({ selectionSet: { selections } }: OperationDefinitionNode): FieldNode | null {
  const [node, ...others] = selections;
  return node?.kind === Kind.FIELD && others.length === 0 ? node : null;
}

function executed(result: FormattedExecutionResult, context: GraphqlContext): Executed {
  const { errors, data, extensions, language } = finish(result, context);
  return {
    // Apollo ends its answers with a line break.
    text: `${JSON.stringify({ errors, data, extensions })}\n`,
    headers: language === null ? {} : { 'content-language': language },
  };
}

/** Whether what is answered can change from request to request: by directives, or by variables below the field itself. */
function hasVariety(ast: DocumentNode, root: FieldNode): boolean {
  const own = new Set<unknown>(root.arguments);
  let found = false;
  visit(ast, {
    Directive: () => {
      found = true;
    },
    Argument: (argument) => {
      // Whatever stands in the input of the field is its own.
      if (own.has(argument)) return false;
      found = true;
      return undefined;
    },
  });
  return found;
}
