import { invalid } from '#kernel/errors/domain-error.js';
import type { Actor } from '#kernel/access/actor.js';
import type { Condition } from '../domain/condition.js';
import { readCondition } from '../domain/read-condition.js';
import { refuseCondition } from './condition-rights.js';

export const conditionInvalid = { 'segment.condition_invalid': 'The condition is not well formed; `errors` names each place.' } as const;

/** The condition a client sent, or a refusal that points at every mistake, or at what he may not ask about. */
export function conditionFrom(input: unknown, actor: Actor): Condition {
  const outcome = readCondition(input, '/condition');
  if ('value' in outcome) {
    refuseCondition(actor, outcome.value);
    return outcome.value;
  }
  throw invalid('segment.condition_invalid', conditionInvalid['segment.condition_invalid'], { errors: outcome.problems });
}
