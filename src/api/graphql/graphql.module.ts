import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule, type GraphQLWsSubscriptionsConfig } from '@nestjs/graphql';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Context, ServerOptions } from 'graphql-ws';
import type { IncomingMessage } from 'node:http';
import { outage } from '#kernel/db/outage.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { Authenticator } from '../auth/authenticator.js';
import { statusOf } from '../problem.js';
import type { GraphqlContext } from './context.js';
import { formatError, socketError } from './errors.js';
import { limitRules, maxLexicalTokens } from './limits.js';
import { refuseVariables } from './variable-limits.js';

export interface GraphqlModuleOptions {
  readonly schema: GraphQLSchema;
  readonly authenticator: Authenticator;
  readonly isProduction: boolean;
  readonly onDefect: (error: unknown) => void;
}

/** Apollo Server on the schema, and graphql-ws for what is live. */
export function graphqlModule(options: GraphqlModuleOptions): DynamicModule {
  const config: ApolloDriverConfig = {
    driver: ApolloDriver,
    schema: options.schema,
    path: '/graphql',
    graphiql: false,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: options.isProduction,
    parseOptions: { maxLexicalTokens },
    validationRules: [...limitRules],
    autoTransformHttpErrors: false,
    formatError: formatError(options.onDefect),
    plugins: [costAndStatus],
    context: (request: FastifyRequest) => httpContext(options.authenticator, request),
    subscriptions: { 'graphql-ws': socketOptions(options) as GraphQLWsSubscriptionsConfig },
  };
  return GraphQLModule.forRoot<ApolloDriverConfig>(config);
}

async function httpContext(authenticator: Authenticator, request: FastifyRequest): Promise<GraphqlContext> {
  const { authorization } = request.headers;
  const principal = authorization === undefined ? null : await authenticator.authenticate(authorization).catch(unauthenticated);
  return { principal: () => Promise.resolve(principal), requestId: request.id, cost: 0 };
}

/** Apollo answers 500 to errors of the context unless they say which status they mean. */
function unauthenticated(error: unknown): never {
  const refusal = error instanceof DomainError ? error : outage(error);
  if (refusal) throw new GraphQLError(refusal.message, { extensions: { code: refusal.code, http: { status: statusOf[refusal.kind] } } });
  throw error;
}

/**
 * Shows what an operation cost. And, as the GraphQL over HTTP draft asks: clients that did not ask for
 * `application/graphql-response+json` get 200 with the errors inside.
 */
const costAndStatus: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) => {
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return Promise.resolve();
        throw new GraphQLError('Subscriptions are told over a WebSocket at this address: connect with graphql-ws.', {
          extensions: { code: 'graphql.bad_request', http: { status: 400 } },
        });
      },
      willSendResponse: ({ request, response, contextValue }) => {
        if (response.body.kind !== 'single') return Promise.resolve();
        const { singleResult } = response.body;
        if (singleResult.data && contextValue.cost > 0) singleResult.extensions = { ...singleResult.extensions, cost: contextValue.cost };
        const accept = request.http?.headers.get('accept') ?? '';
        if (
          !accept.includes('application/graphql-response+json') &&
          (response.http.status ?? 200) === 400 &&
          singleResult.data === undefined
        )
          response.http.status = 200;
        return Promise.resolve();
      },
    }),
};

const maxOperationsPerSocket = 100;

interface Extra extends Record<PropertyKey, unknown> {
  readonly request: IncomingMessage;
  readonly socket: { close(code: number, reason: string): void };
  token?: string;
  operations?: number;
}
type Socket = Context<Record<string, unknown>, Extra>;

function socketOptions({ authenticator, onDefect }: GraphqlModuleOptions): ServerOptions<Record<string, unknown>, Extra> {
  const open = new Set<Extra>();
  // A session that ends takes its sockets with it, also those that are silent.
  authenticator.onChange(() => {
    for (const extra of open) authenticator.authenticate(extra.token).catch(() => extra.socket.close(4403, 'Forbidden'));
  });
  return {
    connectionInitWaitTimeout: 3_000,
    onConnect: async (socket) => {
      const welcome = await connect(authenticator, socket);
      if (welcome) open.add(socket.extra);
      return welcome;
    },
    onDisconnect: ({ extra }) => {
      open.delete(extra);
    },
    onSubscribe: ({ extra }, _id, { variables }) => {
      const refusal = refuseVariables(variables);
      if (refusal) return [new GraphQLError(refusal.message, { extensions: { code: refusal.code } })];
      extra.operations = (extra.operations ?? 0) + 1;
      if (extra.operations <= maxOperationsPerSocket) return undefined;
      return [
        new GraphQLError(`One connection carries at most ${maxOperationsPerSocket} operations at a time.`, {
          extensions: { code: 'graphql.too_many_subscriptions' },
        }),
      ];
    },
    onComplete: ({ extra }) => {
      extra.operations = Math.max(0, (extra.operations ?? 1) - 1);
    },
    context: ({ extra }): GraphqlContext => ({ principal: () => authenticator.authenticate(extra.token), requestId: 'socket', cost: 0 }),
    onError: (_socket, _id, _payload, errors) => errors.map((error) => socketError(error, onDefect).toJSON()),
    // The result comes fifth.
    onNext: (...told) => worded(told[4], onDefect),
  };
}

interface SocketResult {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
}

/** A result whose errors say what those over HTTP say; undefined leaves it as it is. */
const worded = ({ data, errors }: SocketResult, onDefect: (error: unknown) => void) =>
  errors ? { data: data ?? null, errors: errors.map((error) => socketError(error, onDefect).toJSON()) } : undefined;

async function connect(authenticator: Authenticator, { connectionParams, extra }: Socket): Promise<boolean> {
  const params = connectionParams ?? {};
  const given = params['authorization'] ?? params['Authorization'] ?? extra.request.headers.authorization;
  if (typeof given !== 'string') return false;
  extra.token = given;
  try {
    await authenticator.authenticate(given);
    return true;
  } catch (error) {
    // 4403 Forbidden: the client should sign in, not try again.
    if (error instanceof DomainError) return false;
    throw error;
  }
}
