import { reachOf, type FieldRight } from '#kernel/access/actor.js';
import { fieldRight } from '#kernel/access/field-rights.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { boolean, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { resourceOf } from '../share/record-of.js';

export const canAccess = defineQuery({
  name: 'access.can',
  summary: 'Whether you may do something: at all, to one record, with one field.',
  description:
    'A record that may not be read is answered like one that is not there. Asking changes nothing and promises nothing for later.',
  graphql: 'accessCan',
  access: 'member',
  rest: { path: '/access/can' },
  input: {
    action: text(120, {
      required: true,
      description: 'A right such as `opportunity:win`, or a verb such as `update` when a record is named.',
    }),
    recordId: text(36, { description: 'The record it is to be done to.' }),
    field: text(120, { description: 'A field of the record, e.g. `amount`, that is to be read or written by it.' }),
  },
  output: {
    allowed: boolean({ required: true }),
    right: text(120, { required: true, description: 'The right that was asked for.' }),
    reach: text(40, { description: 'How far you have it; empty when you do not.' }),
    field: text(10, { description: '`hide`, `mask` or `read` when the field is withheld from you.' }),
  },
  errors: {
    'access.unknown_action': 'There is no such right or field.',
    'record.not_found': 'The id is none of a record here.',
  },

  async run({ action, recordId, field }, work) {
    const right = rightNamed(work, action, recordId ?? null);
    const reach = reachOf(work.actor.permissions, right);
    const kept = field ? withheldField(work, right, field) : null;
    const byRecord = !recordId || (await covered(work, right, recordId));
    return { allowed: reach !== null && isOpen(kept, right) && byRecord, right, reach, field: kept };
  },
});

/** The right itself; of a verb alone, that of the record's kind. */
function rightNamed(work: Work, action: string, recordId: string | null): string {
  const right = action.includes(':') || recordId === null ? action : `${resourceOf(work, recordId).name}:${action}`;
  if (!work.knowsPermission(right) || right.includes('*')) throw unknown('/action', 'There is no such right.');
  return right;
}

/** A masked field is still read, if not in the clear. */
const isOpen = (kept: FieldRight | null, right: string) => kept === null || (right.endsWith(':read') && kept !== 'hide');

/** A verb that names a record the caller may not even read is answered no, whatever its own reach. */
async function covered(work: Work, right: string, recordId: string): Promise<boolean> {
  const resource = resourceOf(work, recordId);
  const verb = right.slice(resource.name.length + 1);
  if (right !== `${resource.name}:${verb}`) return false;
  const verbs = await work.covering(resource, recordId, ['read', verb]);
  return verbs.includes('read') && verbs.includes(verb);
}

function withheldField(work: Work, right: string, field: string) {
  const [noun = ''] = right.split(':');
  const resource = work.definitions.resources.get(noun);
  if (!resource || !Object.hasOwn(resource.fields, field) || resource.fields[field]?.options.hidden)
    throw unknown('/field', 'There is no such field.');
  return fieldRight(work.actor, resource, field);
}

const unknown = (path: string, message: string) =>
  invalid('access.unknown_action', message, { errors: [{ path, code: 'unknown', message: 'names nothing here' }] });
