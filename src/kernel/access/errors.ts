import { forbidden, notFound } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';

/** Also the answer for rows that exist but may not be seen: existence is not told. */
export const rowNotFound = (resource: Resource, id: string) =>
  notFound(`${resource.name}.not_found`, `There is no ${resource.name.replaceAll('_', ' ')} with the id ${id}, or you may not see it.`, {
    id,
  });

export const permissionMissing = (permission: string) =>
  forbidden('access.forbidden', `Your role lacks the permission ${permission}. Ask an administrator to grant it.`, { missing: permission });
