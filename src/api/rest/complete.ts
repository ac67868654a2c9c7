import type { OpenAPIObject } from '@nestjs/swagger';
import { exampleOf } from './examples.js';
import { componentHeaders, everywhere, headerRef, refusalRef, refusalResponses } from './refusals.js';
import type { JsonSchema } from './schemas.js';

type Loose = Record<string, unknown>;
const isRecord = (value: unknown): value is Loose => typeof value === 'object' && value !== null && !Array.isArray(value);
const recordOf = (value: unknown): Loose => (isRecord(value) ? value : {});

const methods = ['get', 'put', 'post', 'patch', 'delete'] as const;
const jsonTypes = /^application\/(.*\+)?json$/;

/**
 * Brings every operation to what readers and tools expect, also those written by hand: who may call it, each refusal it can
 * answer with, headers, limits of every text, and examples. A new route needs to say only what is its own.
 */
export function completeDocument(document: OpenAPIObject): void {
  const components = recordOf(document.components);
  components['headers'] = componentHeaders;
  components['responses'] = refusalResponses();
  const schemas = recordOf(components['schemas']) as Record<string, JsonSchema>;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (operation) completeOperation(operation as unknown as Loose, { path, method, schemas });
    }
  }
  for (const schema of Object.values(schemas)) boundStrings(schema);
  boundStrings(document.paths);
}

interface Place {
  readonly path: string;
  readonly method: (typeof methods)[number];
  readonly schemas: Record<string, JsonSchema>;
}

function completeOperation(operation: Loose, place: Place): void {
  operation['security'] ??= [];
  operation['description'] = operation['description'] || operation['summary'] || '';
  operation['parameters'] = parametersOf(operation);
  const responses = recordOf(operation['responses']);
  for (const status of statusesOf(operation, place, Object.keys(responses))) responses[status] = refusalRef(status) ?? responses[status];
  for (const [status, response] of Object.entries(responses)) {
    if (!isRecord(response) || '$ref' in response) continue;
    response['headers'] = headersOf(operation, status, recordOf(response['headers']));
    addExamples(response['content'], place, 'An answer.');
  }
  operation['responses'] = responses;
  addExamples(recordOf(operation['requestBody'])['content'], place, 'A request.');
}

/** What every request carries is no parameter of an operation. */
const parametersOf = ({ parameters }: Loose): unknown[] =>
  (Array.isArray(parameters) ? parameters : []).filter(
    (one) => !(isRecord(one) && one['in'] === 'header' && ['user-agent', 'authorization'].includes(String(one['name']).toLowerCase())),
  );

function headersOf(operation: Loose, status: string, own: Loose): Loose {
  const isGoing = operation['deprecated'] === true;
  const names = [...everywhere, ...(isGoing ? ['Deprecation', 'Sunset'] : [])];
  if (isWrite(operation) && status.startsWith('2')) names.push('Record-Warnings');
  return { ...headerRefs(isGoing ? ['Link'] : []), ...own, ...headerRefs(names) };
}
const headerRefs = (names: readonly string[]): Loose => Object.fromEntries(names.map((name) => [name, headerRef(name)]));

/** What is safe to send again under a key writes records. */
const isWrite = ({ parameters }: Loose): boolean => JSON.stringify(parameters ?? []).includes('"Idempotency-Key"');

/** What can go wrong follows from what an operation takes; what else can, it has said itself. */
function statusesOf(operation: Loose, { path, method }: Place, declared: readonly string[]): number[] {
  const own = declared.map(Number).filter((status) => status >= 400);
  const isPrivate = Array.isArray(operation['security']) && operation['security'].length > 0;
  const hasBody = operation['requestBody'] !== undefined;
  const takesKey = isWrite(operation);
  const found = [
    ...own,
    ...[400, 401, 429, 500, 503],
    ...(isPrivate ? [403] : []),
    ...(path.includes('{') && isPrivate ? [404] : []),
    ...(hasBody ? [413, 415] : []),
    ...(takesKey ? [409, 422] : []),
    ...(method === 'delete' ? [409] : []),
  ];
  return [...new Set(found)].sort((a, b) => a - b);
}

function addExamples(content: unknown, { schemas }: Place, summary: string): void {
  for (const [type, media] of Object.entries(recordOf(content))) {
    if (!isRecord(media) || !jsonTypes.test(type) || media['example'] !== undefined || media['examples'] !== undefined) continue;
    media['examples'] = { example: { summary, value: exampleOf(media['schema'], schemas) } };
  }
}

const asGiven = new Set(['examples', 'example', 'default']);

/** Every text has a longest length, and none takes a NUL. */
function boundStrings(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(boundStrings);
  if (!isRecord(value)) return;
  if (isOpenText(value)) boundText(value);
  for (const [key, inner] of Object.entries(value)) if (!asGiven.has(key)) boundStrings(inner);
}

function boundText(schema: Loose): void {
  schema['maxLength'] ??= 4000;
  if (schema['format'] === undefined) schema['pattern'] ??= '^[^\\u0000]*$';
}

function isOpenText(schema: Loose): boolean {
  const types = [schema['type']].flat();
  return types.includes('string') && schema['enum'] === undefined && schema['const'] === undefined;
}
