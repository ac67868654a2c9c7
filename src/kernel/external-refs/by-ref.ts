import { judgedBy, openWorkOf } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import type { Resource } from '../resource/define-resource.js';
import { boolean, integer, ref } from '../resource/fields.js';
import { crudCommand } from '../usecase/crud.js';
import type { Command, Query } from '../usecase/define-command.js';
import { lockRef, readRef, recordOfRef, refFields, refNotFound, type ExternalRef } from './external-ref.js';
import { words } from '../resource/names.js';

/** The id of a record within the reach of a permission; a record out of reach is as one that is not there. */
export async function reachByRef(work: OpenWork, resource: Resource, given: ExternalRef): Promise<string> {
  const id = await recordOfRef(work, resource, given);
  if (id === null || !(await work.repo(resource).find(id))) throw refNotFound(resource, given);
  return id;
}

/** Which record another system means. */
export function findByRefQuery(resource: Resource): Query {
  const summary = `The ${words(resource)} another system means.`;
  return {
    kind: 'query',
    name: `${resource.name}.read`,
    noun: resource.name,
    verb: 'read',
    permission: `${resource.name}:read`,
    graphql: '',
    rest: undefined,
    summary,
    description: summary,
    access: 'permission',
    input: refFields,
    output: { id: ref(resource.name, { required: true }) },
    errors: {},
    parse: (input) => ({ ...readRef(input) }),
    run: async (input, work) => ({ id: await reachByRef(openWorkOf(work), resource, input as unknown as ExternalRef) }),
  };
}

/** Delete a record by what another system calls it. */
export function removeByRefCommand(resource: Resource): Command {
  const remove = crudCommand(resource, 'delete');
  return {
    ...remove,
    name: `${resource.name}.delete_by_ref`,
    summary: `Delete a ${words(resource)} by what another system calls it.`,
    input: { ...refFields, expectedVersion: integer({ min: 1 }) },
    output: { deleted: boolean({ required: true }) },
    parse: (input) => {
      const { expectedVersion, ...given } = input as ExternalRef & { expectedVersion?: number };
      return { ...readRef(given), ...(expectedVersion === undefined ? {} : { expectedVersion }) };
    },
    run: async (input, work) => {
      const { expectedVersion, ...given } = input as unknown as ExternalRef & { expectedVersion?: number };
      const open = judgedBy(openWorkOf(work), remove);
      await lockRef(open, resource, given);
      const id = await reachByRef(open, resource, given);
      return remove.run({ id, ...(expectedVersion === undefined ? {} : { expectedVersion }) }, open);
    },
  };
}
