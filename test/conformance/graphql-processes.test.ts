import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { provisionTenant } from '#app/auth-wiring.js';
import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { production } from '../api/ops-kit.js';
import { KontorProcess } from '../faults/kontor-process.js';
import { Listener, until } from './graphql-listener.js';

// Processes as an operator starts them, two of them over one database.
const password = 'correct horse battery';
let kit: Kit;
let home: string;
let env: NodeJS.ProcessEnv;
let a: KontorProcess;
let b: KontorProcess;
let token: string;

beforeAll(async () => {
  kit = await openKit(allModules);
  home = mkdtempSync(join(tmpdir(), 'kontor-test-processes-'));
  env = { ...production, NODE_ENV: 'test', DATABASE_URL: kit.urls.app, KONTOR_HOME: home, DB_POOL_SIZE: '3', LOG_LEVEL: 'error' };
  await provisionTenant(kit.runtime, {
    slug: 'two',
    name: 'Company',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    locale: 'en',
    admin: { email: 'ada@example.test', name: 'Ada Admin', password },
  });
  [a, b] = await Promise.all([KontorProcess.start('api', env), KontorProcess.start('api', env)]);
  const response = await fetch(`${a.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.test', password }),
  });
  token = ((await response.json()) as { accessToken: string }).accessToken;
});

afterAll(async () => {
  await Promise.all([a.kill(), b.kill()]);
  expect([...a.complaints, ...b.complaints]).toEqual([]);
  await kit.close();
  rmSync(home, { recursive: true, force: true });
});

async function graphql<T>(at: KontorProcess, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { data: T }).data;
}
const create = (at: KontorProcess, name: string) =>
  graphql<{ createAccount: { id: string } }>(at, 'mutation ($name: String!) { createAccount(input: { name: $name }) { id } }', { name });

const accounts = 'subscription ($after: String) { accountChanged(after: $after) { cursor account { id name } } }';

test('what changes through one process is told by another', async () => {
  const { changeCursor } = await graphql<{ changeCursor: string }>(a, '{ changeCursor }');
  const listener = new Listener(b.url, { token, query: accounts, variables: { after: changeCursor } });
  const { createAccount } = await create(a, 'Made at A');
  await kit.drain();
  await listener.hears(1);
  expect(listener.told[0]).toMatchObject({ account: { id: createAccount.id, name: 'Made at A' } });
  await listener.socket.dispose();
});

test('a subscription of Apollo Client outlives a restart of its process, and loses nothing of what happened meanwhile', async () => {
  let cursor = (await graphql<{ changeCursor: string }>(a, '{ changeCursor }')).changeCursor;
  const seen: string[] = [];
  const socket = createClient({
    url: () => `${b.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  });
  const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
  // Sent anew with each connection: the newest cursor is read then.
  const variables = Object.defineProperty({}, 'after', { enumerable: true, get: () => cursor });
  const subscription = client
    .subscribe<{ accountChanged: { cursor: string; account: { name: string } | null } }>({ query: gql(accounts), variables })
    .subscribe(({ data }) => {
      if (!data) return;
      cursor = data.accountChanged.cursor;
      seen.push(data.accountChanged.account?.name ?? '');
    });
  await create(a, 'Before');
  await kit.drain();
  await until(() => seen.includes('Before'));
  await b.stop();
  await create(a, 'Meanwhile');
  await kit.drain();
  b = await KontorProcess.start('api', env);
  await until(() => seen.includes('Meanwhile'));
  await create(a, 'Afterwards');
  await kit.drain();
  await until(() => seen.includes('Afterwards'));
  // At least once, in order: what was told before the cursor may come again, for as long as some transaction anywhere is older.
  const later = seen.filter((name, i) => name !== 'Made at A' && seen.indexOf(name) === i);
  expect(later).toEqual(['Before', 'Meanwhile', 'Afterwards']);
  subscription.unsubscribe();
  await socket.dispose();
});

test('a module that is switched off at one process is gone at the other, and comes back', async () => {
  const leads = (at: KontorProcess) => fetch(`${at.url}/v1/leads?limit=1`, { headers: { authorization: `Bearer ${token}` } });
  const order = (verb: string) =>
    fetch(`${a.url}/v1/modules/sales/${verb}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  expect((await leads(b)).status).toBe(200);
  expect((await order('disable')).status).toBe(200);
  expect((await leads(a)).status).toBe(403);
  await until(async () => (await leads(b)).status === 403);
  expect(await graphql(b, '{ __type(name: "Lead") { name } }')).toEqual({ __type: null });
  expect((await order('enable')).status).toBe(200);
  expect((await leads(a)).status).toBe(200);
  await until(async () => (await leads(b)).status === 200);
  expect(await graphql(b, '{ __type(name: "Lead") { name } }')).toEqual({ __type: { name: 'Lead' } });
});

test('a field and an object that are defined at one process are there at the other', async () => {
  const labels = { en: 'Own' };
  const send = (at: KontorProcess, path: string, body?: object) =>
    fetch(`${at.url}/v1/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  expect((await send(a, 'field-definitions', { objectName: 'account', key: 'contractNo', type: 'text', labels })).status).toBe(201);
  await until(async () => (await send(b, 'accounts', { name: 'At B', contractNo: 'B-1' })).status === 201);
  expect(await graphql(b, '{ accounts(first: 9, filter: {name: {eq: "At B"}}) { nodes { contractNo } } }')).toEqual({
    accounts: { nodes: [{ contractNo: 'B-1' }] },
  });
  expect((await send(b, 'object-definitions', { key: 'permit', plural: 'permits', labels })).status).toBe(201);
  expect((await send(b, 'field-definitions', { objectName: 'x_permit', key: 'plate', type: 'text', labels })).status).toBe(201);
  await until(async () => (await send(a, 'records/permits', { plate: 'A-1' })).status === 201);
  expect(await graphql(a, '{ xPermits(first: 9) { nodes { plate } } }')).toEqual({ xPermits: { nodes: [{ plate: 'A-1' }] } });
  expect(await graphql(b, '{ xPermits(first: 9) { nodes { plate } } }')).toEqual({ xPermits: { nodes: [{ plate: 'A-1' }] } });
});
