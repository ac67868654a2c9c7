import { RequestMethod, type INestApplication, type Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { Runner } from '#kernel/usecase/runner.js';
import { integrationController } from './integration.controller.js';
import { RestReads } from './reads.js';
import { resourceController } from './resource.controller.js';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { readonly name: string }>;

/** Objects a company has defined itself. One controller serves those of all companies, so no document tells of them by itself. */
export const ownObjects = (registry: Registry): Resource[] => [...registry.resources.values()].filter(({ within }) => within !== undefined);

/** The paths of a company's own objects, each as if it had controllers like any other. */
export function ownPaths(app: INestApplication, registry: Registry): Paths {
  const own = ownObjects(registry);
  if (own.length === 0) return {};
  const parts = { reads: app.get(RestReads), runner: app.get(Runner) };
  const controllers = own.flatMap((resource) => [integrationController(resource, parts), resourceController(resource, parts)]);
  return controllers.map(pathsOf).reduce<Paths>((all, paths) => ({ ...all, ...paths }), {});
}

/** What Nest would write of a controller that it served. */
export function pathsOf(controller: Type<object>): Paths {
  const prototype = controller.prototype as Record<string, unknown>;
  const root = String(metadata(controller, 'path'));
  const shared = { tags: metadata(controller, 'swagger/apiUseTags'), security: metadata(controller, 'swagger/apiSecurity') };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const handler = prototype[name];
    if (name === 'constructor' || typeof handler !== 'function') continue;
    const path = `/${root}/${String(metadata(handler, 'path'))}`.replace(/\/+$/, '').replace(/:(\w+)/g, '{$1}');
    const method = RequestMethod[Number(metadata(handler, 'method'))]?.toLowerCase() ?? '';
    (paths[path] ??= {})[method] = { ...operationOf(handler), ...shared };
  }
  return paths;
}

function operationOf(handler: object): Omit<Operation, 'responses'> & { responses: unknown } {
  const given = (metadata(handler, 'swagger/apiParameters') ?? []) as readonly (Omit<Parameter, 'in'> & { readonly in: string })[];
  const body = given.find((one) => one.in === 'body');
  const types = (metadata(handler, 'swagger/apiConsumes') ?? ['application/json']) as readonly string[];
  return {
    ...(metadata(handler, 'swagger/apiOperation') as object),
    parameters: given.filter((one) => one !== body) as Parameter[],
    ...(body
      ? { requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, { schema: body.schema ?? {} }])) } }
      : {}),
    responses: metadata(handler, 'swagger/apiResponse'),
  };
}

const metadata = (target: object, key: string): unknown => Reflect.getMetadata(key, target);
