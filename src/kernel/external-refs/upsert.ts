import { reachOf } from '../access/actor.js';
import { permissionMissing } from '../access/errors.js';
import { refuseWriting } from '../access/field-rights.js';
import { rowFilter } from '../access/scope.js';
import type { OpenWork } from '../db/open-work.js';
import { judgedBy, openWorkOf } from '../db/twins.js';
import { DomainError, invalid } from '../errors/domain-error.js';
import type { BaseRow, Resource } from '../resource/define-resource.js';
import { boolean, integer, json } from '../resource/fields.js';
import { pascal, words } from '../resource/names.js';
import { validatePatch } from '../resource/validate.js';
import { crudCommand } from '../usecase/crud.js';
import type { Command } from '../usecase/define-command.js';
import { attachRef, lockRef, readRef, recordOfRef, refFields, refNotFound, type ExternalRef } from './external-ref.js';

export interface UpsertInput extends ExternalRef {
  readonly expectedVersion?: number;
  /** Refuses when there is a record already. */
  readonly mustBeNew?: boolean;
  readonly data: Record<string, unknown>;
}
/** The row, and which of the two it was. */
export type Upserted = BaseRow & Readonly<Record<string, unknown>> & { readonly upserted: 'created' | 'updated' };

/** Resources that can be both made and changed by input alone. */
export const canUpsert = (resource: Resource): boolean =>
  resource.operations.includes('create') && resource.operations.includes('update') && resource.operations.includes('get');

const commands = new WeakMap<Resource, Command>();

/** Make a record or change it, by what another system calls it. Its output is `Upserted`. */
export function upsertCommand(resource: Resource): Command {
  const known = commands.get(resource) ?? makeCommand(resource);
  commands.set(resource, known);
  return known;
}

function makeCommand(resource: Resource): Command {
  return {
    kind: 'command',
    name: `${resource.name}.upsert`,
    noun: resource.name,
    verb: 'upsert',
    // Rows are judged by the right to read, the writes inside by the rights to create and to update.
    permission: `${resource.name}:read`,
    graphql: `upsert${pascal(resource.name)}`,
    rest: undefined,
    summary: `Create or change a ${words(resource)} by what another system calls it.`,
    description: `Creates the ${words(resource)} when the reference names none; otherwise changes the named fields, null empties one.`,
    access: 'member',
    crud: { resource, namesIn: (input) => Object.keys((input as Partial<UpsertInput> | null)?.data ?? {}) },
    input: { ...refFields, expectedVersion: integer({ min: 1 }), mustBeNew: boolean(), data: json({ required: true }) },
    output: {},
    errors: {
      'external_ref.not_found': 'There is no such record, or you may not see it; making one by reference takes the right to see all.',
      'external_ref.exists': 'There is a record with this reference already.',
      ...crudCommand(resource, 'update').errors,
    },
    parse: (input) => ({ ...readUpsert(resource, input) }),
    run: (input, work) => upsertRow(openWorkOf(work), resource, input as unknown as UpsertInput),
  };
}

/** Checks what can be checked before it is known whether the record is there. */
export function readUpsert(resource: Resource, input: unknown): UpsertInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('input.invalid', 'The input must be an object.');
  const { data, expectedVersion, mustBeNew, ...ref }: Partial<Record<keyof UpsertInput, unknown>> = input;
  validatePatch(resource, data);
  return {
    ...readRef(ref),
    data: { ...(data as Record<string, unknown>) },
    ...(typeof expectedVersion === 'number' ? { expectedVersion } : {}),
    ...(mustBeNew === true ? { mustBeNew } : {}),
  };
}

/** Two callers with the same reference take turns, so that one of them makes the record and the other one finds it. */
export async function upsertRow(work: OpenWork, resource: Resource, input: UpsertInput): Promise<Upserted> {
  const verbs = ['create', 'update'].map((verb) => `${resource.name}:${verb}`);
  if (!verbs.some((permission) => may(work, permission))) throw permissionMissing(`${resource.name}:update`);
  refuseWriting(work.actor, resource, Object.keys(input.data));
  await lockRef(work, resource, input);
  const id = await recordOfRef(work, resource, input);
  const seen = id === null ? null : await judgedBy(work, readOf(resource)).repo(resource).find(id);
  return id !== null && seen ? change(work, resource, { ...input, id }) : make(work, resource, input);
}

const may = ({ actor }: OpenWork, permission: string) => actor.kind === 'system' || reachOf(actor.permissions, permission) !== null;

/** Whoever does not see all records must not learn from a refusal, nor from a success, which references are in use. */
async function make(work: OpenWork, resource: Resource, input: UpsertInput): Promise<Upserted> {
  const create = crudCommand(resource, 'create');
  if (!seesAll(work, resource) || !may(work, create.permission) || input.expectedVersion !== undefined) throw refNotFound(resource, input);
  const row = (await create.run(create.parse?.(withField(resource, input)) ?? {}, judgedBy(work, create))) as unknown as BaseRow;
  await attachRef(work, resource, row.id, input);
  return { ...row, upserted: 'created' };
}

async function change(work: OpenWork, resource: Resource, input: UpsertInput & { readonly id: string }): Promise<Upserted> {
  const { id, data, expectedVersion } = input;
  if (input.mustBeNew)
    throw new DomainError('precondition', 'external_ref.exists', 'There is a record with this reference already.', { id });
  const update = crudCommand(resource, 'update');
  if (!may(work, update.permission)) throw permissionMissing(update.permission);
  const parsed = update.parse?.({ id, patch: data, ...(expectedVersion === undefined ? {} : { expectedVersion }) }) ?? {};
  const twin = judgedBy(work, update);
  // Seen, but not within the reach of the right to change.
  if (!(await twin.repo(resource).find(id))) throw refNotFound(resource, input);
  return { ...((await update.run(parsed, twin)) as unknown as BaseRow), upserted: 'updated' };
}

const readOf = ({ name }: Resource) => ({ noun: name, permission: `${name}:read` });

/** Whether a reference that seems free to the caller is free. */
export const seesAll = (work: OpenWork, resource: Resource): boolean =>
  work.actor.kind === 'system' || rowFilter(resource, work.actor, `${resource.name}:read`).kind === 'all';

/** A resource with a field of its own for its first reference gets it filled, so that imports find the record too. */
function withField(resource: Resource, { system, externalId, data }: UpsertInput): Record<string, unknown> {
  const named = `${system}:${externalId}`;
  const fits = resource.fields['externalRef']?.options.unique && resource.fields['externalRef'].options.writer !== 'system';
  return fits && !Object.hasOwn(data, 'externalRef') ? { ...data, externalRef: named } : data;
}
