import fc from 'fast-check';
import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';
import { Values } from './arbitraries.js';
import { Contract, type Json, type OpenOperation } from './contract.js';

/** Requests for each operation. The usual run asks the same each time; one that was told how many asks something new. */
const wanted = process.env['KONTOR_PROPERTY_RUNS'];
const runs = Number(wanted ?? 3);
const seed = Number(process.env['KONTOR_PROPERTY_SEED'] ?? (wanted === undefined ? 20_261_122 : Math.floor(Math.random() * 2 ** 31)));
/** These end the session all others are asked by. */
const endings = new Set(['logout', 'changePassword']);

let api: ApiKit;
let admin: Client;
let contract: Contract;
let ids: string[];
beforeAll(async () => {
  api = await openApiKit();
  contract = Contract.of(api.app, api.kit.runtime.registry);
  admin = (await api.company()).admin;
  const account = await admin.post('/v1/accounts', { name: 'Fuzz GmbH' });
  const accountId = String(account.body['id']);
  const rows = [
    account,
    await admin.post('/v1/contacts', { lastName: 'Fuzz', accountId }),
    await admin.post('/v1/leads', { lastName: 'Fuzz', company: 'Fuzz GmbH' }),
    await admin.post('/v1/products', { name: 'Fuzz', sku: 'F-1' }),
    await admin.post('/v1/price-lists', { name: 'Fuzz', currency: 'EUR' }),
    await admin.post('/v1/teams', { name: 'Fuzz' }),
  ];
  ids = rows.flatMap(({ body }) => (typeof body['id'] === 'string' ? [body['id']] : []));
});
afterAll(() => api.close());

interface Asked {
  readonly url: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

function requestsFor({ operation, path, method }: OpenOperation, values: Values): fc.Arbitrary<Asked> {
  const parameters = (operation.parameters ?? []).map((parameter) => contract.resolved(parameter));
  const named = (where: string) =>
    Object.fromEntries(parameters.filter((p) => p['in'] === where).map((p) => [String(p['name']), values.text(p['schema'] as Json)]));
  const type = Object.keys(operation.requestBody?.content ?? {})[0];
  const schema = type ? operation.requestBody!.content[type]!.schema : null;
  return fc
    .record({
      path: fc.record(named('path')),
      query: fc.record(named('query'), { requiredKeys: [] }),
      header: fc.record(named('header'), { requiredKeys: [] }),
      body: schema ? values.orWrong(schema) : fc.constant(undefined),
    })
    .map(({ path: inPath, query, header, body }) => {
      const at = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent((inPath[name] ?? 'x').toWellFormed() || 'x'));
      const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`);
      const clean = Object.entries(header).map(([name, value]) => [name.toLowerCase(), String(value).replace(/[^\x20-\x7e]/g, '')]);
      const sent = method === 'get' ? undefined : body;
      return {
        url: `${at}${search.length > 0 ? `?${search.join('&')}` : ''}`,
        body: sent,
        headers: Object.fromEntries(clean) as Record<string, string>,
      };
    });
}

async function ask({ method }: OpenOperation, { url, body, headers }: Asked): Promise<string | null> {
  const response = await api.app.inject({
    method: method.toUpperCase() as 'GET',
    url,
    headers: { authorization: `Bearer ${admin.token}`, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const [status, contentType] = [response.statusCode, String(response.headers['content-type'])];
  if (status >= 500) return `${method} ${url} answered ${status}: ${response.body} to ${JSON.stringify(body)}`;
  return contract.breach({ method: method.toUpperCase(), url, status, contentType, body: response.body });
}

test(`no request of whatever kind breaks an operation or the contract (seed ${seed})`, async () => {
  const found: string[] = [];
  const values = new Values(contract, ids);
  const operations = contract.operations.filter(({ operation, path }) => path.startsWith('/v1/') && !endings.has(operation.operationId));
  expect(operations.length).toBeGreaterThan(200);
  for (const open of operations) {
    for (const asked of fc.sample(requestsFor(open, values), { numRuns: runs, seed })) {
      const wrong = await ask(open, asked);
      if (wrong !== null) found.push(wrong);
    }
  }
  expect({ seed, found, defects: api.defects }).toEqual({ seed, found: [], defects: [] });
  expect(Object.keys(Object.prototype)).toEqual([]);
});
