import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { outage } from '#kernel/db/outage.js';
import { DomainError, type ErrorKind } from '#kernel/errors/domain-error.js';
import type { Speaker } from '#kernel/text/speaker.js';
import { speakerOf } from '../http/speaker.js';
import { defect, problemOf, retryAfter, type Problem } from '../problem.js';

export interface DefectLog {
  error(details: object, message: string): void;
}

/** What has to be known of a request to refuse it. */
export interface RefusedRequest {
  readonly id: string;
  readonly url: string;
  readonly method: string;
  readonly speaker: Speaker;
}
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
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
    const speaker = speakerOf(request);
    const { status, headers, text } = this.answer(error, { id: request.id, url: request.url, method: request.method, speaker });
    void reply.headers(headers).code(status).send(text);
  }

  /** A defect is logged. */
  answer(error: unknown, { id, url, method, speaker }: RefusedRequest): RefusalAnswer {
    const known = error instanceof DomainError ? error : (outage(error) ?? transportError(error));
    if (!known) this.log.error({ err: error, requestId: id, url: url.split('?')[0] }, 'A request met a defect');
    const problem: Problem = known ? problemOf(known, id, speaker) : defect(id, speaker);
    const wait = known ? retryAfter(known) : null;
    const headers = {
      ...(wait === null ? {} : { 'retry-after': String(wait) }),
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(problem.status === 415 ? takenAt(method) : {}),
      'content-language': speaker.language,
      'content-type': 'application/problem+json; charset=utf-8',
    };
    return { status: problem.status, headers, text: JSON.stringify(problem) };
  }
}

/** Which bodies are taken, for who sent another (RFC 5789, and its like for POST). */
const takenAt = (method: string): Record<string, string> => {
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
