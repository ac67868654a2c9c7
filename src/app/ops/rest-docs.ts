import { SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApiDocument } from '#api/rest/openapi.js';
import type { Registry } from '#kernel/resource/registry.js';
import { pagePolicy } from './page.js';

/** Swagger UI on the document of the REST API, from files of this server. The document is made when it is first asked for. */
export function addRestDocs(app: NestFastifyApplication, registry: Registry, version: string): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (request.routeOptions.url?.startsWith('/docs')) void reply.header('content-security-policy', pagePolicy(''));
      done();
    });
  SwaggerModule.setup('docs', app, () => openApiDocument(app, registry, version), {
    jsonDocumentUrl: 'docs/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Kontor REST API',
    customJs: '/explorer/sign-in.js',
    swaggerOptions: { displayRequestDuration: true, docExpansion: 'none', filter: true, tryItOutEnabled: true },
  });
}
