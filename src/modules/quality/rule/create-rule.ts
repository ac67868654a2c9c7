import { conflict } from '#kernel/errors/domain-error.js';
import type { JsonValue } from '#kernel/pure/json.js';
import { choice, json, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { kindShapes, RULE_KINDS } from '../domain/rule-kinds.js';
import { QualityRule } from './quality-rule.resource.js';
import { ruleErrors } from './rule-errors.js';
import { checkedRule, checkKey, ruleInput } from './rule-input.js';

const mostRules = 500;

export const createRule = defineCommand({
  name: 'quality_rule.create',
  summary: 'Say what good records of one kind look like.',
  description: 'From the next write on, records are judged by it; what is there already is judged by the next sweep.',
  rest: { path: '/quality-rules', status: 201 },
  input: {
    key: text(60, { required: true, description: 'Its name in warnings and reports: `deal-without-account`.' }),
    resource: text(80, { required: true, description: 'The kind of record it is about: `account`, or one of your own.' }),
    kind: choice(RULE_KINDS, { required: true, description: 'What it asks of a record.' }),
    ...ruleInput,
    messages: json<JsonValue, { required: true; description: string }>({
      required: true,
      description: 'What people are told, by language: `{"de": "…", "en": "…"}`.',
    }),
  },
  output: { qualityRuleId: ref('quality_rule', { required: true, description: 'The rule.' }) },
  errors: { ...ruleErrors, 'quality_rule.too_many': `A company has at most ${mostRules} rules.` },

  async run({ key, resource, kind, messages, ...more }, work) {
    checkKey(key);
    if ((await work.system.repo(QualityRule).count({})) >= mostRules)
      throw conflict('quality_rule.too_many', `A company has at most ${mostRules} rules.`, { limit: mostRules });
    const rule = await checkedRule(work, {
      key,
      resource,
      kind,
      messages,
      fields: more.fields ?? [],
      settings: more.settings ?? {},
      condition: more.condition ?? null,
      severity: more.severity ?? 'warn',
      atEntry: more.atEntry ?? kindShapes[kind].atEntry,
      weight: more.weight ?? 1,
      ownerId: more.ownerId ?? null,
      isActive: more.isActive ?? true,
      isShipped: false,
      learned: null,
    });
    const { id } = await work.system.repo(QualityRule).create(rule);
    return { qualityRuleId: id };
  },
});
