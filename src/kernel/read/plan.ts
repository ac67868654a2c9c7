import { LRUCache } from 'lru-cache';
import { beginSight, noteSight } from '../audit/note-reads.js';
import type { Connection } from '../db/connection.js';
import type { OpenWork } from '../db/open-work.js';
import type { TenantPool } from '../db/tenant-pool.js';
import { named } from '../db/statements.js';
import { queryText } from '../db/brief-query.js';
import { isRefusal } from '../db/outage.js';
import { queuedText } from '../db/queued-texts.js';
import { translate } from '../db/constraint-errors.js';
import { placeUnstorable } from '../db/unstorable.js';
import { DomainError, invalid } from '../errors/domain-error.js';
import type { Registry } from '../resource/registry.js';
import type { Actor } from '../access/actor.js';
import type { FieldName } from '../access/field-rights.js';
import { readStatement } from './compile.js';
import type { RootSelection } from './selection.js';
import { StatementWriter, type RunContext } from './statement.js';

/** A read made ready: one statement and how to fill its parameters. */
export interface Plan {
  /** PostgreSQL keeps the plan of a statement with a name. Null: not worth keeping, it may never come again. */
  readonly name: string | null;
  /** Planned anew each time, because the best plan depends on the values. */
  readonly unnamed: boolean;
  readonly text: string;
  /** Rows the answer may hold at most. */
  readonly cost: number;
  /** It shows what is sensitive. */
  readonly isSensitive: boolean;
  values(context: RunContext): unknown[];
}

/** The dearest read allowed, in rows. */
export const costLimit = 20_000;

export function makePlan(registry: Registry, actor: Actor, roots: readonly RootSelection[]): Plan {
  const writer = new StatementWriter(registry, actor);
  const text = statementOf(writer, roots);
  writer.refuseForbidden();
  if (writer.cost > costLimit) {
    throw invalid(
      'query.too_costly',
      `This read could return ${writer.cost} rows; at most ${costLimit} are allowed. Ask for smaller pages.`,
      { cost: writer.cost, limit: costLimit },
    );
  }
  const params = writer.values();
  return {
    name: null,
    unnamed: writer.dependsOnValues,
    text,
    cost: writer.cost,
    isSensitive: writer.isSensitive,
    values: (context) => params.map((param) => param(context)),
  };
}

/** What `roots` ask for, and `fields` beside them, that the actor may not: one refusal that names all of it. Runs nothing. */
export function forbiddenIn(
  registry: Registry,
  actor: Actor,
  { roots, fields }: { readonly roots: readonly RootSelection[]; readonly fields: readonly FieldName[] },
): DomainError | null {
  const writer = new StatementWriter(registry, actor);
  for (const root of roots) {
    try {
      readStatement(writer, [root]);
    } catch (error) {
      // Whatever else is wrong with it is said where it is run.
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return writer.refusal(fields);
}

/** A refusal of fields says more than what else is wrong with a read: it is the one told. */
function statementOf(writer: StatementWriter, roots: readonly RootSelection[]): string {
  try {
    return readStatement(writer, roots);
  } catch (error) {
    writer.refuseForbidden();
    throw error;
  }
}

/**
 * Plans by what shapes them: document, structure of the variables, and the actor's rights. A read that comes a second time
 * gets a name; one that never does costs no connection any memory.
 */
export class PlanCache {
  private readonly plans = new LRUCache<string, Plan>({ max: 2000 });

  get(key: string, make: () => Plan): Plan {
    const known = this.plans.get(key);
    if (known) return known;
    const plan = make();
    this.plans.set(key, { ...plan, name: plan.unnamed ? null : named(plan.text).name });
    return plan;
  }
}

/** Runs a plan on a connection of the tenant's and hands out PostgreSQL's own JSON text. */
export async function runPlan(pool: TenantPool, plan: Plan, context: RunContext): Promise<string> {
  const sending = { plan, values: plan.values(context), context };
  try {
    const { name, text, isSensitive } = plan;
    if (name === null || isSensitive || !pool.isBusy) return await leased(pool, sending);
    const { tenantId } = context;
    return (await queuedText(pool, { name, text, values: sending.values, tenantId, alone: () => leased(pool, sending) })) ?? nothing;
  } catch (error) {
    throw placeUnstorable(translate(error), context.variables);
  }
}

async function leased(pool: TenantPool, sending: Sending): Promise<string> {
  const client = await pool.lease(sending.context.tenantId);
  let broken = false;
  try {
    return await sent(client, sending);
  } catch (error) {
    broken = !isRefusal(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The same within a piece of work, as its transaction sees the rows. */
export async function runPlanIn({ connection: { client } }: OpenWork, plan: Plan, context: RunContext): Promise<string> {
  try {
    return await sent(client, { plan, values: plan.values(context), context });
  } catch (error) {
    throw placeUnstorable(translate(error), context.variables);
  }
}

const nothing = '{}';

interface Sending {
  readonly plan: Plan;
  readonly values: unknown[];
  readonly context: RunContext;
}

async function sent(client: Connection['client'], { plan, values, context }: Sending): Promise<string> {
  if (plan.isSensitive) await beginSight(client);
  const text = (await queryText(client, { name: plan.name, text: plan.text, values })) ?? nothing;
  if (plan.isSensitive) await noteSight(client, context);
  return text;
}
