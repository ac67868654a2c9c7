import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Registry } from '#kernel/resource/registry.js';
import type { Authenticator } from '../auth/authenticator.js';

export interface OpenApiRoute {
  readonly whole: Registry;
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  /** The document of these definitions, as text. */
  readonly write: (definitions: Registry) => string;
  readonly refuse: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
}

interface RouteTarget {
  get(url: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown;
}

/** A megabyte or two each. */
const mostDocuments = 20;

/** `/v1/openapi.json`: what the caller's company has; to strangers, what the installation has. */
export function addOpenApiRoute(server: RouteTarget, { whole, authenticator, write, refuse }: OpenApiRoute): void {
  const texts = new LRUCache<string, string>({ max: mostDocuments });
  server.get('/v1/openapi.json', async (request, reply) => {
    const { authorization } = request.headers;
    try {
      const definitions = authorization === undefined ? whole : (await authenticator.authenticate(authorization, request.ip)).definitions;
      const text = texts.get(definitions.key) ?? write(definitions);
      texts.set(definitions.key, text);
      return await reply.header('content-type', 'application/json; charset=utf-8').header('vary', 'authorization').send(text);
    } catch (error) {
      refuse(error, request, reply);
      return reply;
    }
  });
}
