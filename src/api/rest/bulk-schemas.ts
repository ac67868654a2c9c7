import { verbsOf, type BulkVerb, type ItemResult } from '#kernel/bulk/bulk-item.js';
import { canBulk, mostAtOnce } from '#kernel/bulk/bulk-command.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { longestExternalId, longestSystem } from '#kernel/external-refs/external-ref.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Speaker } from '#kernel/text/speaker.js';
import { problemOf, statusOf } from '../problem.js';
import { createName, schemaRef, updateName, type JsonSchema } from './schemas.js';

export const bulkName = (resource: Resource) => `Bulk${resource.typeName}`;
export const bulkResultName = 'BulkResult';
export const itemResultName = 'BulkItemResult';

const statuses: Readonly<Record<Exclude<ItemResult['outcome'], 'refused'>, number>> = {
  created: 201,
  updated: 200,
  unchanged: 200,
  deleted: 204,
};

/** An item's result as clients read it: a status as if it had been a call of its own. */
export function wireResult(
  { index, outcome, id, version, refusal, warnings }: ItemResult,
  requestId: string,
  speaker?: Speaker,
): Record<string, unknown> {
  if (outcome !== 'refused') return { index, status: statuses[outcome], outcome, id, version, ...(warnings ? { warnings } : {}) };
  const { kind, code, message, details } = refusal ?? { kind: 'invalid', code: 'internal', message: '', details: {} };
  return { index, status: statusOf[kind], outcome, problem: problemOf(new DomainError(kind, code, message, details), requestId, speaker) };
}

const refSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['system', 'externalId'],
  description: 'What another system calls a record.',
  properties: {
    system: {
      type: 'string',
      maxLength: longestSystem,
      pattern: '^[a-z0-9][a-z0-9._-]*$',
      description: 'The other system, as you call it.',
      examples: ['erp'],
    },
    externalId: {
      type: 'string',
      minLength: 1,
      maxLength: longestExternalId,
      description: 'What that system calls the record.',
      examples: ['4711'],
    },
  },
};

const int: JsonSchema = { type: 'integer', format: 'int32', minimum: 0, maximum: 2147483647 };
const version: JsonSchema = { ...int, minimum: 1, description: 'Refuses the item when the record has moved on from this version.' };

const itemResultSchema: JsonSchema = {
  type: 'object',
  description: 'How one item ended.',
  required: ['index', 'status', 'outcome'],
  properties: {
    index: { ...int, description: 'Its place in the call, from 0.' },
    status: { ...int, minimum: 200, maximum: 599, description: 'The status it would have had as a call of its own.' },
    outcome: { type: 'string', enum: ['created', 'updated', 'unchanged', 'deleted', 'refused'] },
    id: { type: ['string', 'null'], format: 'uuid', maxLength: 36 },
    version: { type: ['integer', 'null'], format: 'int32', minimum: 1, maximum: 2147483647 },
    problem: schemaRef('Problem'),
    warnings: {
      type: 'array',
      maxItems: 1000,
      description: 'What is wrong with the record, by the rules of the company; it was written all the same.',
      items: {
        type: 'object',
        required: ['rule', 'path', 'message'],
        properties: {
          rule: { type: 'string', maxLength: 80, description: 'Key of the rule.' },
          path: { type: 'string', maxLength: 200, description: 'JSON pointer to the field.' },
          message: { type: 'string', maxLength: 1000 },
        },
      },
    },
  },
};

/** A line of the results of an operation. */
export const itemResultExample = { index: 0, status: 201, outcome: 'created', id: '019a2f00-1234-7000-8000-0123456789ab', version: 1 };

/** Schemas of bulk calls, one for each resource that can be written by input. */
export function bulkSchemas(registry: Registry): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = {
    ExternalRef: refSchema,
    [itemResultName]: itemResultSchema,
    [bulkResultName]: {
      type: 'object',
      additionalProperties: false,
      required: ['mode', 'created', 'updated', 'unchanged', 'deleted', 'refused', 'results'],
      description: 'How a bulk call ended.',
      properties: {
        mode: { type: 'string', enum: ['atomic', 'partial'] },
        ...Object.fromEntries(
          ['created', 'updated', 'unchanged', 'deleted', 'refused'].map((name) => [
            name,
            { ...int, description: `Items that were ${name}.` },
          ]),
        ),
        results: { type: 'array', maxItems: mostAtOnce, items: schemaRef(itemResultName) },
      },
    },
  };
  for (const resource of registry.resources.values()) if (canBulk(resource)) schemas[bulkName(resource)] = callSchema(resource);
  return schemas;
}

const callSchema = (resource: Resource): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: {
    mode: { type: 'string', enum: ['atomic', 'partial'], default: 'partial', description: '`atomic`: all or none, at most 200 items.' },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 100_000,
      items: oneOf(verbsOf(resource).map((verb) => itemSchemas[verb](resource))),
    },
  },
});

const oneOf = (schemas: readonly JsonSchema[]): JsonSchema => (schemas.length === 1 ? (schemas[0] ?? {}) : { oneOf: schemas });

const op = (verb: BulkVerb): JsonSchema => ({ type: 'string', const: verb });
const target: JsonSchema = {
  id: { type: 'string', format: 'uuid', maxLength: 36, description: 'The record, by its id …' },
  externalRef: { ...schemaRef('ExternalRef') },
  expectedVersion: version,
};
const shape = (verb: BulkVerb, required: readonly string[], properties: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required: ['op', ...required],
  properties: { op: op(verb), ...properties },
});
const itemSchemas: Readonly<Record<BulkVerb, (resource: Resource) => JsonSchema>> = {
  create: (resource) => shape('create', ['data'], { data: schemaRef(createName(resource)) }),
  update: (resource) => shape('update', ['data'], { ...target, data: schemaRef(updateName(resource)) }),
  upsert: (resource) =>
    shape('upsert', ['externalRef', 'data'], {
      externalRef: schemaRef('ExternalRef'),
      expectedVersion: version,
      data: schemaRef(updateName(resource)),
    }),
  delete: () => shape('delete', [], target),
};
