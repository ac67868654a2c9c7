import type { AddressInfo } from 'node:net';
import type { Api } from '#app/create-api.js';
import { PostgresLeases } from '#api/graphql/socket-leases.js';
import { openApiKit, type ApiKit } from '../api/api-kit.js';
import { Listener, until } from './graphql-listener.js';

const limits = { connectionsPerUser: 3, operationsPerConnection: 8, operationsPerUser: 12, checkEveryMs: 600_000 };
const query = 'subscription { accountChanged { id } }';

let api: ApiKit;
let second: Api;
let urls: readonly string[];
beforeAll(async () => {
  api = await openApiKit({ sockets: limits });
  second = await api.another();
  await second.app.listen(0, '127.0.0.1');
  urls = [await api.listen(), `http://127.0.0.1:${(second.app.getHttpServer().address() as AddressInfo).port}`];
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await second.app.close();
  await api.close();
});

const leases = () => new PostgresLeases(api.kit.runtime.database.pool);
const listen = (at: number, token: string) => new Listener(urls[at] ?? '', { token, query });
const closed = (listeners: readonly Listener[]) => listeners.flatMap(({ closes }) => closes.map(({ code }) => code));
/** What the processes have told of anybody. */
const told = async () => {
  const { rows } = await api.kit.runtime.database.pool.query<{ all: number }>(
    'select coalesce(sum(connections), 0)::integer as all from kernel.socket_leases',
  );
  return rows[0]?.all ?? 0;
};

test('connections of a person are counted over processes, and given back when they end', async () => {
  const [mine, theirs] = [(await api.company()).admin, (await api.company()).admin];
  const held = [];
  for (const at of [0, 1, 0]) {
    const before = await told();
    held.push(listen(at, mine.token));
    await until(async () => (await told()) > before);
  }
  const late = [listen(0, mine.token), listen(1, mine.token)];
  await until(() => closed(late).length === 2);
  expect(closed(late)).toEqual([4429, 4429]);
  expect(closed(held)).toEqual([]);
  const stranger = listen(1, theirs.token);
  await until(async () => (await told()) === 4);
  expect(closed([stranger])).toEqual([]);

  for (const { socket } of [...held, ...late, stranger]) await socket.dispose();
  await until(async () => (await told()) === 0);
  const again = listen(1, mine.token);
  await until(async () => (await told()) === 1);
  expect(closed([again])).toEqual([]);
  await again.socket.dispose();
  await until(async () => (await told()) === 0);
});

test('operations of a person are counted over processes', async () => {
  const { admin } = await api.company();
  const [one, other] = [listen(0, admin.token), listen(1, admin.token)];
  const refused: unknown[] = [];
  const begun = async () => {
    const { rows } = await api.kit.runtime.database.pool.query<{ all: number }>(
      'select coalesce(sum(operations), 0)::integer as all from kernel.socket_leases',
    );
    return rows[0]?.all ?? 0;
  };
  await until(async () => (await begun()) === 2);
  const more = ({ socket }: Listener) =>
    socket.subscribe({ query }, { next: () => undefined, error: (error) => refused.push(error), complete: () => undefined });
  for (let i = 0; i < 5; i++) {
    more(one);
    more(other);
    await until(async () => (await begun()) === 4 + 2 * i);
  }
  expect(refused).toEqual([]);
  more(other);
  await until(() => refused.length > 0);
  expect(JSON.stringify(refused)).toContain('graphql.too_many_subscriptions');
  for (const { socket } of [one, other]) await socket.dispose();
  await until(async () => (await told()) === 0);
});

test('a process that has died is forgotten, and one that lives is not', async () => {
  const [dead, living] = [leases(), leases()];
  await dead.hold('somebody', { connections: 2, operations: 5 });
  expect(await living.hold('somebody', { connections: 1, operations: 1 })).toEqual({ connections: 2, operations: 5 });
  expect(await living.hold('somebody else', { connections: 1, operations: 1 })).toEqual({ connections: 0, operations: 0 });
  await api.kit.runtime.database.pool.query(
    `update kernel.socket_leases set seen_at = seen_at - interval '2 minutes' where connections = 2`,
  );
  expect(await living.hold('somebody', { connections: 1, operations: 1 })).toEqual({ connections: 0, operations: 0 });
  await dead.renew(new Map([['somebody', { connections: 2, operations: 5 }]]));
  expect(await living.hold('somebody', { connections: 1, operations: 1 })).toEqual({ connections: 2, operations: 5 });
  for (const process of [dead, living]) await process.renew(new Map());
  expect(await told()).toBe(0);
});

test('while the store does not answer, each process counts for itself', async () => {
  const lost = new PostgresLeases({ query: () => Promise.reject(new Error('no line')) });
  expect(await lost.hold('somebody', { connections: 1, operations: 1 })).toEqual({ connections: 0, operations: 0 });
  await lost.renew(new Map());
});
