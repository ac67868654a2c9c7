import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import { outage } from '#kernel/db/outage.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import { originOf } from '../http/origin.js';
import { asksLanguage, inLanguage, speakerOf } from '../http/speaker.js';
import { statusOf } from '../problem.js';
import type { GraphqlContext } from './context.js';
import { formatError } from './errors.js';
import { finish } from './executed.js';
import { extraRules, maxLexicalTokens, type IntrospectionPolicy } from './limits.js';

export interface GraphqlModuleOptions {
  readonly schema: GraphQLSchema;
  readonly authenticator: Authenticator;
  readonly isProduction: boolean;
  readonly introspection: IntrospectionPolicy;
  readonly onDefect: (error: unknown) => void;
}

/** Apollo Server on the schema. What is live comes over `Sockets`. */
export function graphqlModule(options: GraphqlModuleOptions): DynamicModule {
  const config: ApolloDriverConfig = {
    driver: ApolloDriver,
    path: '/graphql',
    graphiql: false,
    autoTransformHttpErrors: false,
    ...apolloSettings(options),
    context: (request: FastifyRequest) => httpContext(options, request),
  };
  return GraphQLModule.forRoot<ApolloDriverConfig>(config);
}

/** What holds for every Apollo Server here, whatever its schema. */
export const apolloSettings = (options: Omit<GraphqlModuleOptions, 'authenticator'>) => ({
  schema: options.schema,
  introspection: options.introspection !== 'nobody',
  csrfPrevention: true,
  allowBatchedHttpRequests: false,
  persistedQueries: false as const,
  includeStacktraceInErrorResponses: false,
  parseOptions: { maxLexicalTokens },
  validationRules: [...extraRules(options.introspection)],
  formatError: formatError(options),
  plugins: [costAndStatus],
});

async function httpContext({ authenticator, introspection }: GraphqlModuleOptions, request: FastifyRequest): Promise<GraphqlContext> {
  const { authorization } = request.headers;
  // Strangers are not even told what is wrong with their document where the schema is not for everyone.
  const isOpen = authorization === undefined && introspection === 'everyone';
  const known = isOpen ? null : await authenticator.authenticate(authorization, request.ip).catch(unauthenticated(request));
  const principal = known && inLanguage(known, request.headers['accept-language']);
  if (principal) request.principal = principal;
  return contextFor(request, principal);
}

/** The context of one operation over HTTP. */
export const contextFor = (request: FastifyRequest, principal: Principal | null): GraphqlContext => ({
  principal: () => Promise.resolve(principal),
  requestId: request.id,
  origin: originOf(request),
  speaker: speakerOf(request),
  isLanguageAsked: asksLanguage(request.headers['accept-language']),
  cost: 0,
});

/** Apollo answers 500 to errors of the context unless they say which status they mean. */
const unauthenticated =
  (request: FastifyRequest) =>
  (error: unknown): never => {
    const refusal = error instanceof DomainError ? error : outage(error);
    if (!refusal) throw error;
    const { message } = speakerOf(request).refusal(refusal);
    throw new GraphQLError(message, { extensions: { code: refusal.code, http: { status: statusOf[refusal.kind] } } });
  };

/**
 * Shows what an operation cost, and what was wrong with what it wrote. And, as the GraphQL over HTTP draft asks: clients that did not ask for
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
        const { language, ...singleResult } = finish(response.body.singleResult, contextValue);
        Object.assign(response.body.singleResult, singleResult);
        if (language !== null) response.http.headers.set('content-language', language);
        const accept = request.http?.headers.get('accept') ?? '';
        if (!accept.includes('application/graphql-response+json') && response.http.status === 400 && isDocumentWrong(singleResult))
          response.http.status = 200;
        return Promise.resolve();
      },
    }),
};

/** It was a GraphQL request, only not one that could be begun. */
const isDocumentWrong = ({ data, errors }: FormattedExecutionResult) =>
  data === undefined && errors?.[0]?.extensions?.['code'] !== 'graphql.bad_request';
