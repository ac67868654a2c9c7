import fc from 'fast-check';
import { systemActor } from '#kernel/access/actor.js';
import { seedDemo } from '#app/demo/seed-demo.js';
import { openApiKit, type Answer, type ApiKit, type Client } from './api-kit.js';
import type { Pools } from './random-inputs.js';
import { RandomOperation, type Operation } from './random-operations.js';

/** More at night: KONTOR_PROPERTY_RUNS=5000. A failure prints its seed; KONTOR_PROPERTY_SEED repeats it. */
const runs = Number(process.env['KONTOR_PROPERTY_RUNS'] ?? 300);
const seed = Number(process.env['KONTOR_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let api: ApiKit;
let actors: readonly (readonly [string, Client])[];
let pools: Pools;
const tally = { operations: 0, fast: 0, refused: 0 };

beforeAll(async () => {
  api = await openApiKit();
  const company = await api.company();
  const seeded = { tenantId: company.tenantId, actor: systemActor('demo'), cause: { command: 'demo' } };
  await seedDemo((seed) => api.kit.runtime.withWork(seeded, seed), { adminId: company.admin.userId, roleIds: new Map() });
  pools = await poolsOf(company.tenantId);
  const [account] = await api.kit.asOwner(
    'select owner_id from customers.accounts where owner_id is not null limit 1',
    [],
    company.tenantId,
  );
  const seller = await company.user({ '*:read': 'own', 'contact:read': 'all', 'user:read': 'all', 'pipeline:read': 'all' });
  await api.kit.asOwner(
    'update customers.accounts set owner_id = $1 where owner_id = $2',
    [seller.userId, account?.['owner_id']],
    company.tenantId,
  );
  const leader = await company.user({ '*:read': 'team' });
  const narrow = await company.user({ 'account:read': 'all', 'contact:read': 'all' });
  actors = [
    ['admin', company.admin],
    ['admin', company.admin],
    ['admin', company.admin],
    ['own', seller],
    ['team', leader],
    ['narrow', narrow],
    ['other company', (await api.company()).admin],
  ];
});
afterAll(() => api.close());

/** Values of the data, so that conditions are met by some rows, and values that are awkward in SQL and JSON. */
async function poolsOf(tenantId: string): Promise<Pools> {
  const column = async (select: string) =>
    (await api.kit.asOwner(`select v from (${select}) s (v) where v is not null order by v limit 12`, [], tenantId)).map((row) => row['v']);
  const ids = await Promise.all(
    ['customers.accounts', 'customers.contacts', 'sales.opportunities', 'identity.users', 'service.cases', 'catalog.products'].map(
      (table) => column(`select id::text from ${table}`),
    ),
  );
  const texts = await column(
    `select left(name, 5) from customers.accounts union select last_name from customers.contacts union select upper(right(name, 4)) from customers.accounts union select sector from customers.accounts`,
  );
  return {
    ID: [...ids.flat(), '019b0000-0000-7000-8000-000000000000', 'no id', ''],
    String: [...texts, '', '%', '_', '\\', "O'Brien", 'ß', 'İ', '"', '$1', 'e', 'GmbH', '🙂'],
    Decimal: ['0', '100', '12.5', '-3', '250000.0000'],
    Date: ['2020-01-01', '2026-12-31', '2030-02-28'],
    DateTime: ['2020-01-01T00:00:00Z', '2026-06-30T12:00:00+02:00', '2099-01-01T00:00:00.123456Z'],
    LocalDateTime: ['2026-01-01T09:00:00', '2030-01-01T09:00'],
    Boolean: [true, false],
  };
}

/** The read roots of the schema: lists, rows and nodes of all resources. */
function roots(): string[] {
  const own = [...api.kit.runtime.registry.resources.values()].flatMap(({ operations, single, plural }) => [
    ...(operations.includes('list') ? [plural, plural] : []),
    ...(operations.includes('get') ? [single] : []),
  ]);
  return [...own, 'accounts', 'contacts', 'opportunities', 'cases', 'node', 'nodes'];
}

async function compare(client: Client, who: string, query: string, variables: Record<string, unknown>): Promise<Answer> {
  const fast = await client.post('/graphql', { query, variables });
  const ordinary = await client.post('/graphql', { query, variables, extensions: {} });
  const told = { who, query, variables };
  expect({ ...told, status: fast.status, body: JSON.stringify(fast.body), defects: api.defects }).toEqual({
    ...told,
    status: ordinary.status,
    body: JSON.stringify(ordinary.body),
    defects: [],
  });
  tally.operations++;
  if (fast.body['errors']) tally.refused++;
  // Apollo ends what it writes with a line feed.
  else if (!fast.text.endsWith('\n')) tally.fast++;
  return fast;
}

/** The cursor under a key, wherever the answer holds it first. */
function cursorUnder(value: unknown, key: string, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [found, inner] of Object.entries(value)) {
    const here: unknown = found === key ? (inner as Record<string, unknown>)[name] : null;
    const cursor = typeof here === 'string' ? here : cursorUnder(inner, key, name);
    if (cursor !== null) return cursor;
  }
  return null;
}

async function check(operation: Operation, [who, client]: readonly [string, Client]): Promise<void> {
  const first = await compare(client, who, operation.query, operation.variables);
  const found = operation.cursors.flatMap(({ variable, key, forward }) => {
    const cursor = cursorUnder(first.body['data'], key, forward ? 'endCursor' : 'startCursor');
    return cursor === null ? [] : [[variable, cursor] as const];
  });
  if (found.length > 0) await compare(client, who, operation.query, { ...operation.variables, ...Object.fromEntries(found) });
}

test(
  `${runs} random operations: PostgreSQL’s own text and the answer of graphql-js are the same for everybody`,
  async () => {
    const names = roots();
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.nat(), async (draw, n) => {
        const operation = new RandomOperation(draw, { schema: api.schema, roots: names, pools }).make();
        const actor = actors[n % actors.length];
        if (actor) await check(operation, actor);
      }),
      { numRuns: runs, seed, endOnFailure: true, interruptAfterTimeLimit: 25 * 60_000 },
    );
    process.stdout.write(`seed ${seed}: ${tally.operations} operations, ${tally.fast} by the fast path, ${tally.refused} refused alike\n`);
    // The generator is worth something only while most of what it makes is answered, and answered by the fast path.
    expect(tally.fast / tally.operations).toBeGreaterThan(0.25);
  },
  30 * 60_000,
);
