import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config.js';

/** Of answers that are data; pages say themselves what they may load. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** What browsers are told with every answer. */
export function securityHeaders({ isProduction, publicUrl }: Pick<Config, 'isProduction' | 'publicUrl'>): Readonly<Record<string, string>> {
  return {
    'content-security-policy': dataPolicy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(isProduction && publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

export function addSecurityHeaders(server: Pick<FastifyInstance, 'addHook'>, headers: Readonly<Record<string, string>>): void {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

const exposed = [
  'etag',
  'link',
  'location',
  'retry-after',
  'x-request-id',
  'ratelimit',
  'ratelimit-policy',
  'idempotency-replayed',
  'record-warnings',
];

/** Lets pages of listed origins call, with tokens they hold; cookies are not ours. Off when none is listed. */
export function allowOrigins(app: NestFastifyApplication, { corsOrigins, publicUrl }: Pick<Config, 'corsOrigins' | 'publicUrl'>): void {
  if (corsOrigins.length > 0) {
    app.enableCors({
      origin: [...corsOrigins],
      credentials: false,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: exposed,
      maxAge: 600,
    });
  }
  const known = new Set([...corsOrigins, new URL(publicUrl).origin]);
  // Browsers let any page open a socket: here is where it is asked who it is.
  app.getHttpServer().prependListener('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const { origin, host } = request.headers;
    if (origin === undefined || known.has(origin) || (URL.canParse(origin) && new URL(origin).host === host)) return;
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}
