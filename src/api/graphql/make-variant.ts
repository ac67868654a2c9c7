import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyRequest } from 'fastify';
import type { ValidationRule } from 'graphql';
import type { Registry } from '#kernel/resource/registry.js';
import { inLanguage } from '../http/speaker.js';
import type { GraphqlContext, GraphqlParts } from './context.js';
import { DirectCreates } from './creates.js';
import { FastReads } from './fast-path.js';
import { apolloSettings, contextFor, type GraphqlModuleOptions } from './graphql.module.js';
import { buildSchemaInSlices } from './schema.js';
import type { ChangeStream } from './subscriptions.js';
import type { GraphqlVariant } from './variants.js';

export interface VariantParts {
  readonly graphql: GraphqlParts;
  readonly changes: ChangeStream;
  readonly rules: readonly ValidationRule[];
  readonly apollo: Omit<GraphqlModuleOptions, 'schema' | 'authenticator'>;
}

/** GraphQL on the definitions of a tenant: a schema, a fast path and an Apollo Server of its own, set up as those of the whole are. */
export async function makeVariant(parts: VariantParts, definitions: Registry): Promise<GraphqlVariant> {
  const graphql = { ...parts.graphql, registry: definitions };
  const schema = await buildSchemaInSlices(graphql, parts.changes);
  const settings = apolloSettings({ ...parts.apollo, schema });
  const server = new ApolloServer<GraphqlContext>({
    ...settings,
    plugins: [...settings.plugins, ApolloServerPluginLandingPageDisabled(), dataIsSuccess],
    stopOnTerminationSignals: false,
  });
  await server.start();
  // Who asks was found out before: the variant is his.
  const answer = fastifyApolloHandler(server, { context: (request) => Promise.resolve(contextOf(request)) });
  return {
    definitions,
    schema,
    reads: new FastReads(graphql, schema, parts.rules, { documents: 500, bytes: 5_000_000 }),
    creates: new DirectCreates({ graphql, schema, rules: parts.rules, errors: parts.apollo }),
    answer: async (request, reply) => reply.send(await answer.call(reply.server, request, reply)),
    // Requests it is answering come to their end.
    stop: () => server.stop(),
  };
}

function contextOf(request: FastifyRequest): GraphqlContext {
  if (request.principal) request.principal = inLanguage(request.principal, request.headers['accept-language']);
  return contextFor(request, request.principal ?? null);
}

/** As Nest has it for the whole: what was executed is answered with 200, whatever its fields met. */
const dataIsSuccess: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response }) => {
        if (response.body.kind === 'single' && 'data' in response.body.singleResult) response.http.status = 200;
        return Promise.resolve();
      },
    }),
};
