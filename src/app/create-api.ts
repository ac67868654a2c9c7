import multipart from '@fastify/multipart';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema, ValidationRule } from 'graphql';
import { addFastReads } from '#api/fast-route.js';
import { AuthModule } from '#api/auth/auth.module.js';
import { FrontDoor, type Keeper } from '#api/door/front-door.js';
import { graphqlKeeper } from '#api/door/graphql-keeper.js';
import { readKeeper } from '#api/door/read-keeper.js';
import { restKeeper } from '#api/door/rest-keeper.js';
import { FeedChanges, type Feed } from '#api/graphql/changes.js';
import type { GraphqlParts } from '#api/graphql/context.js';
import { CostQuota } from '#api/graphql/cost-quota.js';
import { DirectCreates } from '#api/graphql/creates.js';
import { FastReads } from '#api/graphql/fast-path.js';
import { graphqlModule } from '#api/graphql/graphql.module.js';
import { makeVariant } from '#api/graphql/make-variant.js';
import { GraphqlVariants, mostVariants } from '#api/graphql/variants.js';
import { VariantsAhead } from '#api/graphql/variants-ahead.js';
import { largestRequest, rulesFor, type IntrospectionPolicy } from '#api/graphql/limits.js';
import { buildSchema } from '#api/graphql/schema.js';
import type { ChangeStream } from '#api/graphql/subscriptions.js';
import { PostgresLeases } from '#api/graphql/socket-leases.js';
import { Sockets, type SocketLimits } from '#api/graphql/sockets.js';
import { TrustedDocuments } from '#api/graphql/trusted-documents.js';
import { takeJsonOnly } from '#api/http/bodies.js';
import { answerClientError } from '#api/http/client-errors.js';
import { tellMethods } from '#api/http/methods.js';
import { limitRates, type RateLimits, type RequestCounter } from '#api/http/rate-limits.js';
import { trustedProxies, type ProxyRule } from '#api/http/trusted-proxies.js';
import { integrationController } from '#api/rest/integration.controller.js';
import { ProblemFilter, type DefectLog } from '#api/rest/problem.filter.js';
import { RestReads } from '#api/rest/reads.js';
import { openApiDocument } from '#api/rest/openapi.js';
import { addOpenApiRoute } from '#api/rest/openapi-route.js';
import { recordsController } from '#api/rest/records.controller.js';
import { resourceController } from '#api/rest/resource.controller.js';
import { addStreamedBodies } from '#api/rest/streams.js';
import { useCaseController } from '#api/rest/use-case.controller.js';
import { Runtime } from '#kernel/db/runtime.js';
import type { Registry } from '#kernel/resource/registry.js';
import { pascal } from '#kernel/resource/names.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';
import { Runner } from '#kernel/usecase/runner.js';
import { documentSource } from './document-source.js';
import { texts } from './texts/texts.js';
import { nestOptions } from './nest-options.js';
import { version } from './version.js';
import { newRequestId } from './request-id.js';
import type { Auth } from './auth-wiring.js';

export interface ApiParts {
  readonly runtime: Runtime;
  readonly auth: Auth;
  readonly feed: Feed;
  readonly cursorSecret: string;
  readonly isProduction: boolean;
  readonly trustProxy: ProxyRule;
  readonly log: DefectLog;
  /** Who may ask for the GraphQL schema; everyone unless told, and members in production. */
  readonly introspection?: IntrospectionPolicy;
  readonly sockets?: Partial<SocketLimits> & { readonly waitingChanges?: number };
  /** Absent: requests are not counted. */
  readonly rateLimits?: RateLimits | null;
  /** Nest modules beside those of the business: pages, metrics, job board. */
  readonly extra?: readonly DynamicModule[];
}

export interface Api {
  readonly app: NestFastifyApplication;
  readonly schema: GraphQLSchema;
  /** Shut until it is told what every answer carries. */
  readonly door: FrontDoor;
  /** Schemas that companies have of their own. */
  readonly schemas: Pick<VariantsAhead, 'isWarm'> & Pick<GraphqlVariants, 'ready'>;
}

const bodyLimit = 1_048_576;

