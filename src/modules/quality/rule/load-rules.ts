import { sql } from '#kernel/db/sql.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Work } from '#kernel/usecase/work.js';
import type { FormulaPlace } from '#modules/customization/api.js';
import { compileRule } from './compile-rule.js';
import type { CompiledRule } from './compiled-rule.js';
import { QualityRule } from './quality-rule.resource.js';

/** Where the formulas of rules on a resource stand; null when the company has no such records. */
export async function placeOf(work: Work, resource: string, definitions: Registry = work.definitions): Promise<FormulaPlace | null> {
  const own = definitions.resources.get(resource);
  return own ? { resource: own, timeZone: await timeZoneOf(work), lookup: (name) => definitions.resources.get(name) } : null;
}

async function timeZoneOf(work: Work): Promise<string> {
  const [tenant] = await work.rows<{ zone: string }>(sql`select time_zone as zone from kernel.tenants where id = ${work.tenantId}`);
  return tenant?.zone ?? 'UTC';
}

/** Rules ready for use. Those that name what is gone or switched off are passed over until it is there again. */
export async function compileAll(
  work: Work,
  rules: readonly QualityRule[],
  definitions: Registry = work.definitions,
): Promise<CompiledRule[]> {
  if (rules.length === 0) return [];
  const timeZone = await timeZoneOf(work);
  return rules.flatMap((rule) => {
    const resource = definitions.resources.get(rule.resource);
    const compiled =
      resource && attempt(() => compileRule(rule, { resource, timeZone, lookup: (name) => definitions.resources.get(name) }));
    return compiled ? [compiled] : [];
  });
}

/** The rules in use on one kind of record. */
export async function rulesOf(work: Work, resource: string): Promise<CompiledRule[]> {
  return compileAll(work, await work.system.repo(QualityRule).list({ resource, isActive: true }));
}

function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}
