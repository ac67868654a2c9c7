export type ErrorKind =
  | 'not_found'
  | 'conflict'
  | 'invalid'
  | 'forbidden'
  | 'unauthorized'
  | 'too_large'
  | 'too_many'
  | 'unavailable'
  | 'precondition'
  | 'precondition_required'
  /** Well formed, but contradicts what was said before. */
  | 'unprocessable'
  | 'wrong_method'
  | 'wrong_media_type'
  | 'not_acceptable';

/** One thing wrong with one place in the input; `path` is a JSON pointer such as `/email`. */
export interface FieldProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface ErrorDetails {
  /** Problems of single input fields, shown as `errors[]` in REST and `extensions.errors` in GraphQL. */
  readonly errors?: readonly FieldProblem[];
  readonly [key: string]: unknown;
}

/** An expected refusal. Everything else that is thrown is a defect and answered without detail. */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    /** `noun.reason`, stable for ever, the same in REST and GraphQL. */
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

export const notFound = (code: string, message: string, details?: ErrorDetails) => new DomainError('not_found', code, message, details);
export const conflict = (code: string, message: string, details?: ErrorDetails) => new DomainError('conflict', code, message, details);
export const invalid = (code: string, message: string, details?: ErrorDetails) => new DomainError('invalid', code, message, details);
export const forbidden = (code: string, message: string, details?: ErrorDetails) => new DomainError('forbidden', code, message, details);
export const unauthorized = (code: string, message: string, details?: ErrorDetails) =>
  new DomainError('unauthorized', code, message, details);
export const tooMany = (code: string, message: string, details?: ErrorDetails) => new DomainError('too_many', code, message, details);
export const unavailable = (code: string, message: string, details?: ErrorDetails) =>
  new DomainError('unavailable', code, message, details);
