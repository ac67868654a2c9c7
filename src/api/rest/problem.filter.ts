import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { outage } from '#kernel/db/outage.js';
import { DomainError, type ErrorKind } from '#kernel/errors/domain-error.js';
import { speakerOf } from '../http/speaker.js';
import { defect, problemOf, retryAfter, type Problem } from '../problem.js';

export interface DefectLog {
  error(details: object, message: string): void;
}

/** Every refusal over HTTP as a problem document (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: DefectLog) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const known = error instanceof DomainError ? error : (outage(error) ?? transportError(error));
    if (!known) this.log.error({ err: error, requestId: request.id, url: request.url.split('?')[0] }, 'A request met a defect');
    const speaker = speakerOf(request);
    const problem: Problem = known ? problemOf(known, request.id, speaker) : defect(request.id, speaker);
    const wait = known ? retryAfter(known) : null;
    if (wait !== null) void reply.header('retry-after', String(wait));
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    if (problem.status === 415) void reply.headers(takenAt(request));
    void reply.header('content-language', speaker.language);
    void reply.code(problem.status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
  }
}

/** Which bodies are taken, for who sent another (RFC 5789, and its like for POST). */
const takenAt = ({ method }: FastifyRequest): Record<string, string> => {
  if (method === 'PATCH') return { 'accept-patch': 'application/merge-patch+json, application/json' };
  return method === 'POST' ? { 'accept-post': 'application/json' } : {};
};

const kinds: Readonly<Record<number, readonly [ErrorKind, string, string]>> = {
  400: ['invalid', 'request.malformed', 'The request cannot be read. Are address and body well formed, and sent as application/json?'],
  401: ['unauthorized', 'auth.required', 'Sign in first.'],
  // A file outside the folder whose files are served.
  403: ['not_found', 'request.no_such_route', 'There is nothing at this address. The documentation is at /docs.'],
  404: ['not_found', 'request.no_such_route', 'There is nothing at this address. The documentation is at /docs.'],
  405: ['wrong_method', 'request.method_not_allowed', 'This method is not offered here. The documentation is at /docs.'],
  406: ['not_acceptable', 'request.not_acceptable', 'This address cannot answer in the form you accept.'],
  413: ['too_large', 'request.too_large', 'The request body is too large.'],
  414: ['too_large', 'request.too_large', 'The address is too long.'],
  415: ['wrong_media_type', 'request.unsupported_media_type', 'Send the body as application/json.'],
  429: ['too_many', 'request.too_many', 'Too many requests. Wait, then try again.'],
};

/** What Nest and Fastify refuse by themselves, in our words. */
function transportError(error: unknown): DomainError | null {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  const found = typeof status === 'number' ? kinds[status] : undefined;
  return found ? new DomainError(...found) : null;
}
