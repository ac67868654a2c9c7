import type { Type } from '@nestjs/common';
import { canBulk } from '#kernel/bulk/bulk-command.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { bulkRoute } from './bulk.js';
import { byRefRoutes } from './by-ref.js';
import { deprecatedOf } from './deprecations.js';
import { resultsRoute } from './operations.js';
import type { RestParts } from './resource.controller.js';
import { controllerOf } from './routes.js';

/** What every resource offers to other systems beyond its own five routes: many rows at once, and rows by the names those systems know. */
export function integrationController(resource: Resource, parts: RestParts): Type<object> {
  const routes = [
    ...(canBulk(resource) ? [bulkRoute(resource, parts)] : []),
    ...byRefRoutes(resource, parts),
    ...(resource === Operation ? [resultsRoute(parts)] : []),
  ];
  const going = deprecatedOf(resource.deprecated, resource.fields);
  const all = routes.map((route) => ({ ...route, ...going }));
  return controllerOf(`${resource.typeName}Integration`, `v1/${resource.path}`, resource.module, all);
}
