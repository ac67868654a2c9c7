import { connect as openTcp, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import WebSocket from 'ws';
import { openApiKit, type Answer, type ApiKit, type Client } from '../api/api-kit.js';
import { Listener, until } from '../conformance/graphql-listener.js';

// Group G of the list of attack cases: GraphQL and live channels. As in production, with limits small enough to reach.
let api: ApiKit;
let url: string;
let admin: Client;
const limits = {
  strangers: 20,
  connectionsPerUser: 5,
  operationsPerConnection: 10,
  operationsPerUser: 15,
  waitingChanges: 20,
  initWaitMs: 3_000,
};

beforeAll(async () => {
  api = await openApiKit({ isProduction: true, sockets: limits });
  url = await api.listen();
  admin = (await api.company()).admin;
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

const post = (body: unknown, client = admin): Promise<Answer> => client.post('/graphql', body);
const codesOf = ({ body }: Answer): string[] =>
  ((body['errors'] as { extensions: { code: string } }[] | undefined) ?? []).map(({ extensions }) => extensions.code);

/** Refused with this code, in a short answer that shows nothing of the inside. */
async function expectRefusal(body: unknown, code: string): Promise<Answer> {
  const answer = await post(body);
  expect(JSON.stringify(answer.body['code'] ?? codesOf(answer)[0])).toBe(JSON.stringify(code));
  expect(answer.body['data'] ?? null).toBeNull();
  expect(answer.text.length).toBeLessThan(2_000);
  expect(answer.text).not.toMatch(/Did you mean|node_modules|\.js:\d+|stacktrace/);
  return answer;
}
const many = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i)).join(' ');

describe('G01 aliases', () => {
  test('1,000 aliases of a dear field are refused', () =>
    expectRefusal({ query: `{ ${many(400, (i) => `a${i}: accounts { totalCount }`)} }` }, 'graphql.syntax'));
  test('31 aliases are refused, also hidden in fragments; 30 are answered', async () => {
    const body = (count: number) => many(count, (i) => `a${i}: __typename`);
    await expectRefusal({ query: `{ ${body(31)} }` }, 'query.too_complex');
    await expectRefusal({ query: `query { ...F } fragment F on Query { ${body(31)} }` }, 'query.too_complex');
    expect((await post({ query: `{ ${body(30)} }` })).body['data']).toBeDefined();
  });
  test('signing in is no field that could be asked for many times', () => {
    const verbs = Object.keys(api.schema.getMutationType()?.getFields() ?? {});
    expect(verbs.filter((name) => /login|logIn|signIn/i.test(name))).toEqual([]);
  });
});

describe('G02 the same, over and over', () => {
  test.each([
    ['one field 20,000 times', `{ ${'__typename '.repeat(9_000)} }`],
    ['5,000 directives', `{ __typename ${'@a '.repeat(5_000)} }`],
    ['5,000 brackets', '{ a '.repeat(5_000)],
  ])('%s make one short error', async (_what, query) => {
    const answer = await expectRefusal({ query }, 'graphql.syntax');
    expect(codesOf(answer)).toHaveLength(1);
  });
  test('300 unknown directives and 300 unknown fields make a short answer too', async () => {
    await expectRefusal({ query: `{ __typename ${many(300, (i) => `@unknown${i}`)} }` }, 'graphql.invalid');
    await expectRefusal({ query: `{ ${many(300, (i) => `unknownField${i}`)} }` }, 'graphql.invalid');
    await expectRefusal({ query: `{ ${'x'.repeat(50_000)} }` }, 'graphql.invalid');
  });
});

describe('G03 depth and cost', () => {
  const nested = (levels: number) => `{ accounts(first: 1) { nodes { ${'parent { '.repeat(levels)} id ${'} '.repeat(levels)} } } }`;
  test('13 levels are refused', () => expectRefusal({ query: nested(10) }, 'query.too_complex'));
  test('cycles through relations and back are refused by their cost', () =>
    expectRefusal(
      {
        query:
          '{ accounts(first: 200) { nodes { contacts(first: 200) { nodes { account { contacts(first: 200) { nodes { id } } } } } } } }',
      },
      'query.too_costly',
    ));
  test('many roots may not cost more together than one alone, whichever way they run', async () => {
    const roots = many(5, (i) => `a${i}: accounts(first: 100) { nodes { contacts(first: 100) { nodes { id } } } }`);
    await expectRefusal({ query: `{ ${roots} }` }, 'query.too_costly');
    const slow = await post({ query: `{ me { name } ${roots} }` });
    expect(codesOf(slow)).toContain('query.too_costly');
  });
  test('what an operation cost is told, reads and commands alike', async () => {
    expect((await post({ query: '{ accounts(first: 7) { nodes { id } } }' })).body['extensions']).toEqual({ cost: 7 });
    expect((await post({ query: '{ accounts(first: 7) { nodes { id } } me { name } }' })).body['extensions']).toMatchObject({ cost: 17 });
    const written = await post({ query: 'mutation { createAccount(input: { name: "Dear" }) { id } }' });
    expect(written.body['extensions']).toEqual({ cost: 10 });
  });
  test('a page of more than 200 rows is refused', () =>
    expectRefusal({ query: '{ accounts(first: 201) { nodes { id } } }' }, 'paging.size_out_of_range'));
});

test('G04 several operations in one request are refused', async () => {
  const answer = await post(Array.from({ length: 100 }, () => ({ query: '{ __typename }' })));
  expect(answer.status).toBe(400);
  expect(answer.text.length).toBeLessThan(2_000);
  expect(answer.text).not.toContain('"Query"');
});

describe('G05 nothing of the inside is told', () => {
  test('no suggestions', () => expectRefusal({ query: '{ accounts(first: 1) { nodes { nam } } }' }, 'graphql.invalid'));
  test('strangers get one answer to everything: they learn neither the schema nor what is wrong with their guess', async () => {
    const ask = async (query: string) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query }),
      });
      return [response.status, await response.json()];
    };
    const answers = await Promise.all([
      ask('{ __schema { types { name } } }'),
      ask('{ accounts { nodes { nam } } }'),
      ask('{ nonsense }'),
      ask('{'),
    ]);
    expect(answers).toMatchObject(Array(4).fill([401, { errors: [{ extensions: { code: 'auth.required' } }] }]));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
  test('members see the schema; where nobody may, they do not', async () => {
    expect((await post({ query: '{ __schema { queryType { name } } }' })).body['data']).toBeDefined();
    const closed = await openApiKit({ isProduction: true, introspection: 'nobody' });
    const member = (await closed.company()).admin;
    for (const slow of [true, false])
      expect((await member.graphql('{ __schema { queryType { name } } }', {}, { slow })).errors?.[0]?.extensions.code).toBe(
        'graphql.invalid',
      );
    await closed.close();
  });
});

