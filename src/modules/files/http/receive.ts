import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { fileTypeFromFile } from 'file-type';
import { bounded, isBrokenOff } from '#api/rest/spool.js';
import { DomainError, invalid } from '#kernel/errors/domain-error.js';
import type { FileStore } from '#kernel/ports/ports.js';
import { displayName } from '../domain/file-name.js';
import { judge } from '../domain/media-type.js';

/** A file as it came in: on disk, looked at, not yet kept. */
export interface Received {
  readonly draft: string;
  readonly input: {
    readonly recordId: string;
    readonly name: string;
    readonly mediaType: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly quarantine?: string;
  };
}

interface Incoming {
  readonly body: Readable;
  readonly declared: string;
  readonly name: string;
}

/** Writes the upload to a draft as it comes. Whatever goes wrong on the way, the draft goes with it. */
export async function receive(request: FastifyRequest, store: FileStore): Promise<Received> {
  const draft = await store.draft();
  try {
    return await (request.isMultipart() ? ofForm(request, store, draft) : ofBody(request, store, draft));
  } catch (error) {
    await store.drop(draft);
    throw isCutShort(error) ? invalid('file.broken_off', 'The upload broke off before its end. Send it again.') : error;
  }
}

async function ofBody(request: FastifyRequest, store: FileStore, draft: string): Promise<Received> {
  const { recordId, name, ...rest } = request.query as Record<string, unknown>;
  const stray = Object.keys(rest)[0];
  if (stray !== undefined)
    throw invalid('request.unknown_parameter', `There is no parameter "${stray.slice(0, 80)}" here. Known: recordId, name.`);
  if (!(request.body instanceof Readable))
    throw new DomainError(
      'wrong_media_type',
      'request.unsupported_media_type',
      'Send the file as multipart/form-data, or as it is with its own type.',
    );
  const incoming = { body: request.body, declared: request.headers['content-type'] ?? '', name: typeof name === 'string' ? name : '' };
  return looked(await written(incoming, store, draft), incoming, { draft, recordId });
}

async function ofForm(request: FastifyRequest, store: FileStore, draft: string): Promise<Received> {
  const limits = { fileSize: store.limits.fileBytes, files: 1, fields: 5, fieldSize: 1000, parts: 6, headerPairs: 50 };
  let recordId: unknown;
  let got: { incoming: Incoming; content: Content } | null = null;
  for await (const part of request.parts({ limits })) {
    if (part.type === 'field') {
      if (part.fieldname === 'recordId') recordId = part.value;
      continue;
    }
    const incoming = { body: part.file, declared: part.mimetype, name: part.filename ?? '' };
    got = { incoming, content: await written(incoming, store, draft) };
    if (part.file.truncated) throw tooLarge(store);
  }
  if (!got) throw invalid('file.missing', 'There is no file in the form: send it as a part with a file name.');
  return looked(got.content, got.incoming, { draft, recordId });
}

interface Content {
  readonly bytes: number;
  readonly sha256: string;
}

async function written({ body }: Incoming, store: FileStore, draft: string): Promise<Content> {
  const hash = createHash('sha256');
  const out = createWriteStream(draft, { mode: 0o600 });
  await pipeline(bounded(body, { most: store.limits.fileBytes, hash, tooLarge: () => tooLarge(store) }), out);
  if (out.bytesWritten === 0) throw invalid('file.empty', 'The file is empty.');
  return { bytes: out.bytesWritten, sha256: hash.digest('hex') };
}

async function looked(
  content: Content,
  { declared, name }: Incoming,
  { draft, recordId }: { draft: string; recordId: unknown },
): Promise<Received> {
  if (typeof recordId !== 'string' || recordId === '')
    throw invalid('input.invalid', 'The input is not valid: /recordId must name the record the file belongs to.', {
      errors: [{ path: '/recordId', code: 'required', message: 'must name the record the file belongs to' }],
    });
  const shown = displayName(name);
  const sniffed = (await fileTypeFromFile(draft).catch(() => undefined))?.mime ?? null;
  const { mediaType, quarantine } = judge({ declared: declared.slice(0, 200), name: shown, sniffed, text: await beginning(draft) });
  return { draft, input: { recordId, name: shown, mediaType, ...content, ...(quarantine === null ? {} : { quarantine }) } };
}

/** The first bytes as text, or null when they are none. A character that is cut in two at the end does not count. */
async function beginning(draft: string): Promise<string | null> {
  const handle = await open(draft, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.includes(0)) return null;
    for (let cut = 0; cut < 4; cut++)
      if (isUtf8(head.subarray(0, head.length - cut))) return head.subarray(0, head.length - cut).toString('utf8');
    return null;
  } finally {
    await handle.close();
  }
}

const tooLarge = (store: FileStore) =>
  new DomainError('too_large', 'file.too_large', `A file may have at most ${store.limits.fileBytes} bytes.`, {
    allowed: store.limits.fileBytes,
  });

const isCutShort = (error: unknown): boolean =>
  isBrokenOff(error) || (error instanceof Error && /Unexpected end of (form|multipart)|Part terminated early|aborted/i.test(error.message));
