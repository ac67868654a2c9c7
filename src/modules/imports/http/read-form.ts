import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '#kernel/errors/domain-error.js';
import { tooLarge } from '../import/start-import.js';
import { limits } from '../read/limits.js';
import { Upload } from '../store/upload.js';

const formLimits = { fileSize: limits.fileBytes, files: 20, fields: 5, fieldSize: 1000, parts: 25, headerPairs: 50 };

export interface Form {
  readonly mapping: string | null;
  readonly files: readonly Upload[];
}

/** Hands the parts of an upload on, which lie on disk for as long as that takes. Their names are only compared, never used as paths. */
export async function withForm<T>(request: FastifyRequest, use: (form: Form) => Promise<T>): Promise<T> {
  if (!request.isMultipart())
    throw new DomainError('wrong_media_type', 'request.unsupported_media_type', 'Send the files as multipart/form-data.');
  const folder = await mkdtemp(join(tmpdir(), 'kontor-import-'));
  try {
    return await use(await readForm(request, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readForm(request: FastifyRequest, folder: string): Promise<Form> {
  const files: Upload[] = [];
  let mapping: string | null = null;
  let total = 0;
  for await (const part of request.parts({ limits: formLimits })) {
    if (part.type === 'field') {
      if (part.fieldname === 'mapping') mapping = String(part.value);
      continue;
    }
    const upload = await spool(part.file, { path: join(folder, String(files.length)), name: nameOf(part.filename) });
    if (part.file.truncated) throw tooLarge(upload.name);
    total += upload.size;
    if (total > limits.totalBytes) throw tooLarge();
    files.push(upload);
  }
  return { mapping, files };
}

async function spool(file: Readable, { path, name }: { path: string; name: string }): Promise<Upload> {
  const hash = createHash('sha256');
  const out = createWriteStream(path, { mode: 0o600 });
  await pipeline(file, hashed(hash), out);
  return Upload.at(path, { name, size: out.bytesWritten, sha256: hash.digest('hex') });
}

const hashed = (hash: Hash) =>
  async function* (source: AsyncIterable<Buffer>) {
    for await (const part of source) {
      hash.update(part);
      yield part;
    }
  };

/** The last part of a path, without marks nobody can see. */
const nameOf = (given: string | undefined): string =>
  (given ?? '')
    .replace(/^.*[/\\]/, '')
    .replace(/[\p{C}#]/gu, '')
    .slice(0, 200);
