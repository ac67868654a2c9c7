import type { DomainError, ErrorKind } from '#kernel/errors/domain-error.js';
import { english, type Speaker } from '#kernel/text/speaker.js';

/** The one mapping of refusals to HTTP. */
export const statusOf: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  wrong_method: 405,
  not_acceptable: 406,
  conflict: 409,
  precondition: 412,
  too_large: 413,
  wrong_media_type: 415,
  unprocessable: 422,
  precondition_required: 428,
  too_many: 429,
  unavailable: 503,
};

const titles: Readonly<Record<ErrorKind, string>> = {
  invalid: 'The request is not valid',
  unauthorized: 'Sign in first',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  wrong_method: 'Not by this method',
  not_acceptable: 'Not in this form',
  conflict: 'Conflict',
  precondition: 'The record has changed',
  too_large: 'Too large',
  wrong_media_type: 'Not in this form',
  unprocessable: 'Contradicts an earlier request',
  precondition_required: 'A precondition is needed',
  too_many: 'Too many requests',
  unavailable: 'Not available right now',
};

/** RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly [detail: string]: unknown;
}

const reserved = new Set(['type', 'title', 'status', 'detail', 'code', 'requestId']);

export function problemOf(error: DomainError, requestId: string, speaker: Speaker = english): Problem {
  const said = speaker.refusal(error);
  const details = Object.fromEntries(Object.entries(said.details).filter(([key]) => !reserved.has(key)));
  return {
    type: `/errors#${error.code}`,
    title: speaker.title(error.kind, titles[error.kind]),
    status: statusOf[error.kind],
    // No text of ours holds NUL, not even one that tells what was wrong with a request.
    detail: said.message.replaceAll('\u0000', '\ufffd'),
    code: error.code,
    requestId,
    ...details,
  };
}

/** A defect: logged with its stack, answered without detail. */
export const defect = (requestId: string, speaker: Speaker = english): Problem => ({
  type: '/errors#internal',
  title: speaker.title('internal', 'Something broke on our side'),
  status: 500,
  code: 'internal',
  requestId,
  detail: speaker.refusal({
    code: 'internal',
    message: 'The server met an error it did not expect. It has been logged; tell the operator the request id.',
    details: {},
  }).message,
});

/** Seconds a client should wait, when the error says so. */
export function retryAfter(error: DomainError): number | null {
  const seconds = error.details['retryAfter'];
  return typeof seconds === 'number' ? Math.ceil(seconds) : null;
}
