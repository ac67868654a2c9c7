import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Phase } from '../run/import-source.js';

/** How a record was before an import changed it. */
export interface Before {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What became of the rows of one chunk: the journal by which an import is looked through, gone on with and taken back. */
export interface ChunkNote {
  readonly importId: string;
  readonly phase: Phase;
  readonly step: number;
  readonly first: number;
  readonly lines: readonly number[];
  /** A letter for each row. */
  readonly fates: string;
  /** The record of each row, where there is one. */
  readonly ids: readonly (string | null)[];
  /** Keys the rows brought, packed. */
  readonly keys: Uint8Array;
  /** Of a dry run: keys of records that would have been made, packed, by the shape they are looked up in. */
  readonly made: Readonly<Record<string, string>>;
  readonly before: readonly Before[];
}

const bytesOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export async function noteChunk(work: Work, note: ChunkNote): Promise<void> {
  await work.rows(sql`insert into imports.import_chunks (tenant_id, import_id, phase, step, first_record, lines, fates, ids, keys, made, before)
    values (${work.tenantId}, ${note.importId}, ${note.phase}, ${note.step}, ${note.first}, ${[...note.lines]}, ${note.fates},
      ${note.ids.map((id) => id ?? null)}, ${bytesOf(note.keys)}, ${JSON.stringify(note.made)}::jsonb, ${JSON.stringify(note.before)}::jsonb)`);
}

interface Named {
  readonly importId: string;
  readonly phase: Phase;
}

export async function keysOfStep(work: Work, { importId, phase }: Named, step: number): Promise<Buffer[]> {
  const rows = await work.rows<{ keys: Buffer }>(sql`select keys from imports.import_chunks
    where tenant_id = ${work.tenantId} and import_id = ${importId} and phase = ${phase} and step = ${step} order by first_record`);
  return rows.map(({ keys }) => keys);
}

export async function madeInDryRun(work: Work, importId: string): Promise<Record<string, string>[]> {
  const rows = await work.rows<{ made: Record<string, string> }>(sql`select made from imports.import_chunks
    where tenant_id = ${work.tenantId} and import_id = ${importId} and phase = 'dry' and made <> '{}'::jsonb`);
  return rows.map(({ made }) => made);
}

export async function forgetChunks(work: Work, { importId, phase }: Named): Promise<void> {
  await work.rows(
    sql`delete from imports.import_chunks where tenant_id = ${work.tenantId} and import_id = ${importId} and phase = ${phase}`,
  );
}

export interface NotedChunk extends Pick<ChunkNote, 'step' | 'lines' | 'fates' | 'ids' | 'before'> {
  readonly first: string;
}

/** Chunks from the row at `from` of a step on. */
export const chunksFrom = (
  work: Work,
  { importId, phase }: Named,
  at: { step: number; record: number; limit: number },
): Promise<NotedChunk[]> =>
  work.rows<NotedChunk>(sql`select step, first_record::text as first, lines, fates, ids, before from imports.import_chunks
    where tenant_id = ${work.tenantId} and import_id = ${importId} and phase = ${phase}
      and (step > ${at.step} or (step = ${at.step} and first_record + length(fates) > ${at.record}))
    order by step, first_record limit ${at.limit}`);

/** The chunk written last of those before a place; null when there is none. */
export async function chunkBefore(work: Work, importId: string, at: { step: number; record: number }): Promise<NotedChunk | null> {
  const [chunk] =
    await work.rows<NotedChunk>(sql`select step, first_record::text as first, lines, fates, ids, before from imports.import_chunks
    where tenant_id = ${work.tenantId} and import_id = ${importId} and phase = 'run' and (step, first_record) < (${at.step}, ${at.record}::bigint)
    order by step desc, first_record desc limit 1`);
  return chunk ?? null;
}
