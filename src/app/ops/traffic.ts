import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.js';

export interface TrafficParts {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The tenant a request was found to come from. */
  readonly tenantOf: (request: FastifyRequest) => string | null;
}

const quietRoutes = new Set(['/livez', '/readyz', '/metrics']);

/** Sees every request of a process: counts those that run, measures them and writes one line about each. */
export class Traffic {
  private readonly running = new Set<FastifyReply>();
  private leaving = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly parts: TrafficParts) {}

  watch(server: Pick<FastifyInstance, 'addHook'>): void {
    server.addHook('onRequest', (request, reply, done) => {
      this.running.add(reply);
      // Comes for every request, also when its client went away.
      reply.raw.once('close', () => this.left(reply));
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

  /** From now on every answer, also of requests that run, tells its client to come back on another connection. */
  sendAway(): void {
    this.leaving = true;
    for (const reply of this.running) if (!reply.sent) void reply.header('connection', 'close');
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

  private left(reply: FastifyReply): void {
    this.running.delete(reply);
    if (this.running.size > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting = [];
  }

  /** Routes as they are declared: addresses carry ids, some carry tokens. */
  private note(request: FastifyRequest, reply: FastifyReply): void {
    const { log, metrics, tenantOf } = this.parts;
    const { method, id: requestId } = request;
    const [route, status, ms] = [routeOf(request), reply.statusCode, reply.elapsedTime];
    metrics.request(method, route, status, ms / 1000);
    const line = { method, route, status, ms: Math.round(ms * 10) / 10, requestId, tenantId: tenantOf(request) };
    if (quietRoutes.has(route)) log.debug(line, 'Request');
    else log.info(line, 'Request');
  }
}

const routeOf = (request: FastifyRequest): string => (request.is404 ? 'none' : (request.routeOptions.url ?? 'none'));
