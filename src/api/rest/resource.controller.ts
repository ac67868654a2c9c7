import { Delete, Get, Patch, Post, type Type } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Resource } from '#kernel/resource/define-resource.js';
import { camel } from '#kernel/resource/names.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import type { Runner } from '#kernel/usecase/runner.js';
import { rowId } from '../wire.js';
import { answer, idempotencyHeader, ifMatchHeader, problems } from './answers.js';
import { addLink, deprecatedOf } from './deprecations.js';
import { dryRunQuery } from './dry-run.js';
import { listQuery, rowQuery } from './query.js';
import type { RestReads } from './reads.js';
import { callOf, controllerOf, json, ownOf, paramOf, principalOf, queryOf, type Route } from './routes.js';
import { createName, listName, schemaRef, updateName } from './schemas.js';
import { expected, precondition, row, sendRow } from './versions.js';

export interface RestParts {
  readonly reads: RestReads;
  readonly runner: Runner;
}

const words = (resource: Resource) => resource.name.replaceAll('_', ' ');
/** `leadId`: the same name as in the verbs of the noun. */
const idName = (resource: Resource) => `${camel(resource.name)}Id`;
const idParam = (resource: Resource) =>
  ApiParam({ name: idName(resource), description: 'Id of the record.', schema: { type: 'string', format: 'uuid', maxLength: 36 } });
const query = (name: string, description: string, maxLength = 4000): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { type: 'string', maxLength } });
export const rowQueries = [
  query('fields', 'Only these fields, comma separated.'),
  query('expand', 'Related records to include, comma separated, two deep at most: `account,account.owner`.'),
];
const protectedBy = ({ requireVersion }: Resource) => (requireVersion ? [428] : []);
export const etag = { ETag: { description: 'The version of the record.' } };

/** The REST routes of a resource. */
export function resourceController(resource: Resource, parts: RestParts): Type<object> {
  const makers = { list: listRoute, get: getRoute, create: createRoute, update: updateRoute, delete: deleteRoute };
  const going = deprecatedOf(resource.deprecated, resource.fields);
  const routes = resource.operations.map((operation) => ({ ...makers[operation](resource, parts), ...going }));
  return controllerOf(`${resource.typeName}Controller`, `v1/${resource.path}`, resource.module, routes);
}

function listRoute(resource: Resource, { reads }: RestParts): Route {
  return {
    name: `list${resource.typeName}`,
    decorators: [
      Get(),
      ApiOperation({
        operationId: `list${resource.typeName}`,
        summary: `List ${resource.plural}.`,
        description: `${resource.description} All that you may see, in pages; follow the Link header.`,
      }),
      query('filter', 'A JSON condition, as in GraphQL: `{"name":{"contains":"gmbh"}}`.'),
      query('sort', 'Fields, comma separated, most important first: `-` in front for descending, `account.name` through a reference.'),
      ApiQuery({
        name: 'limit',
        required: false,
        description: 'Rows a page.',
        schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 200, default: 50 },
      }),
      query('after', 'Cursor: the page behind it.'),
      query('before', 'Cursor: the page in front of it.'),
      ApiQuery({ name: 'count', required: false, description: 'Also count the whole list.', schema: { type: 'boolean', default: false } }),
      ...rowQueries,
      answer(200, listName(resource), 'A page.', {
        Link: { description: 'rel="next" and rel="prev" where there are such pages, and rel="first".' },
      }),
      ...problems(400),
    ],
    handle: async (request, reply) => {
      const text = await reads.list(resource, listQuery(queryOf(request)), principalOf(request));
      addLink(reply, linksOf(request, text));
      return json(reply, text);
    },
  };
}

/** Its neighbours, as far as there are any, and the first page. The page object stands behind the rows and is read without them. */
export function linksOf(request: Pick<FastifyRequest, 'url'>, text: string): string {
  const tail = text.slice(text.lastIndexOf('"page":'));
  const cursor = (flag: string, name: string) =>
    tail.includes(`"${flag}":true`) ? new RegExp(`"${name}":"([\\w-]+)"`).exec(tail)?.[1] : undefined;
  const link = (rel: string, place: Record<string, string>) => {
    const url = new URL(request.url, 'http://localhost');
    for (const name of ['after', 'before']) url.searchParams.delete(name);
    for (const [name, value] of Object.entries(place)) url.searchParams.set(name, value);
    return `<${url.pathname}${url.search}>; rel="${rel}"`;
  };
  const [after, before] = [cursor('hasNextPage', 'endCursor'), cursor('hasPreviousPage', 'startCursor')];
  return [
    ...(after === undefined ? [] : [link('next', { after })]),
    ...(before === undefined ? [] : [link('prev', { before })]),
    link('first', {}),
  ].join(', ');
}

