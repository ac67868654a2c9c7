import { createHash } from 'node:crypto';
import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** A file as it came in. In JSON it is its name and checksum: a request is the same when its files are. */
export class Upload {
  private constructor(
    readonly name: string,
    readonly bytes: Uint8Array,
    readonly sha256: string,
  ) {}

  static of(name: string, bytes: Uint8Array): Upload {
    return new Upload(name, bytes, createHash('sha256').update(bytes).digest('hex'));
  }

  toJSON(): { name: string; sha256: string } {
    return { name: this.name, sha256: this.sha256 };
  }
}

/** Files live in the database, so that any worker can go on where another one stopped. */
export async function keepFile(work: Work, importId: string, { name, bytes }: Upload): Promise<void> {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  await work.rows(
    sql`insert into imports.import_files (tenant_id, import_id, name, content) values (${work.tenantId}, ${importId}, ${name}, ${content})`,
  );
}

export async function loadFiles(work: Work, importId: string): Promise<Map<string, Uint8Array>> {
  const rows = await work.rows<{ name: string; content: Buffer }>(
    sql`select name, content from imports.import_files where tenant_id = ${work.tenantId} and import_id = ${importId}`,
  );
  return new Map(rows.map(({ name, content }) => [name, content]));
}

/** Lets go of files that nobody will read again. */
export async function forgetFiles(work: Work, endedBefore: Date): Promise<void> {
  await work.rows(sql`delete from imports.import_files file using imports.imports import
    where import.tenant_id = ${work.tenantId} and file.tenant_id = import.tenant_id and file.import_id = import.id and import.finished_at < ${endedBefore}`);
}
