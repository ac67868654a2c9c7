import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '#kernel/errors/domain-error.js';
import { tooLarge } from '../import/start-import.js';
import { limits } from '../read/limits.js';
import { Upload } from '../store/files.js';

const formLimits = { fileSize: limits.fileBytes, files: 20, fields: 5, fieldSize: 1000, parts: 25, headerPairs: 50 };

/** The parts of an upload. Its names are only compared, never used as paths. */
export async function readForm(request: FastifyRequest): Promise<{ mapping: string | null; files: Upload[] }> {
  if (!request.isMultipart())
    throw new DomainError('wrong_media_type', 'request.unsupported_media_type', 'Send the files as multipart/form-data.');
  const files: Upload[] = [];
  let mapping: string | null = null;
  let total = 0;
  for await (const part of request.parts({ limits: formLimits })) {
    if (part.type === 'field') {
      if (part.fieldname === 'mapping') mapping = String(part.value);
      continue;
    }
    const bytes = await part.toBuffer().catch((error: unknown) => {
      throw isTooLarge(error) ? tooLarge(part.filename) : error;
    });
    total += bytes.length;
    if (total > limits.totalBytes) throw tooLarge();
    files.push(Upload.of(part.filename, bytes));
  }
  return { mapping, files };
}

const isTooLarge = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'FST_REQ_FILE_TOO_LARGE';
