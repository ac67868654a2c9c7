import { sql } from '#kernel/db/sql.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import type { History } from '../domain/map-record.js';
import { noteAuthors } from './authors.js';

/** A record that was just made, and what the other system says of its past. */
export interface Past {
  readonly id: string;
  readonly history: History;
}

/** When the other system made and last changed the records, and who did. */
export async function setHistory(work: Work, { resource, importId }: { resource: Resource; importId: string }, rows: readonly Past[]) {
  await setDates(
    work,
    resource,
    rows.flatMap(({ id, history: { createdAt = null, updatedAt = createdAt } }) => (updatedAt ? [{ id, createdAt, updatedAt }] : [])),
  );
  const authored = rows.filter(({ history }) => history.createdById ?? history.updatedById);
  await noteAuthors(
    work,
    importId,
    authored.map(({ id, history: { createdAt, updatedAt = createdAt ?? work.now, createdById = null, updatedById = null } }) => ({
      id,
      createdById,
      updatedById,
      asOf: updatedAt,
    })),
  );
}

export interface Dates {
  readonly id: string;
  readonly createdAt: Date | null;
  readonly updatedAt: Date;
}

export async function setDates(work: Work, resource: Resource, rows: readonly Dates[]): Promise<void> {
  if (rows.length === 0) return;
  const [ids, created, updated] = [
    rows.map(({ id }) => id),
    rows.map(({ createdAt }) => createdAt),
    rows.map(({ updatedAt }) => updatedAt),
  ];
  await work.rows(
    sql`select imports.set_history(${resource.table}::regclass, ${ids}::uuid[], ${created}::timestamptz[], ${updated}::timestamptz[])`,
  );
}
