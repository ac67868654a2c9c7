import { outOfReach, rowNotFound } from '#kernel/access/errors.js';
import { reachOf } from '#kernel/access/actor.js';
import { invalid, notFound } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { codeOf } from '#kernel/resource/ids.js';
import type { Work } from '#kernel/usecase/work.js';

export const recordErrors = {
  'record.not_found': 'The id is none of a record here.',
  'access.out_of_reach': 'The record may be read and not written by the caller.',
};

/** The definition of the record an id names; the id alone says which. */
export function resourceOf(work: Work, recordId: string): Resource {
  const code = codeOf(recordId);
  const resource = code === null ? undefined : work.definitions.byCode.get(code);
  if (!resource)
    throw notFound('record.not_found', 'There is no record with this id, or you may not see it.', { id: recordId.slice(0, 80) });
  return resource;
}

/** Refuses as a read would: a record that may not be seen is not there. */
export async function mustRead(work: Work, resource: Resource, recordId: string): Promise<void> {
  if ((await work.covering(resource, recordId, ['read'])).length === 0) throw rowNotFound(resource, recordId);
}

/** Refuses who may not write the record by his own rights: what is only shared with him he does not share on. */
export async function mustWrite(work: Work, resource: Resource, recordId: string, level: 'read' | 'write'): Promise<void> {
  if (resource.scope.kind === 'everyone')
    throw invalid(
      'record.not_shareable',
      `Everybody who may read a ${resource.name.replaceAll('_', ' ')} reads all of them: there is nothing to share.`,
    );
  await mustRead(work, resource, recordId);
  const byHimself = { ...work.actor, sharedNouns: [] };
  const wanted = level === 'write' ? ['update'] : ['read', 'update'];
  const covered = await work.covering(resource, recordId, wanted, byHimself);
  const missing = wanted.find((verb) => !covered.includes(verb));
  if (missing !== undefined)
    throw outOfReach(resource, recordId, { verb: missing, reach: reachOf(work.actor.permissions, `${resource.name}:${missing}`) });
}
