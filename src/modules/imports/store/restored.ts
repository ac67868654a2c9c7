import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/**
 * An import may have changed a record twice, and a later import what an earlier one wrote. When the later change is taken back the record has a
 * version of its own again, which stands for the one it had between the two: else its earlier change would seem to have been made over.
 */
export async function noteRestored(work: Work, importId: string, restored: readonly Restored[]): Promise<void> {
  if (restored.length === 0) return;
  await work.rows(sql`insert into imports.import_restored (tenant_id, import_id, record_id, stands_for, version)
    select ${work.tenantId}::uuid, ${importId}::uuid, given.* from unnest(${restored.map(({ id }) => id)}::uuid[], ${restored.map(({ from }) => from)}::integer[],
      ${restored.map(({ to }) => to)}::integer[]) as given (id, stands_for, version)
    on conflict (tenant_id, record_id, stands_for) do update set version = excluded.version, import_id = excluded.import_id`);
}

export interface Restored {
  readonly id: string;
  /** The version it stands for. */
  readonly from: number;
  readonly to: number;
}

/** Which versions of some records stand for earlier ones of theirs, whichever import was taken back. */
export class StandIns {
  private readonly versions = new Map<string, { readonly version: number; readonly importId: string }>();

  constructor(rows: readonly { readonly id: string; readonly stands_for: number; readonly version: number; readonly import_id: string }[]) {
    for (const { id, stands_for, version, import_id } of rows) this.versions.set(`${id}:${stands_for}`, { version, importId: import_id });
  }

  /** The version that stands for one by now; itself when nothing was taken back. */
  of(id: string, version: number): number {
    const next = this.versions.get(`${id}:${version}`);
    return next && next.version > version ? this.of(id, next.version) : version;
  }

  /** Whether this very change has been taken back before. */
  isBack(importId: string, id: string, from: number): boolean {
    return this.versions.get(`${id}:${from}`)?.importId === importId;
  }
}

export async function standInsOf(work: Work, ids: readonly string[]): Promise<StandIns> {
  return new StandIns(
    await work.rows(sql`select record_id as id, stands_for, version, import_id from imports.import_restored
      where tenant_id = ${work.tenantId} and record_id = any(${[...ids]}::uuid[])`),
  );
}