function getRoute(resource: Resource, { reads }: RestParts): Route {
  return {
    name: `get${resource.typeName}`,
    decorators: [
      Get(`:${idName(resource)}`),
      ApiOperation({ operationId: `get${resource.typeName}`, summary: `Read a ${words(resource)}.`, description: resource.description }),
      idParam(resource),
      ...rowQueries,
      answer(200, resource.typeName, 'The record.', etag),
      ...problems(400, 404),
    ],
    handle: async (request, reply) => {
      const text = await reads.one(resource, paramOf(request, idName(resource)), rowQuery(queryOf(request)), principalOf(request));
      return sendRow(request, reply, text);
    },
  };
}

function createRoute(resource: Resource, { runner }: RestParts): Route {
  const command = crudCommand(resource, 'create');
  return {
    name: `create${resource.typeName}`,
    status: 201,
    decorators: [
      Post(),
      ApiOperation({ operationId: `create${resource.typeName}`, summary: command.summary, description: resource.description }),
      idempotencyHeader,
      dryRunQuery,
      ApiBody({ required: true, schema: schemaRef(createName(resource)) }),
      answer(201, resource.typeName, 'Created.', { ...etag, Location: { description: 'Its address.' } }),
      ...problems(400, 409, 413),
    ],
    handle: async (request, reply) => {
      const own = ownOf(request, resource);
      const verb = own === resource ? command : crudCommand(own, 'create');
      const { result, replayed } = await runner.run(verb, request.body, callOf(request));
      void reply.header('location', `/v1/${resource.path}/${rowId(resource, result)}`);
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return row(own, reply, result);
    },
  };
}

function updateRoute(resource: Resource, { runner }: RestParts): Route {
  const command = crudCommand(resource, 'update');
  return {
    name: `update${resource.typeName}`,
    decorators: [
      Patch(`:${idName(resource)}`),
      ApiOperation({
        operationId: `update${resource.typeName}`,
        summary: command.summary,
        description: 'JSON Merge Patch (RFC 7396): absent fields stay, null empties, and so within addresses, amounts and other objects.',
      }),
      idParam(resource),
      ifMatchHeader(resource),
      idempotencyHeader,
      dryRunQuery,
      ApiConsumes('application/json', 'application/merge-patch+json'),
      ApiBody({ required: true, schema: schemaRef(updateName(resource)) }),
      answer(200, resource.typeName, 'Changed.', etag),
      ...problems(400, 404, 409, 412, 413, ...protectedBy(resource)),
    ],
    handle: async (request, reply) => {
      const input = { id: paramOf(request, idName(resource)), ...expected(request), patch: request.body, merge: true };
      const own = ownOf(request, resource);
      const verb = own === resource ? command : crudCommand(own, 'update');
      const { result } = await precondition(request, () => runner.run(verb, input, callOf(request)));
      return row(own, reply, result);
    },
  };
}

function deleteRoute(resource: Resource, { runner }: RestParts): Route {
  const command = crudCommand(resource, 'delete');
  return {
    name: `delete${resource.typeName}`,
    status: 204,
    decorators: [
      Delete(`:${idName(resource)}`),
      ApiOperation({
        operationId: `delete${resource.typeName}`,
        summary: command.summary,
        description: 'Refused while other records refer to it.',
      }),
      idParam(resource),
      ifMatchHeader(resource),
      dryRunQuery,
      ApiNoContentResponse({ description: 'Deleted.' }),
      ...problems(400, 404, 409, 412, ...protectedBy(resource)),
    ],
    handle: async (request) => {
      await precondition(request, () =>
        runner.run(command, { id: paramOf(request, idName(resource)), ...expected(request) }, callOf(request)),
      );
    },
  };
}
