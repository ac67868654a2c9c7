import { isDeepStrictEqual } from 'node:util';
import { fieldForbidden, isHidden } from '../access/field-rights.js';
import { openWorkOf } from '../db/twins.js';
import { boolean, instant, integer, json, list, object, text } from '../resource/fields.js';
import { defineQuery } from '../usecase/define-command.js';
import { recordErrors, recordFields, underRead } from './audit-fields.js';
import { shownEntries, type AuditEntry } from './entries.js';
import { resourceOf, stateAt } from './past-state.js';
import { readEntries } from './read-entries.js';

const step = {
  entryId: text(20, { required: true, description: 'Number of the entry.' }),
  at: instant({ required: true, description: 'When.' }),
  actorType: text(20, { required: true, description: 'What kind of actor did it.' }),
  actorId: text(36, { description: 'Id of the user or key.' }),
  actorLabel: text(300, { required: true, description: 'Who did it.' }),
  command: text(200, { required: true, description: 'By which verb.' }),
  reason: text(500, { description: 'Why, as its sender said.' }),
  before: json({ description: 'Value before.' }),
  after: json({ description: 'Value after.' }),
  erased: boolean({ required: true, description: 'The values were erased.' }),
};

export const fieldHistory = underRead(
  defineQuery({
    name: 'audit.field_history',
    summary: 'The values a field of a record has had, latest first.',
    graphql: 'fieldHistory',
    rest: { path: '/audit/records/{recordId}/history' },
    input: {
      ...recordFields,
      path: text(200, {
        required: true,
        description: 'Name of the field, or a member of it: `address.city`. Also one that is defined no more.',
      }),
      first: integer({ min: 1, max: 200, default: 50, description: 'Changes a page.' }),
      after: text(20, { description: 'Number of the entry the page before ended with.' }),
    },
    output: {
      steps: list(object(step, { name: 'FieldHistoryStep', required: true }), { required: true, description: 'Latest first.' }),
      next: text(20, { description: 'What to send as `after` for the next page; empty at the end.' }),
    },
    errors: { ...recordErrors, 'audit.too_many_changes': 'Too many changes were made to it.' },

    async run({ recordId, path, first, after }, given) {
      const work = openWorkOf(given);
      const resource = resourceOf(work, recordId);
      await stateAt(work, resource, recordId, work.now);
      const [field = '', ...members] = path.split('.');
      if (isHidden(work.actor, resource, field)) throw fieldForbidden([{ resource: resource.name, field }]);
      const size = first ?? 50;
      const place = after && /^\d{1,18}$/.test(after) ? { txid: '0', id: after } : null;
      const rows = await readEntries(work, { resource: resource.name, recordId, field }, { first: size, after: place });
      const shown = await shownEntries(work, rows);
      return {
        steps: shown.flatMap((entry) => stepOf(entry, field, members)),
        next: rows.length === size ? (rows.at(-1)?.id ?? null) : null,
      };
    },
  }),
);

function stepOf(entry: AuditEntry, field: string, members: readonly string[]) {
  const change = entry.changes.find((one) => one.field === field);
  if (!change) return [];
  const [before, after] = [memberOf(change.before, members), memberOf(change.after, members)];
  if (members.length > 0 && !change.erased && isDeepStrictEqual(before, after)) return [];
  const { id, at, actorType, actorId, actorLabel, command, reason } = entry;
  const { erased } = change;
  return [{ entryId: id, at, actorType, actorId, actorLabel, command, reason, before: before as never, after: after as never, erased }];
}

const memberOf = (value: unknown, members: readonly string[]): unknown =>
  members.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name) ? (inner as Record<string, unknown>)[name] : null,
    value,
  );
