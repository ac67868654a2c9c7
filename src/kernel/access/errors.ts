import { conflict, forbidden, notFound } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { VerbReach } from './scope.js';
import { words } from '../resource/names.js';

/** Also the answer for rows that exist but may not be seen: existence is not told. */
export const rowNotFound = (resource: Resource, id: string) =>
  notFound(`${resource.name}.not_found`, `There is no ${words(resource)} with the id ${id}, or you may not see it.`, {
    id,
  });

export const versionConflict = (resource: Resource, expectedVersion: number, currentVersion: number) =>
  conflict(
    `${resource.name}.version_conflict`,
    `The ${words(resource)} was changed by somebody else: you know version ${expectedVersion}, it is at ${currentVersion}. Read it again and repeat your change.`,
    { expectedVersion, currentVersion },
  );

export const permissionMissing = (permission: string) =>
  forbidden('access.forbidden', `Your role lacks the permission ${permission}. Ask an administrator to grant it.`, { missing: permission });

/** The row may be read, so saying that it exists tells nothing new; the right to do this reaches less far than that to read. */
export const outOfReach = (resource: Resource, id: string, { reach, verb }: VerbReach) =>
  forbidden('access.out_of_reach', `Your right ${resource.name}:${verb} reaches ${reach ?? 'nothing'}, and this record lies beyond.`, {
    missing: `${resource.name}:${verb}`,
    reach,
    id,
  });
