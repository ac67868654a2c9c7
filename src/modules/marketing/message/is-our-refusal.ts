import { DomainError } from '#kernel/errors/domain-error.js';

/** A refusal for good, as against "try again later" and defects. */
export const isOurRefusal = (error: unknown): error is DomainError => error instanceof DomainError && error.kind === 'invalid';
