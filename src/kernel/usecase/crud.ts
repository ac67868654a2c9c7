import { DomainError, invalid } from '../errors/domain-error.js';
import { customFields } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import { boolean, integer, json, ref, type Fields } from '../resource/fields.js';
import { pascal } from '../resource/names.js';
import { createFields, validate, validateCreate, validatePatch } from '../resource/validate.js';
import type { Command } from './define-command.js';
import { keepPatchInReach, ownedRow, seenBy } from './keep-in-reach.js';
import { mergedPatch, splitPatch } from './merge-patch.js';
import type { Caller, Work } from './work.js';
import { words } from '../resource/names.js';

export type CrudVerb = 'create' | 'update' | 'delete';
export interface CrudInput {
  readonly id: string;
  readonly expectedVersion?: number;
  readonly patch?: Record<string, unknown>;
  /** Objects in `patch` change the members they name (RFC 7396); else they replace what is there. */
  readonly merge?: true;
}

/** The three writes every resource may offer, as commands like any other. */
export function crudCommand(resource: Resource, verb: CrudVerb): Command {
  const byVerb = { create: createCommand, update: updateCommand, delete: deleteCommand };
  return byVerb[verb](resource);
}

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
    // What a field of a tenant's own points at has to stay there until the row is written.
    ...(customFields(resource).some(([, { kind }]) => kind === 'ref') ? {} : { oneStatement: true as const }),
    crud: { resource, namesIn: namesOf, runMany: (...many) => createMany(resource, ...many) },
    parse: (input) => validateCreate(resource, input),
    run: async (input: Record<string, unknown>, work: Work) =>
      seenBy(resource, await work.repo(resource).create(newRow(resource, input, work)), work),
  };
}

async function createMany(resource: Resource, inputs: readonly Record<string, unknown>[], callers: readonly Caller[], work: Work) {
  const rows = await work.repo(resource).createMany(
    inputs.map((input) => newRow(resource, input, work)),
    { callers },
  );
  const told: unknown[] = [];
  // One statement at a time on one connection.
  for (const row of rows) told.push(await seenBy(resource, row, work));
  return told;
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
    crud: { resource, namesIn: (input) => namesOf(asObject(input)['patch']) },
    parse: (input) => {
      const { patch, merge, ...rest } = asObject(input);
      const found = versioned(resource, validate(target(resource), rest, 'create'));
      if (merge !== true) return { ...found, patch: validatePatch(resource, patch) };
      const { flat, nested } = splitPatch(resource, patch);
      return { ...found, patch: { ...validatePatch(resource, flat), ...nested }, merge: true };
    },
    run: async (input, work) => {
      const { id, expectedVersion } = input as unknown as CrudInput;
      const patch = await mergedPatch(resource, input as unknown as CrudInput, work);
      await keepPatchInReach(resource, id, patch, work);
      const row = await work.repo(resource).update(id, patch, expectedVersion === undefined ? {} : { expectedVersion });
      return seenBy(resource, row, work);
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
      const { id, expectedVersion } = versioned(resource, input) as unknown as CrudInput;
      await work.repo(resource).delete(id, expectedVersion === undefined || expectedVersion === null ? {} : { expectedVersion });
      return { deleted: true };
    },
  };
}

/** The input, unless it changes blindly what nobody may change blindly. */
export function versioned<T extends object>(resource: Resource, input: T): T {
  const { expectedVersion } = input as { expectedVersion?: number | null };
  if (!resource.requireVersion || (expectedVersion !== undefined && expectedVersion !== null)) return input;
  throw new DomainError(
    'precondition_required',
    'precondition.required',
    `A ${words(resource)} is changed only by who names the version he knows: send its ETag as If-Match, in GraphQL expectedVersion.`,
  );
}

/** The row that checked input makes, for whoever writes many at a time. */
export const newRow = (resource: Resource, input: Record<string, unknown>, work: Work): Record<string, unknown> =>
  ownedRow(resource, input, work);

/** The members of an object that are not left out. */
const namesOf = (input: unknown): string[] =>
  typeof input === 'object' && input !== null ? Object.entries(input).flatMap(([name, value]) => (value === undefined ? [] : [name])) : [];

function asObject(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('input.invalid', 'The input must be an object.');
  return input as Record<string, unknown>;
}
