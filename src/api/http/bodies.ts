import { isUtf8 } from 'node:buffer';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { DomainError, invalid } from '#kernel/errors/domain-error.js';
import { refuseOddJson } from './json-text.js';

type Done = (error: Error | null, body?: unknown) => void;

const wrongType = (text: string) => new DomainError('wrong_media_type', 'request.unsupported_media_type', text);

/** JSON in UTF-8 is what bodies are; merge patches too, where something is patched. Call it before the application starts. */
export function takeJsonOnly(app: NestFastifyApplication, bodyLimit: number): void {
  const server = app.getHttpAdapter().getInstance();
  const parse = server.getDefaultJsonParser('error', 'error');
  const read = (request: FastifyRequest, body: Buffer, done: Done): void => {
    const text = textOf(request, body);
    // GraphQL has limits of its own for what stands in variables.
    if (request.routeOptions.url !== '/graphql') refuseOddJson(text);
    void parse(request, text, done);
  };
  app.useBodyParser('application/json', { bodyLimit }, read);
  app.useBodyParser('application/merge-patch+json', { bodyLimit }, (request: FastifyRequest, body: Buffer, done: Done) => {
    if (request.method === 'PATCH') read(request, body, done);
    else done(wrongType('A merge patch is for PATCH. Send the body as application/json.'));
  });
  server.removeContentTypeParser('text/plain');
  // Forms are for people's pages behind signed links. Elsewhere a form is what another site's page could send in a visitor's name.
  server.addHook('onRequest', (request, _reply, done) => {
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    if (isForm && !request.url.startsWith('/public/')) done(wrongType('Send the body as application/json.'));
    else done();
  });
}

function textOf({ headers }: FastifyRequest, body: Buffer): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw wrongType(`JSON is sent in UTF-8, not in ${charset.slice(0, 40).replace(/[^\w-]/g, '?')}.`);
  if (!isUtf8(body)) throw invalid('input.not_utf8', 'The body is not valid UTF-8.');
  return body.toString('utf8');
}
