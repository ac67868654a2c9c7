import type { Work } from '#kernel/usecase/work.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { shippedRules, type ShippedRule } from '../domain/shipped-rules.js';
import { QualityRule } from './quality-rule.resource.js';
import { checkedRule, type RuleValues } from './rule-input.js';

/** Gives a company the rules of the product it does not have yet, by their keys. Rules about what it does not have come when it has it. */
export async function furnishRules(work: Work): Promise<number> {
  const known = new Set((await work.system.repo(QualityRule).list({ isShipped: true })).map(({ key }) => key));
  const made: RuleValues[] = [];
  for (const rule of shippedRules) {
    const values = known.has(rule.key) ? null : await valuesOf(work, rule);
    if (values) made.push(values);
  }
  await work.system.repo(QualityRule).createMany(made);
  return made.length;
}

async function valuesOf(work: Work, { fields = [], settings = {}, condition, weight = 1, isActive, ...rule }: ShippedRule) {
  try {
    const more = { fields, settings, condition: condition ?? null, weight, ownerId: null, isActive: isActive ?? true };
    return await checkedRule(work, { ...rule, ...more, severity: 'warn', atEntry: false, isShipped: true, learned: null });
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}
