import { integer } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { furnishRules } from './furnish-rules.js';

export const restoreShippedRules = defineCommand({
  name: 'quality_rule.restore_shipped',
  summary: 'Bring back the rules of the product that the company does not have.',
  description: 'Those it has stay as it has made them.',
  rest: { path: '/quality-rules/restore-shipped' },
  input: {},
  output: { added: integer({ required: true, min: 0, description: 'How many were added.' }) },

  async run(_, work) {
    return { added: await furnishRules(work) };
  },
});