/** The HTTP side of a process: Nest on Fastify with REST, GraphQL and what is live. */
export async function createApi(parts: ApiParts): Promise<Api> {
  const { runtime, auth, log } = parts;
  const graphql = {
    registry: runtime.registry,
    database: runtime.database,
    runner: auth.runner,
    cursorSecret: parts.cursorSecret,
    costs: costsOf(parts.rateLimits),
  };
  const onDefect = (error: unknown) => log.error({ err: error }, 'An operation met a defect');
  const changes = new FeedChanges({ ...parts, ...graphql, onError: onDefect, longestQueue: parts.sockets?.waitingChanges });
  const schema = buildSchema(graphql, changes);
  const filter = new ProblemFilter(log);
  const adapter = new FastifyAdapter({
    bodyLimit,
    clientErrorHandler: answerClientError,
    // Addresses that cannot be read are refused before any route, hook or filter.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => filter.send(error, request, reply),
    trustProxy: trustedProxies(parts.trustProxy),
    genReqId: newRequestId,
    routerOptions: { maxParamLength: 1500 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(parts, schema, onDefect), adapter, nestOptions);
  app.useGlobalFilters(filter);
  const server = adapter.getInstance();
  server.decorateRequest('texts', { getter: () => texts });
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
    done();
  });
  const counter = parts.rateLimits ? limitRates(server, parts.rateLimits, auth.authenticator) : null;
  tellMethods(server);
  takeJsonOnly(app, bodyLimit);
  addStreamedBodies(app.getHttpAdapter().getInstance());
  // Routes that take files say how large they may be.
  await app.register(multipart);
  addOpenApi(app, parts, filter);
  const made = addGraphql(app, { ...parts, graphql, schema, changes, onDefect, counter, filter });
  return { app, schema, ...made };
}

const costsOf = (limits: RateLimits | null = null): CostQuota | null => (limits?.cost ? new CostQuota(limits.cost, limits.store) : null);

function addOpenApi(app: NestFastifyApplication, { runtime, auth }: ApiParts, filter: ProblemFilter): void {
  addOpenApiRoute(app.getHttpAdapter().getInstance(), {
    whole: runtime.registry,
    authenticator: auth.authenticator,
    write: (definitions) => JSON.stringify(openApiDocument(app, definitions, version)),
    refuse: (error, request, reply) => filter.send(error, request, reply),
  });
}

interface GraphqlWiring extends ApiParts {
  readonly graphql: GraphqlParts;
  readonly schema: GraphQLSchema;
  readonly changes: ChangeStream;
  readonly onDefect: (error: unknown) => void;
  readonly counter: RequestCounter | null;
  readonly filter: ProblemFilter;
}

/** What stands before Apollo and beside it: trusted documents, the fast path, and what is live. */
function addGraphql(app: NestFastifyApplication, wiring: GraphqlWiring): Pick<Api, 'door' | 'schemas'> {
  const { schema, onDefect, ...parts } = wiring;
  const { runtime, auth } = parts;
  const { authenticator } = auth;
  const server = app.getHttpAdapter().getInstance();
  const rules = rulesFor(introspectionOf(parts));
  const documents = new TrustedDocuments(documentSource(runtime, authenticator));
  const variants = variantsOf(wiring, rules);
  const ahead = variantsAhead(wiring, variants);
  addFastReads(server, variants, { documents, authenticator });
  server.addHook('onRoute', (route) => {
    if (route.url === '/graphql') route.bodyLimit = largestRequest;
  });
  const sockets = new Sockets({
    ...parts,
    schema,
    variants,
    rules,
    authenticator,
    documents,
    texts,
    onDefect,
    limits: parts.sockets,
    leases: new PostgresLeases(parts.runtime.database.pool),
    proxies: trustedProxies(parts.trustProxy),
  });
  sockets.attach(app.getHttpServer(), '/graphql');
  server.addHook('preClose', () => sockets.stop());
  server.addHook('onReady', (done) => {
    ahead.warm();
    done();
  });
  server.addHook('onClose', async () => {
    await ahead.stop();
    await variants.stop();
  });
  const door = doorOf(wiring, [graphqlKeeper({ variants, documents, texts }), readKeeper(wiring.runtime.registry, app.get(RestReads))]);
  door.attach(app.getHttpServer(), server);
  const schemas = {
    get isWarm() {
      return ahead.isWarm;
    },
    ready: (definitions: Registry) => variants.ready(definitions),
  };
  return { door, schemas };
}

