import type { OpenWork } from '../db/open-work.js';
import type { Change } from './changes.js';
import { actorType, originColumns, originOf } from './trace.js';

/** What an entry is about: how long it is kept depends on it. */
export const auditClasses = ['change', 'access', 'export', 'security'] as const;
export type AuditClass = (typeof auditClasses)[number];

export interface Note {
  readonly resource: string;
  readonly recordId: string;
  readonly action: string;
  readonly class: AuditClass;
  readonly changes: Readonly<Record<string, Change>>;
}

const nobodys = { scope: { kind: 'everyone' } } as const;

/** An entry for what is no write of a resource's row: who took data away, looked at it, or erased it. */
export async function noteAudit(work: OpenWork, note: Note): Promise<void> {
  const { actor, cause, tenantId, now } = work.connection;
  await work.exec(
    `insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, class, changes, request_id, ${originColumns})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14, $15, $16, $17, $18)`,
    [
      tenantId,
      now,
      actorType(actor),
      actor.id,
      actor.label,
      cause.command,
      note.resource,
      note.recordId,
      note.action,
      note.class,
      JSON.stringify(note.changes),
      cause.requestId ?? null,
      ...originOf(work.connection, nobodys),
    ],
  );
}
