import { isMaskable } from '#kernel/access/field-rights.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field, Fields } from '#kernel/resource/fields.js';
import { pascal } from '#kernel/resource/names.js';
import type { Registry } from '#kernel/resource/registry.js';
import { createFields, inputFields } from '#kernel/resource/validate.js';
import { wholeDigits } from '#kernel/resource/validators.js';
import type { UseCase } from '#kernel/usecase/define-command.js';
import { expansionsOf } from './expansions.js';

export type JsonSchema = { readonly [key: string]: unknown };

const idSchema: JsonSchema = { type: 'string', format: 'uuid', maxLength: 36 };
const decimalSchema = (scale: number): JsonSchema => ({
  type: 'string',
  pattern: `^-?\\d{1,${wholeDigits(scale)}}(\\.\\d{1,${scale}})?$`,
  maxLength: 40,
});
const text = (maxLength: number, more: JsonSchema = {}): JsonSchema => ({ type: 'string', maxLength, ...more });

export const schemaRef = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const ofText = (field: Field) => text(field.max ?? 200);
const bare: Readonly<Record<Field['kind'], (field: Field) => JsonSchema>> = {
  text: ofText,
  longText: ofText,
  email: () => text(254, { format: 'email' }),
  phone: () => text(40),
  url: () => text(2000, { format: 'uri' }),
  choice: (field) => ({ type: 'string', enum: [...(field.values ?? [])] }),
  boolean: () => ({ type: 'boolean' }),
  integer: ({ range }) => ({ type: 'integer', format: 'int32', minimum: range?.min ?? -2147483648, maximum: range?.max ?? 2147483647 }),
  decimal: (field) => decimalSchema(field.scale ?? 4),
  money: () => schemaRef('Money'),
  date: () => text(10, { format: 'date' }),
  instant: () => text(40, { format: 'date-time' }),
  plan: () => schemaRef('ZonedPlan'),
  address: () => schemaRef('Address'),
  ref: () => idSchema,
  json: () => ({ description: 'Any JSON, at most 100 kB.' }),
  list: (field) => ({ type: 'array', maxItems: field.max ?? 1000, items: schemaOf(required(field.item as Field)) }),
  object: (field) => objectSchema(field.shape ?? {}, 'create'),
};

const required = (field: Field): Field => ({ ...field, options: { ...field.options, required: true } });

/** A field's values as JSON Schema; what may be empty says so. */
export function schemaOf(field: Field): JsonSchema {
  const { description: text, deprecated } = field.options;
  const description = { ...(text ? { description: text } : {}), ...(deprecated === undefined ? {} : { deprecated: true }) };
  const schema = bare[field.kind](field);
  if (field.options.required || field.kind === 'json') return { ...schema, ...description };
  if ('$ref' in schema) return { anyOf: [schema, { type: 'null' }], ...description };
  return {
    ...schema,
    type: [schema['type'], 'null'],
    ...('enum' in schema ? { enum: [...(schema['enum'] as string[]), null] } : {}),
    ...description,
  };
}

/** A field as answers show it: the mask of an address or a link has the form of neither. */
function shownSchema(field: Field): JsonSchema {
  const schema = schemaOf(field);
  return isMaskable(field) ? Object.fromEntries(Object.entries(schema).filter(([name]) => name !== 'format')) : schema;
}

export function objectSchema(fields: Fields, mode: 'create' | 'patch' | 'output'): JsonSchema {
  const needed = Object.entries(fields)
    .filter(([, f]) => (mode === 'output' ? true : mode === 'create' && f.options.required && f.options.default === undefined))
    .map(([name]) => name);
  return {
    type: 'object',
    additionalProperties: false,
    ...(needed.length > 0 ? { required: needed } : {}),
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        {
          ...(mode === 'output' ? shownSchema(field) : schemaOf(field)),
          ...(mode === 'create' && field.options.default !== undefined ? { default: field.options.default } : {}),
        },
      ]),
    ),
  };
}

function rowSchema(resource: Resource): JsonSchema {
  const visible = Object.fromEntries(Object.entries(resource.fields).filter(([, f]) => !f.options.hidden));
  const own = objectSchema(visible, 'output');
  return {
    ...own,
    description: resource.description,
    required: ['id', 'version'],
    properties: {
      id: { ...idSchema, description: 'Globally unique id.' },
      version: {
        type: 'integer',
        format: 'int32',
        minimum: 1,
        maximum: 2147483647,
        description: 'Grows by one with each write; also the ETag.',
      },
      createdAt: text(40, { format: 'date-time', description: 'When the row was made.' }),
      updatedAt: text(40, { format: 'date-time', description: 'When the row was last written.' }),
      ...(own['properties'] as object),
      ...expansions(resource),
      can: {
        type: 'array',
        maxItems: 100,
        items: text(60),
        description: 'Only with `expand=can`: what you may do to it, by the names of verbs.',
        'x-expand': true,
      },
      externalRefs: {
        type: 'array',
        maxItems: 1000,
        items: schemaRef('RecordRef'),
        description: 'What other systems call it. Only with `fields=externalRefs`.',
        'x-expand': true,
      },
    },
  };
}

