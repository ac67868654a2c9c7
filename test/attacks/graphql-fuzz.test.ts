import fc, { type Arbitrary } from 'fast-check';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';
import { openVictim } from './victim.js';

const runs = Number(process.env['KONTOR_PROPERTY_RUNS'] ?? 4);
const seed = Number(process.env['KONTOR_SEED'] ?? 2026);

let api: ApiKit;
let admin: Client;
let ids: readonly string[];
beforeAll(async () => {
  api = await openApiKit();
  const { company, ids: made } = await openVictim(api);
  ({ admin } = company);
  ids = [...Object.values(made), admin.userId];
});
afterAll(async () => {
  await api.close();
});

const word = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom(
    '',
    ' ',
    '2026-02-30',
    '2026-03-02',
    '2026-03-02T09:00:00Z',
    'EUR',
    '1.5',
    '-0',
    'Europe/Berlin',
    'a@b.example',
    '%',
    '\u0000',
    '\ud800',
    '__proto__',
    `'; --`,
  ),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, 1, 2 ** 31, 2 ** 53, 1e308));

/** Mostly what the type wants, sometimes what it does not. */
function valueOf(type: GraphQLInputType, depth: number): Arbitrary<unknown> {
  if (isNonNullType(type))
    return fc.oneof({ weight: 30, arbitrary: valueOf(type.ofType, depth) }, { weight: 1, arbitrary: fc.constant(null) });
  if (isListType(type)) return fc.array(valueOf(type.ofType, depth + 1), { maxLength: 3 });
  if (isInputObjectType(type)) return objectOf(Object.values(type.getFields()), depth);
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name), 'NONE_OF_THESE');
  const known: Record<string, Arbitrary<unknown>> = {
    ID: fc.oneof(fc.constantFrom(...ids), word),
    Int: number,
    Float: number,
    Boolean: fc.boolean(),
    JSON: fc.jsonValue({ maxDepth: 2 }),
  };
  return fc.oneof(
    { weight: 9, arbitrary: known[getNamedType(type).name] ?? word },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
  );
}

function objectOf(fields: readonly { name: string; type: GraphQLInputType }[], depth: number): Arbitrary<unknown> {
  if (depth > 2) return fc.constant({});
  const required = fields.filter(({ type }) => isNonNullType(type)).map(({ name }) => name);
  return fc.record(Object.fromEntries(fields.map(({ name, type }) => [name, valueOf(type, depth + 1)])), { requiredKeys: required });
}

/** Some leaf of the answer, so that the operation is valid. */
function selection(type: GraphQLOutputType, depth = 0): string {
  const named = getNamedType(type);
  if (isLeafType(named) || !('getFields' in named)) return '';
  const fields = Object.values(named.getFields()) as GraphQLField<unknown, unknown>[];
  const leaf = fields.find(({ type: of, args }) => isLeafType(getNamedType(of)) && args.length === 0);
  if (leaf) return `{ ${leaf.name} }`;
  const nested = fields.find(({ args }) => args.length === 0);
  return nested && depth < 4 ? `{ ${nested.name} ${selection(nested.type, depth + 1)} }` : '{ __typename }';
}

function operationOf(kind: 'query' | 'mutation', name: string, field: GraphQLField<unknown, unknown>): string {
  const variables = field.args.map(({ name: arg, type }) => `$${arg}: ${String(type)}`).join(', ');
  const args = field.args.map(({ name: arg }) => `${arg}: $${arg}`).join(', ');
  return field.args.length === 0
    ? `${kind} { ${name} ${selection(field.type)} }`
    : `${kind} (${variables}) { ${name}(${args}) ${selection(field.type)} }`;
}

// Signing out or changing the password would end the test's own session.
const left = /^(logout|changePassword|revokeSession|deactivateUser|setUserPassword|signOut)/i;

test.each(['mutation', 'query'] as const)('whatever a %s is given, it is done or refused with a code, and nothing breaks', async (kind) => {
  const root = kind === 'mutation' ? api.schema.getMutationType() : api.schema.getQueryType();
  const fields = Object.entries(root?.getFields() ?? {}).filter(([name]) => !left.test(name));
  expect(fields.length).toBeGreaterThan(40);
  const outcomes = new Map<string, number>();
  for (const [name, field] of fields) {
    const operation = operationOf(kind, name, field);
    const variables = objectOf(
      field.args.map(({ name: arg, type }: GraphQLArgument) => ({ name: arg, type })),
      0,
    );
    await fc.assert(
      fc.asyncProperty(variables, async (values) => {
        const before = api.defects.length;
        const answer = await admin.graphql(operation, values as Record<string, unknown>);
        expect([operation, api.defects.slice(before)]).toEqual([operation, []]);
        const codes = (answer.errors ?? []).map(({ extensions }) => extensions.code);
        expect([operation, codes.filter((code) => !code || code.startsWith('internal') || code === 'INTERNAL_SERVER_ERROR')]).toEqual([
          operation,
          [],
        ]);
        for (const outcome of codes.length > 0 ? codes : ['done']) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
  }
  // A fuzzer that is refused at the door every time would prove nothing.
  expect(outcomes.get('done') ?? 0).toBeGreaterThan(kind === 'query' ? 30 : 0);
});
