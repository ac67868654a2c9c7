import { joinSql, sql, trusted, type Sql } from '#kernel/db/sql.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { JudgeWork } from '#kernel/usecase/judge.js';
import type { CompiledRule } from '../rule/compiled-rule.js';

/** Which rows of a resource are looked at: some by their ids, or all behind one id, up to another where there is one. */
export type Scope = { readonly ids: readonly string[] } | { readonly after: string; readonly upTo: string | null };

export interface Fault {
  readonly rule: CompiledRule;
  readonly recordId: string | null;
  readonly detail: { readonly suggestion?: string; readonly index?: number };
}

/** Rows within a scope, as a condition on their id. */
export function within(scope: Scope, id: Sql): Sql {
  if ('ids' in scope) return sql`${id} = any(${[...scope.ids]}::uuid[])`;
  const { after, upTo } = scope;
  return upTo === null ? sql`${id} > ${after}::uuid` : sql`${id} > ${after}::uuid and ${id} <= ${upTo}::uuid`;
}

const rowsFrom = ({ resource }: CompiledRule, scope: Scope, work: JudgeWork): Sql =>
  sql`${trusted(resource.table)} t where t.tenant_id = ${work.tenantId}${trusted(kindCondition(resource, 't'))} and ${within(scope, sql`t.id`)}`;

interface Found {
  readonly at: number;
  readonly recordId: string;
  readonly value: string | null;
}

/** What breaks the rules, all of one resource: one statement. */
export async function findFaults(work: JudgeWork, rules: readonly CompiledRule[], scope: Scope): Promise<Fault[]> {
  if (rules.length === 0) return [];
  const parts = rules.map(
    (rule, at) => sql`select ${at}::integer as at, t.id as "recordId", ${rule.value ? sql`${rule.value}::text` : sql`null::text`} as value
      from ${rowsFrom(rule, scope, work)} and ${rule.applies} and ${rule.fault(work.now)}`,
  );
  const found = await work.rows<Found>(joinSql(parts, ' union all '));
  return found.flatMap(({ at, recordId, value }) => {
    const rule = rules[at];
    const detail = rule?.look ? rule.look(value ?? '') : {};
    return rule && detail ? [{ rule, recordId, detail }] : [];
  });
}

/** Brings the keys up to date by which rules find rows that are alike. */
export async function noteKeys(work: JudgeWork, rules: readonly CompiledRule[], scope: Scope): Promise<void> {
  for (const rule of rules) {
    const { key, applies } = rule;
    if (!key) continue;
    const { id } = rule.rule;
    await work.rows(sql`insert into quality.keys (rule_id, record_id, key)
      select ${id}::uuid, t.id, hashtextextended(${key('t')}, 0) from ${rowsFrom(rule, scope, work)} and ${applies} and (${key('t')}) is not null
      on conflict (tenant_id, rule_id, record_id) do update set key = excluded.key where keys.key <> excluded.key`);
    await work.rows(sql`delete from quality.keys k where k.tenant_id = ${work.tenantId} and k.rule_id = ${id}::uuid and ${within(scope, sql`k.record_id`)}
      and not exists (select from ${trusted(rule.resource.table)} t where t.tenant_id = k.tenant_id and t.id = k.record_id and ${applies} and (${key('t')}) is not null)`);
  }
}
