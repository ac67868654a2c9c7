import { ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalid } from '#kernel/errors/domain-error.js';

/** For routes whose effect is nothing but rows of one transaction. */
export const dryRunQuery: MethodDecorator = ApiQuery({
  name: 'dryRun',
  required: false,
  description: 'Answers what would come of it, with the header `Dry-Run: true`, and leaves nothing behind.',
  schema: { type: 'boolean', default: false },
});

/** Whether a write is only tried. What cannot be read is refused: a mistyped value must not write. */
export function isDryRun(request: FastifyRequest): boolean {
  const value = (request.query as Record<string, unknown> | undefined)?.['dryRun'];
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw invalid('request.bad_parameter', 'The parameter "dryRun" must be true or false.', { parameter: 'dryRun' });
}

export function tellDryRun(request: FastifyRequest, reply: FastifyReply): void {
  if (request.method !== 'GET' && isDryRun(request)) void reply.header('dry-run', 'true');
}
