import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { openApiDocument } from '#api/rest/openapi.js';
import type { TokenSettings } from '#api/auth/access-token.js';
import { wireAuth, type Auth } from '#app/auth-wiring.js';
import { createApi } from '#app/create-api.js';
import { allModules } from '#app/modules.js';
import { EventFeed, type FeedEvent } from '#kernel/outbox/listen.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { buildRegistry, type Registry } from '#kernel/resource/registry.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { Runner } from '#kernel/usecase/runner.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';

export interface MachineOptions {
  /** What the definitions say: expectations are derived from these. All modules of the product when left out. */
  readonly honest?: readonly ModuleSpec[];
  /** What the machine runs, when that is not the same: the place for a planted hole. */
  readonly served?: readonly ModuleSpec[];
  /** Changes the built registry of the machine before the API is made of it. */
  readonly tamper?: (registry: Registry) => void;
  /** SQL before anything is opened: tables of made-up resources. */
  readonly sql?: readonly string[];
  /** Stands between PostgreSQL's events and the subscriptions. */
  readonly feed?: (event: FeedEvent) => readonly FeedEvent[];
  /** The runtime that serves requests; sign-in keeps the honest one. */
  readonly runtime?: (runtime: Runtime) => Runtime;
}

/** The whole API on a port of its own, and the definitions it is judged by. */
export interface Machine {
  readonly kit: Kit;
  readonly auth: Auth;
  readonly address: string;
  readonly registry: Registry;
  readonly schema: GraphQLSchema;
  readonly document: OpenAPIObject;
  /** Every route Fastify answers, also those no document names: `GET /v1/leads/:leadId`. */
  readonly routes: readonly string[];
  readonly tokens: TokenSettings;
  readonly defects: object[];
  /** How many requests were answered before Fastify saw them. */
  readonly answeredAtDoor: () => number;
  /** One connection that sees everything, for check sums. */
  readonly witness: pg.Client;
  close(): Promise<void>;
}

export async function openMachine(options: MachineOptions = {}): Promise<Machine> {
  const { honest = allModules, sql = [] } = options;
  const kit = await openKit(options.served ?? honest);
  const witness = new pg.Client({ connectionString: kit.urls.super });
  witness.on('error', () => undefined);
  await witness.connect();
  for (const statement of sql) await witness.query(statement);
  options.tamper?.(kit.runtime.registry);
  const tokens = newTokens();
  const auth = await wireAuth(kit.runtime, { tokens, databaseUrl: kit.urls.app });
  const feed = new EventFeed({ databaseUrl: kit.urls.app });
  await feed.start();
  const defects: object[] = [];
  const { app, schema, door } = await createApi({
    ...serving(kit, auth, options),
    feed: options.feed ? altered(feed, options.feed) : feed,
    cursorSecret: 'test',
    isProduction: false,
    trustProxy: false,
    log: { error: (details) => defects.push(details) },
  });
  const routes: string[] = [];
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', ({ method, url }) => {
      for (const verb of [method].flat()) routes.push(`${verb} ${url}`);
    });
  await app.listen(0, '127.0.0.1');
  const atDoor = { count: 0 };
  // As in a process: what is known is answered before it comes to Fastify.
  door.open({
    headers: {},
    watch: () => ({
      isLeaving: () => false,
      answered: () => {
        atDoor.count++;
      },
    }),
  });
  return {
    kit,
    auth,
    address: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`,
    registry: buildRegistry(honest),
    schema,
    document: openApiDocument(app, kit.runtime.registry, 'test'),
    routes,
    tokens,
    defects,
    answeredAtDoor: () => atDoor.count,
    witness,
    close: async () => {
      await app.close();
      await feed.stop();
      await auth.stop();
      await witness.end();
      await kit.close();
    },
  };
}

function serving(kit: Kit, auth: Auth, options: MachineOptions): { runtime: Runtime; auth: Auth } {
  const runtime = options.runtime?.(kit.runtime);
  return runtime ? { runtime, auth: { ...auth, runner: new Runner(runtime) } } : { runtime: kit.runtime, auth };
}

function newTokens(): TokenSettings {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { active: { kid: 'k1', privateKey }, publicKeys: new Map([['k1', publicKey]]) };
  return { keys, issuer: 'https://kontor.test', audience: 'kontor' };
}

const altered = (feed: EventFeed, change: NonNullable<MachineOptions['feed']>): Pick<EventFeed, 'onEvent'> => ({
  onEvent: (listener) => feed.onEvent((event) => change(event).forEach(listener)),
});
