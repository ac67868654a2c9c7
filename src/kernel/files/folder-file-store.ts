import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BlobName, ByteRange, FileStore } from '../ports/ports.js';

const staleMs = 24 * 3_600_000;
const sweepEveryMs = 3_600_000;

/** Files in one folder: of this machine, or shared by several. Drafts and content lie on one disk, so that keeping is a link and not a copy. */
export class FolderFileStore implements FileStore {
  private sweptAt = 0;

  constructor(
    private readonly folder: string,
    readonly limits: FileStore['limits'],
  ) {}

  async draft(name: string = randomUUID()): Promise<string> {
    if (!/^[0-9a-z-]{1,100}$/.test(name)) throw new Error('This is no name of a draft.');
    const drafts = join(this.folder, 'drafts');
    await mkdir(drafts, { recursive: true, mode: 0o700 });
    await this.sweep(drafts);
    return join(drafts, name);
  }

  async keep(draft: string, blob: BlobName): Promise<void> {
    const path = this.pathOf(blob);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await flush(draft);
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await flush(dirname(path));
  }

  async drop(draft: string): Promise<void> {
    await rm(draft, { force: true });
  }

  async read(blob: BlobName, range?: ByteRange): Promise<Readable> {
    const handle = await open(this.pathOf(blob), 'r');
    return createReadStream('', { fd: handle, ...(range ?? {}) });
  }

  async remove(blob: BlobName): Promise<void> {
    await rm(this.pathOf(blob), { force: true });
  }

  async forget(tenantId: string): Promise<void> {
    if (!isTenant(tenantId)) throw new Error('This is no id of a tenant.');
    await rm(join(this.folder, 'blobs', tenantId), { recursive: true, force: true });
  }

  /** Made of our own ids and a hash; anything else is a defect and not a path. */
  private pathOf({ tenantId, sha256 }: BlobName): string {
    if (!isTenant(tenantId) || !/^[0-9a-f]{64}$/.test(sha256)) throw new Error('This is no name of a blob.');
    return join(this.folder, 'blobs', tenantId, sha256.slice(0, 2), sha256);
  }

  /** Drafts of uploads whose process died. */
  private async sweep(drafts: string): Promise<void> {
    const now = Date.now();
    if (now - this.sweptAt < sweepEveryMs) return;
    this.sweptAt = now;
    for (const name of await readdir(drafts)) {
      const path = join(drafts, name);
      const facts = await stat(path).catch(() => null);
      if (facts && now - facts.mtimeMs > staleMs) await rm(path, { force: true });
    }
  }
}

const isTenant = (text: string): boolean => /^[0-9a-f-]{36}$/.test(text);

/** On disk before the database says so. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;
