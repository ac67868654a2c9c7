import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.js';
import type { FrontDoor } from '#api/door/front-door.js';
import { addSecurityHeaders, allowOrigins, securityHeaders } from './edge.js';
import { addErrorsPage } from './errors-page.js';
import { addExplorer } from './explorer.js';
import { addJobBoard } from './job-board.js';
import { guardOperatorPages } from './operator-guard.js';
import type { OpsParts } from './ops.module.js';
import { pagePolicy } from './page.js';
import { addRestDocs } from './rest-docs.js';
import { startPage } from './start-page.js';
import { Traffic } from './traffic.js';

export interface PageParts extends OpsParts {
  readonly role: 'all' | 'api' | 'worker';
  /** The demo login, where there is one. */
  readonly demo: { readonly email: string; readonly password: string } | null;
  readonly tenantOf: (request: FastifyRequest) => string | null;
  /** Where requests are answered before they come to the server's routes. */
  readonly door: FrontDoor | null | undefined;
}

/** Adds the addresses for people and operators, and what is done for every request. Call it before the application listens. */
export async function addPages(app: NestFastifyApplication, parts: PageParts): Promise<Traffic> {
  const { config, log } = parts.system;
  const server = app.getHttpAdapter().getInstance();
  const traffic = new Traffic({ log, metrics: parts.metrics, tenantOf: parts.tenantOf });
  traffic.watch(server);
  const headers = securityHeaders(config);
  addSecurityHeaders(server, headers);
  guardOperatorPages(server, config);
  if (parts.role === 'worker') return traffic;
  allowOrigins(app, config);
  // Whom other origins are told of depends on each request: then all go the ordinary way.
  if (config.corsOrigins.length === 0) {
    parts.door?.open({ headers: { ...headers }, watch: (request, response) => traffic.watchAtDoor(request, response) });
  }
  const version = versionOf();
  addStartPage(app, parts, version);
  addErrorsPage(server);
  leadBrowsersOn(server);
  addRestDocs(app, parts.system.runtime.registry, version);
  await addExplorer(server, parts.demo);
  await addJobBoard(server, parts.queue);
  return traffic;
}

function addStartPage(app: NestFastifyApplication, { system: { config }, demo }: PageParts, version: string): void {
  app
    .getHttpAdapter()
    .getInstance()
    .get('/', (request, reply) => {
      const url = !config.isProduction && /^[\w.:[\]-]+$/.test(request.host) ? `${request.protocol}://${request.host}` : config.publicUrl;
      const html = startPage({ version, url, demo, isProduction: config.isProduction });
      return reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy(html)).send(html);
    });
}

/** The addresses of the two APIs are printed at start; a person who opens them in a browser is led to their pages. */
function leadBrowsersOn(server: ReturnType<ReturnType<NestFastifyApplication['getHttpAdapter']>['getInstance']>): void {
  server.get('/v1', (_request, reply) => reply.redirect('/docs'));
  server.addHook('onRequest', (request, reply, done) => {
    const isVisit = request.method === 'GET' && request.url === '/graphql' && request.headers.accept?.includes('text/html') === true;
    if (isVisit) void reply.redirect('/explorer');
    else done();
  });
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version?: unknown };
  return String(version);
}
