import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { Resource } from '#kernel/resource/define-resource.js';
import { schemaRef } from './schemas.js';

/** A JSON answer of the named schema. */
export const answer = (
  status: number,
  schema: string,
  description: string,
  headers: Record<string, { description: string }> = {},
): MethodDecorator =>
  ApiResponse({
    status,
    description,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, h]) => [name, { ...h, schema: { type: 'string' as const, maxLength: 500 } }]),
    ),
    content: { 'application/json': { schema: schemaRef(schema) } },
  });

const said: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  401: 'No good access token or API key.',
  403: 'Your role does not allow this.',
  404: 'There is no such record, or you may not see it.',
  409: 'The request conflicts with the state of the record.',
  412: 'The record has changed since the version in If-Match.',
  413: 'The request is too large.',
  429: 'Too many requests; wait for Retry-After seconds.',
  500: 'A defect on our side.',
};

/** The refusals a route may answer with, all problem documents. */
export const problems = (...statuses: readonly number[]): MethodDecorator[] =>
  [...statuses, 401, 403, 429, 500].map((status) =>
    ApiResponse({
      status,
      description: said[status] ?? 'Refused.',
      headers: status === 429 ? { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'string', maxLength: 10 } } } : {},
      content: { 'application/problem+json': { schema: schemaRef('Problem') } },
    }),
  );

export const idempotencyHeader = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description: 'Makes a repeat harmless: the same key with the same body answers the first result.',
  schema: { type: 'string', maxLength: 200 },
});
export const ifMatchHeader = ({ requireVersion }: Pick<Resource, 'requireVersion'>): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: requireVersion === true,
    description: `The ETag you know; refuses with 412 when the record has changed${requireVersion ? ', with 428 when there is none' : ''}.`,
    schema: { type: 'string', maxLength: 500 },
  });
