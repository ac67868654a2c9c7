import { mayAsk } from '#kernel/access/field-rights.js';
import type { Actor } from '#kernel/access/actor.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Registry } from '#kernel/resource/registry.js';
import { RowsRefused, type Judge, type JudgeWork, type RowRefusal, type Warning, type Written } from '#kernel/usecase/judge.js';
import type { Work } from '#kernel/usecase/work.js';
import { messageOf } from '../domain/message.js';
import { findFaults, noteKeys, type Fault } from '../finding/find-faults.js';
import { closeFindings, openFindings } from '../finding/keep-findings.js';
import { pathOf, type CompiledRule } from '../rule/compiled-rule.js';
import { compileAll } from '../rule/load-rules.js';
import { QualityRule } from '../rule/quality-rule.resource.js';

const shown = 20;

/** Judges what a company writes by the rules it has for that; null when it has none, and then no write costs anything more. */
export async function ruleJudge(definitions: Registry, work: Work): Promise<Judge | null> {
  const rules = await work.system.repo(QualityRule).list({ isActive: true, atEntry: true });
  const compiled = await compileAll(work, rules, definitions);
  return compiled.length === 0 ? null : new RuleJudge(compiled, definitions);
}

class RuleJudge implements Judge {
  private readonly byResource: ReadonlyMap<string, readonly CompiledRule[]>;

  constructor(
    rules: readonly CompiledRule[],
    private readonly definitions: Registry,
  ) {
    this.byResource = Map.groupBy(rules, ({ resource }) => resource.name);
  }

  concerns(resource: string): boolean {
    return this.byResource.has(resource);
  }

  /** Rows are judged as they have been written: what the database makes of them counts, and what others have written before. */
  async judge({ resource, ids, changed }: Written, work: JudgeWork): Promise<readonly Warning[]> {
    const all = this.byResource.get(resource.name) ?? [];
    const rules = changed === null ? all : all.filter(({ own }) => changed.some((field) => own.has(field)));
    if (rules.length === 0) return [];
    const scope = { ids };
    await noteKeys(work, rules, scope);
    const faults = await findFaults(work, rules, scope);
    if (isBound(work.actor)) refuse(faults, ids, work.actor);
    await openFindings(work, faults);
    if (changed !== null) await closeFindings(work, { rules, scope, faults });
    return faults.filter(({ rule }) => sees(work.actor, rule, this.definitions)).map((fault) => warningOf(fault, work.actor));
  }
}

/** What the system does by itself must not get stuck on a rule of the company: it becomes a finding. */
const isBound = ({ kind, id, type }: Actor): boolean => kind !== 'system' || id !== null || type === 'import';

function refuse(faults: readonly Fault[], ids: readonly string[], actor: Actor): void {
  const bad = faults.filter(({ rule }) => rule.rule.severity === 'refuse');
  const [first] = bad;
  if (!first) return;
  const refusal = invalid('quality.refused', messageOf(first.rule.rule.messages, actor.language), {
    rules: [...new Set(bad.map(({ rule }) => rule.rule.key))],
    errors: bad.slice(0, shown).map(({ rule: { rule } }) => ({
      path: pathOf(rule),
      code: 'quality.refused',
      message: messageOf(rule.messages, actor.language),
    })),
    // Of several rows written at once: which of them.
    ...(ids.length > 1 ? { rows: [...new Set(bad.map(({ recordId }) => ids.indexOf(recordId ?? '')))].slice(0, shown) } : {}),
  });
  throw ids.length > 1 ? new RowsRefused(refusal, byThemselves(bad, ids, actor)) : refusal;
}

/** Rows that break a rule whatever stands beside them. Of those that are alike the first may well be right once the others are gone. */
function byThemselves(bad: readonly Fault[], ids: readonly string[], { language }: Actor): ReadonlyMap<number, RowRefusal> {
  const places = new Map(ids.map((id, i) => [id, i]));
  const rows = new Map<number, RowRefusal>();
  for (const { rule, recordId } of bad) {
    const place = places.get(recordId ?? '');
    if (place === undefined || rule.key || rows.has(place)) continue;
    rows.set(place, { rule: rule.rule.key, path: pathOf(rule.rule), message: messageOf(rule.rule.messages, language) });
  }
  return rows;
}

/** Whether somebody may know that a rule is broken: that would tell him of the fields it looks at. */
export const sees = (actor: Actor, { reads }: { readonly reads: readonly string[] }, { resources }: Registry): boolean =>
  reads.every((read) => {
    const [name = '', field = ''] = read.split('.');
    const resource = resources.get(name);
    return resource !== undefined && mayAsk(actor, resource, field);
  });

const warningOf = ({ rule: { rule, resource }, recordId }: Fault, { language }: Actor): Warning => ({
  resource: resource.name,
  recordId: recordId ?? '',
  rule: rule.key,
  path: pathOf(rule),
  message: messageOf(rule.messages, language),
});
