import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { GraphQLSchema } from 'graphql';
import type { FieldRights, Permissions } from '#kernel/access/actor.js';
import { EventFeed } from '#kernel/outbox/listen.js';
import { openKit, type Kit, type KitOptions } from '#kernel/testing/kit.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';
import { provisionTenant, wireAuth, type Auth } from '#app/auth-wiring.js';
import { createApi, type Api, type ApiParts } from '#app/create-api.js';
import { allModules } from '#app/modules.js';
import { Contract } from '../conformance/contract.js';

const password = 'correct horse battery';
let made = 0;
/** The same in each API as it is: one does for all test files of a worker. */
let usualContract: Contract | null = null;

export interface GraphqlAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
  readonly extensions?: { cost?: number };
}
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** The whole API of all modules on a database of its own. */
export interface ApiKit {
  readonly kit: Kit;
  readonly auth: Auth;
  readonly app: NestFastifyApplication;
  readonly schema: GraphQLSchema;
  readonly schemas: Api['schemas'];
  /** Starts another API on the same database, as another process would; close it before this one. */
  another(): Promise<Api>;
  /** Defects that were logged; a test that expects none says so at the end. */
  readonly defects: object[];
  company(): Promise<Company>;
  /** Listens on a free port and returns its address. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** What a test may want otherwise than it is. */
export type ApiKitOptions = Partial<Pick<ApiParts, 'isProduction' | 'introspection' | 'sockets' | 'rateLimits' | 'trustProxy'>> &
  Pick<KitOptions, 'poolSize'> & { readonly planted?: readonly ModuleSpec[] };

export async function openApiKit(options: ApiKitOptions = {}): Promise<ApiKit> {
  const { poolSize, planted = [], ...shown } = options;
  const kit = await openKit([...allModules, ...planted], poolSize === undefined ? {} : { poolSize });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { active: { kid: 'k1', privateKey }, publicKeys: new Map([['k1', publicKey]]) };
  const auth = await wireAuth(kit.runtime, {
    tokens: { keys, issuer: 'https://kontor.test', audience: 'kontor' },
    databaseUrl: kit.urls.app,
  });
  const feed = new EventFeed({ databaseUrl: kit.urls.app });
  await feed.start();
  const defects: object[] = [];
  const parts: ApiParts = {
    runtime: kit.runtime,
    auth,
    feed,
    cursorSecret: 'test',
    isProduction: false,
    trustProxy: false,
    log: { error: (details) => defects.push(details) },
    ...shown,
  };
  const { app, schema, schemas } = await createApi(parts);
  const isUsual = planted.length === 0 && Object.keys(shown).length === 0;
  const breaches = judgeAnswers(app, kit, isUsual);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    kit,
    auth,
    app,
    schema,
    schemas,
    another: async () => {
      const other = await createApi(parts);
      await other.app.init();
      await other.app.getHttpAdapter().getInstance().ready();
      return other;
    },
    defects,
    company: () => openCompany(kit, auth, app),
    listen: async () => {
      await app.listen(0, '127.0.0.1');
      return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    },
    close: async () => {
      await app.close();
      await feed.stop();
      await auth.stop();
      await kit.close();
      if (breaches.length > 0) throw new Error(`Answers that the OpenAPI document does not promise:\n${breaches.join('\n')}`);
    },
  };
}

function contractOf(app: NestFastifyApplication, { registry }: Kit['runtime'], isUsual: boolean): Contract {
  if (!isUsual) return Contract.of(app, registry);
  return (usualContract ??= Contract.of(app, registry));
}

/** Every answer of REST is held to the OpenAPI document, whatever test it was asked for by. */
function judgeAnswers(app: NestFastifyApplication, { runtime }: Kit, isUsual: boolean): string[] {
  const breaches: string[] = [];
  let contract: Contract | null = null;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, payload, done) => {
      // What a company has defined itself is in no document that all companies share.
      const isOwn = request.principal?.definitions.key.includes('@') === true;
      if (!isOwn && request.url.startsWith('/v1/') && (typeof payload === 'string' || payload === undefined)) {
        contract ??= contractOf(app, runtime, isUsual);
        const contentType = reply.getHeader('content-type');
        const { method, url } = request;
        const breach = contract.breach({ method, url, status: reply.statusCode, contentType: String(contentType), body: payload ?? '' });
        if (breach !== null && !breaches.includes(breach)) breaches.push(breach);
      }
      done(null, payload);
    });
  return breaches;
}

/** A tenant and its people, as clients. */
export interface Company {
  readonly tenantId: string;
  readonly admin: Client;
  readonly adminEmail: string;
  /** Signs in a new user with just these rights, less what the rules keep from him. */
  user(permissions: Permissions, fieldRules?: FieldRights): Promise<Client>;
}

async function openCompany(kit: Kit, auth: Auth, app: NestFastifyApplication): Promise<Company> {
  const slug = `company-${++made}`;
  const email = `admin-${made}@example.test`;
  const { tenantId, adminId } = await provisionTenant(kit.runtime, {
    slug,
    name: 'Company',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    locale: 'en',
    admin: { email, name: 'Ada Admin', password },
  });
  const login = async (who: string, id: string) =>
    new Client(app, (await auth.flows.login({ email: who, password, tenant: slug }, { ip: '127.0.0.1', userAgent: null })).accessToken, id);
  const admin = await login(email, adminId);
  return {
    tenantId,
    admin,
    adminEmail: email,
    user: async (permissions, fieldRules = {}) => {
      const name = `u${++made}`;
      const user = await admin.post('/v1/users', { name, email: `${name}@example.test`, password });
      const role = await admin.post('/v1/roles', { key: name, name, permissions, fieldRules });
      const [userId, roleId] = [String(user.body['userId'] ?? user.body['id']), String(role.body['roleId'] ?? role.body['id'])];
      const given = await admin.post(`/v1/roles/${roleId}/assign`, { userId });
      if (given.status >= 300) throw new Error(`The test user could not be made: ${user.text} ${role.text} ${given.text}`);
      return login(`${name}@example.test`, userId);
    },
  };
}

export class Client {
  constructor(
    private readonly app: NestFastifyApplication,
    readonly token: string,
    readonly userId: string,
  ) {}

  get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', url, undefined, headers);
  }
  post(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', url, body, headers);
  }
  patch(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('PATCH', url, body, headers);
  }
  put(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('PUT', url, body, headers);
  }
  delete(url: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer> {
    return this.send('DELETE', url, body, headers);
  }

  /** One operation. `slow: true` sends it the ordinary way, past the fast path. */
  async graphql(
    query: string,
    variables: Record<string, unknown> = {},
    options: { slow?: boolean; headers?: Record<string, string> } = {},
  ): Promise<GraphqlAnswer> {
    const request = { query, variables, ...(options.slow ? { extensions: {} } : {}) };
    const { body } = await this.send('POST', '/graphql', request, options.headers);
    return body;
  }

  /** A body as it is, of the type the headers say. */
  async raw(method: 'POST' | 'PUT', url: string, payload: string | Buffer, headers: Record<string, string>): Promise<Answer> {
    const response = await this.app.inject({ method, url, payload, headers: { authorization: `Bearer ${this.token}`, ...headers } });
    return { status: response.statusCode, headers: response.headers, text: response.body, body: parse(response.body) };
  }

  private async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await this.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      ...(body === undefined
        ? {}
        : {
            payload: JSON.stringify(body),
            headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...headers },
          }),
    });
    return { status: response.statusCode, headers: response.headers, text: response.body, body: parse(response.body) };
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
