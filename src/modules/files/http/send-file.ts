import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteRange, FileStore } from '#kernel/ports/ports.js';
import { attachment } from '../domain/file-name.js';
import { servedType } from '../domain/media-type.js';
import { fileNotFound, type StoredFile } from '../file/stored-file.js';

/** A file to take away: by headers that leave a browser nothing to run, whatever the content is. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  store: FileStore,
  { tenantId, file }: Sent,
): Promise<Readable | string> {
  const tag = `"${file.sha256}"`;
  void reply.headers({
    'content-type': servedType(file.mediaType),
    'content-disposition': attachment(file.name),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    etag: tag,
  });
  if (request.headers['if-none-match'] === tag) {
    void reply.code(304);
    return '';
  }
  const wanted = request.headers['if-range'] === undefined || request.headers['if-range'] === tag ? request.headers.range : undefined;
  const range = rangeOf(wanted, file.bytes);
  if (range === 'none') {
    void reply.code(416).header('content-range', `bytes */${file.bytes}`);
    return '';
  }
  const size = range ? range.end - range.start + 1 : file.bytes;
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`);
  void reply.header('content-length', String(size));
  return store.read({ tenantId, sha256: file.sha256 }, range ?? undefined).catch((error: unknown) => {
    // The row is there and the content is not: the store is another one, or it was emptied by hand.
    throw (error as { code?: unknown } | null)?.code === 'ENOENT' ? fileNotFound(file.id) : error;
  });
}

export interface Sent {
  readonly tenantId: string;
  readonly file: StoredFile;
}

/** One range of bytes; null when none is asked for in a way we know, `none` when it lies outside. */
function rangeOf(header: string | undefined, bytes: number): ByteRange | null | 'none' {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? null : lastBytes(Number(last), bytes);
  const [start, end] = [Number(first), Math.min(last === '' ? bytes : Number(last), bytes - 1)];
  return start > end ? 'none' : { start, end };
}

const lastBytes = (wanted: number, bytes: number): ByteRange | 'none' =>
  wanted === 0 ? 'none' : { start: Math.max(0, bytes - wanted), end: bytes - 1 };
