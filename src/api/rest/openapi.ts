import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import type { Registry } from '#kernel/resource/registry.js';
import { bulkSchemas } from './bulk-schemas.js';
import { completeDocument } from './complete.js';
import { componentSchemas, inputName, objectSchema } from './schemas.js';
import { offered } from './offered.js';
import { ownObjects, ownPaths } from './own-paths.js';
import { routeOf } from './use-case.controller.js';

/** The OpenAPI 3.1 document of the REST API: the whole of it, or what a tenant's definitions leave of it. */
export function openApiDocument(app: INestApplication, registry: Registry, version: string): OpenAPIObject {
  const info = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Kontor REST API')
    .setDescription(
      'A headless CRM. Lists page by cursor, writes take an Idempotency-Key and If-Match, refusals are problem documents (RFC 9457) with stable codes.',
    )
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'An access token from /v1/auth/login (a JWT that follows the best practices of RFC8725), or an API key.',
    });
  for (const module of registry.modules) info.addTag(module.name, module.description);
  if (ownObjects(registry).length > 0) info.addTag('records', 'Objects your company has defined itself.');
  info.addTag('unsubscribe', 'Ending e-mails by the link in one of them.');
  info.addTag('auth', 'Signing in and out.');
  info.addTag('public', 'Addresses for people without a login, behind signed links.');
  const document = SwaggerModule.createDocument(app, info.build(), { operationIdFactory: (_controller, method) => method });
  const schemas = {
    ...document.components?.schemas,
    ...(componentSchemas(registry) as object),
    ...(bulkSchemas(registry) as object),
    ...(bodySchemas(registry) as object),
  };
  document.components = { ...document.components, schemas: sorted(schemas) };
  document.paths = sorted({ ...offered(document.paths, registry), ...ownPaths(app, registry) });
  // One address for whoever runs it; tools ask what it is and whom it is for.
  const server = { url: '/', description: 'This installation, be it production, staging or local.', 'x-internal': false };
  document.servers = [server];
  completeDocument(document);
  document.components.schemas = used(document);
  dropUnused(document);
  return document;
}

/** Inputs of verbs whose path carries some of their fields. */
function bodySchemas(registry: Registry): Record<string, unknown> {
  const schemas: Record<string, unknown> = {};
  for (const useCase of registry.commands.values()) {
    const inPath = new Set([...routeOf(useCase, registry).path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    if (inPath.size > 0)
      schemas[`${inputName(useCase)}Body`] = objectSchema(
        Object.fromEntries(Object.entries(useCase.input).filter(([name]) => !inPath.has(name))),
        'create',
      );
  }
  return schemas;
}

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
/** The schemas that something refers to, however indirectly. */
function used(document: OpenAPIObject): Schemas {
  const all = document.components?.schemas ?? {};
  const found = new Set<string>();
  const look = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      look(all[name] ?? null);
    }
  };
  look([document.paths, document.components?.responses]);
  return Object.fromEntries(Object.entries(all).filter(([name]) => found.has(name)));
}

/** Headers and responses that no operation of this installation needs. */
function dropUnused(document: OpenAPIObject): void {
  const { responses = {}, headers = {} } = document.components ?? {};
  const text = (value: unknown) => JSON.stringify(value);
  const kept = <T>(map: Record<string, T>, kind: string, where: string) =>
    Object.fromEntries(Object.entries(map).filter(([name]) => where.includes(`"#/components/${kind}/${name}"`)));
  const usedResponses = kept(responses, 'responses', text(document.paths));
  const usedHeaders = kept(headers, 'headers', text([document.paths, usedResponses]));
  document.components = { ...document.components, responses: usedResponses, headers: usedHeaders };
}

const sorted = <T extends object>(map: T): T => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
