import { reachOf } from '../access/actor.js';
import { openWorkOf } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { conflict } from '../errors/domain-error.js';
import { integer, text } from '../resource/fields.js';
import type { Resource } from '../resource/define-resource.js';
import { snake } from '../resource/names.js';
import { defineCommand } from '../usecase/define-command.js';
import { everyResource } from '../variants/every-resource.js';
import { recordErrors, recordFields } from './audit-fields.js';
import { hasPersonal } from './changes.js';
import { noteAudit } from './note-audit.js';
import { noSuchRecord, resourceOf } from './past-state.js';

export const erasePerson = defineCommand({
  name: 'audit.erase',
  summary: 'Make the personal values of a record unreadable in the audit, for ever.',
  description:
    'Deletes the keys of the record and of those that point at it. The chain stays valid. The record itself is not touched: empty or delete it first, for what is written later has a new key.',
  graphql: 'eraseFromAudit',
  rest: { path: '/audit/records/{recordId}/erase' },
  input: { ...recordFields, reason: text(500, { required: true, description: 'Why; kept in the audit.' }) },
  output: { keys: integer({ required: true, description: 'How many keys were deleted.' }) },
  errors: {
    ...recordErrors,
    'audit.on_hold': 'A legal hold covers the record.',
  },

  async run({ recordId }, given) {
    const work = openWorkOf(given);
    const resource = resourceOf(work, recordId);
    await lockRecord(work, resource, recordId);
    await refuseHeld(work, recordId);
    let keys = await forget(work, 'k.record_id = $2', recordId);
    for (const [other, column] of pointingAt(work, resource))
      keys += await forget(
        work,
        `k.record_id in (select t.id from ${other.table} t where t.tenant_id = $1 and t.${column} = $2)`,
        recordId,
      );
    await noteAudit(work, { resource: resource.name, recordId, action: 'erased', class: 'security', changes: { keys: [keys, 0] } });
    return { keys };
  },
});

/** Nobody writes with the old key while it goes. Of a record that is gone, only who may read all of its kind erases. */
async function lockRecord(work: OpenWork, resource: Resource, recordId: string): Promise<void> {
  if (await work.repo(resource).find(recordId)) {
    await work.repo(resource).lock(recordId);
    return;
  }
  const { rows } = await work.exec('select from kernel.audit_entries where tenant_id = $1 and record_id = $2 limit 1', [
    work.tenantId,
    recordId,
  ]);
  if (rows.length === 0 || reachOf(work.actor.permissions, `${resource.name}:read`) !== 'all') throw noSuchRecord();
}

async function refuseHeld(work: OpenWork, recordId: string): Promise<void> {
  const { rows } = await work.exec(
    'select name from audit.legal_holds where tenant_id = $1 and lifted_at is null and (record_id is null or record_id = $2) limit 1',
    [work.tenantId, recordId.toLowerCase()],
  );
  const [held] = rows;
  if (held) throw conflict('audit.on_hold', `The legal hold "${String(held['name'])}" covers the record.`, { hold: held['name'] });
}

/** Resources with personal values that name the record: messages to a contact, what he consented to. */
function pointingAt({ definitions }: OpenWork, { name }: Resource): [Resource, string][] {
  return everyResource(definitions)
    .filter(hasPersonal)
    .flatMap((other) =>
      Object.entries(other.fields).flatMap(([field, { kind, target, stored }]): [Resource, string][] =>
        kind === 'ref' && target === name && !stored ? [[other, snake(field)]] : [],
      ),
    );
}

async function forget(work: OpenWork, condition: string, recordId: string): Promise<number> {
  const { rowCount } = await work.exec(`delete from kernel.record_keys k where k.tenant_id = $1 and ${condition}`, [
    work.tenantId,
    recordId,
  ]);
  return rowCount ?? 0;
}
