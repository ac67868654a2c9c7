import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { outage } from '#kernel/db/outage.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { Authenticator } from '../auth/authenticator.js';
import type {} from '../http/speaker.js';
import type { Principal } from '../auth/principal.js';
import { speakerOf, worded } from '../http/speaker.js';
import { statusOf } from '../problem.js';
import { clientNameHeader, isRecord, withText, type DocumentRequest, type Settled, type TrustedDocuments } from './trusted-documents.js';

export interface DocumentParts {
  readonly documents: TrustedDocuments;
  readonly authenticator: Authenticator;
}

/**
 * Finds out who asks, and puts the text of a trusted document into the request, so that all that follows sees an ordinary one. Answers what the
 * client may not send. False: it has answered.
 */
export async function settleDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  { documents, authenticator }: DocumentParts,
): Promise<boolean> {
  const asked = asksFor(request);
  if (!asked) return true;
  const principal = await principalOf(request, authenticator);
  if (principal instanceof DomainError) return refuse(request, reply, principal);
  if (principal) request.principal = principal;
  const pending = documents.settle(asked, principal, clientNameOf(request.headers));
  const settled: Settled = pending instanceof Promise ? await pending : pending;
  if (settled instanceof DomainError) return refuse(request, reply, settled);
  if (settled !== null && (asked.documentId !== undefined || asked.extensions !== undefined)) rewrite(request, asked, settled);
  return true;
}

/** Null: nobody we know, which is said by what comes after. */
async function principalOf({ headers, ip }: FastifyRequest, authenticator: Authenticator): Promise<Principal | DomainError | null> {
  const known = authenticator.recall(headers.authorization, ip);
  if (known) return known;
  try {
    return await authenticator.authenticate(headers.authorization, ip);
  } catch (error) {
    if (error instanceof DomainError) return null;
    const away = outage(error);
    if (away) return away;
    throw error;
  }
}

function asksFor(request: FastifyRequest): DocumentRequest | null {
  if (request.method === 'POST') return isRecord(request.body) ? request.body : null;
  if (request.method !== 'GET' || !isRecord(request.query)) return null;
  const { extensions, ...rest } = request.query;
  return { ...rest, ...(typeof extensions === 'string' ? { extensions: parsed(extensions) } : {}) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** What the client says its name is. */
export function clientNameOf(headers: IncomingHttpHeaders): string | null {
  const name = headers[clientNameHeader] ?? headers['apollographql-client-name'];
  return typeof name === 'string' ? name : null;
}

function rewrite(request: FastifyRequest, asked: DocumentRequest, text: string): void {
  const settled = withText(asked, text);
  if (request.method === 'POST') {
    request.body = settled;
    return;
  }
  const pairs = Object.entries(settled).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
  request.raw.url = `/graphql?${new URLSearchParams(pairs as [string, string][]).toString()}`;
}

async function refuse(request: FastifyRequest, reply: FastifyReply, { kind, message, code }: DomainError): Promise<false> {
  await reply
    .code(statusOf[kind])
    .header('content-type', 'application/json; charset=utf-8')
    .send({ errors: [worded(speakerOf(request), { message, extensions: { code } })] });
  return false;
}
