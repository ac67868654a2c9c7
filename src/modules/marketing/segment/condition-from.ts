import { invalid } from '#kernel/errors/domain-error.js';
import type { Condition } from '../domain/condition.js';
import { readCondition } from '../domain/read-condition.js';

export const conditionInvalid = { 'segment.condition_invalid': 'The condition is not well formed; `errors` names each place.' } as const;

/** The condition a client sent, or a refusal that points at every mistake. */
export function conditionFrom(input: unknown): Condition {
  const outcome = readCondition(input, '/condition');
  if ('value' in outcome) return outcome.value;
  throw invalid('segment.condition_invalid', conditionInvalid['segment.condition_invalid'], { errors: outcome.problems });
}
