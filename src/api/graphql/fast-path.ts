import {
  Kind,
  OperationTypeNode,
  getVariableValues,
  validate,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
  type ValueNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { makePlan, PlanCache, runPlan, type Plan } from '#kernel/read/plan.js';
import { nullPattern } from '#kernel/read/cursor.js';
import { shapeOf } from '#kernel/read/values.js';
import { codeOf } from '#kernel/resource/ids.js';
import { readerShape } from '#kernel/text/reading.js';
import type { Principal } from '../auth/principal.js';
import { collect } from './collect.js';
import { fragmentsOf, parsed, wantedOf } from './documents.js';
import type { GraphqlParts } from './context.js';
import { isRecord } from './trusted-documents.js';
import { buildContext, rootKinds, rootSelection, type RootKind } from './roots.js';

export interface GraphqlRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/** A document that is nothing but reads, with the variables whose values (not only their shape) decide the statement. */
interface ReadDocument {
  readonly id: number;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly structural: readonly string[];
  readonly cursors: readonly string[];
  readonly ids: readonly string[];
}

/** How many documents are kept analysed, and how long all of them together may be. */
export interface KeptDocuments {
  readonly documents: number;
  readonly bytes: number;
}

/**
 * Answers operations made of resource reads with PostgreSQL's own JSON text. Null means "not mine": the ordinary way
 * through Apollo answers, errors included, so both ways have one behaviour.
 */
export class FastReads {
  private readonly documents: LRUCache<string, ReadDocument | { readonly id: null }>;
  private readonly plans = new PlanCache();
  private readonly kinds: ReadonlyMap<string, RootKind>;
  private nextId = 0;

  constructor(
    private readonly parts: GraphqlParts,
    private readonly schema: GraphQLSchema,
    private readonly rules: readonly ValidationRule[],
    { documents, bytes }: KeptDocuments = { documents: 2000, bytes: 20_000_000 },
  ) {
    this.documents = new LRUCache({ max: documents, maxSize: bytes, sizeCalculation: (_, key) => key.length + 1 });
    this.kinds = rootKinds(parts.registry);
  }

  async answer(request: GraphqlRequest, principal: Principal): Promise<string | null> {
    return this.start(request, principal);
  }

  /** Null at once when it is known without asking the database that this is not to be answered here. */
  start(request: GraphqlRequest, principal: Principal): Promise<string | null> | null {
    const document = this.document(request);
    if (!document) return null;
    const variables = this.variables(document, request);
    if (!variables) return null;
    try {
      const plan = this.plans.get(keyOf(document, variables, readerShape(principal.actor)), () =>
        this.plan(document, variables, principal),
      );
      // What must be asked for, or refused, is so on the ordinary way.
      if (this.parts.costs && !this.parts.costs.spendNow(principal.tenantId, plan.cost)) return null;
      return this.run(plan, variables, principal);
    } catch {
      return null;
    }
  }

  private async run(plan: Plan, variables: Record<string, unknown>, { tenantId, actor }: Principal): Promise<string | null> {
    try {
      const text = await runPlan(this.parts.database.pool, plan, { tenantId, actor, variables, cursorSecret: this.parts.cursorSecret });
      return plan.cost > 0 ? `{"data":${text},"extensions":{"cost":${plan.cost}}}` : `{"data":${text}}`;
    } catch {
      // The ordinary way meets the same refusal and words it.
      return null;
    }
  }

  private document({ query, operationName }: GraphqlRequest): ReadDocument | null {
    const key = `${operationName ?? ''}\n${query}`;
    const known = this.documents.get(key);
    if (known) return known.id === null ? null : known;
    const made = this.analyse(query, operationName ?? null);
    this.documents.set(key, made ?? { id: null });
    return made;
  }

  private analyse(query: string, operationName: string | null): ReadDocument | null {
    const ast = parsed(query, { noLocation: true });
    const operation = ast && wantedOf(ast, operationName);
    if (!ast || operation?.operation !== OperationTypeNode.QUERY || (operation.directives?.length ?? 0) > 0) return null;
    if (!rootNames(ast).every((name) => name === '__typename' || this.kinds.has(name))) return null;
    if (validate(this.schema, ast, this.rules).length > 0) return null;
    const usage = usageOf(ast);
    return { id: ++this.nextId, operation, fragments: fragmentsOf(ast), ...usage };
  }

  private variables({ operation }: ReadDocument, request: GraphqlRequest): Record<string, unknown> | null {
    if (!operation.variableDefinitions?.length) return {};
    const { coerced } = getVariableValues(this.schema, operation.variableDefinitions, request.variables ?? {});
    return coerced ?? null;
  }

  private plan({ operation, fragments }: ReadDocument, variables: Record<string, unknown>, { actor }: Principal): Plan {
    const context = buildContext(this.parts.registry, this.schema, fragments, variables);
    const roots = collect(context, [operation.selectionSet], (condition) => condition === 'Query').map((field) => {
      if (field.name === '__typename') return { kind: 'constant' as const, key: field.key, value: 'Query' };
      const kind = this.kinds.get(field.name);
      if (!kind || field.key.length > 60) throw new NotARead();
      return rootSelection(context, this.schema, kind, field);
    });
    // Nothing to ask the database: `{ __typename }`, as monitors send it, or all else left out by @skip.
    if (roots.every(({ kind }) => kind === 'constant')) throw new NotARead();
    return makePlan(this.parts.registry, actor, roots);
  }
}

class NotARead extends Error {}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

/** The request of a body that holds one and nothing beside it. */
export function requestOf(body: unknown): GraphqlRequest | null {
  if (!isRecord(body)) return null;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || extensions !== undefined) return null;
  if (!isAbsent(operationName) && typeof operationName !== 'string') return null;
  if (!isAbsent(variables) && !isRecord(variables)) return null;
  return { query, operationName: operationName ?? null, variables: variables ?? null };
}

