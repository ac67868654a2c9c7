import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '#kernel/errors/domain-error.js';

/** Bodies that are not read at once: where they may be sent, by content type. Everywhere else such a body is of the wrong type. */
interface StreamedBody {
  readonly type: string | RegExp;
  readonly allowed: (path: string) => boolean;
}

export const jsonLines = 'application/x-ndjson';
export const uploadPath = '/v1/files';

const streamed: readonly StreamedBody[] = [
  { type: jsonLines, allowed: (path) => path.startsWith('/v1/') && path.endsWith('/bulk') },
  {
    type: /^(image|audio|video|font|text)\/|^application\/(octet-stream|pdf|zip|gzip|rtf|xml|msword|vnd\.)/,
    allowed: (path) => path === uploadPath,
  },
];

/** Hands these bodies to their routes as streams, unread. */
export function addStreamedBodies(server: Pick<FastifyInstance, 'addContentTypeParser'>): void {
  for (const { type, allowed } of streamed) {
    server.addContentTypeParser(type, (request: FastifyRequest, payload: unknown, done: (error: Error | null, body?: unknown) => void) => {
      if (allowed(request.url.split('?')[0] ?? '')) done(null, payload);
      else done(wrongType());
    });
  }
}

const wrongType = () => new DomainError('wrong_media_type', 'request.unsupported_media_type', 'Send the body as application/json.');
