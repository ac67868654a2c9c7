import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, invalid } from '#kernel/errors/domain-error.js';
import type { Actor } from '#kernel/access/actor.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { wireRow } from '../row.js';
import { json, principalOf, queryOf } from './routes.js';

/** A row's version as a strong ETag. What else decides how the row is shown stands behind the version. */
export const etagOf = (version: number, variant = '') => `"${version}${variant && `-${variant}`}"`;

/** No row gets that far. */
const neverVersion = 2_147_483_647;

/** A row's text with its ETag, or 304 for who has it already. */
export function sendRow(request: FastifyRequest, reply: FastifyReply, text: string): string {
  const headers = rowHeaders({ actor: principalOf(request).actor, query: queryOf(request), vary: reply.getHeader('vary') }, text);
  void reply.headers(headers);
  if (!isKnown(request.headers['if-none-match'], headers.etag)) return json(reply, text);
  void reply.code(304);
  return '';
}

/** Who asked for a row, and how. */
interface Asked {
  readonly actor: Actor;
  readonly query: Readonly<Record<string, unknown>>;
  /** What the answer varies by besides. */
  readonly vary: unknown;
}

/** What is told beside the text of a row. */
export const rowHeaders = (asked: Asked, text: string) => ({
  etag: etagOf(Number(/"version":(\d+)/.exec(text.slice(0, 120))?.[1]), variantOf(asked, text)),
  'cache-control': 'private, no-cache',
  vary: typeof asked.vary === 'string' ? `${asked.vary}, Authorization` : 'Authorization',
});

/** The row's own version does not tell of what `expand` shows beside it, of fields that rights hide or mask, nor of the language. */
function variantOf({ actor: { fieldRights, reads = [] }, query }: Asked, text: string): string {
  const isPlain = query['expand'] === undefined && Object.keys(fieldRights).length === 0 && reads.length === 0;
  return isPlain ? '' : hash('sha1', text, 'base64url').slice(0, 16);
}

/** If-None-Match compares weakly: a proxy may have made the tag a weak one. */
function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || tagsOf(header).some(({ opaque }) => `"${opaque}"` === tag);
}

export function row(resource: Resource, reply: FastifyReply, result: unknown): Record<string, unknown> {
  const body = wireRow(resource, result as Record<string, unknown>);
  void reply.header('etag', etagOf(Number(body['version'])));
  return body;
}

/**
 * The version If-Match asks for. Versions only grow, so of several tags the one of the highest version is the only one that can
 * still be true. Weak tags and those of something else are never true.
 */
export function expected(request: FastifyRequest): { expectedVersion?: number } {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return {};
  const versions = tagsOf(header).map(({ weak, opaque }) => {
    const version = weak ? undefined : /^(\d{1,9})(-[\w-]+)?$/.exec(opaque)?.[1];
    return version === undefined ? 0 : Number(version);
  });
  return { expectedVersion: Math.max(...versions) || neverVersion };
}

function tagsOf(header: string): { weak: boolean; opaque: string }[] {
  if (!/^\s*(W\/)?"[^"]*"(\s*,\s*(W\/)?"[^"]*")*\s*$/.test(header))
    throw invalid('request.bad_header', 'If-Match and If-None-Match hold ETags of this record, such as "3", or *.');
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, opaque = '']) => ({ weak: weak !== undefined, opaque }));
}

const messageOf = ({ message, details }: DomainError): string =>
  details['expectedVersion'] === neverVersion
    ? 'If-Match names no version of this record. Send its ETag as it came, such as "3"; a weak one (W/) is no proof.'
    : message;

/** With If-Match, a version that has moved on is a failed precondition (412) and not a conflict (409). */
export async function precondition<T>(request: FastifyRequest, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DomainError && error.code.endsWith('.version_conflict') && request.headers['if-match'] !== undefined) {
      throw new DomainError('precondition', error.code, messageOf(error), error.details);
    }
    throw error;
  }
}
