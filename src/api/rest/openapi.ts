import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import type { Registry } from '#kernel/resource/registry.js';
import { componentSchemas, inputName, objectSchema } from './schemas.js';
import { routeOf } from './use-case.controller.js';

/** The OpenAPI 3.1 document of the whole REST API. */
export function openApiDocument(app: INestApplication, registry: Registry, version: string): OpenAPIObject {
  const info = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Kontor REST API')
    .setDescription(
      'A headless CRM. Lists page by cursor, writes take an Idempotency-Key and If-Match, refusals are problem documents (RFC 9457) with stable codes.',
    )
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setContact('Kontor', '', 'kontor@example.com')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An access token from /v1/auth/login, or an API key.' });
  for (const module of registry.modules) info.addTag(module.name, module.description);
  info.addTag('auth', 'Signing in and out.');
  const document = SwaggerModule.createDocument(app, info.build(), { operationIdFactory: (_controller, method) => method });
  const schemas = { ...document.components?.schemas, ...(componentSchemas(registry) as object), ...(bodySchemas(registry) as object) };
  document.components = { ...document.components, schemas: sorted(schemas) };
  document.paths = sorted(document.paths);
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

const sorted = <T extends object>(map: T): T => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
