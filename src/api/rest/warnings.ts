import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Warning } from '#kernel/usecase/judge.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What was wrong with records that were written all the same. */
    warnings?: readonly Warning[];
  }
}

/** Headers are short: who writes many records reads their findings. */
const most = 10;

/**
 * `Record-Warnings: "deal-without-account";path="/accountId";record="019…";message=%"The deal has no account."`: a list of RFC 9651,
 * its first items where there are many.
 */
export function warningHeaders(warnings: readonly Warning[]): Record<string, string> {
  if (warnings.length === 0) return {};
  const items = warnings.slice(0, most).map(({ rule, path, recordId, message }) => {
    const place = path === '' ? '' : `;path=${quoted(path)}`;
    return `${quoted(rule)}${place};record=${quoted(recordId)};message=${display(message.slice(0, 200))}`;
  });
  return { 'record-warnings': items.join(', ') };
}

export const tellWarnings = ({ warnings = [] }: FastifyRequest, reply: FastifyReply): void => void reply.headers(warningHeaders(warnings));

const quoted = (text: string): string => `"${text.replaceAll(/[^\x20-\x7e]/g, '').replaceAll(/["\\]/g, '\\$&')}"`;

/** A Display String of RFC 9651: UTF-8, percent-encoded with small letters. */
const display = (text: string): string =>
  `%"${[...Buffer.from(text, 'utf8')].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`)).join('')}"`;
const isPlain = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e && byte !== 0x25 && byte !== 0x22;
