import type { JsonSchema } from './schemas.js';

type Schemas = Readonly<Record<string, JsonSchema>>;
const isRecord = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

const id = '01980f6e-7a00-7000-8000-000000000001';
const byFormat: Readonly<Record<string, string>> = {
  uuid: id,
  email: 'ada.lovelace@example.com',
  uri: 'https://example.com/ada',
  date: '2026-03-02',
  'date-time': '2026-03-02T09:00:00+00:00',
  password: 'correct horse battery',
  binary: 'account,owner',
};
/** What stands in fields of these names; the first that fits the schema is taken. */
const byName: readonly (readonly [name: RegExp, value: string])[] = [
  [/currency/i, 'EUR'],
  [/country/i, 'DE'],
  [/local$/i, '2026-03-02T09:00:00'],
  [/zone$/i, 'Europe/Berlin'],
  [/locale|language/i, 'de-DE'],
  [/phone/i, '+4930123456'],
  [/postalCode/i, '10115'],
  [/city/i, 'Berlin'],
  [/region/i, 'Berlin'],
  [/street/i, 'Invalidenstrasse 1'],
  [/firstName/i, 'Ada'],
  [/lastName/i, 'Lovelace'],
  [/email/i, 'ada.lovelace@example.com'],
  [/cursor|after$/i, 'Zm9ybmV4dHBhZ2U'],
  [/amount|price|total|revenue/i, '1250.00'],
  [/^(key|slug|code|name)$/i, 'example'],
  [/name|title|subject|label/i, 'Example GmbH'],
];
const plain: readonly string[] = [
  'Example text',
  'example',
  'EXAMPLE',
  '1250.00',
  '1',
  'EUR',
  'DE',
  '09:00',
  'P1D',
  'a.b',
  'account:read',
  '@1',
];

/** An example of a schema, made from what it says: the same each time, and valid against it. */
export function exampleOf(schema: unknown, schemas: Schemas, name = '', depth = 0): unknown {
  if (!isRecord(schema)) return {};
  const given = givenExample(schema);
  if (given !== undefined) return given;
  const target = refOf(schema);
  if (target !== null) return exampleOf(schemas[target], schemas, name || target, depth);
  const choice = [schema['anyOf'], schema['oneOf'], schema['allOf']].find((list) => Array.isArray(list)) as JsonSchema[] | undefined;
  if (choice) return exampleOf(choice[0], schemas, name, depth);
  return ofType(schema, { schemas, name, depth });
}

function givenExample(schema: JsonSchema): unknown {
  if (schema['const'] !== undefined) return schema['const'];
  if (schema['example'] !== undefined) return schema['example'];
  const { examples, default: usual } = schema;
  if (Array.isArray(examples) && examples.length > 0) return examples[0] as unknown;
  if (usual !== undefined && usual !== null) return usual;
  return Array.isArray(schema['enum']) ? (schema['enum'][0] as unknown) : undefined;
}

interface Place {
  readonly schemas: Schemas;
  readonly name: string;
  readonly depth: number;
}

function ofType(schema: JsonSchema, place: Place): unknown {
  const type = [schema['type']].flat()[0];
  if (type === 'object') return objectOf(schema, place);
  if (type === 'array')
    return place.depth > 6 ? [] : [exampleOf(schema['items'], place.schemas, place.name.replace(/s$/, ''), place.depth + 1)];
  if (type === 'string') return stringOf(schema, place.name);
  if (type === 'integer' || type === 'number') return numberOf(schema);
  if (type === 'boolean') return true;
  return type === 'null' ? null : {};
}

const numberOf = ({ minimum, maximum }: JsonSchema) => Math.min(Math.max(1, Number(minimum ?? 1)), Number(maximum ?? Infinity));

function objectOf(schema: JsonSchema, { schemas, depth }: Place): unknown {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
  const shown = Object.entries(properties).filter(([key, value]) => depth < 5 && (required.includes(key) || !isExpansion(value)));
  return Object.fromEntries(shown.map(([key, value]) => [key, exampleOf(value, schemas, key, depth + 1)]));
}

/** What only `expand` brings is not part of the usual answer. */
const isExpansion = (schema: unknown): boolean => isRecord(schema) && schema['x-expand'] === true;

function stringOf(schema: JsonSchema, name: string): string {
  const { format, pattern } = schema;
  const [least, most] = [Number(schema['minLength'] ?? 0), Number(schema['maxLength'] ?? Infinity)];
  const fits = (text: string) =>
    text.length >= least && text.length <= most && (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text));
  const ofFormat = typeof format === 'string' ? byFormat[format] : undefined;
  if (ofFormat !== undefined) return ofFormat;
  const named = byName.filter(([word]) => word.test(name)).map(([, text]) => text);
  return [...named, ...plain].find(fits) ?? 'x'.repeat(Math.max(1, least));
}

const refOf = (schema: JsonSchema): string | null =>
  typeof schema['$ref'] === 'string' ? (/^#\/components\/schemas\/(\w+)$/.exec(schema['$ref'])?.[1] ?? null) : null;
