import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import type { RequestCounter } from '../http/rate-limits.js';
import { inLanguage } from '../http/speaker.js';
import { clientAddress, type TrustsProxy } from '../http/trusted-proxies.js';

/** What is done about every answer, wherever it is given. */
export interface DoorSettings {
  readonly headers: Readonly<Record<string, string>>;
  /** Called when a request is taken; what it returns, when it is about to be answered. Its answer says whether the client shall go away. */
  readonly watch?: (request: IncomingMessage, response: ServerResponse) => Watched;
}
export interface Watched {
  readonly isLeaving: () => boolean;
  readonly answered: (told: {
    readonly requestId: string;
    readonly tenantId: string;
    readonly route: string;
    readonly status: number;
  }) => void;
}

/** A request the door has taken. */
export interface Visit {
  readonly request: IncomingMessage;
  /** Reads in the language of the request. */
  readonly principal: Principal;
  readonly requestId: string;
  /** Where it comes from, as far as proxies are believed. */
  readonly address: string | null;
}

/** An answer without the headers every answer has. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The address as it is declared, for logs and metrics. */
  readonly route: string;
}

/** Answers requests of one kind. */
export interface Keeper {
  readonly method: 'GET' | 'POST';
  /** By address alone: whether it may be of that kind. */
  readonly takes: (url: string) => boolean;
  /** Null, at once or later: it goes the ordinary way, for nothing has been done about it. Never rejects once anything has. */
  readonly answer: (visit: Visit, body: string) => Promise<DoorAnswer | null> | null;
}

export interface DoorParts {
  readonly keepers: readonly Keeper[];
  readonly authenticator: Pick<Authenticator, 'recall'>;
  /** Null: requests are not counted. */
  readonly counter: RequestCounter | null;
  readonly requestId: (request: IncomingMessage) => string;
  readonly proxies: TrustsProxy | false;
  readonly onDefect: (error: unknown) => void;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What is kept of a request until it is answered. */
interface Taken {
  readonly visit: Visit;
  readonly keeper: Keeper;
  readonly response: ServerResponse;
  /** How the client stands in the count, as headers. */
  readonly counted: Readonly<Record<string, string>>;
  readonly watched: Watched | null;
}

const longestBody = 32_768;
const suspicious = /__proto__|constructor|\\u/;

/**
 * Stands before Fastify and answers what its keepers know, for people who are known, with the very headers the ordinary way gives. Whatever is
 * new, odd or wrong goes the ordinary way as if there were no door, its body with it.
 */
export class FrontDoor {
  private settings: DoorSettings | null = null;
  /** Bodies already read, of requests that go the ordinary way after all. */
  private readonly bodies = new WeakMap<IncomingMessage, Buffer>();
  private handler: Handler = () => undefined;

  constructor(private readonly parts: DoorParts) {}

  /** Takes its place. It stays shut until `open` says what every answer carries. */
  attach(server: Server, fastify: Pick<FastifyInstance, 'addHook'>): void {
    const [handler, ...others] = server.listeners('request');
    if (typeof handler !== 'function' || others.length > 0) throw new Error('One handler answers all requests.');
    this.handler = handler as Handler;
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.take(request, response)) this.handler(request, response);
    });
    fastify.addHook('preParsing', (request, _reply, payload, done) => {
      const body = this.bodies.get(request.raw);
      done(null, body ? Readable.from([body]) : payload);
    });
    fastify.addHook('preClose', (done) => {
      this.settings = null;
      done();
    });
  }

  open(settings: DoorSettings): void {
    this.settings = settings;
  }

  private take(request: IncomingMessage, response: ServerResponse): boolean {
    const keeper = this.keeperOf(request);
    const visit = keeper && this.visitOf(request);
    const counted = visit && this.count(visit);
    if (!keeper || !counted) return false;
    this.read({ visit, keeper, response, counted, watched: this.settings?.watch?.(request, response) ?? null });
    return true;
  }

  private keeperOf({ url = '', method, headers }: IncomingMessage): Keeper | undefined {
    if (!this.settings || !(method === 'POST' ? isPlain(headers) : method === 'GET' && isBare(headers))) return undefined;
    return this.parts.keepers.find((keeper) => keeper.method === method && keeper.takes(url));
  }

  private read(taken: Taken): void {
    const { request } = taken.visit;
    if (taken.keeper.method === 'GET') return this.answer(taken, nothing);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.answer(taken, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  }

  /** Null: nobody who is known. */
  private visitOf(request: IncomingMessage): Visit | null {
    const { authenticator, proxies, requestId } = this.parts;
    const { authorization, 'accept-language': language } = request.headers;
    const address = clientAddress(request, proxies);
    const principal = authenticator.recall(authorization, address);
    return principal && { request, principal: inLanguage(principal, language), requestId: requestId(request), address };
  }

  private count({ request, principal }: Visit): Readonly<Record<string, string>> | null {
    return this.parts.counter ? this.parts.counter.countAtDoor(request, principal) : {};
  }

  private answer(taken: Taken, body: Buffer): void {
    const text = plainText(body);
    const answering = text === null ? null : taken.keeper.answer(taken.visit, text);
    if (!answering) return this.passOn(taken, body);
    answering.then(
      (answer) => (answer === null ? this.passOn(taken, body) : this.send(taken, answer)),
      (error: unknown) => {
        // Nobody knows what was done: it is not done again.
        this.parts.onDefect(error);
        taken.response.destroy();
      },
    );
  }

  private passOn({ visit: { request }, response, keeper }: Taken, body: Buffer): void {
    if (keeper.method !== 'GET') this.bodies.set(request, body);
    this.handler(request, response);
  }

  private send({ visit, response, counted, watched }: Taken, { status, headers, text, route }: DoorAnswer): void {
    if (response.destroyed) return;
    const { requestId, principal } = visit;
    const isLeaving = watched?.isLeaving() === true || !this.settings;
    const length = Buffer.byteLength(text);
    response.writeHead(status, {
      ...this.settings?.headers,
      ...counted,
      'x-request-id': requestId,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...headers,
      'content-length': length,
      ...(isLeaving ? { connection: 'close' } : {}),
    });
    // Text of which each character is one byte is ASCII, and written as that with a third of the memory.
    response.end(text, length === text.length ? 'latin1' : 'utf8');
    watched?.answered({ requestId, tenantId: principal.tenantId, route, status });
  }
}

const nothing = Buffer.alloc(0);

/** Nothing but an address, from no page of another origin, by somebody who has no copy of what he asks for. */
const isBare = (headers: IncomingHttpHeaders): boolean =>
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined &&
  headers.origin === undefined &&
  headers['expect'] === undefined &&
  headers.upgrade === undefined &&
  headers['if-none-match'] === undefined;

/** JSON of a told and modest length, from no page of another origin, and nothing that has to be agreed on first. */
function isPlain(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  const length = Number(headers['content-length']);
  return (
    (type === 'application/json' || type === 'application/json; charset=utf-8') &&
    length > 0 &&
    length <= longestBody &&
    headers.origin === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers['content-encoding'] === undefined &&
    headers['expect'] === undefined &&
    headers['access-control-request-method'] === undefined
  );
}

/** Null for what the ordinary parser has to look at, or refuses. */
function plainText(body: Buffer): string | null {
  if (!isUtf8(body)) return null;
  const text = body.toString('utf8');
  return suspicious.test(text) ? null : text;
}

/** The object a body is; null for anything else. */
export function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
