import { conflict, forbidden, type DomainError } from '../errors/domain-error.js';
import { endedAt } from './operation.resource.js';

/** Why an operation could not go on, as it keeps it. */
export type Failure = Pick<DomainError, 'code' | 'message'>;

export const starterGone: Failure = forbidden(
  'operation.starter_gone',
  'Who started this may not act any more: the user was deactivated, or the key ended.',
);

export const givenUp: Failure = conflict(
  'operation.broke_off',
  'It broke off several times at the same place. What it had written stays; ask your operator for the reason, then send the rest again.',
);
/** Of one that leaves a file or nothing. */
export const brokeOff: Failure = conflict(
  givenUp.code,
  'It broke off several times. Ask your operator for the reason, then start another one.',
);

export const failedWith = ({ code, message }: Failure, now: Date) =>
  ({ state: 'failed', failureCode: code, failure: message.slice(0, 500), ...endedAt(now) }) as const;
