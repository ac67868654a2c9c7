import { versionConflict } from '../access/errors.js';
import { conflict, invalid } from '../errors/domain-error.js';
import type { BaseRow, Resource } from '../resource/define-resource.js';
import { normalise, withDefaults } from '../resource/normalise.js';
import type { Connection } from './connection.js';
import { definitionsChanged } from './own-fields.js';

type Values = Record<string, unknown>;

/** A whole new row: defaults where nothing is given, and held to the invariants. */
export function completeRow(resource: Resource, connection: Connection, input: Values): Values {
  for (const key of Object.keys(input)) if (key !== 'id' && !Object.hasOwn(resource.fields, key)) throw noField(resource, connection, key);
  const values = withDefaults(resource.fields, input);
  holdInvariants(resource, values);
  return values;
}

/** The row as it will be. */
export function patchedRow(resource: Resource, connection: Connection, before: Readonly<Values>, patch: Values): Values {
  const after: Values = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    const field = resource.fields[name];
    if (!field) throw noField(resource, connection, name);
    if (value !== undefined) after[name] = normalise(field, value);
  }
  return after;
}

export function holdInvariants({ invariants }: Resource, row: Values): void {
  for (const { code, message, path, holds } of invariants) {
    if (holds(row)) continue;
    throw invalid(code, message, path === undefined ? {} : { errors: [{ path, code: code.slice(code.indexOf('.') + 1), message }] });
  }
}

/** Nothing goes from a value to one it does not lead to. */
export function holdMoves({ moves }: Resource, before: Readonly<Values>, after: Readonly<Values>): void {
  if (!moves) return;
  const { field, next } = moves;
  const [from, to] = [before[field], after[field] ?? null];
  if (typeof from !== 'string' || from === to) return;
  const allowed = next[from] ?? [];
  if (typeof to === 'string' && allowed.includes(to)) return;
  const message = allowed.length === 0 ? `From ${from} nothing follows.` : `From ${from} it goes to ${allowed.join(', ')} only.`;
  const errors = [{ path: `/${field}`, code: 'move_refused', message }];
  throw conflict('record.move_refused', message, { from, to, allowed, errors });
}

export function expectVersion(resource: Resource, row: BaseRow, version: number | undefined): void {
  if (version === undefined || row.version === version) return;
  throw versionConflict(resource, version, row.version);
}

/** A defect, unless an administrator has just taken it away. */
function noField(resource: Resource, { registry }: Connection, name: string): Error {
  const isOfProduct = registry === registry.whole;
  return isOfProduct ? new Error(`${resource.name} has no field "${name}".`) : definitionsChanged();
}

export const nothingWritten = (resource: Resource): Error =>
  resource.metadata === undefined ? new Error(`Writing a ${resource.name} returned nothing.`) : definitionsChanged();
