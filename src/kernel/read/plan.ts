import { LRUCache } from 'lru-cache';
import type { TenantPool } from '../db/tenant-pool.js';
import { named } from '../db/statements.js';
import { translate } from '../db/constraint-errors.js';
import { invalid } from '../errors/domain-error.js';
import type { Registry } from '../resource/registry.js';
import type { Actor } from '../access/actor.js';
import { readStatement } from './compile.js';
import type { RootSelection } from './selection.js';
import { StatementWriter, type RunContext } from './statement.js';

/** A read made ready: one named statement and how to fill its parameters. */
export interface Plan {
  readonly name: string;
  readonly text: string;
  /** Rows the answer may hold at most. */
  readonly cost: number;
  values(context: RunContext): unknown[];
}

/** The dearest read allowed, in rows. */
export const costLimit = 20_000;

export function makePlan(registry: Registry, actor: Actor, roots: readonly RootSelection[]): Plan {
  const writer = new StatementWriter(registry, actor);
  const { name, text } = named(readStatement(writer, roots));
  if (writer.cost > costLimit) {
    throw invalid(
      'query.too_costly',
      `This read could return ${writer.cost} rows; at most ${costLimit} are allowed. Ask for smaller pages.`,
      { cost: writer.cost, limit: costLimit },
    );
  }
  const params = writer.values();
  return { name, text, cost: writer.cost, values: (context) => params.map((param) => param(context)) };
}

/** Plans by what shapes them: definitions version, document, structure of the variables, and the actor's rights. */
export class PlanCache {
  private readonly plans = new LRUCache<string, Plan>({ max: 2000 });

  get(key: string, make: () => Plan): Plan {
    const known = this.plans.get(key);
    if (known) return known;
    const plan = make();
    this.plans.set(key, plan);
    return plan;
  }
}

/** Runs a plan on the tenant's connection and hands out PostgreSQL's own JSON text. */
export async function runPlan(pool: TenantPool, plan: Plan, context: RunContext): Promise<string> {
  const values = plan.values(context);
  const client = await pool.lease(context.tenantId);
  let broken = false;
  try {
    const { rows } = await client.query<[string]>({ name: plan.name, text: plan.text, values, rowMode: 'array' });
    return rows[0]?.[0] ?? '{}';
  } catch (error) {
    broken = typeof (error as { severity?: unknown }).severity !== 'string';
    throw translate(error);
  } finally {
    client.release(broken);
  }
}
