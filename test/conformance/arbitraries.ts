import fc from 'fast-check';
import type { Contract, Json } from './contract.js';

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e21, 2 ** 53, '', ' ', '\u0000', '\ud800', 'x'.repeat(5000), [], {}, [[]], { eq: null }),
  fc.constantFrom(
    `'; drop table x --`,
    '../../etc/passwd',
    '${7*7}',
    '{{7*7}}',
    '<script>',
    '%00',
    'NaN',
    '1e400',
    '-0',
    '9007199254740993',
  ),
  fc.string({ maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const day = fc.date({ min: new Date('1950-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
const byFormat: Readonly<Record<string, fc.Arbitrary<string>>> = {
  uuid: fc.uuid({ version: 7 }),
  email: fc.emailAddress(),
  uri: fc.webUrl(),
  date: day.map((text) => text.slice(0, 10)),
  'date-time': day,
};

/** Values of a schema of the document: most fit it, some do not. */
export class Values {
  constructor(
    private readonly contract: Contract,
    private readonly ids: readonly string[],
  ) {}

  of(given: Json, depth = 0): fc.Arbitrary<unknown> {
    const schema = this.contract.resolved(given);
    const choice = schema['anyOf'] ?? schema['oneOf'];
    if (Array.isArray(choice)) return fc.oneof(...choice.map((one: Json) => this.of(one, depth + 1)));
    if (Array.isArray(schema['enum'])) return fc.constantFrom<unknown>(...schema['enum']);
    const types = [schema['type']].flat();
    const made = types.map((type) => this.ofType(type, schema, depth));
    return made.length === 1 ? made[0]! : fc.oneof(...made);
  }

  /** Now and then something else altogether, at any place of the first level. */
  orWrong(given: Json): fc.Arbitrary<unknown> {
    const schema = this.contract.resolved(given);
    const names = Object.keys(schema['properties'] ?? {});
    const name = names.length === 0 ? fc.string({ maxLength: 10 }) : fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 10 }));
    const changed = fc.tuple(this.of(schema), name, junk).map(([value, key, wrong]) => ({ ...(value as object), [key]: wrong }));
    return fc.oneof({ weight: 5, arbitrary: this.of(schema) }, { weight: 4, arbitrary: changed }, { weight: 1, arbitrary: junk });
  }

  text(schema: Json): fc.Arbitrary<string> {
    const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    return fc.oneof({ weight: 3, arbitrary: this.of(schema).map(asText) }, { weight: 1, arbitrary: junk.map(asText) });
  }

  private ofType(type: unknown, schema: Json, depth: number): fc.Arbitrary<unknown> {
    const byType: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
      object: () => this.object(schema, depth),
      array: () => fc.array(depth > 5 ? fc.constant(null) : this.of((schema['items'] ?? {}) as Json, depth + 1), { maxLength: 2 }),
      string: () => this.string(schema),
      integer: () => fc.integer({ min: Number(schema['minimum'] ?? -1000), max: Number(schema['maximum'] ?? 1000) }),
      number: () => fc.integer({ min: -1000, max: 1000 }),
      boolean: () => fc.boolean(),
      null: () => fc.constant(null),
    };
    return byType[String(type)]?.() ?? fc.jsonValue({ maxDepth: 2 });
  }

  private object(schema: Json, depth: number): fc.Arbitrary<unknown> {
    const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
    const arbitraries = Object.fromEntries(
      properties.map(([name, inner]) => [name, depth > 5 ? fc.constant(null) : this.of(inner, depth + 1)]),
    );
    const required = (schema['required'] ?? []) as string[];
    return fc.record(arbitraries, { requiredKeys: required.filter((name) => name in arbitraries) });
  }

  private string({ format, pattern, maxLength }: Json): fc.Arbitrary<string> {
    const longest = Math.min(Number(maxLength ?? 100), 100);
    if (format === 'uuid') return fc.oneof(fc.constantFrom(...this.ids), byFormat['uuid']!);
    if (typeof format === 'string' && byFormat[format]) return byFormat[format];
    if (pattern === '^[A-Z]{3}$') return fc.constantFrom('EUR', 'USD', 'XXX');
    if (typeof pattern === 'string' && pattern.includes('\\d')) return fc.constantFrom('0', '1.5', '-3', '999999999999999', '0.0001');
    return fc.string({ minLength: 1, maxLength: longest });
  }
}
