import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import type { RequestCounter } from '../http/rate-limits.js';
import { requestOf } from './fast-path.js';
import type { GraphqlVariants } from './variants.js';
import { clientNameOf } from './document-route.js';
import { isRecord, type TrustedDocuments } from './trusted-documents.js';
import { refuseVariables } from './variable-limits.js';

/** What is done about every answer, wherever it is given. */
export interface DoorSettings {
  readonly headers: Readonly<Record<string, string>>;
  /** Called when a request is taken; what it returns, when it is about to be answered. Its answer says whether the client shall go away. */
  readonly watch?: (request: IncomingMessage, response: ServerResponse) => Watched;
}
export interface Watched {
  readonly isLeaving: () => boolean;
  readonly answered: (told: { readonly requestId: string; readonly tenantId: string }) => void;
}

export interface DoorParts {
  readonly reads: Pick<GraphqlVariants, 'start'>;
  readonly documents: TrustedDocuments;
  readonly authenticator: Pick<Authenticator, 'recall'>;
  /** Null: requests are not counted. */
  readonly counter: RequestCounter | null;
  readonly requestId: (request: IncomingMessage) => string;
  /** Addresses of clients are told by proxies: whose request it is must not hang on the address of the connection. */
  readonly trustsProxies: boolean;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request the door has taken. */
interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** How the client stands in the count, as headers. */
  readonly counted: Readonly<Record<string, string>>;
  readonly watched: Watched | null;
}

const longestBody = 32_768;
const suspicious = /__proto__|constructor|\\u/;

/**
 * Stands before Fastify and answers reads over POST /graphql that the fast path knows from people who are known, with the very headers the
 * ordinary way gives. Whatever is new, odd, refused or wrong goes the ordinary way as if there were no door, its body with it.
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
    if (!this.settings || request.url !== '/graphql' || request.method !== 'POST' || !isPlain(request.headers)) return false;
    const principal = this.recall(request);
    if (!principal) return false;
    const { counter } = this.parts;
    const counted = counter ? counter.countAtDoor(request, principal) : {};
    if (!counted) return false;
    const watched = this.settings.watch?.(request, response) ?? null;
    const visit: Visit = { request, response, principal, counted, watched };
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.answer(visit, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    return true;
  }

  private recall({ headers, socket }: IncomingMessage): Principal | null {
    const { authenticator, trustsProxies } = this.parts;
    return authenticator.recall(headers.authorization, trustsProxies ? null : (socket.remoteAddress ?? null));
  }

  private answer(visit: Visit, body: Buffer): void {
    const reading = this.read(visit, body);
    if (!reading) return this.passOn(visit, body);
    reading.then(
      (text) => (text === null ? this.passOn(visit, body) : this.send(visit, text)),
      () => this.passOn(visit, body),
    );
  }

  /** Null: not one of those answered here. */
  private read({ request, principal }: Visit, body: Buffer): Promise<string | null> | null {
    const asked = parsed(body);
    const settled = asked && this.parts.documents.settle(asked, principal, clientNameOf(request.headers));
    if (typeof settled !== 'string') return null;
    const read = requestOf(asked);
    if (!read || refuseVariables(read.variables)) return null;
    return this.parts.reads.start(read, principal);
  }

  private passOn({ request, response }: Visit, body: Buffer): void {
    this.bodies.set(request, body);
    this.handler(request, response);
  }

  private send({ request, response, principal, counted, watched }: Visit, text: string): void {
    if (response.destroyed) return;
    const requestId = this.parts.requestId(request);
    const isNewForm = request.headers.accept?.includes('application/graphql-response+json') === true;
    const isLeaving = watched?.isLeaving() === true || !this.settings;
    const length = Buffer.byteLength(text);
    response.writeHead(200, {
      ...this.settings?.headers,
      ...counted,
      'x-request-id': requestId,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-type': `application/${isNewForm ? 'graphql-response+json' : 'json'}; charset=utf-8`,
      'content-length': length,
      ...(isLeaving ? { connection: 'close' } : {}),
    });
    // Text of which each character is one byte is ASCII, and written as that with a third of the memory.
    response.end(text, length === text.length ? 'latin1' : 'utf8');
    watched?.answered({ requestId, tenantId: principal.tenantId });
  }
}

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
function parsed(body: Buffer): Record<string, unknown> | null {
  if (!isUtf8(body)) return null;
  const text = body.toString('utf8');
  if (suspicious.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && value['extensions'] === undefined && value['documentId'] === undefined ? value : null;
  } catch {
    return null;
  }
}
