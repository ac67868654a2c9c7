import { choice, instant, list, object, ref, text, type Fields } from '#kernel/resource/fields.js';

export const FINDING_STATES = ['open', 'accepted', 'fixed'] as const;

export const findingFields = {
  id: text(36, { required: true, description: 'Id of the finding.' }),
  qualityRuleId: ref('quality_rule', { required: true, description: 'The rule that is broken.' }),
  rule: text(60, { required: true, description: 'Its key.' }),
  resource: text(80, { required: true, description: 'The kind of record: `account`.' }),
  recordId: text(36, { description: 'The record; empty when it is about all of them together.' }),
  path: text(300, { required: true, description: 'JSON pointer to the field; empty when it is about the record as a whole.' }),
  severity: choice(['warn', 'refuse'], { required: true, description: 'What the rule does at entry.' }),
  message: text(500, { required: true, description: 'What is wrong, in your language.' }),
  suggestion: text(200, { description: 'What was probably meant.' }),
  status: choice(FINDING_STATES, {
    required: true,
    description: '`open`; `accepted`: somebody has said that it is right as it is; `fixed`: the record is good now, or gone.',
  }),
  foundAt: instant({ required: true, description: 'When it was found.' }),
  fixedAt: instant({ description: 'When it was found to be good again.' }),
  fixedById: ref('user', { description: 'Whose write made it good; empty when a sweep found it so.', unread: true }),
  acceptedAt: instant({ description: 'When it was accepted.' }),
  acceptedById: ref('user', { description: 'Who accepted it.', unread: true }),
  note: text(500, { description: 'Why it was accepted.' }),
} satisfies Fields;

export const findingList = list(object(findingFields, { name: 'QualityFinding', required: true }), {
  required: true,
  max: 200,
  description: 'Oldest first.',
});
