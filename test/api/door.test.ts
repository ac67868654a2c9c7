import { request as httpRequest } from 'node:http';
import { ordinary as fromOwnPage, send } from './door-kit.js';
import { openOpsKit, signIn, type OpsKit } from './ops-kit.js';

let kit: OpsKit;
let who: Awaited<ReturnType<typeof signIn>>;

beforeAll(async () => {
  kit = await openOpsKit();
  who = await signIn(kit);
  const answer = await fetch(`${kit.url}/v1/accounts`, {
    method: 'POST',
    headers: { authorization: who.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Acme "Grüße" GmbH' }),
  });
  expect(answer.status).toBe(201);
  await post({ query: '{ accounts { nodes { id } } }' }); // what a process learns once is learnt now
});
afterAll(async () => {
  await kit.close();
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  send(kit, '/graphql', body, { authorization: who.authorization, ...headers });
const ordinary = () => fromOwnPage(kit);

const read = { query: 'query ($n: Int) { accounts(first: $n) { nodes { name version owner { name } } totalCount } }', variables: { n: 3 } };

test.each([
  ['a read', read, {}],
  ['a read in the newer form', read, { accept: 'application/graphql-response+json' }],
  ['a document that is wrong', { query: '{ accounts { nodes { nothing } } }' }, {}],
  ['a document that cannot be read', { query: '{ accounts {' }, {}],
  ['a page that is too large', { query: '{ accounts(first: 100000) { nodes { id } } }' }, {}],
  ['a cursor that is none', { query: '{ accounts(after: "x") { nodes { id } } }' }, {}],
  ['a variable of the wrong type', { ...read, variables: { n: 'three' } }, {}],
  ['a mutation that is refused', { query: 'mutation { createAccount(input: { name: "" }) { id } }' }, {}],
  ['a member nobody may name', '{"query":"{ accounts { totalCount } }","__proto__":{"a":1}}', {}],
  ['what is no JSON', '{"query":', {}],
  ['a list of operations', [read, read], {}],
  ['no token', read, { authorization: '' }],
  ['a bad token', read, { authorization: 'Bearer nonsense' }],
] as const)('the door answers as the ordinary way does: %s', async (_name, body, headers) => {
  const atDoor = await post(body, headers);
  const inside = await post(body, { ...headers, ...ordinary() });
  expect(atDoor).toEqual(inside);
});

test('a mutation is done once', async () => {
  const create = { query: 'mutation { createAccount(input: { name: "Only once" }) { id } }' };
  expect(await post(create)).toMatchObject({ status: 200, text: expect.stringContaining('"id"') as unknown });
  const found = await post({ query: '{ accounts(filter: { name: { eq: "Only once" } }) { totalCount } }' });
  expect(found.text).toContain('"totalCount":1');
});

test('a mutation that is only tried leaves nothing behind', async () => {
  const tried = { query: 'mutation { createAccount(input: { name: "Only tried" }, dryRun: true) { name version } }' };
  expect(await post(tried)).toMatchObject({ status: 200, text: expect.stringContaining('"name":"Only tried"') as unknown });
  const found = await post({ query: '{ accounts(filter: { name: { eq: "Only tried" } }) { totalCount } }' });
  expect(found.text).toContain('"totalCount":0');
});

test('what goes the ordinary way after all is done once', async () => {
  const create = { query: 'mutation { createAccount(input: { name: "Once" }) { id owner { name } } }' };
  expect(await post(create)).toMatchObject({ status: 200, text: expect.stringContaining('"id"') as unknown });
  const found = await post({ query: '{ accounts(filter: { name: { eq: "Once" } }) { totalCount } }' });
  expect(found.text).toContain('"totalCount":1');
});

test('a body that comes in pieces, with letters cut in two, is one body', async () => {
  const whole = Buffer.from(JSON.stringify({ query: '{ accounts(filter: { name: { contains: "Grüße" } }) { nodes { name } } }' }));
  const cut = whole.indexOf(Buffer.from('ü')) + 1;
  const text = await new Promise<string>((resolve, reject) => {
    const sent = httpRequest(
      `${kit.url}/graphql`,
      {
        method: 'POST',
        headers: { authorization: who.authorization, 'content-type': 'application/json', 'content-length': whole.length },
      },
      (response) => {
        let got = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (got += piece));
        response.on('end', () => resolve(got));
      },
    );
    sent.on('error', reject);
    sent.write(whole.subarray(0, cut), () => setImmediate(() => sent.end(whole.subarray(cut))));
  });
  expect(text).toContain('Grüße');
  expect(text).not.toContain('errors');
});

test('every request is written down once, whichever way it went', async () => {
  const lines = (id: string) => kit.lines.filter((line) => line['requestId'] === id && line['msg'] === 'Request');
  await post(read, { 'x-request-id': 'went-by-door' });
  await post(read, { 'x-request-id': 'went-inside', ...ordinary() });
  await post({ query: '{ nothing }' }, { 'x-request-id': 'went-inside-after-all' });
  // The line of an answer may come after it: the next requests have let it be written.
  await post(read);
  for (const id of ['went-by-door', 'went-inside', 'went-inside-after-all']) {
    expect(lines(id)).toMatchObject([{ method: 'POST', route: '/graphql', status: 200, tenantId: who.tenantId }]);
  }
});

test('a request counts once towards the limit, and one too many is refused as ever', async () => {
  const limited = await openOpsKit({ requests: 5 });
  try {
    const { authorization } = await signIn(limited);
    const send = async (query: string) => {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`${limited.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return [answer.status, /r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]];
    };
    const answers = [];
    for (const query of [
      '{ accounts { totalCount } }',
      '{ accounts { totalCount } }',
      '{ nothing }',
      '{ __typename }',
      '{ accounts { totalCount } }',
    ])
      answers.push(await send(query));
    expect(answers).toEqual([4, 3, 2, 1, 0].map((left) => [200, String(left)]));
    expect(await send('{ accounts { totalCount } }')).toEqual([429, '0']);
  } finally {
    await limited.close();
  }
});

test('texts of a company are read at the door in the language its client asks for', async () => {
  const write = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: who.authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${kit.url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.ok).toBe(true);
    return (await answer.json()) as Record<string, unknown>;
  };
  await write('languages/fr/enable', {});
  const { id } = await write('products', { code: 'V1', name: 'Screw' });
  await write(`translations/records/${String(id)}/set`, { language: 'fr', texts: { name: 'Vis' } });
  const ask = { query: `{ product(id: "${String(id)}") { name } }` };
  // A process hears a moment later that a company has languages.
  let told = await post(ask, { 'accept-language': 'fr', ...ordinary() });
  while (!told.text.includes('Vis')) told = await post(ask, { 'accept-language': 'fr', ...ordinary() });
  expect(await post(ask, { 'accept-language': 'fr' })).toEqual(told);
  expect((await post(ask)).text).toContain('Screw');
});
