import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, parse, validate, type DocumentNode, type ExecutionArgs, type GraphQLSchema, type ValidationRule } from 'graphql';
import { CloseCode, type Context, type SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { DomainError } from '#kernel/errors/domain-error.js';
import { english, type Speaker } from '#kernel/text/speaker.js';
import type { Texts } from '#kernel/text/texts.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import { languageOf } from '../http/speaker.js';
import { clientAddress, type TrustsProxy } from '../http/trusted-proxies.js';
import type { GraphqlContext } from './context.js';
import { socketError, type ErrorOptions } from './errors.js';
import { largestRequest, maxLexicalTokens } from './limits.js';
import { HeldSockets } from './held-sockets.js';
import type { SocketLeases } from './socket-leases.js';
import type { GraphqlVariants } from './variants.js';
import { clientNameHeader, type TrustedDocuments } from './trusted-documents.js';
import { refuseVariables } from './variable-limits.js';

/** What is borne of one user, in all processes together, and of strangers in one. */
export interface SocketLimits {
  /** Time to say who one is. */
  readonly initWaitMs: number;
  /** Connections that have not yet said who they are. */
  readonly strangers: number;
  readonly connectionsPerUser: number;
  readonly operationsPerConnection: number;
  readonly operationsPerUser: number;
  /** Bytes that may wait for a client who does not read. */
  readonly unreadBytes: number;
  /** How often it is looked whether those who are connected still may be. */
  readonly checkEveryMs: number;
}

export const socketLimits: SocketLimits = {
  initWaitMs: 3_000,
  strangers: 500,
  connectionsPerUser: 50,
  operationsPerConnection: 100,
  operationsPerUser: 300,
  unreadBytes: 8_388_608,
  checkEveryMs: 30_000,
};

export interface SocketParts extends ErrorOptions {
  /** Of tenants that have the whole. */
  readonly schema: GraphQLSchema;
  readonly variants: GraphqlVariants;
  readonly rules: readonly ValidationRule[];
  readonly authenticator: Authenticator;
  readonly documents: TrustedDocuments;
  readonly texts?: Texts;
  readonly limits?: Partial<SocketLimits> | undefined;
  /** Where processes tell each other what people have open; null: each counts for itself. */
  readonly leases: SocketLeases | null;
  /** Whose word on where a connection comes from is believed. */
  readonly proxies: TrustsProxy | false;
}

interface Extra extends Record<PropertyKey, unknown> {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  token?: string;
  clientName?: string | null;
  person?: string;
  tenantId?: string;
  rechecks?: Set<() => Promise<void>>;
  speaker?: Speaker;
}
type Socket = Context<Record<string, unknown>, Extra>;

/** Who asks, and the text he means. */
interface Asked {
  readonly principal: Principal;
  readonly text: string;
}

const tooSlowMs = 2_000;
const farewellMs = 1_000;

/** Operations over WebSockets (graphql-ws), within limits and only as long as the one who asked may. */
export class Sockets {
  private readonly limits: SocketLimits;
  private readonly open: HeldSockets<Socket>;
  private readonly strangers = new Set<Duplex>();
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: largestRequest, perMessageDeflate: false });
  private readonly stops: (() => unknown)[] = [];

  constructor(private readonly parts: SocketParts) {
    this.limits = { ...socketLimits, ...parts.limits };
    this.open = new HeldSockets<Socket>(this.limits, parts.leases);
    const graphql = useServer<Record<string, unknown>, Extra>(
      {
        schema: parts.schema,
        connectionInitWaitTimeout: this.limits.initWaitMs,
        onConnect: (socket) => this.connect(socket),
        onDisconnect: (socket) => {
          this.open.leave(socket);
        },
        onSubscribe: (socket, _id, payload) => this.prepare(socket, payload),
        onError: ({ extra }, _id, _payload, errors) =>
          errors.map((error) => socketError(error, this.errorOptions(extra), extra.speaker).toJSON()),
        // The result comes fifth.
        onNext: ({ extra }, ...told) => {
          if (extra.socket.bufferedAmount > this.limits.unreadBytes)
            drop(extra.socket, CloseCode.TooManyInitialisationRequests, 'Reads too slowly');
          return worded(told[3], parts, extra.speaker);
        },
      },
      this.server,
    );
    this.stops.push(
      () => graphql.dispose(),
      parts.authenticator.onChange((tenantId) => this.recheck(tenantId)),
    );
    const timer = setInterval(() => {
      this.recheck(null);
      void this.open.renew();
    }, this.limits.checkEveryMs);
    timer.unref();
    this.stops.push(() => clearInterval(timer));
  }

  /** Takes what wants to become a WebSocket at `path`. */
  attach(http: Server, path: string): void {
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Somebody before us has refused it.
      if (socket.writableEnded || socket.destroyed) return;
      if (request.url?.split('?')[0] !== path) return refuse(socket, '404 Not Found');
      if (this.strangers.size >= this.limits.strangers) return refuse(socket, '503 Service Unavailable');
      this.strangers.add(socket);
      socket.once('close', () => this.strangers.delete(socket));
      this.server.handleUpgrade(request, socket, head, (ws) => this.server.emit('connection', ws, request));
    });
  }

  async stop(): Promise<void> {
    // Who does not answer the good-bye does not keep the process.
    const late = setTimeout(() => this.server.clients.forEach((client) => client.terminate()), farewellMs);
    for (const stop of this.stops) await stop();
    await this.open.stop();
    this.server.clients.forEach((client) => client.once('close', () => this.server.clients.size === 0 && clearTimeout(late)));
    if (this.server.clients.size === 0) clearTimeout(late);
  }

  private async connect(socket: Socket): Promise<boolean> {
    const { extra, connectionParams = {} } = socket;
    const given = wordIn(connectionParams, 'authorization', 'Authorization') ?? extra.request.headers.authorization;
    const principal =
      given === undefined ? null : await this.parts.authenticator.authenticate(given, this.addressOf(extra)).catch(noPrincipal);
    // 4403 Forbidden: the client should sign in, not try again.
    if (!principal || given === undefined) return false;
    extra.token = given;
    extra.tenantId = principal.tenantId;
    extra.speaker = this.speakerOf(extra, principal);
    extra.person = `${principal.tenantId} ${principal.actor.userId ?? String(principal.actor.id)}`;
    extra.clientName = wordIn(connectionParams, clientNameHeader) ?? wordIn(extra.request.headers, clientNameHeader) ?? null;
    this.strangers.delete(extra.request.socket);
    if (await this.open.enter(socket, extra.person)) return true;
    drop(extra.socket, CloseCode.TooManyInitialisationRequests, 'Too many connections');
    return false;
  }

  private speakerOf({ request }: Extra, principal: Principal): Speaker {
    return this.parts.texts?.speaker(languageOf(request.headers['accept-language'], principal)) ?? english;
  }

  private addressOf({ request }: Extra): string | null {
    return clientAddress(request, this.parts.proxies);
  }

  /** That nothing can be sent to one who has gone is no defect. */
  private errorOptions({ socket }: Extra): ErrorOptions {
    return socket.readyState === socket.OPEN ? this.parts : { ...this.parts, onDefect: () => undefined };
  }

  /** The operation as it will run, or what is wrong with it. graphql-ws alone would know no limits. */
  private async prepare(socket: Socket, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const refusal = (await this.open.refuse(socket)) ?? refuseVariables(payload.variables);
    if (refusal) return [coded(refusal)];
    const asked = await this.askedBy(socket.extra, payload);
    if (asked instanceof DomainError) return [coded(asked)];
    const { schema } = await this.parts.variants.of(asked.principal.definitions);
    const document = parsed(asked.text);
    if (document instanceof GraphQLError) return [document];
    const errors = validate(schema, document, this.parts.rules, { maxErrors: 5 });
    if (errors.length > 0) return errors;
    return {
      schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? {},
      contextValue: this.context(socket.extra),
    };
  }

  private async askedBy(extra: Extra, payload: SubscribePayload): Promise<Asked | DomainError> {
    try {
      const principal = await this.parts.authenticator.authenticate(extra.token, this.addressOf(extra));
      const text = await this.parts.documents.settle(payload, principal, extra.clientName ?? null);
      return text instanceof DomainError ? text : { principal, text: text ?? '' };
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  }

  private context(extra: Extra): GraphqlContext {
    const rechecks = (extra.rechecks ??= new Set());
    return {
      principal: () => this.parts.authenticator.authenticate(extra.token, this.addressOf(extra)),
      requestId: 'socket',
      origin: { ip: this.addressOf(extra) ?? '', ...(extra.clientName ? { client: extra.clientName } : {}) },
      cost: 0,
      live: {
        drop: (code, reason) => drop(extra.socket, code, reason),
        watch: (recheck) => {
          rechecks.add(recheck);
          return () => rechecks.delete(recheck);
        },
      },
    };
  }

  /** A session that ends takes its connections with it, also those that are silent. Rights that end, end what stood on them. */
  private recheck(tenantId: string | null): void {
    for (const { extra } of this.open) {
      if (tenantId !== null && extra.tenantId !== tenantId) continue;
      this.parts.authenticator.authenticate(extra.token, this.addressOf(extra)).then(
        () => extra.rechecks?.forEach((recheck) => void recheck()),
        (error: unknown) => {
          if (error instanceof DomainError) drop(extra.socket, CloseCode.Forbidden, 'Forbidden');
        },
      );
    }
  }
}

const noPrincipal = (error: unknown): Principal | null => {
  if (error instanceof DomainError) return null;
  throw error;
};

/** Says why, and does not wait long for the other side to have heard it. */
function drop(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), tooSlowMs).unref();
}

const refuse = (socket: Duplex, status: string) => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

const coded = ({ message, code }: { readonly message: string; readonly code: string }) =>
  new GraphQLError(message, { extensions: { code } });

const wordIn = (words: Readonly<Record<string, unknown>>, ...names: string[]) =>
  names.map((name) => words[name]).find((word) => typeof word === 'string');

function parsed(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text, { maxLexicalTokens });
  } catch (error) {
    return coded({ message: error instanceof Error ? error.message : 'The document cannot be read.', code: 'graphql.syntax' });
  }
}

interface SocketResult {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
}

/** A result whose errors say what those over HTTP say; undefined leaves it as it is. */
const worded = ({ data, errors }: SocketResult, options: ErrorOptions, speaker?: Speaker) =>
  errors ? { data: data ?? null, errors: errors.map((error) => socketError(error, options, speaker).toJSON()) } : undefined;
