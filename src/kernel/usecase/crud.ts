import { rowFilter } from '../access/scope.js';
import { forbidden, invalid } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import { boolean, integer, json, ref, type Fields } from '../resource/fields.js';
import { pascal } from '../resource/names.js';
import { createFields, validate, validateCreate, validatePatch } from '../resource/validate.js';
import type { Command } from './define-command.js';
import type { Work } from './work.js';

export type CrudVerb = 'create' | 'update' | 'delete';
export interface CrudInput {
  readonly id: string;
  readonly expectedVersion?: number;
  readonly patch?: Record<string, unknown>;
}

/** The three writes every resource may offer, as commands like any other. */
export function crudCommand(resource: Resource, verb: CrudVerb): Command {
  const byVerb = { create: createCommand, update: updateCommand, delete: deleteCommand };
  return byVerb[verb](resource);
}

const words = (resource: Resource) => resource.name.replaceAll('_', ' ');

function base(resource: Resource, verb: CrudVerb, summary: string) {
  return {
    kind: 'command' as const,
    name: `${resource.name}.${verb}`,
    noun: resource.name,
    verb,
    permission: `${resource.name}:${verb}`,
    graphql: `${verb}${pascal(resource.name)}`,
    rest: undefined,
    summary,
    description: summary,
    access: 'permission' as const,
  };
}

function createCommand(resource: Resource): Command {
  return {
    ...base(resource, 'create', `Create a ${words(resource)}.`),
    input: createFields(resource),
    output: {},
    errors: Object.fromEntries(resource.invariants.map((i) => [i.code, i.message])),
    oneStatement: true,
    parse: (input) => validateCreate(resource, input),
    run: (input: Record<string, unknown>, work: Work) => work.repo(resource).create(owned(resource, input, work, 'create')),
  };
}

const target = (resource: Resource): Fields => ({
  id: ref(resource.name, { required: true }),
  expectedVersion: integer({ min: 1, description: 'Refuses when the row has moved on from this version.' }),
});

function updateCommand(resource: Resource): Command {
  const fields = { ...target(resource), patch: json({ required: true }) };
  return {
    ...base(resource, 'update', `Change the named fields of a ${words(resource)}; null empties a field.`),
    input: fields,
    output: {},
    errors: {
      [`${resource.name}.version_conflict`]: 'Somebody else changed the row since you read it.',
      ...Object.fromEntries(resource.invariants.map((i) => [i.code, i.message])),
    },
    parse: (input) => {
      const { patch, ...rest } = asObject(input);
      return { ...validate(target(resource), rest, 'create'), patch: validatePatch(resource, patch) };
    },
    run: (input, work) => {
      const { id, expectedVersion, patch = {} } = input as unknown as CrudInput;
      keepInReach(resource, patch, work, 'update');
      return work.repo(resource).update(id, patch, expectedVersion === undefined ? {} : { expectedVersion });
    },
  };
}

function deleteCommand(resource: Resource): Command {
  return {
    ...base(resource, 'delete', `Delete a ${words(resource)} that nothing refers to any more.`),
    input: target(resource),
    output: { deleted: boolean({ required: true }) },
    errors: {
      [`${resource.name}.version_conflict`]: 'Somebody else changed the row since you read it.',
      [`${resource.name}.in_use`]: 'Other records still refer to the row.',
    },
    run: async (input, work) => {
      const { id, expectedVersion } = input as unknown as CrudInput;
      await work.repo(resource).delete(id, expectedVersion === undefined || expectedVersion === null ? {} : { expectedVersion });
      return { deleted: true };
    },
  };
}

/** A new row belongs to its maker unless it says otherwise, and to nobody beyond the maker's reach. */
function owned(resource: Resource, input: Record<string, unknown>, work: Work, verb: CrudVerb): Record<string, unknown> {
  if (resource.scope.kind !== 'owned') return input;
  const own = resource.scope.by;
  const row = input[own] === null || input[own] === undefined ? { ...input, [own]: work.actor.userId } : input;
  keepInReach(resource, row, work, verb);
  return row;
}

/** Nobody hands a row to, or makes one for, somebody whose rows the permission does not reach. */
function keepInReach(resource: Resource, row: Record<string, unknown>, work: Work, verb: CrudVerb): void {
  if (resource.scope.kind !== 'owned' || row[resource.scope.by] === undefined) return;
  const filter = rowFilter(resource, work.actor, `${resource.name}:${verb}`);
  const owner = row[resource.scope.by];
  if (filter.kind !== 'owners' || (typeof owner === 'string' && filter.users.includes(owner))) return;
  throw forbidden('access.owner_out_of_reach', `With your rights a ${words(resource)} can belong only to you or those in your reach.`, {
    field: resource.scope.by,
  });
}

function asObject(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('input.invalid', 'The input must be an object.');
  return input as Record<string, unknown>;
}
