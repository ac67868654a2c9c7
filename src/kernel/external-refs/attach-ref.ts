import { rowNotFound } from '../access/errors.js';
import { openWorkOf, judgedBy } from '../db/twins.js';
import { forbidden, notFound } from '../errors/domain-error.js';
import type { OpenWork } from '../db/open-work.js';
import type { Resource } from '../resource/define-resource.js';
import { boolean, text } from '../resource/fields.js';
import { codeOf } from '../resource/ids.js';
import { defineCommand } from '../usecase/define-command.js';
import { attachRef, detachRef, lockRef, readRef, refFields } from './external-ref.js';
import { seesAll } from './upsert.js';

const recordId = text(36, { required: true, description: 'Id of the record, of whatever kind.' });

export const attachExternalRef = defineCommand({
  name: 'external_ref.attach',
  summary: 'Note what another system calls a record.',
  description:
    'From then on the record is found, changed and deleted by that name too. It takes the rights to read all and to change this one.',
  rest: { path: '/external-refs/attach' },
  access: 'member',
  input: { recordId, ...refFields },
  output: { attached: boolean({ required: true }) },
  errors: {
    'external_ref.no_such_record': 'There is no record with this id, or you may not see it.',
    'external_ref.taken': 'Another record has this reference already.',
    'external_ref.other_id': 'The system calls this record something else already.',
    'external_ref.not_all_seen': 'Your rights do not reach all records, so it cannot be told whether the reference is free.',
  },

  async run({ recordId, ...input }, work) {
    const open = openWorkOf(work);
    const resource = await recordToChange(open, recordId);
    if (!seesAll(open, resource))
      throw forbidden(
        'external_ref.not_all_seen',
        'References are given out by who sees all records of the kind. Ask somebody whose rights reach that far.',
      );
    const ref = readRef(input);
    await lockRef(open, resource, ref);
    await attachRef(open, resource, recordId, ref);
    return { attached: true };
  },
});

export const detachExternalRef = defineCommand({
  name: 'external_ref.detach',
  summary: 'Forget what another system calls a record.',
  rest: { path: '/external-refs/detach' },
  access: 'member',
  input: { recordId, system: refFields.system },
  output: { detached: boolean({ required: true, description: 'False when there was nothing to forget.' }) },
  errors: { 'external_ref.no_such_record': 'There is no record with this id, or you may not see it.' },

  async run({ recordId, system }, work) {
    const open = openWorkOf(work);
    await recordToChange(open, recordId);
    return { detached: await detachRef(open, recordId, system) };
  },
});

/** The kind of a record that the caller may change; one answer for all others. */
async function recordToChange(work: OpenWork, id: string): Promise<Resource> {
  const code = codeOf(id);
  const resource = code === null ? undefined : work.connection.registry.byCode.get(code);
  if (!resource) throw notFound('external_ref.no_such_record', 'There is no record with this id, or you may not see it.');
  const row = await judgedBy(work, { noun: resource.name, permission: `${resource.name}:update` })
    .repo(resource)
    .find(id);
  if (!row) throw rowNotFound(resource, id);
  return resource;
}
