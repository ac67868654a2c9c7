import { Readable } from 'node:stream';
import { Post } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { verbsOf } from '#kernel/bulk/bulk-item.js';
import { bulkCommand, mostAtOnce, readBulk, tooManyAtOnce, type BulkOutput } from '#kernel/bulk/bulk-command.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import { mostInOperation, startBulkCommand, type ItemSource } from '#kernel/operations/start-bulk.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { speakerOf } from '../http/speaker.js';
import { wireRow } from '../row.js';
import { answer, idempotencyHeader, problems } from './answers.js';
import { bulkName, bulkResultName, wireResult } from './bulk-schemas.js';
import { dryRunQuery } from './dry-run.js';
import type { RestParts } from './resource.controller.js';
import { callOf, ownOf, queryOf, type Route } from './routes.js';
import { schemaRef } from './schemas.js';
import { itemsAsSource, SpooledLines } from './spool.js';
import { jsonLines } from './streams.js';

const megabyte = 1_048_576;
const lineLimits = { bytes: 128 * megabyte, lines: mostInOperation, lineBytes: megabyte };

/** `POST /v1/accounts/bulk`: many writes in one call, answered at once or carried out in the background. */
export function bulkRoute(resource: Resource, parts: RestParts): Route {
  return {
    name: `bulk${resource.typeName}`,
    decorators: bulkDecorators(resource),
    handle: (request, reply) => runBulk(ownOf(request, resource), parts, request, reply),
  };
}

export const runBulk = (resource: Resource, parts: RestParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> =>
  request.body instanceof Readable ? ofLines(resource, parts, request, reply) : ofJson(resource, parts, request, reply);

async function ofJson(resource: Resource, { runner }: RestParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { mode, items } = readBulk(request.body);
  const isLong = items.length > mostAtOnce;
  if (isLong && mode === 'atomic') throw tooManyAtOnce();
  if (isLong || wantsLater(request)) return startOperation(resource, { runner }, { request, reply, source: itemsAsSource(items) });
  const { result, replayed } = await runner.run(bulkCommand(resource), { mode, items }, callOf(request));
  if (replayed) void reply.header('idempotency-replayed', 'true');
  const { results } = result as unknown as BulkOutput;
  const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length;
  return {
    mode,
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    deleted: count('deleted'),
    refused: count('refused'),
    results: results.map((one) => wireResult(one, request.id, speakerOf(request))),
  };
}

async function ofLines(resource: Resource, { runner }: RestParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { mode } = queryOf(request);
  if (mode === 'atomic') throw tooManyAtOnce();
  if (mode !== undefined && mode !== 'partial')
    throw invalid('request.bad_parameter', 'The parameter "mode" must be partial here.', { parameter: 'mode' });
  const source = await SpooledLines.of(request.body as Readable, lineLimits);
  try {
    return await startOperation(resource, { runner }, { request, reply, source });
  } finally {
    await source.remove();
  }
}

interface Start {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly source: ItemSource;
}

async function startOperation(
  resource: Resource,
  { runner }: Pick<RestParts, 'runner'>,
  { request, reply, source }: Start,
): Promise<unknown> {
  const call = callOf(request);
  if (call.dryRun)
    throw invalid('bulk.no_dry_run', `Only calls of up to ${mostAtOnce} items that are answered at once can be tried without effect.`);
  const { result, replayed } = await runner.run(startBulkCommand(resource), { source }, call);
  const row = wireRow(Operation, result);
  if (replayed) void reply.header('idempotency-replayed', 'true');
  void reply
    .code(202)
    .header('location', `/v1/operations/${String(row['id'])}`)
    .header('retry-after', '1');
  return row;
}

/** RFC 7240: the client asks not to be kept waiting. */
const wantsLater = (request: FastifyRequest): boolean => /(^|,)\s*respond-async\s*(,|;|$)/i.test(String(request.headers['prefer'] ?? ''));

function bulkDecorators(resource: Resource): MethodDecorator[] {
  const verbs = verbsOf(resource).join(', ');
  return [
    Post('bulk'),
    ApiOperation({
      operationId: `bulk${resource.typeName}`,
      summary: `Write many ${resource.plural} in one call.`,
      description: [
        `Items to ${verbs}, carried out in their order, each with the right of its own verb.`,
        `Up to ${mostAtOnce} items are answered at once: \`atomic\` writes all or none, \`partial\` tells of each item how it ended.`,
        `More, or any number as JSON lines (\`${jsonLines}\`, one item a line, at most ${mostInOperation} items and 128 MiB), or with \`Prefer: respond-async\`, become an operation: 202, and \`Location\` says where to see how far it is.`,
      ].join('\n\n'),
    }),
    idempotencyHeader,
    dryRunQuery,
    ApiQuery({
      name: 'mode',
      required: false,
      description: 'With JSON lines: only `partial`.',
      schema: { type: 'string', enum: ['partial'] },
    }),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`respond-async`: as an operation, however few the items.',
      schema: { type: 'string', maxLength: 100 },
    }),
    ApiBodyOfItems(resource),
    ...bulkAnswers(),
    ...problems(400, 404, 409, 413),
  ];
}

const ApiBodyOfItems = (resource: Resource): MethodDecorator => ApiBody({ required: true, schema: schemaRef(bulkName(resource)) });

const bulkAnswers = (): MethodDecorator[] => [
  answer(200, bulkResultName, 'How each item ended.'),
  answer(202, Operation.typeName, 'Taken; workers carry it out.', {
    Location: { description: 'The address of the operation.' },
    'Retry-After': { description: 'Seconds to wait before looking.' },
  }),
];
