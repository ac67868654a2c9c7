import { invalid } from '#kernel/errors/domain-error.js';
import { list, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { violations } from './keep-separate.js';
import { SeparationRule } from './separation-rule.resource.js';

export const defineSeparationRule = defineCommand({
  name: 'separation_rule.define',
  summary: 'Keep rights apart: from now on nobody gets two of them. The rule of that name is replaced.',
  description: 'Nobody loses anything by it; who holds two of the rights already is named in the answer.',
  rest: { path: '/separation-rules' },
  input: {
    name: text(120, { required: true }),
    rights: list(text(120), { required: true, max: 50, description: 'Two or more rights such as `price:create`, without wildcards.' }),
  },
  output: {
    separationRuleId: ref('separation_rule', { required: true }),
    violatingUserIds: list(ref('user'), { required: true, description: 'Active users who hold two of them at this moment.' }),
  },
  errors: { 'separation_rule.rights_unfit': 'Two or more rights are needed, each one of this installation and without wildcards.' },

  async run({ name, rights }, work) {
    const wanted = [...new Set(rights)].sort();
    const wrong = wanted.find((right) => right.includes('*') || !work.knowsPermission(right));
    if (wrong !== undefined || wanted.length < 2) {
      throw invalid(
        'separation_rule.rights_unfit',
        wrong === undefined ? 'Name at least two rights.' : `There is no right "${wrong}" to keep apart.`,
      );
    }
    const rules = work.system.repo(SeparationRule);
    const known = await rules.first({ name }, { lock: 'wait' });
    const rule = known ? await rules.update(known.id, { rights: wanted }) : await rules.create({ name, rights: wanted });
    const found = await violations(work, [rule], 'everybody');
    return { separationRuleId: rule.id, violatingUserIds: found.map(({ userId }) => userId) };
  },
});
