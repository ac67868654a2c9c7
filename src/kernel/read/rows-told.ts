import type { Actor } from '../access/actor.js';
import { openChanges, type KeptEntry } from '../audit/open-changes.js';
import { recordKeys } from '../audit/key-of.js';
import type { FieldChanges } from '../access/field-rights.js';
import { translate } from '../db/constraint-errors.js';
import type { TenantPool } from '../db/tenant-pool.js';
import { allParts, columnsOf } from '../resource/columns.js';
import type { Field } from '../resource/fields.js';
import type { Resource } from '../resource/define-resource.js';
import type { Registry } from '../resource/registry.js';
import { filterSql } from './filter.js';
import { StatementWriter } from './statement.js';
import { variable, type Val } from './values.js';

/** Who is to be told of rows, and of which. */
export interface Listener {
  readonly registry: Registry;
  readonly actor: Actor;
  readonly tenantId: string;
  readonly resource: Resource;
  readonly filter: Val | undefined;
  readonly cursorSecret: string;
  /** Opens the keys of records. */
  readonly installationKey: Buffer;
}

type Source = (writer: StatementWriter) => string;

/** Whether a row is one the listener may read and asked for, judged in PostgreSQL by what would also let it into a list. */
export function isForListener(pool: TenantPool, listener: Listener, id: string): Promise<boolean> {
  const source: Source = (writer) => `${listener.resource.table} t where t.id = ${writer.leaf(variable(['id'], id), 'uuid', (v) => v)}`;
  return asked(pool, listener, { source, variables: { id } });
}

/** The same of a row that is gone, as it was when it was deleted. */
export async function wasForListener(pool: TenantPool, listener: Listener, id: string): Promise<boolean> {
  const row = await lastRow(pool, listener, id);
  if (!row) return false;
  const source: Source = (writer) =>
    `jsonb_populate_record(null::${listener.resource.table}, ${writer.leaf(variable(['row'], row), 'jsonb', (v) => v)}) t where true`;
  return asked(pool, listener, { source, variables: { row: JSON.stringify(row) } });
}

async function asked(
  pool: TenantPool,
  { registry, actor, tenantId, resource, filter, cursorSecret }: Listener,
  { source, variables }: { source: Source; variables: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  const writer = new StatementWriter(registry, actor);
  const rows = source(writer);
  const conditions = [writer.walls(resource, 't'), filterSql(writer, resource, 't', filter)].filter(Boolean);
  const text = `select exists (select from ${rows} and ${conditions.join(' and ')}) as told`;
  writer.refuseForbidden();
  const values = writer.values().map((param) => param({ tenantId, actor, variables, cursorSecret }));
  const client = await pool.lease(tenantId);
  let broken = false;
  try {
    const { rows: found } = await client.query<{ told: boolean }>({ text, values });
    return found[0]?.told === true;
  } catch (error) {
    broken = typeof (error as { severity?: unknown }).severity !== 'string';
    throw translate(error);
  } finally {
    client.release(broken);
  }
}

/** A deleted row's columns, put together from what the audit kept of it. */
async function lastRow(
  pool: TenantPool,
  { tenantId, resource, installationKey }: Listener,
  id: string,
): Promise<Record<string, unknown> | null> {
  const client = await pool.lease(tenantId);
  try {
    const { rows } = await client.query<KeptEntry>({
      name: 'last_row',
      text: `select record_id, changes, personal from kernel.audit_entries where tenant_id = $1 and record_id = $2 and resource = $3 and action = 'deleted' order by id desc limit 1`,
      values: [tenantId, id, resource.name],
    });
    if (!rows[0]) return null;
    const keys = rows[0].personal ? await recordKeys({ client, tenantId, installationKey }, [id]) : new Map<string, Buffer>();
    return { tenant_id: tenantId, id, ...columnsFrom(resource, openChanges(rows[0], { tenantId, keys }).changes) };
  } finally {
    client.release();
  }
}

function columnsFrom(resource: Resource, changes: FieldChanges): Record<string, unknown> {
  const custom: Record<string, unknown> = {};
  const row: Record<string, unknown> = { custom, ...(resource.within ? { [resource.within.column]: resource.within.value } : {}) };
  for (const [name, field] of Object.entries(resource.fields)) {
    const before = field.options.hidden ? null : (changes[name]?.[0] ?? null);
    if (before === null) continue;
    if (field.stored?.in === 'custom') custom[field.stored.key] = before;
    if (!field.stored) Object.assign(row, columnsWith(name, field, before));
  }
  return row;
}

const columnsWith = (name: string, field: Field, value: unknown): Record<string, unknown> =>
  Object.fromEntries(
    columnsOf(name, field).map((column) => [column.name, column.part === undefined ? value : allParts(field, value)[column.part]]),
  );
