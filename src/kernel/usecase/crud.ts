import { invalid } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import { boolean, integer, json, ref, type Fields } from '../resource/fields.js';
import { pascal } from '../resource/names.js';
import { inputFields, validate, validateCreate, validatePatch } from '../resource/validate.js';
import type { Command } from './define-command.js';
import type { Work } from './work.js';

export type CrudVerb = 'create' | 'update' | 'delete';
export interface CrudInput { readonly id: string; readonly expectedVersion?: number; readonly patch?: Record<string, unknown> }

/** The three writes every resource may offer, as commands like any other. */
export function crudCommand(resource: Resource, verb: CrudVerb): Command {
  const byVerb = { create: createCommand, update: updateCommand, delete: deleteCommand };
  return byVerb[verb](resource);
}

const words = (resource: Resource) => resource.name.replaceAll('_', ' ');

function base(resource: Resource, verb: CrudVerb, summary: string) {
  return {
    kind: 'command' as const, name: `${resource.name}.${verb}`, noun: resource.name, verb, permission: `${resource.name}:${verb}`,
    graphql: `${verb}${pascal(resource.name)}`, rest: undefined, summary, description: summary, access: 'permission' as const,
  };
}

function createCommand(resource: Resource): Command {
  return {
    ...base(resource, 'create', `Create a ${words(resource)}.`),
    input: inputFields(resource),
    output: {},
    errors: Object.fromEntries(resource.invariants.map((i) => [i.code, i.message])),
    oneStatement: true,
    parse: (input) => validateCreate(resource, input),
    run: (input: Record<string, unknown>, work: Work) => work.repo(resource).create(input as never) as Promise<Record<string, unknown>>,
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
    errors: { [`${resource.name}.version_conflict`]: 'Somebody else changed the row since you read it.', ...Object.fromEntries(resource.invariants.map((i) => [i.code, i.message])) },
    parse: (input) => {
      const { patch, ...rest } = asObject(input);
      return { ...validate(target(resource), rest, 'create'), patch: validatePatch(resource, patch) };
    },
    run: (input, work) => {
      const { id, expectedVersion, patch } = input as unknown as CrudInput;
      return work.repo(resource).update(id, (patch ?? {}) as never, expectedVersion === undefined ? {} : { expectedVersion }) as Promise<Record<string, unknown>>;
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

function asObject(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('input.invalid', 'The input must be an object.');
  return input as Record<string, unknown>;
}
