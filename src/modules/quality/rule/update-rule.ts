import { sql } from '#kernel/db/sql.js';
import { integer, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { QualityRule } from './quality-rule.resource.js';
import { ruleErrors } from './rule-errors.js';
import { checkedRule, ruleInput } from './rule-input.js';

export const updateRule = defineCommand({
  name: 'quality_rule.update',
  summary: 'Change a rule, or put it in and out of use. Its key, its kind and what it is about stay.',
  rest: { method: 'PATCH', path: '/quality-rules/{qualityRuleId}' },
  input: { qualityRuleId: ref('quality_rule', { required: true, description: 'The rule.' }), ...ruleInput },
  output: {
    qualityRuleId: ref('quality_rule', { required: true, description: 'The rule.' }),
    version: integer({ required: true, description: 'Its version now.' }),
  },
  errors: ruleErrors,

  async run({ qualityRuleId, ...patch }, work) {
    const before = await work.repo(QualityRule).lock(qualityRuleId);
    const said = Object.entries(patch).filter(
      ([name, value]) => value !== undefined && (value !== null || name === 'condition' || name === 'ownerId'),
    );
    const after = await checkedRule(work, { ...before, ...Object.fromEntries(said) });
    const asksElse = ['fields', 'settings', 'condition'].some((name) => said.some(([one]) => one === name));
    // What was compared and learned by the old rule says nothing about the new one.
    if (asksElse) await work.rows(sql`delete from quality.keys where tenant_id = ${work.tenantId} and rule_id = ${qualityRuleId}`);
    const { version } = await work.system.repo(QualityRule).update(qualityRuleId, {
      fields: after.fields,
      settings: after.settings,
      condition: after.condition,
      severity: after.severity,
      atEntry: after.atEntry,
      weight: after.weight,
      messages: after.messages,
      ownerId: after.ownerId,
      isActive: after.isActive,
      reads: after.reads,
      learned: asksElse ? null : before.learned,
    });
    return { qualityRuleId, version };
  },
});
