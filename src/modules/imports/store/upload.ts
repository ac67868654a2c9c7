import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';

const partBytes = 1024 * 1024;

/** A file as it came in, in memory or on disk. In JSON it is its name and checksum: a request is the same when its files are. */
export class Upload {
  private constructor(
    readonly name: string,
    readonly size: number,
    readonly sha256: string,
    private readonly content: Uint8Array | { readonly path: string },
  ) {}

  static of(name: string, bytes: Uint8Array): Upload {
    return new Upload(name, bytes.length, createHash('sha256').update(bytes).digest('hex'), bytes);
  }

  /** A file that stays on disk, whose hash was taken while it was written. */
  static at(path: string, facts: { readonly name: string; readonly size: number; readonly sha256: string }): Upload {
    return new Upload(facts.name, facts.size, facts.sha256, { path });
  }

  /** A file on disk. It is read once to know its hash. */
  static async fromDisk(path: string, name: string): Promise<Upload> {
    const hash = createHash('sha256');
    for await (const part of createReadStream(path)) hash.update(part as Buffer);
    return new Upload(name, statSync(path).size, hash.digest('hex'), { path });
  }

  /** The whole content: for small files only. */
  get bytes(): Uint8Array {
    return 'path' in this.content ? readFileSync(this.content.path) : this.content;
  }

  async *parts(): AsyncGenerator<Uint8Array> {
    if ('path' in this.content) {
      for await (const part of createReadStream(this.content.path, { highWaterMark: partBytes })) yield part as Buffer;
      return;
    }
    for (let at = 0; at < this.content.length; at += partBytes) yield this.content.subarray(at, at + partBytes);
  }

  toJSON(): { name: string; sha256: string } {
    return { name: this.name, sha256: this.sha256 };
  }
}
