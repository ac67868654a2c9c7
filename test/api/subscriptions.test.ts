import { createClient, type Client as SocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startTasks } from '#kernel/jobs/start-tasks.js';
import type { TaskProcess } from '#kernel/jobs/start-tasks.js';
import { createQueueBackend, type QueueBackend } from '#kernel/jobs/queue-backend.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let url: string;
let company: Company;
let queue: QueueBackend;
let tasks: TaskProcess;
const sockets: SocketClient[] = [];

beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  company = await api.company();
  queue = await createQueueBackend({ databaseUrl: api.kit.urls.app, concurrency: 4 });
  tasks = await startTasks(api.kit.runtime, queue);
});
afterAll(async () => {
  for (const socket of sockets) await socket.dispose();
  await tasks.stop(1000);
  await queue.close();
  expect(api.defects).toEqual([]);
  await api.close();
});

/** Everything a subscription tells, from the moment it is listening. */
function listen(client: Client, query: string): { seen: unknown[]; errors: unknown[]; ready: Promise<void> } {
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${client.token}` },
    retryAttempts: 0,
  });
  sockets.push(socket);
  const seen: unknown[] = [];
  const errors: unknown[] = [];
  const ready = new Promise<void>((resolve) => {
    socket.on('connected', () => setTimeout(resolve, 300));
  });
  socket.subscribe(
    { query },
    {
      next: (value) => (value.errors ? errors.push(...value.errors) : seen.push(value.data)),
      error: (error) => errors.push(error),
      complete: () => undefined,
    },
  );
  return { seen, errors, ready };
}

const until = async (holds: () => boolean, ms = 5000) => {
  const end = Date.now() + ms;
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('A11 who may read a case hears of its change, who may not hears nothing', async () => {
  const { admin } = company;
  const stranger = (await api.company()).admin;
  const narrow = await company.user({ 'case:read': 'own' });
  const query = `subscription { caseChanged { verb changedFields case { id subject status } } }`;
  const [mine, theirs, own] = [listen(admin, query), listen(stranger, query), listen(narrow, query)];
  await Promise.all([mine.ready, theirs.ready, own.ready]);
  const opened = await admin.post('/v1/cases', { subject: 'Pump leaks' });
  expect(opened.status).toBeLessThan(300);
  await until(() => mine.seen.length > 0);
  expect(mine.seen[0]).toMatchObject({ caseChanged: { verb: 'created', case: { subject: 'Pump leaks' } } });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect([theirs.seen, own.seen]).toEqual([[], []]);
});

test('without the right to read a resource its subscription is refused', async () => {
  const nobody = await company.user({ 'account:read': 'all' });
  const { errors } = listen(nobody, `subscription { caseChanged { verb } }`);
  await until(() => errors.length > 0);
  expect(JSON.stringify(errors)).toContain('access.forbidden');
});

test('A11 a listener whose session ends hears nothing more', async () => {
  const { admin } = company;
  const listener = await company.user({ 'account:read': 'all' });
  const { seen, ready } = listen(listener, `subscription { accountChanged { verb account { name } } }`);
  await ready;
  await admin.post('/v1/accounts', { name: 'Heard' });
  await until(() => seen.length > 0);
  expect(seen).toHaveLength(1);
  expect((await admin.post(`/v1/users/${listener.userId}/deactivate`)).status).toBeLessThan(300);
  await admin.post('/v1/accounts', { name: 'Not heard' });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(seen).toHaveLength(1);
});
