import { invalid } from '../errors/domain-error.js';
import type { DomainError, ErrorKind } from '../errors/domain-error.js';
import { readRef, type ExternalRef } from '../external-refs/external-ref.js';
import { canUpsert, readUpsert, type UpsertInput } from '../external-refs/upsert.js';
import { isUuid } from '../resource/ids.js';
import type { Operation, Resource } from '../resource/define-resource.js';
import { crudCommand } from '../usecase/crud.js';
import type { Command } from '../usecase/define-command.js';

export const bulkVerbs = ['create', 'update', 'upsert', 'delete'] as const;
export type BulkVerb = (typeof bulkVerbs)[number];
export type BulkMode = 'atomic' | 'partial';

/** How an item of a bulk call ended; `index` is its place in the call. */
export interface ItemResult {
  readonly index: number;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted' | 'refused';
  readonly id: string | null;
  readonly version: number | null;
  readonly refusal?: Refusal;
  /** What was wrong with it; it was written all the same. */
  readonly warnings?: readonly ItemWarning[];
}
export interface ItemWarning {
  readonly rule: string;
  readonly path: string;
  readonly message: string;
}
/** A refusal as it is kept: transport makes a problem of it. */
export interface Refusal {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An item that can be carried out. */
export type ReadItem =
  | { readonly verb: 'create'; readonly command: Command; readonly input: Record<string, unknown> }
  | { readonly verb: 'upsert'; readonly input: UpsertInput }
  | { readonly verb: 'update'; readonly command: Command; readonly target: Target; readonly patch: unknown }
  | { readonly verb: 'delete'; readonly command: Command; readonly target: Target };
export interface Target {
  readonly id: string | null;
  readonly ref: ExternalRef | null;
  readonly expectedVersion?: number;
}

const keys: Readonly<Record<BulkVerb, readonly string[]>> = {
  create: ['op', 'data'],
  update: ['op', 'id', 'externalRef', 'expectedVersion', 'data'],
  upsert: ['op', 'externalRef', 'expectedVersion', 'data'],
  delete: ['op', 'id', 'externalRef', 'expectedVersion'],
};

/** The verbs an item may have with this resource. */
export const verbsOf = (resource: Resource): BulkVerb[] =>
  bulkVerbs.filter((verb) => (verb === 'upsert' ? canUpsert(resource) : resource.operations.includes(verb satisfies Operation)));

/** An item as a client sent it, checked by the definition, or the refusal. */
export function readItem(resource: Resource, raw: unknown): ReadItem {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw invalid('input.invalid', 'An item must be an object.');
  const item: Partial<Record<string, unknown>> = raw;
  const verb = bulkVerbs.find((one) => one === item['op']);
  const offered = verbsOf(resource);
  if (!verb || !offered.includes(verb))
    throw invalid('bulk.unknown_op', `An item says what is to be done by "op": ${offered.join(', ')}.`, { offered });
  const stray = Object.keys(item).find((key) => !keys[verb].includes(key));
  if (stray !== undefined)
    throw invalid('input.invalid', `An item to ${verb} has no member "${stray.slice(0, 80)}". Known: ${keys[verb].join(', ')}.`);
  return readers[verb](resource, item);
}

const readers: Readonly<Record<BulkVerb, (resource: Resource, item: Partial<Record<string, unknown>>) => ReadItem>> = {
  create: (resource, { data }) => {
    const command = crudCommand(resource, 'create');
    return { verb: 'create', command, input: command.parse?.(data) ?? {} };
  },
  update: (resource, item) => {
    const command = crudCommand(resource, 'update');
    const target = readTarget(item);
    // Checked with any id: by reference the id is not known yet.
    command.parse?.({ id: target.id ?? '00000000-0000-7000-8000-000000000000', ...versionOf(item), patch: item['data'] });
    return { verb: 'update', command, target, patch: item['data'] };
  },
  upsert: (resource, { externalRef, data, expectedVersion }) => {
    if (typeof externalRef !== 'object' || externalRef === null) throw noTarget('by "externalRef"');
    return { verb: 'upsert', input: readUpsert(resource, { ...externalRef, data, ...versionOf({ expectedVersion }) }) };
  },
  delete: (resource, item) => ({ verb: 'delete', command: crudCommand(resource, 'delete'), target: readTarget(item) }),
};

function readTarget(item: Partial<Record<string, unknown>>): Target {
  const { id, externalRef } = item;
  if ((id === undefined) === (externalRef === undefined)) throw noTarget('either by "id" or by "externalRef"');
  if (id !== undefined && (typeof id !== 'string' || !isUuid(id))) throw noTarget('by an "id" that is one');
  return { id: id ?? null, ref: externalRef === undefined ? null : readRef(externalRef), ...versionOf(item) };
}

function versionOf({ expectedVersion }: Partial<Record<string, unknown>>): { expectedVersion?: number } {
  if (expectedVersion === undefined || expectedVersion === null) return {};
  if (typeof expectedVersion === 'number' && Number.isInteger(expectedVersion) && expectedVersion > 0 && expectedVersion < 2 ** 31)
    return { expectedVersion };
  throw invalid('input.invalid', 'The input is not valid: /expectedVersion must be a whole number from 1.', {
    errors: [{ path: '/expectedVersion', code: 'wrong_type', message: 'must be a whole number from 1' }],
  });
}

const noTarget = (how: string) => invalid('input.invalid', `An item must name its record ${how}.`);

export const refused = (index: number, error: DomainError): ItemResult => ({
  index,
  outcome: 'refused',
  id: null,
  version: null,
  refusal: { kind: error.kind, code: error.code, message: storable(error.message), details: storableDetails(error.details) },
});

/** Refusals are kept, and may quote what cannot be: names of members with NUL or half a surrogate pair. */
export const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd').toWellFormed();
const storableDetails = (details: object): Refusal['details'] =>
  JSON.parse(JSON.stringify(details), (_, value: unknown) => (typeof value === 'string' ? storable(value) : value)) as Refusal['details'];