/** Names of all fields asked of Query itself, in whatever fragment they stand. */
function rootNames(ast: DocumentNode): string[] {
  const names: string[] = [];
  const walk = (selections: SelectionSetNode['selections']) => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) names.push(node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) walk(node.selectionSet.selections);
    }
  };
  for (const definition of ast.definitions) {
    if (
      definition.kind === Kind.OPERATION_DEFINITION ||
      (definition.kind === Kind.FRAGMENT_DEFINITION && definition.typeCondition.name.value === 'Query')
    )
      walk(definition.selectionSet.selections);
  }
  return names;
}

const keyOf = (document: ReadDocument, variables: Readonly<Record<string, unknown>>, actorShape: string): string =>
  [
    document.id,
    actorShape,
    shapeOf(variables),
    ...document.structural.map((name) => JSON.stringify(variables[name] ?? null)),
    ...document.cursors.map((name) => nullPattern(variables[name])),
    ...document.ids.map((name) => idCodes(variables[name])),
  ].join('|');

/** Which resources the ids of a variable belong to: one code for one id; for a list its length and every code in it. */
const idCodes = (value: unknown): string =>
  Array.isArray(value)
    ? `${value.length}:${[...new Set(value.map((id) => String(codeOf(String(id)))))].toSorted().join(',')}`
    : String(codeOf(String(value)));

const structuralArguments = new Set(['orderBy', 'first', 'last', 'by']);
const cursorArguments = new Set(['after', 'before']);

/** Which variables are used where their values shape the statement. */
function usageOf(ast: DocumentNode): Pick<ReadDocument, 'structural' | 'cursors' | 'ids'> {
  const found = { structural: new Set<string>(), cursors: new Set<string>(), ids: new Set<string>() };
  visit(ast, {
    Argument: (node) => {
      const target = structuralArguments.has(node.name.value)
        ? found.structural
        : cursorArguments.has(node.name.value)
          ? found.cursors
          : node.name.value === 'id' || node.name.value === 'ids'
            ? found.ids
            : null;
      if (target) variablesIn(node.value).forEach((name) => target.add(name));
    },
  });
  return { structural: [...found.structural], cursors: [...found.cursors], ids: [...found.ids] };
}

function variablesIn(value: ValueNode): string[] {
  if (value.kind === Kind.VARIABLE) return [value.name.value];
  if (value.kind === Kind.LIST) return value.values.flatMap(variablesIn);
  if (value.kind === Kind.OBJECT) return value.fields.flatMap((f) => variablesIn(f.value));
  return [];
}
