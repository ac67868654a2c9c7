import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Watched } from '#api/door/front-door.js';
import type { Metrics } from './metrics.js';

export interface TrafficParts {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The tenant a request was found to come from. */
  readonly tenantOf: (request: FastifyRequest) => string | null;
}

interface Told {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly requestId: string;
  readonly tenantId: string | null;
}

const quietRoutes = new Set(['/livez', '/readyz', '/metrics']);

/** Sees every request of a process: counts those that run, measures them and writes one line about each. */
export class Traffic {
  /** By the answer on the wire; null for those that are answered before Fastify sees them. */
  private readonly running = new Map<ServerResponse, FastifyReply | null>();
  private leaving = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly parts: TrafficParts) {}

  watch(server: Pick<FastifyInstance, 'addHook'>): void {
    server.addHook('onRequest', (request, reply, done) => {
      this.enter(reply.raw, reply);
      if (this.leaving) void reply.header('connection', 'close');
      done();
    });
    server.addHook('onResponse', (request, reply, done) => {
      this.note(request, reply);
      done();
    });
    server.addHook('onRequestAbort', (request, done) => {
      this.parts.log.info({ method: request.method, route: routeOf(request), requestId: request.id }, 'The client went away');
      done();
    });
  }

  /** Of a request that is answered before Fastify sees it. */
  watchAtDoor(request: IncomingMessage, response: ServerResponse): Watched {
    const began = performance.now();
    this.enter(response, null);
    return {
      isLeaving: () => this.leaving,
      answered: (told) => this.tell({ method: request.method ?? '', ...told }, performance.now() - began),
    };
  }

  /** From now on every answer, also of requests that run, tells its client to come back on another connection. */
  sendAway(): void {
    this.leaving = true;
    for (const reply of this.running.values()) if (reply && !reply.sent) void reply.header('connection', 'close');
  }

  /** Resolves when no request runs, with 0, or with how many still do after that time. */
  async quiet(withinMs: number): Promise<number> {
    if (this.running.size === 0) return 0;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => this.waiting.push(resolve)),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      }),
    ]);
    clearTimeout(timer);
    return this.running.size;
  }

  private enter(response: ServerResponse, reply: FastifyReply | null): void {
    // Comes for every request, also when its client went away.
    if (!this.running.has(response)) response.once('close', () => this.left(response));
    this.running.set(response, reply);
  }

  private left(response: ServerResponse): void {
    this.running.delete(response);
    if (this.running.size > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting = [];
  }

  /** Routes as they are declared: addresses carry ids, some carry tokens. */
  private note(request: FastifyRequest, reply: FastifyReply): void {
    const { method, id: requestId } = request;
    this.tell(
      { method, route: routeOf(request), status: reply.statusCode, requestId, tenantId: this.parts.tenantOf(request) },
      reply.elapsedTime,
    );
  }

  private tell({ method, route, status, ...who }: Told, took: number): void {
    const { log, metrics } = this.parts;
    metrics.request(method, route, status, took / 1000);
    const line = { method, route, status, ms: Math.round(took * 10) / 10, ...who };
    if (quietRoutes.has(route)) log.debug(line, 'Request');
    else log.info(line, 'Request');
  }
}

const routeOf = (request: FastifyRequest): string => (request.is404 ? 'none' : (request.routeOptions.url ?? 'none'));