describe('G06 large input', () => {
  test('a body of more than 100 KB is refused, announced or not', async () => {
    const query = `{ __typename } # ${'x'.repeat(110_000)}`;
    expect(await post({ query })).toMatchObject({ status: 413, body: { code: 'request.too_large' } });
    const stream = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(randomBytes(16_384));
      },
    });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin.token}` };
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
    const status = await fetch(`${url}/graphql`, init).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
  });
  test('lists of filters have an end', async () => {
    const query = 'query ($in: [ID!]) { accounts(filter: { id: { in: $in } }) { nodes { id } } }';
    await expectRefusal({ query, variables: { in: Array(501).fill(admin.userId) } }, 'filter.too_many_values');
  });
  test.each([
    [
      'as a variable',
      (filter: string) => ({
        query: 'query ($f: AccountFilter) { accounts(filter: $f) { nodes { id } } }',
        variables: { f: JSON.parse(filter) as unknown },
      }),
    ],
    ['in the document', (filter: string) => ({ query: `{ accounts(filter: ${filter.replaceAll('"', '')}) { nodes { id } } }` })],
  ])('input objects inside each other have an end %s', async (_where, body) => {
    const filter = (levels: number) => `${'{"not":'.repeat(levels)}{"name":{"isNull":true}}${'}'.repeat(levels)}`;
    const answer = await post(body(filter(12)));
    expect(['query.too_complex', 'filter.too_deep']).toContain(codesOf(answer)[0]);
    expect(answer.text.length).toBeLessThan(2_000);
    expect((await post(body(filter(3)))).body['data']).toBeDefined();
  });
  test('fragments that double each other cost nothing', async () => {
    const doubling = many(200, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const answer = await post({ query: `{ ...F0 } ${doubling} fragment F200 on Query { __typename }` });
    expect(answer.status).toBeLessThan(500);
    const cycle = await post({ query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' });
    expect(codesOf(cycle)[0]).toBe('graphql.invalid');
  });
});

describe('G07 sockets', () => {
  const socket = () => new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closeOf = (one: WebSocket) => new Promise<number>((resolve) => one.once('close', resolve));

  test('who does not say who he is is sent away; beyond a number, strangers are not let in at all', async () => {
    const waiting = Array.from({ length: limits.strangers }, socket);
    const closes = waiting.map(closeOf);
    await Promise.all(waiting.map((one) => new Promise((resolve) => one.once('open', resolve))));
    const refused = await new Promise<number>((resolve) => {
      const late = socket();
      late.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      late.once('error', () => undefined);
    });
    expect(refused).toBe(503);
    expect(new Set(await Promise.all(closes))).toEqual(new Set([4408]));
  });

  test('a user has a number of connections and of operations', async () => {
    const query = 'subscription { accountChanged { id } }';
    const { admin: busy } = await api.company();
    const listeners = Array.from({ length: limits.connectionsPerUser + 1 }, () => new Listener(url, { token: busy.token, query }));
    await until(() => listeners.some(({ closes }) => closes.length > 0));
    expect(listeners.flatMap(({ closes }) => closes.map(({ code }) => code))).toEqual([4429]);
    for (const { socket: one } of listeners) await one.dispose();

    const { admin: other } = await api.company();
    const single = new Listener(url, { token: other.token, query });
    const errors: unknown[] = [];
    for (let i = 0; i < limits.operationsPerConnection; i++)
      single.socket.subscribe({ query }, { next: () => undefined, error: (error) => errors.push(error), complete: () => undefined });
    await until(() => errors.length > 0);
    expect(JSON.stringify(errors[0])).toContain('graphql.too_many_subscriptions');
    await single.socket.dispose();
  });

  test('a message of more than 100 KB ends the connection', async () => {
    const one = socket();
    const closed = closeOf(one);
    one.once('open', () => one.send('x'.repeat(200_000)));
    expect([1009, 4500]).toContain(await closed);
  });

  test('the limits of documents hold on sockets too', async () => {
    const query = `subscription { ${many(31, (i) => `a${i}: accountChanged { id }`)} }`;
    const { admin: asker } = await api.company();
    const listener = new Listener(url, { token: asker.token, query });
    await until(() => listener.errors.length > 0);
    expect(listener.errors.map(({ extensions }) => extensions?.['code'])).toContain('query.too_complex');
    await listener.socket.dispose();
  });

  test('who does not read is cut off, and what waits for him with it', async () => {
    const { admin: writer } = await api.company();
    const slow = await openSlowReader(new URL(url), writer.token);
    const made = await writer.post('/v1/accounts', { name: 'Large' });
    const activity = await writer.post('/v1/activities', {
      ownerId: writer.userId,
      kind: 'note',
      subject: 'Large',
      notes: 'x'.repeat(90_000),
      accountId: made.body['id'],
    });
    expect(activity.text.slice(0, 300)).toContain('"id"');
    const id = String(activity.body['id']);
    for (let version = 1; !slow.isCut && version < 1_000; version++) {
      await writer.patch(`/v1/activities/${id}`, { subject: `Large ${version}` }, { 'if-match': `"${version}"` });
      if (version % 10 !== 0) continue;
      await api.kit.drain();
      // One who does not read notices only when he writes. A pong asks for no answer.
      slow.socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
    }
    expect(slow.isCut).toBe(true);
    slow.socket.destroy();
  });
});

/** A WebSocket by hand that says what it has to say and then reads nothing more. */
async function openSlowReader({ hostname, port, host }: URL, token: string): Promise<{ readonly socket: Socket; isCut: boolean }> {
  const socket = openTcp({ host: hostname, port: Number(port) });
  const reader = { socket, isCut: false };
  socket.on('close', () => (reader.isCut = true));
  socket.on('error', () => (reader.isCut = true));
  const frame = (text: string) => {
    const body = Buffer.from(text);
    const head =
      body.length < 126 ? Buffer.from([0x81, 0x80 | body.length]) : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 0xff]);
    return Buffer.concat([head, Buffer.alloc(4), body]);
  };
  let heard = '';
  socket.on('data', (data: Buffer) => (heard += data.toString('latin1')));
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  await until(() => heard.includes('101 Switching'));
  socket.write(frame(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })));
  await until(() => heard.includes('connection_ack'));
  const query = 'subscription { activityChanged { activity { notes } } }';
  socket.write(frame(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } })));
  socket.pause();
  return reader;
}

test('G08 nothing is kept of documents that are sent with a hash', async () => {
  const { createHash } = await import('node:crypto');
  for (let i = 0; i < 20; i++) {
    const query = `{ __typename # ${i}\n }`;
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
    expect((await post({ query, extensions: { persistedQuery } })).body['data']).toBeDefined();
    await expectRefusal({ extensions: { persistedQuery } }, 'graphql.document_unknown');
  }
});
