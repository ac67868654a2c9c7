import { isDeepStrictEqual } from 'node:util';
import { fieldForbidden, fieldRight, refuseWriting } from '../access/field-rights.js';
import { reachOf } from '../access/actor.js';
import { permissionMissing } from '../access/errors.js';
import { judgedBy, openWorkOf } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { conflict, DomainError, invalid } from '../errors/domain-error.js';
import { boolean, instant, integer, json, list, object, text } from '../resource/fields.js';
import type { Resource } from '../resource/define-resource.js';
import { crudCommand } from '../usecase/crud.js';
import { defineCommand } from '../usecase/define-command.js';
import { recordErrors, recordFields } from './audit-fields.js';
import { resourceOf, stateAt, type PastState } from './past-state.js';

const restored = {
  field: text(200, { required: true, description: 'Name of the field.' }),
  before: json({ description: 'Its value now, or until it was restored.' }),
  after: json({ description: 'Its value then, and again.' }),
};

export const restoreFields = defineCommand({
  name: 'audit.restore',
  summary: 'Give fields of a record the values they had at some time.',
  description: 'An ordinary change, by whoever may change the record and these fields, and kept in the audit like any other.',
  graphql: 'restoreFields',
  rest: { path: '/audit/records/{recordId}/restore' },
  input: {
    ...recordFields,
    fields: list(text(200), { required: true, max: 200, description: 'Names of the fields.' }),
    at: instant({ required: true, description: 'The time whose values are wanted.' }),
    dryRun: boolean({ default: false, description: 'Only tells what would change.' }),
    expectedVersion: integer({ min: 1, description: 'Refuses when the record has moved on from this version.' }),
    reason: text(500, { description: 'Why; kept in the audit.' }),
  },
  output: {
    applied: boolean({ required: true, description: 'Whether anything was changed.' }),
    version: integer({ required: true, description: 'Version of the record.' }),
    changes: list(object(restored, { name: 'RestoredField', required: true }), {
      required: true,
      description: 'What changes, field by field.',
    }),
  },
  errors: {
    ...recordErrors,
    'audit.restore_conflict': 'Not all of these fields can be restored; `fields` says which and why.',
    'audit.too_many_changes': 'Too many changes lie between then and now.',
  },

  async run({ recordId, fields, at, dryRun, expectedVersion }, given) {
    const work = openWorkOf(given);
    const resource = resourceOf(work, recordId);
    mayRestore(work, resource, fields);
    const row: Readonly<Record<string, unknown>> & { readonly version: number } = { ...(await rowToRestore(work, resource, recordId)) };
    const past = await stateAt(work, resource, recordId, at);
    refuseConflicts(resource, fields, past);
    const patch = Object.fromEntries(fields.map((field) => [field, past.values[field] ?? null]));
    const now = JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
    const changes = fields
      .filter((field) => !isDeepStrictEqual(now[field] ?? null, patch[field]))
      .map((field) => ({ field, before: (now[field] ?? null) as never, after: patch[field] as never }));
    if (dryRun || changes.length === 0) return { applied: false, version: row.version, changes };
    const version = await write(work, resource, { id: recordId, patch, ...(expectedVersion ? { expectedVersion } : {}) });
    return { applied: true, version, changes };
  },
});

/** The right to change the record counts here as it does when it is changed directly. */
function mayRestore(work: OpenWork, resource: Resource, fields: readonly string[]): void {
  if (fields.length === 0) throw invalid('input.invalid', 'Name at least one field.');
  if (reachOf(work.actor.permissions, `${resource.name}:update`) === null) throw permissionMissing(`${resource.name}:update`);
  if (reachOf(work.actor.permissions, 'audit:read') === null) throw permissionMissing('audit:read');
  refuseWriting(work.actor, resource, fields);
  const unseen = fields.filter((field) => fieldRight(work.actor, resource, field) !== null);
  if (unseen.length > 0) throw fieldForbidden(unseen.map((field) => ({ resource: resource.name, field })));
}

const rowToRestore = (work: OpenWork, resource: Resource, id: string) =>
  judgedBy(work, crudCommand(resource, 'update')).repo(resource).lock(id);

function refuseConflicts(resource: Resource, fields: readonly string[], { exists, unreadable }: PastState): void {
  const why = (name: string): string | null => {
    const field = resource.fields[name];
    if (!field) return 'no_such_field';
    if (!resource.operations.includes('update') || field.options.writer === 'system' || field.options.hidden)
      return 'written_by_verbs_only';
    if (!exists) return 'not_there_then';
    return unreadable.includes(name) ? 'erased' : null;
  };
  const refused = fields.flatMap((field) => {
    const reason = why(field);
    return reason ? [{ field, reason }] : [];
  });
  if (refused.length > 0) throw restoreConflict(refused);
}

const restoreConflict = (fields: readonly { field: string; reason: string; message?: string }[]) =>
  conflict(
    'audit.restore_conflict',
    `Not all of it can be restored: ${fields.map(({ field, reason }) => `${field} (${reason})`).join(', ')}.`,
    { fields },
  );

interface Writing {
  readonly id: string;
  readonly patch: Record<string, unknown>;
  readonly expectedVersion?: number;
}

/** Values that were good then need not be now: what they point at may be gone, or a rule may be new. */
async function write(work: OpenWork, resource: Resource, input: Writing): Promise<number> {
  const command = crudCommand(resource, 'update');
  try {
    const parsed = command.parse?.(input) ?? {};
    const written = (await command.run(parsed, judgedBy(work, command))) as unknown as { readonly version: number };
    return written.version;
  } catch (error) {
    throw error instanceof DomainError && error.kind === 'invalid' ? noLongerGood(error, input) : error;
  }
}

function noLongerGood(error: DomainError, { patch }: Writing): DomainError {
  const place = error.details.errors?.[0]?.path.split('/')[1];
  const field = place ?? Object.keys(patch)[0] ?? '';
  return restoreConflict([{ field, reason: error.code, message: error.message }]);
}
