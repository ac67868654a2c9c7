import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '#app/embedded-postgres.js';
import { isAlive, waitUntilGone } from '#app/postgres/process-identity.js';

const base = mkdtempSync(join(tmpdir(), 'kontor-launcher-'));
chmodSync(base, 0o755);
afterAll(() => rmSync(base, { recursive: true, force: true }));

const start = (home: string) => startEmbeddedPostgres({ home, durable: false });

async function ask(url: string, text: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows[0];
  } finally {
    await client.end();
  }
}

/** A process of its own that starts the server, tells its process number, and waits. */
async function startElsewhere(home: string): Promise<{ keeper: ChildProcess; pid: number }> {
  const code = `import { startEmbeddedPostgres } from '#app/embedded-postgres.js';
    const { pid } = await startEmbeddedPostgres({ home: process.argv[1], durable: false });
    console.log(pid); setInterval(() => undefined, 1000);`;
  const keeper = spawn(process.execPath, ['--input-type=module', '-e', code, home], {
    cwd: resolve('.'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([keeper.stdout.take(1).toArray(), sleep(30_000, [''], { ref: false })]);
  return { keeper, pid: Number(String(line)) };
}

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // gone between listing and reading
  }
};

const watchdogOf = (home: string): number =>
  Number(
    readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && commandLine(pid).includes('read -r _') && commandLine(pid).includes(home)),
  );

describe('the embedded PostgreSQL', () => {
  test('keeps its data, its port and its passwords from one start to the next', async () => {
    const home = join(base, 'kept in a path with spaces');
    const first = await start(home);
    await ask(first.ownerUrl, 'create table kept as select 42 as answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start(home);
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(await ask(second.ownerUrl, 'select answer from kept')).toEqual({ answer: 42 });
    await second.stop();
    expect(statSync(join(home, 'postgres.json')).mode & 0o777).toBe(0o600);
  });

  test('gives the application a role that row-level security holds', async () => {
    const server = await start(join(base, 'roles'));
    const role = await ask(
      server.appUrl,
      'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user',
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false });
    await expect(ask(server.appUrl, 'set role kontor_relay')).rejects.toThrow('permission denied');
    await expect(ask(server.appUrl, 'create table mine (id int)')).rejects.toThrow('permission denied');
    await expect(ask(server.appUrl.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow('password authentication failed');
    expect(await ask(server.appUrl, "select lower('ÄÖ') as low, to_tsvector('german', 'Häuser')::text as words")).toEqual({
      low: 'äö',
      words: "'haus':1",
    });
    await server.stop();
  });

  test('two starts in one home share one server, and the one who started it stops it', async () => {
    const home = join(base, 'shared');
    const [a, b] = await Promise.all([start(home), start(home)]);
    expect(a.pid).toBe(b.pid);
    expect([a.isOwner, b.isOwner].sort()).toEqual([false, true]);
    const [owner, guest] = a.isOwner ? [a, b] : [b, a];
    await guest.stop();
    expect(isAlive(owner.pid)).toBe(true);
    await owner.stop();
    expect(isAlive(owner.pid)).toBe(false);
  });

  test('goes when the process that started it is killed', async () => {
    const home = join(base, 'killed');
    const { keeper, pid } = await startElsewhere(home);
    expect(isAlive(pid)).toBe(true);
    keeper.kill('SIGKILL');
    expect(await waitUntilGone(pid, 10_000)).toBe(true);
  });

  test('an orphan is stopped in order before the next start', async () => {
    const home = join(base, 'orphan');
    const { keeper, pid } = await startElsewhere(home);
    process.kill(watchdogOf(home), 'SIGKILL');
    keeper.kill('SIGKILL');
    await sleep(200);
    expect(isAlive(pid)).toBe(true);
    const next = await start(home);
    expect(next.pid).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
    expect(readFileSync(join(home, 'postgres.log'), 'utf8')).toContain('database system is shut down');
    await next.stop();
  });

  test('a note of a dead server that names a living stranger is no obstacle', async () => {
    const home = join(base, 'stranger');
    await (await start(home)).stop();
    writeFileSync(join(home, 'postgres', 'postmaster.pid'), `${process.pid}\n${home}/postgres\n1\n5432\n\n127.0.0.1\n1 2\nready\n`);
    const server = await start(home);
    await server.stop();
  });

  test('takes another port when its own is taken', async () => {
    const home = join(base, 'port');
    const first = await start(home);
    await first.stop();
    const other = createServer().listen(first.port, '127.0.0.1');
    const second = await start(home);
    expect(second.port).not.toBe(first.port);
    await second.stop();
    other.close();
  });

  test('leaves the data of another PostgreSQL version alone', async () => {
    const home = join(base, 'version');
    mkdirSync(join(home, 'postgres'), { recursive: true });
    writeFileSync(join(home, 'postgres', 'PG_VERSION'), '16\n');
    await expect(start(home)).rejects.toThrow(/belongs to PostgreSQL 16 and this Kontor brings 18/);
    expect(readFileSync(join(home, 'postgres', 'PG_VERSION'), 'utf8')).toBe('16\n');
    expect(existsSync(join(home, 'postgres.lock'))).toBe(false);
  });

  test('says so when it may not write', async () => {
    writeFileSync(join(base, 'a file'), '');
    await expect(start(join(base, 'a file', 'home'))).rejects.toThrow('set KONTOR_HOME to a folder');
  });

  const asRoot = process.geteuid?.() === 0 ? test : test.skip;
  asRoot('runs below a folder only root may enter', async () => {
    const closed = mkdtempSync(join(base, 'closed-'));
    chmodSync(closed, 0o700);
    const server = await start(join(closed, 'home'));
    expect(await ask(server.appUrl, 'select 1 as one')).toEqual({ one: 1 });
    await server.stop();
  });
});
