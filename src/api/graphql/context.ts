import type { GraphQLResolveInfo } from 'graphql';
import { costLimit, makePlan, runPlan } from '#kernel/read/plan.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { RootSelection } from '#kernel/read/selection.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Warning } from '#kernel/usecase/judge.js';
import type { Call, Runner } from '#kernel/usecase/runner.js';
import type { Origin } from '#kernel/usecase/cause.js';
import type { Database } from '#kernel/db/data-source.js';
import type { Speaker } from '#kernel/text/speaker.js';
import type { Principal } from '../auth/principal.js';
import { authError } from '../auth/auth-errors.js';
import type { CostQuota } from './cost-quota.js';
import { refuseForbidden } from './forbidden-fields.js';

/** What resolvers know of a request. */
export interface GraphqlContext {
  /** Who asks; null when nobody signed in. On sockets it is found out anew each time, so that rights taken away count at once. */
  principal(): Promise<Principal | null>;
  readonly requestId: string;
  /** Where the request came from and why; kept with the audit. */
  readonly origin?: Origin;
  /** In whose language refusals are said; English when left out. */
  readonly speaker?: Speaker;
  /** The request itself says which language it wants. */
  readonly isLanguageAsked?: boolean;
  /** Rows the operation may return at most, added up over its roots, and 10 for each verb; shown as `extensions.cost`. */
  cost: number;
  /** What was wrong with records that were written all the same; shown as `extensions.warnings`. */
  warnings?: readonly Warning[];
  /** The connection of an operation that lives on; absent over HTTP. */
  readonly live?: LiveConnection;
}

export interface LiveConnection {
  /** Ends the connection with a WebSocket close code. */
  drop(code: number, reason: string): void;
  /** `recheck` is called whenever the rights of the listener may have changed. Returns how to stop. */
  watch(recheck: () => Promise<void>): () => void;
}

/** What the GraphQL side of a process stands on. */
export interface GraphqlParts {
  readonly registry: Registry;
  readonly database: Database;
  readonly runner: Runner;
  readonly cursorSecret: string;
  /** What the operations of a company may cost; absent: whatever they do. */
  readonly costs?: CostQuota | null;
}

export async function requirePrincipal(context: GraphqlContext): Promise<Principal> {
  const principal = await context.principal();
  if (!principal) throw authError('auth.required');
  return principal;
}

/** How a verb is asked for, as arguments of its field say. */
export interface AskedHow {
  readonly key?: unknown;
  readonly version?: unknown;
  readonly dry?: unknown;
}

/** What the runner needs to know of an operation. What is wrong with records that are written is added to what the operation will tell. */
export const callIn = (context: GraphqlContext, { tenantId, actor }: Principal, { key, version, dry }: AskedHow): Call => ({
  tenantId,
  actor,
  requestId: context.requestId,
  warned: (warnings) => {
    context.warnings = [...(context.warnings ?? []), ...warnings];
  },
  ...(context.origin ? { origin: context.origin } : {}),
  ...(typeof key === 'string' ? { idempotencyKey: key } : {}),
  ...(dry === true ? { dryRun: true as const } : {}),
  ...(typeof version === 'number' ? { expectedVersion: version } : {}),
});

/** What a verb counts for, beside the rows it answers. */
export const verbCost = 10;

/** All roots of an operation together may cost what one may, and all operations of a company what those may. */
export async function spend({ costs }: GraphqlParts, context: GraphqlContext, cost: number): Promise<void> {
  context.cost += cost;
  if (context.cost > costLimit) throw tooCostly(context);
  if (!costs) return;
  const { tenantId } = await requirePrincipal(context);
  if (!costs.spendNow(tenantId, cost)) await costs.spend(tenantId, cost);
}

const tooCostly = (context: GraphqlContext) =>
  invalid('query.too_costly', `This operation could cost ${context.cost}; at most ${costLimit} is allowed. Ask for smaller pages.`, {
    cost: context.cost,
    limit: costLimit,
  });

/** Runs one root of an operation the ordinary way: through graphql-js, with the same compiler. */
export async function readRoot(
  parts: GraphqlParts,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  root: RootSelection,
): Promise<unknown> {
  const principal = await requirePrincipal(context);
  refuseForbidden(parts.registry, info, principal.actor);
  const plan = makePlan(parts.registry, principal.actor, [root]);
  await spend(parts, context, plan.cost);
  const text = await runPlan(parts.database.pool, plan, {
    tenantId: principal.tenantId,
    actor: principal.actor,
    variables: info.variableValues,
    cursorSecret: parts.cursorSecret,
  });
  return (JSON.parse(text) as Record<string, unknown>)[root.key];
}
