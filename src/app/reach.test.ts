import { createServer, type AddressInfo } from 'node:net';
import { databaseRefusal, reach } from './reach.js';
import { OperatorError } from './postgres/failure.js';

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

test('a server that is not there is named with the setting that points to it', async () => {
  const port = await closedPort();
  await expect(reach('REDIS_URL', `redis://127.0.0.1:${port}`, 6379)).rejects.toThrow(
    new OperatorError(`127.0.0.1:${port} refuses the connection: check REDIS_URL, and that the server it names is running.`),
  );
});

test('a server that listens is found, at its usual port when none is given', async () => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  expect(await reach('DATABASE_URL', 'postgres://a:b@127.0.0.1/x', port)).toBe(`127.0.0.1:${port}`);
  server.close();
});

test('a wrong password is a sentence; a defect stays what it is', () => {
  expect(databaseRefusal(Object.assign(new Error('password authentication failed'), { code: '28P01' }))).toBeInstanceOf(OperatorError);
  const defect = new Error('x is not a function');
  expect(databaseRefusal(defect)).toBe(defect);
});
