import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.js';

export interface TrafficParts {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The tenant a request was found to come from. */
  readonly tenantOf: (request: FastifyRequest) => string | null;
  /** Whether answers should ask their client to leave. */
  readonly isDraining: () => boolean;
}

const quietRoutes = new Set(['/livez', '/readyz', '/metrics']);

/** Sees every request of a process: counts those that run, measures them and writes one line about each. */
export class Traffic {
  private running = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly parts: TrafficParts) {}

  watch(server: Pick<FastifyInstance, 'addHook'>): void {
    server.addHook('onRequest', (request, reply, done) => {
      this.running++;
      // Comes for every request, also when its client went away.
      reply.raw.once('close', () => this.left());
      if (this.parts.isDraining()) void reply.header('connection', 'close');
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

  /** Resolves when no request runs, with 0, or with how many still do after that time. */
  async quiet(withinMs: number): Promise<number> {
    if (this.running === 0) return 0;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => this.waiting.push(resolve)),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      }),
    ]);
    clearTimeout(timer);
    return this.running;
  }

  private left(): void {
    this.running--;
    if (this.running > 0) return;
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
