import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes an archive entry by entry; no more of it is in memory than what is on its way to the disk. */
export class ZipWriter {
  private readonly zip = new ZipFile();
  private readonly written: Promise<void>;
  private readonly broken: Promise<never>;
  private readonly breaking = new AbortController();

  /** The file must not be there yet; only its owner may read it. */
  constructor(
    path: string,
    private readonly at: Date,
  ) {
    const output = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    this.written = pipeline(this.zip.outputStream, output, { signal: this.breaking.signal });
    this.broken = new Promise((_, reject) => {
      this.zip.on('error', reject);
      this.written.catch(reject);
    });
    this.broken.catch(() => undefined);
  }

  async add(name: string, chunks: AsyncIterable<string | Buffer>, { packed = true } = {}): Promise<Written> {
    const hash = createHash('sha256');
    let bytes = 0;
    const source = Readable.from(
      (async function* () {
        for await (const chunk of chunks) {
          const piece = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
          hash.update(piece);
          bytes += piece.length;
          yield piece;
        }
      })(),
      { objectMode: false, highWaterMark: 262_144 },
    );
    const read = new Promise<void>((resolve, reject) => source.once('end', resolve).once('error', reject));
    this.zip.addReadStream(source, name, { mtime: this.at, compress: packed });
    await Promise.race([read, this.broken]);
    return { bytes, sha256: hash.digest('hex') };
  }

  async end(): Promise<void> {
    this.zip.end();
    await Promise.race([this.written, this.broken]);
  }

  /** Lets go of the file, which is of no use then. */
  async abandon(): Promise<void> {
    this.breaking.abort();
    await this.written.catch(() => undefined);
  }
}
