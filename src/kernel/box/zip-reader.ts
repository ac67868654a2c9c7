import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { damaged, tooLarge } from './box-errors.js';
import { fileOf, manifestName, partName, sealName, type BoxPart } from './manifest.js';

/** Rows of a table pack well, but nothing packs like a bomb; files are not packed at all. */
const mostRatio = 250;
/** What may always be unpacked, however well it packs. */
const smallBytes = 1_048_576;
const mostTextBytes = 64 * 1_048_576;
const mostEntries = 20_000_000;

/** An archive whose entries have names a box has, and sizes that can be. Names are looked up here and never become paths. */
export class ZipReader {
  private constructor(
    private readonly zip: yauzl.ZipFile,
    private readonly entries: ReadonlyMap<string, yauzl.Entry>,
  ) {}

  static async open(path: string): Promise<ZipReader> {
    const zip = await openZip(path);
    try {
      if (zip.entryCount > mostEntries) throw tooLarge('it has too many entries.');
      return new ZipReader(zip, await entriesOf(zip));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  close(): void {
    this.zip.close();
  }

  /** Hashes of the files whose content is here. */
  *files(): Generator<string> {
    for (const name of this.entries.keys()) {
      const sha256 = fileOf(name);
      if (sha256) yield sha256;
    }
  }

  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** A small entry as text. */
  async text(name: string): Promise<string> {
    const entry = this.entry(name);
    if (entry.uncompressedSize > mostTextBytes) throw tooLarge(`${name} is too long.`);
    const chunks: Buffer[] = [];
    for await (const chunk of this.chunks(name, entry.uncompressedSize)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The lines of a part. Behind the last it is known whether they were those that were written; else it throws. */
  async *lines({ table, bytes, sha256 }: BoxPart): AsyncGenerator<string> {
    const hash = createHash('sha256');
    let rest: Buffer[] = [];
    let restBytes = 0;
    for await (const chunk of this.chunks(partName(table), bytes)) {
      hash.update(chunk);
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
        [rest, restBytes, from] = [[], 0, end + 1];
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > mostTextBytes) throw tooLarge(`a row of ${table} is too long.`);
    }
    if (restBytes > 0 || hash.digest('hex') !== sha256) throw damaged(`The rows of ${table} are not those that were written.`);
  }

  /** The content of an entry; throws when it is longer than it may be. */
  async *chunks(name: string, most: number): AsyncGenerator<Buffer> {
    let bytes = 0;
    try {
      for await (const chunk of await openEntry(this.zip, this.entry(name))) {
        bytes += (chunk as Buffer).length;
        if (bytes > most) throw damaged(`${name} is longer than it was written.`);
        yield chunk as Buffer;
      }
    } catch (error) {
      throw unreadable(error, name);
    }
  }

  sizeOf(name: string): number {
    return this.entry(name).uncompressedSize;
  }

  private entry(name: string): yauzl.Entry {
    const entry = this.entries.get(name);
    if (!entry) throw damaged(`${name} is missing.`);
    return entry;
  }
}

const isKnownName = (name: string): boolean =>
  name === manifestName || name === sealName || fileOf(name) !== null || /^tables\/[a-z_0-9]+\.[a-z_0-9]+\.jsonl$/.test(name);

function openZip(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, zip) => {
      if (error) reject(unreadable(error, 'The archive'));
      else resolve(zip);
    });
  });
}

function entriesOf(zip: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>();
  return new Promise((resolve, reject) => {
    zip.on('error', (error: unknown) => reject(unreadable(error, 'The archive')));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: yauzl.Entry) => {
      const problem = problemOf(entry, entries);
      if (problem) return reject(problem);
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

function problemOf(entry: yauzl.Entry, entries: ReadonlyMap<string, yauzl.Entry>): Error | null {
  const { fileName: name, compressedSize, uncompressedSize } = entry;
  if (!isKnownName(name)) return damaged(`It holds "${name.slice(0, 80)}", which is no part of a box.`);
  if (entries.has(name)) return damaged(`It holds ${name} twice.`);
  if (entry.isEncrypted()) return damaged(`${name} is encrypted.`);
  const most = fileOf(name) === null ? Math.max(smallBytes, compressedSize * mostRatio) : compressedSize;
  return uncompressedSize > most ? tooLarge(`${name} would be unpacked to far more than it is.`) : null;
}

function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else resolve(stream);
    });
  });
}

/** Whatever an archive cannot be read for is its own fault; what the disk says is not. */
function unreadable(error: unknown, what: string): Error {
  const { name, code, message } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown; readonly message?: unknown };
  const isOfDisk = code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' || code === 'EIO';
  if (error instanceof Error && (name === 'DomainError' || isOfDisk)) return error;
  return damaged(`${what} cannot be read (${String(message).slice(0, 200)}).`);
}
