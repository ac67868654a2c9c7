import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '#kernel/errors/domain-error.js';
import { inLanguage, speakerOf, worded } from './http/speaker.js';
import { settleDocument, type DocumentParts } from './graphql/document-route.js';
import { requestOf } from './graphql/fast-path.js';
import { isRecord } from './graphql/trusted-documents.js';
import type { GraphqlVariant, GraphqlVariants } from './graphql/variants.js';
import { refuseVariables } from './graphql/variable-limits.js';

/** The part of Fastify this needs. */
interface HookTarget {
  addHook(name: 'preHandler', hook: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown;
}

/**
 * Puts the fast path before Apollo: what it cannot answer goes on as if it were not there. Tenants that have not the whole are answered by what is
 * theirs altogether.
 */
export function addFastReads(server: HookTarget, variants: GraphqlVariants, documents: DocumentParts): void {
  server.addHook('preHandler', async (request, reply) => {
    if (request.routeOptions.url !== '/graphql' || !(await settleDocument(request, reply, documents))) return;
    const isPosted = request.method === 'POST' && isJson(request);
    const refusal = isPosted ? refusalOf(request.body) : null;
    if (refusal) return refuse(request, reply, refusal);
    const text = isPosted ? await answer(request, variants) : null;
    return text === null ? (await variantOf(request, variants))?.answer?.(request, reply) : sendText(request, reply, text);
  });
}

const refusalOf = (body: unknown) => (isRecord(body) ? refuseVariables(body['variables']) : null);

async function variantOf({ principal }: FastifyRequest, variants: GraphqlVariants): Promise<GraphqlVariant | null> {
  return principal ? (variants.ready(principal.definitions) ?? variants.of(principal.definitions)) : null;
}

async function sendText({ headers }: FastifyRequest, reply: FastifyReply, text: string): Promise<void> {
  const wanted = headers.accept?.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json';
  await reply.header('content-type', `${wanted}; charset=utf-8`).header('cache-control', 'no-store').send(text);
}

/** By the schema that is ready now; when that is none, or not new enough for what is asked, by the one that is being made. */
async function answer(request: FastifyRequest, variants: GraphqlVariants): Promise<string | null> {
  const { principal } = request;
  const body = principal ? requestOf(request.body) : null;
  if (!principal || !body) return null;
  const reader = inLanguage(principal, request.headers['accept-language']);
  const isReady = variants.ready(principal.definitions) !== null;
  const text = await (variants.start(body, reader) ?? null);
  if (text !== null || isReady) return text;
  return (await variants.of(principal.definitions)).reads.answer(body, reader);
}

const refuse = async (request: FastifyRequest, reply: FastifyReply, { message, code }: DomainError) => {
  await reply
    .code(400)
    .header('content-type', 'application/json; charset=utf-8')
    .send({ errors: [worded(speakerOf(request), { message, extensions: { code } })] });
};

const isJson = (request: FastifyRequest) => request.headers['content-type']?.startsWith('application/json') === true;
