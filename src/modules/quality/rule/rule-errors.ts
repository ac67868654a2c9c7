import { invalid, type DomainError } from '#kernel/errors/domain-error.js';
import type { Misfit } from '../domain/rule-kinds.js';

export const ruleErrors = {
  'quality_rule.unfit': 'What the rule says does not fit its kind or the records it is about; `errors` says where.',
  'quality_rule.key_malformed': 'A key is made of small letters, digits and hyphens, at most 60.',
  'quality_rule.key_taken': 'There is a rule of this key already.',
} as const;

export const rulesUnfit = (misfits: readonly Misfit[]): DomainError => {
  const [first] = misfits;
  return invalid('quality_rule.unfit', `The rule does not fit: ${first?.path ?? ''} ${first?.message ?? ''}.`, {
    errors: misfits.map(({ path, message }) => ({ path, code: 'unfit', message })),
  });
};

export const ruleUnfit = (path: string, message: string): DomainError => rulesUnfit([{ path, message }]);
