import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

interface Place {
  readonly importId: string;
  readonly name: string;
  readonly seq: number;
}

/** Chunks of rows are parts of a file that grows. */
export async function keepPushed(work: Work, { importId, name, seq }: Place, content: Buffer): Promise<void> {
  const packed = deflateRawSync(content, { level: constants.Z_BEST_SPEED });
  await work.rows(sql`insert into imports.import_parts (tenant_id, import_id, kind, name, seq, first_record, records, packed, content)
    values (${work.tenantId}, ${importId}, 'source', ${name}, ${seq}, 0, 0, true, ${packed})`);
}

export async function pushedContent(work: Work, { importId, name, seq }: Place): Promise<Buffer | null> {
  const [found] = await work.rows<{ content: Buffer }>(sql`select content from imports.import_parts
    where tenant_id = ${work.tenantId} and import_id = ${importId} and kind = 'source' and name = ${name} and seq = ${seq}`);
  return found ? inflateRawSync(found.content) : null;
}

const atOnce = 8;

/** The chunks there are, in their order. */
export async function* pushedParts(work: Work, importId: string, name: string): AsyncGenerator<{ seq: number; content: Buffer }> {
  for (let after = -1; ;) {
    const found = await work.rows<{ seq: number; content: Buffer }>(sql`select seq, content from imports.import_parts
      where tenant_id = ${work.tenantId} and import_id = ${importId} and kind = 'source' and name = ${name} and seq > ${after}
      order by seq limit ${atOnce}`);
    for (const { seq, content } of found) yield { seq, content: inflateRawSync(content) };
    const last = found.at(-1);
    if (!last || found.length < atOnce) return;
    after = last.seq;
  }
}
