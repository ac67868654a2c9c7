import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError, invalid } from '#kernel/errors/domain-error.js';
import { refuseOddJson } from '../http/json-text.js';
import type { ItemSource } from '#kernel/operations/start-bulk.js';

export interface SpoolLimits {
  readonly bytes: number;
  readonly lines: number;
  readonly lineBytes: number;
}

/**
 * A body of JSON lines, put down on disk before anything is done with it: no transaction waits for a slow client, nothing is held in
 * memory but a line, and a body that breaks off leaves nothing behind.
 */
export class SpooledLines implements ItemSource {
  private constructor(
    private readonly folder: string,
    private readonly file: string,
    private readonly sha256: string,
    readonly count: number,
  ) {}

  static async of(body: Readable, limits: SpoolLimits): Promise<SpooledLines> {
    const folder = await mkdtemp(join(tmpdir(), 'kontor-lines-'));
    const file = join(folder, randomUUID());
    const hash = createHash('sha256');
    try {
      await pipeline(
        bounded(body, { most: limits.bytes, hash, tooLarge: () => tooLarge(limits.bytes) }),
        createWriteStream(file, { mode: 0o600 }),
      );
      const count = await checkLines(file, limits);
      return new SpooledLines(folder, file, hash.digest('hex'), count);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw isBrokenOff(error) ? invalid('request.malformed', 'The body broke off before its end.') : error;
    }
  }

  lines(): AsyncIterable<string> {
    return linesOf(this.file);
  }

  toJSON(): unknown {
    return { sha256: this.sha256 };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The same of a few items that came in one JSON body. */
export const itemsAsSource = (items: readonly unknown[]): ItemSource => ({
  lines: () => items.map((item) => JSON.stringify(item)),
  toJSON: () => items,
});

const tooLarge = (most: number) =>
  new DomainError('too_large', 'request.too_large', `The body is larger than ${most} bytes. Send it in parts.`);

export interface Bound {
  readonly most: number;
  readonly hash: { update(chunk: Buffer): unknown };
  readonly tooLarge: () => Error;
}

/**
 * A body chunk by chunk, hashed, up to a bound. Beyond it the rest is left unread but its connection is not torn down: the client is to
 * hear why.
 */
export async function* bounded(body: Readable, { most, hash, tooLarge }: Bound): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > most) throw tooLarge();
    hash.update(chunk);
    yield chunk;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, 'utf8');
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) if (line.trim() !== '') yield line;
  } finally {
    stream.destroy();
  }
}

async function checkLines(file: string, limits: SpoolLimits): Promise<number> {
  let count = 0;
  for await (const line of linesOf(file)) {
    count++;
    if (count > limits.lines)
      throw new DomainError(
        'too_large',
        'bulk.too_many',
        `One operation takes at most ${limits.lines} items. Send the rest in another one.`,
      );
    if (line.length > limits.lineBytes || !isJson(line))
      throw invalid('bulk.line_unreadable', `Line ${count} is no JSON object of at most ${limits.lineBytes} bytes.`, { line: count });
  }
  if (count === 0) throw invalid('input.invalid', 'The items are missing: send at least one.');
  return count;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    refuseOddJson(line);
    return true;
  } catch {
    return false;
  }
}

const broken = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'ABORT_ERR']);
export const isBrokenOff = (error: unknown): boolean => broken.has(String((error as { code?: unknown } | null)?.code));
