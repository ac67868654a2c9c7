import { Delete, Get, Put } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { longestExternalId, longestSystem, readRef, type ExternalRef } from '#kernel/external-refs/external-ref.js';
import { findByRefQuery, removeByRefCommand } from '#kernel/external-refs/by-ref.js';
import { canUpsert, upsertCommand } from '#kernel/external-refs/upsert.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { rowId } from '../wire.js';
import { answer, idempotencyHeader, ifMatchHeader, problems } from './answers.js';
import { dryRunQuery } from './dry-run.js';
import { rowQuery } from './query.js';
import { etag, rowQueries, type RestParts } from './resource.controller.js';
import { callOf, ownOf, paramOf, principalOf, queryOf, type Route } from './routes.js';
import { schemaRef, updateName } from './schemas.js';
import { expected, precondition, row, sendRow } from './versions.js';

export const byRefPath = 'by-ref/:system/:externalId';
const params: readonly MethodDecorator[] = [
  ApiParam({
    name: 'system',
    description: 'The other system, as you call it: `erp`.',
    schema: { type: 'string', maxLength: longestSystem },
  }),
  ApiParam({
    name: 'externalId',
    description: 'What that system calls the record, percent-encoded.',
    schema: { type: 'string', maxLength: longestExternalId },
  }),
];
const words = (resource: Resource) => resource.name.replaceAll('_', ' ');
const refOf = (request: FastifyRequest): ExternalRef =>
  readRef({ system: paramOf(request, 'system'), externalId: paramOf(request, 'externalId') });

/** Records by what another system calls them: `/v1/accounts/by-ref/erp/4711`. */
export function byRefRoutes(resource: Resource, parts: RestParts): Route[] {
  return [
    ...(resource.operations.includes('get') ? [getRoute(resource, parts)] : []),
    ...(canUpsert(resource) ? [putRoute(resource, parts)] : []),
    ...(resource.operations.includes('delete') ? [deleteRoute(resource, parts)] : []),
  ];
}

/** What these routes do with records of the resource a request is about. */
export function byRefHandlers({ reads, runner }: RestParts, ownOfRequest: (request: FastifyRequest) => Resource) {
  return {
    get: async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const own = ownOfRequest(request);
      const { result } = await runner.run(findByRefQuery(own), refOf(request), callOf(request));
      return sendRow(request, reply, await reads.one(own, rowId(own, result), rowQuery(queryOf(request)), principalOf(request)));
    },
    put: async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const input = { ...refOf(request), ...expected(request), ...mustBeNew(request), data: request.body };
      const own = ownOfRequest(request);
      const { result, replayed } = await precondition(request, () => runner.run(upsertCommand(own), input, callOf(request)));
      if (replayed) void reply.header('idempotency-replayed', 'true');
      if (result['upserted'] === 'created') created(own, reply, result);
      return row(own, reply, result);
    },
    delete: async (request: FastifyRequest): Promise<void> => {
      const command = removeByRefCommand(ownOfRequest(request));
      await precondition(request, () => runner.run(command, { ...refOf(request), ...expected(request) }, callOf(request)));
    },
  };
}

function getRoute(resource: Resource, parts: RestParts): Route {
  return {
    name: `get${resource.typeName}ByRef`,
    decorators: [
      Get(byRefPath),
      ApiOperation({
        operationId: `get${resource.typeName}ByRef`,
        summary: `Read a ${words(resource)} by what another system calls it.`,
        description: 'One that is not there and one you may not see are answered alike.',
      }),
      ...params,
      ...rowQueries,
      answer(200, resource.typeName, 'The record.', etag),
      ...problems(400, 404),
    ],
    handle: byRefHandlers(parts, (request) => ownOf(request, resource)).get,
  };
}

function putRoute(resource: Resource, parts: RestParts): Route {
  const command = upsertCommand(resource);
  return {
    name: command.graphql,
    decorators: [
      Put(byRefPath),
      ApiOperation({
        operationId: command.graphql,
        summary: command.summary,
        description: [
          command.description,
          'Two calls with the same reference at once make one record. With `If-Match` it only changes, with `If-None-Match: *` it only creates.',
          'Creating takes the right to read all records of the kind: whoever sees only some of them cannot be told which references are free, and gets 404 for each that he does not see.',
        ].join('\n\n'),
      }),
      ...params,
      ifMatchHeader({}),
      ApiHeader({
        name: 'If-None-Match',
        required: false,
        description: '`*`: refuses with 412 when there is a record already.',
        schema: { type: 'string', maxLength: 50 },
      }),
      idempotencyHeader,
      dryRunQuery,
      ApiBody({ required: true, schema: schemaRef(updateName(resource)) }),
      answer(200, resource.typeName, 'Changed.', etag),
      answer(201, resource.typeName, 'Created.', { ...etag, Location: { description: 'Its address.' } }),
      ...problems(400, 404, 409, 412, 413),
    ],
    handle: byRefHandlers(parts, (request) => ownOf(request, resource)).put,
  };
}

function created(resource: Resource, reply: FastifyReply, result: unknown): void {
  void reply.code(201).header('location', `/v1/${resource.path}/${rowId(resource, result)}`);
}

function mustBeNew(request: FastifyRequest): { mustBeNew?: true } {
  const header = request.headers['if-none-match'];
  if (header === undefined) return {};
  if (header === '*') return { mustBeNew: true };
  throw invalid('request.bad_header', 'If-None-Match can only be * here: it asks for a record that is not there yet.');
}

function deleteRoute(resource: Resource, parts: RestParts): Route {
  const command = removeByRefCommand(resource);
  return {
    name: `delete${resource.typeName}ByRef`,
    status: 204,
    decorators: [
      Delete(byRefPath),
      ApiOperation({
        operationId: `delete${resource.typeName}ByRef`,
        summary: command.summary,
        description: 'The record itself goes, with all of its references. To forget a reference only, detach it.',
      }),
      ...params,
      ifMatchHeader(resource),
      dryRunQuery,
      ApiNoContentResponse({ description: 'Deleted.' }),
      ...problems(400, 404, 409, 412),
    ],
    handle: byRefHandlers(parts, (request) => ownOf(request, resource)).delete,
  };
}
