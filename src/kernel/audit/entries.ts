import { fieldRight, seesLess, visibleChanges, visibleNames, type FieldChanges } from '../access/field-rights.js';
import type { OpenWork } from '../db/open-work.js';
import type { Field } from '../resource/fields.js';
import type { KeptChanges } from './changes.js';
import { recordKeys } from './key-of.js';
import { openChanges } from './open-changes.js';

/** An entry as it is kept, with its link where it has one. */
export interface EntryRow {
  readonly id: string;
  readonly txid: string;
  readonly at: Date;
  readonly class: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_label: string;
  readonly on_behalf_of: string | null;
  readonly command: string;
  readonly resource: string;
  readonly record_id: string;
  readonly action: string;
  readonly changes: KeptChanges;
  readonly personal: Buffer | null;
  readonly reason: string | null;
  readonly ip: string | null;
  readonly client: string | null;
  readonly request_id: string | null;
  readonly correlation_id: string | null;
  readonly batch_id: string | null;
  readonly seq: string | null;
  readonly hash: Buffer | null;
  /** Only where it was asked for. */
  readonly content?: string;
  readonly prev_hash?: Buffer | null;
}

export const entryColumns = `e.id, e.txid, e.at, e.class, e.actor_kind, e.actor_id, e.actor_label, e.on_behalf_of, e.command, e.resource,
  e.record_id, e.action, e.changes, e.personal, e.reason, e.ip, e.client, e.request_id, e.correlation_id, e.batch_id`;

export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  /** Its values were erased with the key of the record. */
  readonly erased: boolean;
}

export interface AuditEntry {
  readonly id: string;
  readonly seq: number | null;
  readonly hash: string | null;
  readonly at: Date;
  readonly class: string;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly actorLabel: string;
  readonly onBehalfOf: string | null;
  readonly command: string;
  readonly resource: string;
  readonly recordId: string;
  readonly action: string;
  readonly changes: FieldChange[];
  readonly reason: string | null;
  readonly ip: string | null;
  readonly client: string | null;
  readonly requestId: string | null;
  readonly correlationId: string | null;
  readonly batchId: string | null;
}

/** Entries as their reader may see them. One of which he may see no change at all is no entry to him. */
export async function shownEntries(work: OpenWork, rows: readonly EntryRow[]): Promise<AuditEntry[]> {
  const sealed = [...new Set(rows.filter((row) => row.personal).map((row) => row.record_id))];
  const keys = await recordKeys(work.connection, sealed);
  return rows.flatMap((row) => {
    const changes = shownChanges(work, row, keys);
    return changes.length === 0 && Object.keys(row.changes).length > 0 ? [] : [shown(row, changes)];
  });
}

/** What entries name that is no resource of this installation, any more or at all. */
export const definitionOf = (
  work: Pick<OpenWork, 'definitions'>,
  name: string,
): { name: string; fields: Readonly<Record<string, Field>> } => work.definitions.resources.get(name) ?? { name, fields: {} };

function shownChanges(work: OpenWork, row: EntryRow, keys: ReadonlyMap<string, Buffer>): FieldChange[] {
  const resource = definitionOf(work, row.resource);
  const { changes, erased } = openChanges(row, { tenantId: work.tenantId, keys });
  const seen: FieldChanges = visibleChanges(work.actor, resource, changes);
  const gone = visibleNames(work.actor, resource, erased).filter((name) => fieldRight(work.actor, resource, name) !== 'hide');
  return told(work, row.resource, [
    ...Object.entries(seen).map(([field, [before, after]]) => ({ field, before, after, erased: false })),
    ...gone.map((field) => ({ field, before: null, after: null, erased: true })),
  ]);
}

/** Who is kept from fields is told of fields only: what else entries hold, such as the filter of an export, may name their values. */
function told({ actor, definitions }: OpenWork, name: string, changes: FieldChange[]): FieldChange[] {
  const fields = definitions.resources.get(name)?.fields;
  return fields && seesLess(actor) ? changes.filter(({ field }) => Object.hasOwn(fields, field)) : changes;
}

const shown = (row: EntryRow, changes: FieldChange[]): AuditEntry => ({
  id: row.id,
  seq: row.seq === null ? null : Number(row.seq),
  hash: row.hash && row.hash.toString('hex'),
  at: row.at,
  class: row.class,
  actorType: row.actor_kind,
  actorId: row.actor_id,
  actorLabel: row.actor_label,
  onBehalfOf: row.on_behalf_of,
  command: row.command,
  resource: row.resource,
  recordId: row.record_id,
  action: row.action,
  changes,
  reason: row.reason,
  ip: row.ip,
  client: row.client,
  requestId: row.request_id,
  correlationId: row.correlation_id,
  batchId: row.batch_id,
});
