import { Delete, Get, Patch, Post, Put, type Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { notFound } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { crudCommand, type CrudVerb } from '#kernel/usecase/crud.js';
import { rowId } from '../wire.js';
import { runBulk } from './bulk.js';
import { byRefHandlers, byRefPath } from './by-ref.js';
import { listQuery, rowQuery } from './query.js';
import { addLink } from './deprecations.js';
import { linksOf, type RestParts } from './resource.controller.js';
import { callOf, controllerOf, json, paramOf, principalOf, queryOf, type Route } from './routes.js';
import { expected, precondition, row, sendRow } from './versions.js';

/**
 * Routes of the objects companies define themselves, `/v1/records/<plural>`: those of every resource, found by the definitions of who asks.
 * They are in no document that all companies share.
 */
export function recordsController(parts: RestParts): Type<object> {
  const routes = [bulkRoute(parts), ...byRefRoutes(parts), ...plainRoutes(parts)];
  const made = controllerOf('RecordsController', 'v1/records', 'records', routes);
  ApiExcludeController()(made);
  return made;
}

const plainRoutes = (parts: RestParts): Route[] => [
  listRoute(parts),
  getRoute(parts),
  createRoute(parts),
  updateRoute(parts),
  deleteRoute(parts),
];

const bulkRoute = (parts: RestParts): Route => ({
  name: 'bulkRecords',
  decorators: [Post(':object/bulk')],
  handle: async (request, reply) => runBulk(objectOf(request), parts, request, reply),
});

function byRefRoutes(parts: RestParts): Route[] {
  const handlers = byRefHandlers(parts, objectOf);
  const path = `:object/${byRefPath}`;
  return [
    { name: 'getRecordByRef', decorators: [Get(path)], handle: handlers.get },
    { name: 'upsertRecordByRef', decorators: [Put(path)], handle: handlers.put },
    { name: 'deleteRecordByRef', status: 204, decorators: [Delete(path)], handle: handlers.delete },
  ];
}

function objectOf(request: FastifyRequest): Resource {
  const path = `records/${paramOf(request, 'object')}`;
  const found = [...principalOf(request).definitions.resources.values()].find((resource) => resource.path === path);
  if (found) return found;
  throw notFound('record.object_unknown', 'Your company has no object of this name, or it is out of use.');
}

const idOf = (request: FastifyRequest) => paramOf(request, 'recordId');
const verbOf = (request: FastifyRequest, verb: CrudVerb) => crudCommand(objectOf(request), verb);

const listRoute = ({ reads }: RestParts): Route => ({
  name: 'listRecords',
  decorators: [Get(':object')],
  handle: async (request, reply) => {
    const text = await reads.list(objectOf(request), listQuery(queryOf(request)), principalOf(request));
    addLink(reply, linksOf(request, text));
    return json(reply, text);
  },
});

const getRoute = ({ reads }: RestParts): Route => ({
  name: 'getRecord',
  decorators: [Get(':object/:recordId')],
  handle: async (request, reply) => {
    const text = await reads.one(objectOf(request), idOf(request), rowQuery(queryOf(request)), principalOf(request));
    return sendRow(request, reply, text);
  },
});

const createRoute = ({ runner }: RestParts): Route => ({
  name: 'createRecord',
  status: 201,
  decorators: [Post(':object')],
  handle: async (request, reply) => {
    const object = objectOf(request);
    const { result, replayed } = await runner.run(verbOf(request, 'create'), request.body, callOf(request));
    void reply.header('location', `/v1/${object.path}/${rowId(object, result)}`);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return row(object, reply, result);
  },
});

const updateRoute = ({ runner }: RestParts): Route => ({
  name: 'updateRecord',
  decorators: [Patch(':object/:recordId')],
  handle: async (request, reply) => {
    const input = { id: idOf(request), ...expected(request), patch: request.body, merge: true };
    const { result } = await precondition(request, () => runner.run(verbOf(request, 'update'), input, callOf(request)));
    return row(objectOf(request), reply, result);
  },
});

const deleteRoute = ({ runner }: RestParts): Route => ({
  name: 'deleteRecord',
  status: 204,
  decorators: [Delete(':object/:recordId')],
  handle: async (request) => {
    await precondition(request, () => runner.run(verbOf(request, 'delete'), { id: idOf(request), ...expected(request) }, callOf(request)));
  },
});