const doorOf = ({ runtime, auth, filter, counter, onDefect, trustProxy }: GraphqlWiring, others: readonly Keeper[]): FrontDoor =>
  new FrontDoor({
    keepers: [...others, restKeeper({ registry: runtime.registry, runner: auth.runner, filter, texts })],
    authenticator: auth.authenticator,
    counter,
    requestId: newRequestId,
    proxies: trustedProxies(trustProxy),
    onDefect,
  });

/** What sees to it that schemas are there before they are asked for. */
function variantsAhead({ runtime, auth, onDefect }: GraphqlWiring, variants: GraphqlVariants): VariantsAhead {
  const ahead = new VariantsAhead({
    variants,
    find: (tenantId) => runtime.definitionsOf(tenantId),
    list: async () => {
      const { rows } = await runtime.database.pool.query<{ id: string }>('select id from kernel.tenants_with_metadata($1) as id', [
        mostVariants,
      ]);
      return rows.map(({ id }) => id);
    },
    onDefect,
  });
  auth.authenticator.onChange((tenantId) => {
    if (tenantId !== null) ahead.renew(tenantId);
  });
  return ahead;
}

function variantsOf({ graphql, schema, changes, onDefect, ...parts }: GraphqlWiring, rules: readonly ValidationRule[]): GraphqlVariants {
  const apollo = { isProduction: parts.isProduction, introspection: introspectionOf(parts), onDefect };
  const whole = {
    definitions: graphql.registry,
    schema,
    reads: new FastReads(graphql, schema, rules),
    creates: new DirectCreates({ graphql, schema, rules, errors: apollo }),
    answer: null,
    stop: () => Promise.resolve(),
  };
  return new GraphqlVariants(whole, (definitions) => makeVariant({ graphql, changes, rules, apollo }, definitions));
}

const introspectionOf = ({ introspection, isProduction }: ApiParts) => introspection ?? (isProduction ? 'members' : 'everyone');

function rootModule(parts: ApiParts, schema: GraphQLSchema, onDefect: (error: unknown) => void): DynamicModule {
  const { runtime, auth } = parts;
  const reads = new RestReads(runtime.database, parts.cursorSecret);
  const modules = runtime.registry.modules.map((spec) => businessModule(spec, parts, reads));
  return {
    module: RootModule,
    global: true,
    imports: [
      AuthModule.of(auth.flows, auth.authenticator),
      graphqlModule({
        schema,
        authenticator: auth.authenticator,
        isProduction: parts.isProduction,
        introspection: introspectionOf(parts),
        onDefect,
      }),
      ...modules,
      ...(parts.extra ?? []),
    ],
    providers: [
      { provide: Runner, useValue: auth.runner },
      { provide: Runtime, useValue: runtime },
      { provide: RestReads, useValue: reads },
    ],
    exports: [Runner, Runtime, RestReads],
  };
}

@Module({})
class RootModule {}

/** One Nest module a business module: its routes from the definitions, and what controllers it brings itself. */
function businessModule(spec: ModuleSpec, { runtime, auth }: ApiParts, reads: RestReads): DynamicModule {
  const name = `${pascal(spec.name)}Module`;
  const module = { [name]: class {} }[name] as Type<object>;
  const rest = { reads, runner: auth.runner };
  const resources = (spec.resources ?? [])
    .filter((resource) => resource.operations.length > 0)
    .flatMap((resource) => [integrationController(resource, rest), resourceController(resource, rest)]);
  // Verbs come first: `/v1/leads/import` must not be taken for a lead with the id "import".
  const useCases = useCaseController(spec.name, [...(spec.commands ?? []), ...(spec.queries ?? [])], runtime.registry, rest);
  // Objects that companies define have no routes of their own.
  const records = spec.tenantDefinitions ? [recordsController(rest)] : [];
  return { module, controllers: [...(spec.controllers ?? []), useCases, ...resources, ...records] };
}
