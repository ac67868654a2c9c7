import type { Exec } from './exec.js';

/** One event on its way out. It is told if and only if the transaction that inserts it commits. */
export interface OutboxEvent {
  readonly tenantId: string;
  readonly id: string;
  /** Name of the event, `sales.lead_converted`. */
  readonly type: string;
  readonly subject: { readonly resource: string; readonly id: string } | null;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Who did it: kind, id and label; never permissions or secrets. */
  readonly actor: Readonly<Record<string, unknown>>;
  /** What led to it: request, command, task or event ids. */
  readonly cause: Readonly<Record<string, unknown>> | null;
  readonly occurredAt: Date;
}

const INSERT = `
insert into kernel.outbox (tenant_id, id, type, subject_resource, subject_id, payload, actor, cause, occurred_at)
select (e->>'tenantId')::uuid, (e->>'id')::uuid, e->>'type', e->'subject'->>'resource', (e->'subject'->>'id')::uuid,
       e->'payload', e->'actor', nullif(e->'cause', 'null'::jsonb), (e->>'occurredAt')::timestamptz
from jsonb_array_elements($1::jsonb) as e`;

/** Any number of events in one statement. */
export async function insertEvents(exec: Exec, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length > 0) await exec(INSERT, [JSON.stringify(events)]);
}

export const insertEvent = (exec: Exec, event: OutboxEvent): Promise<void> => insertEvents(exec, [event]);
