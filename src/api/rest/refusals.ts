import { schemaRef, type JsonSchema } from './schemas.js';

interface Refusal {
  readonly name: string;
  readonly description: string;
  readonly title: string;
  /** The code of an error of this kind. */
  readonly example: string;
  readonly detail: string;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: readonly string[];
}

/** What an operation may be refused with, by status. */
const refusals: Readonly<Record<string, Refusal>> = {
  400: {
    name: 'Invalid',
    description: 'The request is not valid.',
    title: 'The request is not valid',
    example: 'input.invalid',
    detail: 'The input is not valid: /email is not an e-mail address.',
    more: { errors: [{ path: '/email', code: 'not_an_email', message: 'must be an email' }] },
  },
  401: {
    name: 'Unauthorized',
    description: 'No good access token or API key.',
    title: 'Sign in first',
    example: 'auth.token_expired',
    detail: 'This access token has expired. Get a new one with the refresh token.',
    headers: ['WWW-Authenticate'],
  },
  403: {
    name: 'Forbidden',
    description: 'Your role does not allow this.',
    title: 'Not allowed',
    example: 'access.forbidden',
    detail: 'Your role lacks the permission account:read. Ask an administrator to grant it.',
    more: { missing: 'account:read' },
  },
  404: {
    name: 'NotFound',
    description: 'There is no such record, or you may not see it.',
    title: 'Not found',
    example: 'account.not_found',
    detail: 'There is no account with the id 01980f6e-7a00-7000-8000-000000000001, or you may not see it.',
  },
  409: {
    name: 'Conflict',
    description: 'The request conflicts with the state of the record, or with one that is still running.',
    title: 'Conflict',
    example: 'account.version_conflict',
    detail: 'The account was changed by somebody else: you know version 1, it is at 2. Read it again and repeat your change.',
    more: { currentVersion: 2 },
  },
  412: {
    name: 'PreconditionFailed',
    description: 'The record has changed since the version in If-Match.',
    title: 'The record has changed',
    example: 'account.version_conflict',
    detail: 'The account was changed by somebody else: you know version 1, it is at 2. Read it again and repeat your change.',
    more: { currentVersion: 2 },
  },
  413: {
    name: 'TooLarge',
    description: 'The request is too large.',
    title: 'Too large',
    example: 'request.too_large',
    detail: 'The request body is too large.',
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not of a type that is taken here; Accept-Post or Accept-Patch names those that are.',
    title: 'Not in this form',
    example: 'request.unsupported_media_type',
    detail: 'Send the body as application/json.',
  },
  422: {
    name: 'Unprocessable',
    description: 'The Idempotency-Key was used for another request.',
    title: 'Contradicts an earlier request',
    example: 'idempotency.key_reused',
    detail: 'This Idempotency-Key was used for another request. Use a fresh key for each new request.',
  },
  428: {
    name: 'PreconditionRequired',
    description: 'This record is changed only by who names the version he knows in If-Match.',
    title: 'A precondition is needed',
    example: 'precondition.required',
    detail: 'A price list is changed only by who names the version he knows: send its ETag as If-Match.',
  },
  429: {
    name: 'TooManyRequests',
    description: 'Too many requests; wait for Retry-After seconds.',
    title: 'Too many requests',
    example: 'rate.limited',
    detail: 'Too many requests in this window. Wait, then try again.',
    more: { retryAfter: 12 },
    headers: ['Retry-After'],
  },
  500: {
    name: 'Internal',
    description: 'A defect on our side.',
    title: 'Something broke on our side',
    example: 'internal',
    detail: 'The server met an error it did not expect. It has been logged; tell the operator the request id.',
  },
  503: {
    name: 'Unavailable',
    description: 'The database does not answer, or the read takes too long; come again.',
    title: 'Not available right now',
    example: 'database.unavailable',
    detail: 'The database does not answer at the moment. Send the request again.',
    more: { retryAfter: 2 },
    headers: ['Retry-After'],
  },
};

const header = (description: string, schema: JsonSchema): JsonSchema => ({ description, schema });
const text = (maxLength: number, pattern: string): JsonSchema => ({ type: 'string', maxLength, pattern });

/** Headers of answers that have a meaning of their own. */
export const componentHeaders: Readonly<Record<string, JsonSchema>> = {
  RateLimit: header('How many requests are left (`r`) in the seconds that are left (`t`).', text(100, '^"[a-z]+";r=\\d+;t=\\d+$')),
  'RateLimit-Policy': header('How many requests (`q`) a window of seconds (`w`) allows.', text(100, '^"[a-z]+";q=\\d+;w=\\d+$')),
  'Access-Control-Allow-Origin': header('Only for pages of origins that the installation lists.', text(300, '^https?://\\S+$')),
  'Retry-After': header('Seconds to wait.', text(10, '^\\d+$')),
  'WWW-Authenticate': header('How to sign in.', text(100, '^Bearer')),
  'Record-Warnings': header(
    'What rules of the company say of records that were written all the same: a list (RFC 9651), at most ten. Only where there is something to say.',
    text(8000, '^"'),
  ),
  Deprecation: header('Since when the operation is not to be used any more (RFC 9745).', text(20, '^@\\d+$')),
  Link: header('Where to read on, as `rel="deprecation"`.', text(500, '^<')),
  Sunset: header('When the operation will be gone (RFC 8594).', text(40, '^[A-Z][a-z]{2}, ')),
};

export const headerRef = (name: string): JsonSchema => ({ $ref: `#/components/headers/${name}` });
/** With every answer, whatever it says. */
export const everywhere = ['RateLimit', 'RateLimit-Policy', 'Access-Control-Allow-Origin'] as const;

const headerRefs = (names: readonly string[]): JsonSchema => Object.fromEntries(names.map((name) => [name, headerRef(name)]));

/** Responses that operations refer to. */
export const refusalResponses = (): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(refusals).map(([status, refusal]) => [refusal.name, responseOf(Number(status), refusal)]));

export const refusalRef = (status: number): JsonSchema | null => {
  const refusal = refusals[status];
  return refusal ? { $ref: `#/components/responses/${refusal.name}` } : null;
};

function responseOf(status: number, { description, title, example: code, detail, more = {}, headers = [] }: Refusal): JsonSchema {
  const requestId = '2a745b5f-5826-467f-bff4-9ccc849215df';
  return {
    description,
    headers: headerRefs([...everywhere, ...headers]),
    content: {
      'application/problem+json': {
        schema: schemaRef('Problem'),
        examples: { example: { summary: title, value: { type: `/errors#${code}`, title, status, detail, code, requestId, ...more } } },
      },
    },
  };
}
