import { RequestMapping, RequestMethod, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { FieldKind, Fields } from '#kernel/resource/fields.js';
import { camel, kebab } from '#kernel/resource/names.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { RestRoute, UseCase } from '#kernel/usecase/define-command.js';
import { hiddenOutputs } from '#kernel/usecase/guard-fields.js';
import { targetOf } from '#kernel/usecase/runner.js';
import { wireFields } from '../wire.js';
import { answer, idempotencyHeader, ifMatchHeader, problems } from './answers.js';
import { deprecatedOf } from './deprecations.js';
import { dryRunQuery } from './dry-run.js';
import type { RestParts } from './resource.controller.js';
import { callOf, controllerOf, queryOf, type Route } from './routes.js';
import { inputName, outputName, schemaRef } from './schemas.js';
import { expected, precondition } from './versions.js';

/** The verbs and questions of one module in REST. */
export function useCaseController(module: string, useCases: readonly UseCase[], registry: Registry, parts: RestParts): Type<object> {
  const routes = useCases
    .filter((useCase) => useCase.access !== 'public' && useCase.rest !== null)
    .map((useCase) => useCaseRoute(useCase, registry, parts));
  return controllerOf(`${camel(module)}UseCases`, '', module, routes);
}

/** `POST /v1/leads/{leadId}/convert` when the input names the noun, `POST /v1/leads/import` when it does not. */
export function routeOf(useCase: UseCase, registry: Registry): Required<RestRoute> {
  if (useCase.rest)
    return { method: useCase.kind === 'query' ? 'GET' : 'POST', status: 200, ...useCase.rest, path: `/v1${useCase.rest.path}` };
  const resource = registry.resources.get(useCase.noun);
  const base = `/v1/${resource?.path ?? kebab(useCase.noun)}`;
  const own = `${camel(useCase.noun)}Id`;
  const path = Object.hasOwn(useCase.input, own) ? `${base}/{${own}}/${kebab(useCase.verb)}` : `${base}/${kebab(useCase.verb)}`;
  return { method: useCase.kind === 'query' ? 'GET' : 'POST', path, status: 200 };
}

function useCaseRoute(useCase: UseCase, registry: Registry, { runner }: RestParts): Route {
  const { method, path, status } = routeOf(useCase, registry);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const hasBody = method !== 'GET' && Object.keys(useCase.input).some((name) => !inPath.includes(name));
  const aboutRow = inPath.includes(targetOf(registry, useCase)?.field ?? '');
  const codes = Object.entries(useCase.errors).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  return {
    name: camel(useCase.graphql),
    status,
    ...deprecatedOf(useCase.deprecated, useCase.input),
    decorators: [
      RequestMapping({ path: path.replace(/\{(\w+)\}/g, ':$1'), method: RequestMethod[method] }),
      ApiOperation({
        operationId: camel(useCase.graphql),
        summary: useCase.summary,
        description: [useCase.description, ...(codes.length > 0 ? ['', 'Errors:', ...codes] : [])].join('\n'),
      }),
      ...inPath.map((name) =>
        ApiParam({
          name,
          description: useCase.input[name]?.options.description ?? `The ${name}.`,
          schema: { type: 'string', maxLength: 200 },
        }),
      ),
      ...(method === 'GET'
        ? queryParams(useCase.input, inPath)
        : [idempotencyHeader, ...(aboutRow ? [ifMatchHeader({})] : []), dryRunQuery]),
      ...(hasBody ? [ApiBody({ required: true, schema: bodySchema(useCase, inPath) })] : []),
      answer(status, outputName(useCase), 'Done.'),
      ...problems(400, 404, 409, 413, ...(aboutRow ? [412] : [])),
    ],
    handle: async (request) => {
      const call = { ...callOf(request), ...(aboutRow ? expected(request) : {}) };
      const { result } = await precondition(request, () => runner.run(useCase, inputOf(useCase, request, inPath), call));
      const hidden = new Set(hiddenOutputs(registry, useCase, call.actor).map(({ name }) => name));
      return wireFields(Object.fromEntries(Object.entries(useCase.output).filter(([name]) => !hidden.has(name))), result);
    },
  };
}

/** What the body says of fields that stand in the path is not asked for again. */
function bodySchema(useCase: UseCase, inPath: readonly string[]) {
  if (inPath.length === 0) return schemaRef(inputName(useCase));
  return schemaRef(`${inputName(useCase)}Body`);
}

function queryParams(fields: Fields, inPath: readonly string[]): MethodDecorator[] {
  return Object.entries(fields)
    .filter(([name]) => !inPath.includes(name))
    .map(([name, field]) =>
      ApiQuery({
        name,
        required: field.options.required === true,
        description: field.options.description ?? name,
        schema: { type: 'string', maxLength: 4000 },
      }),
    );
}

function inputOf(useCase: UseCase, request: FastifyRequest, inPath: readonly string[]): unknown {
  const params = request.params as Record<string, string>;
  const fromPath = Object.fromEntries(inPath.map((name) => [name, params[name]]));
  if (request.method === 'GET') return { ...typed(useCase.input, queryOf(request)), ...fromPath };
  const { body } = request;
  if (body === undefined || body === null) return fromPath;
  if (typeof body !== 'object' || Array.isArray(body)) return body;
  return { ...body, ...fromPath };
}

/** Text of a URL as the field's JSON type; what does not fit stays text and fails validation with its name. */
function typed(fields: Fields, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, typeof value === 'string' ? typedValue(fields, name, value) : value]),
  );
}

const truths: Readonly<Record<string, boolean>> = { true: true, false: false };
const readers: Readonly<Partial<Record<FieldKind, (value: string) => unknown>>> = {
  integer: (value) => (/^-?\d+$/.test(value) ? Number(value) : value),
  boolean: (value) => (Object.hasOwn(truths, value) ? truths[value] : value),
  json: parsed,
  object: parsed,
  list: parsed,
};

function typedValue(fields: Fields, name: string, value: string): unknown {
  const read = Object.hasOwn(fields, name) ? readers[fields[name]?.kind ?? 'text'] : undefined;
  return read ? read(value) : value;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
