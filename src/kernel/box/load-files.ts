import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { OpenWork } from '../db/open-work.js';
import type { BlobName, FileStore } from '../ports/ports.js';
import { damaged } from './box-errors.js';
import { fileName } from './manifest.js';
import type { ZipReader } from './zip-reader.js';

interface Keeping {
  readonly files: FileStore;
  /** Contents that were lost before the box was made. */
  readonly missing: readonly string[];
  /** Is told what was kept, for whoever has to take it back. */
  readonly kept: string[];
  readonly advance: (by: number) => Promise<void>;
}

/** Keeps the content of all files. Every row that speaks of content must find it, and there may be none that no row speaks of. */
export async function keepFiles(work: OpenWork, zip: ZipReader, { files, missing, kept, advance }: Keeping): Promise<void> {
  let known = 0;
  for (const sha256 of zip.files()) {
    await keepFile(zip, { tenantId: work.tenantId, sha256 }, { files, kept });
    known++;
    await advance(1);
  }
  const all = [...zip.files(), ...missing];
  const { rows } = await work.exec(
    `select count(*) as n, count(*) filter (where b.sha256 = any($2)) as found from files.blobs b where b.tenant_id = $1`,
    [work.tenantId, all],
  );
  const [n, found] = [Number(rows[0]?.['n']), Number(rows[0]?.['found'])];
  if (found !== n) throw damaged('The content of some files is missing.');
  if (known + new Set(missing).size !== n) throw damaged('It holds content no file has.');
}

async function keepFile(zip: ZipReader, blob: BlobName, { files, kept }: Pick<Keeping, 'files' | 'kept'>): Promise<void> {
  const draft = await files.draft();
  try {
    const hash = createHash('sha256');
    const name = fileName(blob.sha256);
    await pipeline(
      zip.chunks(name, zip.sizeOf(name)),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(draft, { flags: 'wx', mode: 0o600 }),
    );
    if (hash.digest('hex') !== blob.sha256) throw damaged(`The content of ${name} is not what it was.`);
    kept.push(blob.sha256);
    await files.keep(draft, blob);
  } finally {
    await files.drop(draft);
  }
}