/** What `expand` puts beside the id of a referenced record; null where there is none, or none the caller may see. */
const expansions = (resource: Resource): Record<string, JsonSchema> =>
  Object.fromEntries(
    [...expansionsOf(resource)].map(([name, { target = '' }]) => [
      name,
      {
        anyOf: [schemaRef(pascal(target)), { type: 'null' }],
        description: `Only with \`expand=${name}\`; what it leads to, with \`expand=${name}.…\`.`,
        'x-expand': true,
      },
    ]),
  );

const pageSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['hasNextPage', 'endCursor'],
  properties: {
    hasNextPage: { type: 'boolean' },
    endCursor: { type: ['string', 'null'], maxLength: 4000, description: 'Send it as `after` for the next page.' },
    hasPreviousPage: { type: 'boolean', description: 'Only with `after` or `before`.' },
    startCursor: {
      type: ['string', 'null'],
      maxLength: 4000,
      description: 'Send it as `before` for the page before. Only with `after` or `before`.',
    },
  },
};

const shared: Readonly<Record<string, JsonSchema>> = {
  Money: {
    type: 'object',
    additionalProperties: false,
    required: ['amount', 'currency'],
    description: 'An exact amount.',
    properties: { amount: decimalSchema(4), currency: { type: 'string', pattern: '^[A-Z]{3}$', maxLength: 3, description: 'ISO 4217.' } },
  },
  ZonedPlan: {
    type: 'object',
    additionalProperties: false,
    required: ['local', 'zone'],
    description: 'Wall-clock time in a zone.',
    properties: {
      local: text(30, { examples: ['2026-03-02T09:00:00'] }),
      zone: text(64, { examples: ['Europe/Berlin'] }),
      at: {
        type: ['string', 'null'],
        format: 'date-time',
        maxLength: 40,
        description: 'The instant it is; not to be written. By the rules of the zone as they are now; of what is past, as they were.',
      },
      isShifted: {
        type: ['boolean', 'null'],
        description: 'Not to be written. The clocks skip this time: it is one step later. Of a time that comes twice the first is meant.',
      },
    },
  },
  Address: {
    type: 'object',
    additionalProperties: false,
    description: 'A postal address.',
    properties: Object.fromEntries(
      ['street', 'postalCode', 'city', 'region', 'country'].map((part) => [part, { type: ['string', 'null'], maxLength: 200 }]),
    ),
  },
  RecordRef: {
    type: 'object',
    additionalProperties: false,
    required: ['system', 'externalId'],
    description: 'What another system calls a record.',
    properties: {
      system: text(40, { description: 'The other system.', examples: ['erp'] }),
      externalId: text(150, { description: 'Its name there.', examples: ['4711'] }),
    },
  },
  Page: pageSchema,
  Problem: {
    type: 'object',
    description: 'RFC 9457 problem details. Some codes carry further members, such as `currentVersion`.',
    additionalProperties: true,
    required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
    properties: {
      type: text(200),
      title: text(200),
      status: { type: 'integer', format: 'int32', minimum: 400, maximum: 599 },
      detail: text(2000),
      code: text(100, { description: 'Stable, `noun.reason`.' }),
      requestId: text(100),
      errors: {
        type: 'array',
        maxItems: 1000,
        items: {
          type: 'object',
          description: 'One thing wrong with one place in the input.',
          properties: {
            path: text(500, { description: 'JSON pointer to the place.', examples: ['/email'] }),
            code: text(100, { description: 'What is wrong with it.', examples: ['too_long'] }),
            message: text(500, { description: 'The same for people.', examples: ['is too long'] }),
          },
        },
      },
    },
  },
};

export const createName = (resource: Resource) => `Create${resource.typeName}`;
export const updateName = (resource: Resource) => `Update${resource.typeName}`;
export const listName = (resource: Resource) => `${resource.typeName}Page`;
export const inputName = (useCase: UseCase) => `${pascal(useCase.graphql)}Input`;
export const outputName = (useCase: UseCase) => `${pascal(useCase.graphql)}Output`;

/** Every schema of the OpenAPI document. */
export function componentSchemas(registry: Registry): Record<string, JsonSchema> {
  const schemas = new Map<string, JsonSchema>(Object.entries(shared));
  const add = (name: string, schema: JsonSchema) => {
    if (schemas.has(name)) throw new Error(`Two schemas of the OpenAPI document would be called "${name}".`);
    schemas.set(name, schema);
  };
  for (const resource of registry.resources.values()) {
    add(resource.typeName, rowSchema(resource));
    if (resource.operations.includes('create')) add(createName(resource), objectSchema(createFields(resource), 'create'));
    if (resource.operations.includes('update')) add(updateName(resource), objectSchema(inputFields(resource), 'patch'));
    add(listName(resource), {
      type: 'object',
      additionalProperties: false,
      required: ['data', 'page'],
      properties: {
        data: { type: 'array', maxItems: 200, items: schemaRef(resource.typeName) },
        page: schemaRef('Page'),
        total: { type: 'integer', format: 'int32', minimum: 0, maximum: 2147483647, description: 'Only with `count=true`.' },
      },
    });
  }
  for (const useCase of [...registry.commands.values(), ...registry.queries.values()]) {
    add(inputName(useCase), objectSchema(useCase.input, 'create'));
    add(outputName(useCase), objectSchema(useCase.output, 'output'));
  }
  return Object.fromEntries(schemas);
}
