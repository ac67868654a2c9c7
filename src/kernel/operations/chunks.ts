import type { OpenWork } from '../db/open-work.js';
import type { ItemResult } from '../bulk/bulk-item.js';

/** Items of one transaction of an operation. */
export const chunkSize = 200;
/** A chunk is also full when its items come to so many bytes. */
const chunkBytes = 4_000_000;

export interface Chunk {
  readonly number: number;
  readonly firstIndex: number;
  readonly items: readonly unknown[];
}

/** Writes down items as they come, chunk by chunk, and answers how many there were. Nothing but one chunk is held in memory. */
export async function keepItems(work: OpenWork, operationId: string, lines: AsyncIterable<string> | Iterable<string>): Promise<number> {
  let [number, total, bytes] = [0, 0, 0];
  let held: string[] = [];
  const keep = async () => {
    await work.exec('insert into operations.chunks (tenant_id, operation_id, number, first_index, items) values ($1, $2, $3, $4, $5)', [
      work.tenantId,
      operationId,
      number,
      total - held.length,
      `[${held.join(',')}]`,
    ]);
    number++;
    bytes = 0;
    held = [];
  };
  for await (const line of lines) {
    held.push(line);
    total++;
    bytes += line.length;
    if (held.length === chunkSize || bytes > chunkBytes) await keep();
  }
  if (held.length > 0) await keep();
  return total;
}

export async function chunkOf(work: OpenWork, operationId: string, number: number): Promise<Chunk | null> {
  const { rows } = await work.exec(
    'select first_index, items from operations.chunks where tenant_id = $1 and operation_id = $2 and number = $3',
    [work.tenantId, operationId, number],
  );
  const row = rows[0];
  if (!row) return null;
  return { number, firstIndex: Number(row['first_index']), items: JSON.parse(String(row['items'])) as unknown[] };
}

/** Items of a chunk give way to their results: they are not needed any more. */
export async function keepResults(work: OpenWork, operationId: string, number: number, results: readonly ItemResult[]): Promise<void> {
  await work.exec(`update operations.chunks set items = '[]', results = $4 where tenant_id = $1 and operation_id = $2 and number = $3`, [
    work.tenantId,
    operationId,
    number,
    JSON.stringify(results),
  ]);
}

/** The results of a chunk; null when there is no such chunk or it has none yet. */
export async function resultsOf(work: OpenWork, operationId: string, number: number): Promise<ItemResult[] | null> {
  const { rows } = await work.exec('select results from operations.chunks where tenant_id = $1 and operation_id = $2 and number = $3', [
    work.tenantId,
    operationId,
    number,
  ]);
  const text = rows[0]?.['results'];
  return typeof text === 'string' ? (JSON.parse(text) as ItemResult[]) : null;
}
