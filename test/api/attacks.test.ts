import { get } from 'node:http';
import { WebSocket } from 'ws';
import { openOpsKit } from './ops-kit.js';
import { openApiKit, type Answer, type ApiKit, type Client } from './api-kit.js';

// Each test is named after something that was tried against a running Kontor and went wrong.
let kit: ApiKit;
let url: string;
let admin: Client;
beforeAll(async () => {
  kit = await openApiKit();
  url = await kit.listen();
  admin = (await kit.company()).admin;
});
afterAll(async () => {
  expect(kit.defects).toEqual([]);
  await kit.close();
});

/** As it stands on the wire: clients and `inject` put right what is wrong with an address. */
const raw = (path: string): Promise<Answer> =>
  new Promise((tell, fail) => {
    get(url + path, { path, headers: { authorization: `Bearer ${admin.token}` } }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () =>
        tell({ status: response.statusCode ?? 0, headers: response.headers, text, body: JSON.parse(text) as Record<string, unknown> }),
      );
    }).on('error', fail);
  });

const nested = (levels: number, inner = '{}') => '{"and":['.repeat(levels) + inner + ']}'.repeat(levels);

describe('addresses', () => {
  test.each(['/v1/accounts/%', '/v1/accounts/%zz', '/v1/accounts/%ed%a0%80'])(
    '%s, which is no text, is a problem document',
    async (path) => {
      const answer = await raw(path);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer).toMatchObject({ status: 400, body: { code: 'request.malformed', requestId: expect.any(String) as string } });
    },
  );

  test('an id of 5,000 characters is a problem document', async () => {
    expect(await raw(`/v1/accounts/${'a'.repeat(5000)}`)).toMatchObject({ status: 413, body: { code: 'request.too_large' } });
  });
});

describe('filters', () => {
  const read = 'query ($f: AccountFilter) { accounts(first: 1, filter: $f) { nodes { id } } }';
  const many = (of: object, count: number) => ({ or: Array.from({ length: count }, () => of) });

  test.each([
    ['2,000 alternatives', many({ name: { eq: 'x' } }, 2_000)],
    ['600 empty alternatives', many({}, 600)],
    ['600 questions about other tables', many({ contacts: { some: { lastName: { contains: 'x' } } } }, 600)],
  ])('%s are refused before the database hears of them', async (_what, f) => {
    expect(await admin.graphql(read, { f })).toMatchObject({ errors: [{ extensions: { code: 'filter.too_many_conditions' } }] });
  });

  test('40,000 alternatives are refused before they are read', async () => {
    expect(await admin.graphql(read, { f: many({ name: { eq: 'x' } }, 40_000) })).toMatchObject({ code: 'request.too_large' });
    expect(await admin.graphql(read, { f: many({}, 6_000) })).toMatchObject({ errors: [{ extensions: { code: 'input.too_complex' } }] });
  });

  test('400 alternatives are answered', async () => {
    expect(await admin.graphql(read, { f: many({ name: { eq: 'x' } }, 400) })).toMatchObject({ data: { accounts: { nodes: [] } } });
  });

  test('a NUL in a filter is named as what is wrong', async () => {
    const answer = await admin.get(`/v1/accounts?filter=${encodeURIComponent('{"name":{"eq":"a\\u0000"}}')}`);
    expect(answer.status).toBe(400);
    expect(String(answer.body['detail'])).toContain('NUL');
  });
});

describe('depth', () => {
  test.each(['/graphql with a token', '/graphql without one'])('variables 10,000 levels deep are refused: %s', async (who) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(who.endsWith('token') ? { authorization: `Bearer ${admin.token}` } : {}) },
      body: `{"query":"query($f:AccountFilter){accounts(filter:$f){nodes{id}}}","variables":{"f":${nested(10_000)}}}`,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'input.too_complex' } }] });
  });

  test('over a WebSocket too', async () => {
    const query = 'subscription ($f: String) { caseChanged { verb } }';
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const told = await new Promise<string>((tell, fail) => {
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${admin.token}` } })),
      );
      socket.on('message', (data: Buffer) => {
        const text = data.toString();
        if (!text.includes('connection_ack')) return tell(text);
        socket.send(`{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":{"f":${nested(3_000)}}}}`);
      });
      socket.on('close', (code) => fail(new Error(`closed with ${code}`)));
    });
    socket.terminate();
    expect(JSON.parse(told)).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'input.too_complex' } }] });
  });
});

test('a subscription asked for over HTTP is told to use a WebSocket', async () => {
  const answer = await admin.graphql('subscription { caseChanged { verb } }');
  expect(answer.errors).toMatchObject([
    { message: expect.stringContaining('graphql-ws') as string, extensions: { code: 'graphql.bad_request' } },
  ]);
});

describe('values', () => {
  test.each(['', '   ', '\t\n'])('a name of %j is no name', async (name) => {
    const answer = await admin.post('/v1/accounts', { name });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'input.invalid', detail: expect.stringContaining('must not be blank') as string },
    });
  });

  test('1e400 in an event is refused: it would be kept as null', async () => {
    const response = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${admin.token}` },
      body: '{"id":"e-1e400","type":"order.placed","email":"ada@example.com","properties":{"lines":[{"total":1e400}]}}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'input.invalid', detail: expect.stringContaining('out of range') as string });
  });
});

test('printed addresses opened in a browser lead to a page; a path out of a folder is not found', async () => {
  const ops = await openOpsKit();
  const visit = (path: string) => fetch(ops.url + path, { redirect: 'manual', headers: { accept: 'text/html,*/*' } });
  expect((await visit('/v1')).headers.get('location')).toBe('/docs');
  expect((await visit('/graphql')).headers.get('location')).toBe('/explorer');
  const { hostname, port } = new URL(ops.url);
  const status = await new Promise((tell) =>
    get({ hostname, port, path: '/explorer/static/../../../etc/passwd' }, (response) => tell(response.resume().statusCode)),
  );
  expect(status).toBe(404);
  await ops.close();
});
