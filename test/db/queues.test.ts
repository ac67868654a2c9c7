import { taskStats } from '#kernel/jobs/inspect.js';
import { createQueueBackend, poolSizeFor, type QueueBackend } from '#kernel/jobs/queue-backend.js';
import { startTasks, type TaskProcess, type TaskProcessOptions } from '#kernel/jobs/start-tasks.js';
import type { TaskHost } from '#kernel/jobs/task-host.js';
import { hasRedis, postgresServer, redisServer, type QueueServer } from './queue-servers.js';
import { asSuper, eventually, openProbe, type Probe } from './task-probe.js';

const onRedis = hasRedis ? describe : describe.skip;
const why = hasRedis ? '' : ' (skipped: neither TEST_REDIS_URL nor a redis-server binary)';

describe('tasks on the PostgreSQL queue', () => contract(postgresServer()));
onRedis(`tasks on the Redis queue${why}`, () => contract(redisServer()));

function contract(server: QueueServer): void {
  let probe: Probe;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    probe = await openProbe(12);
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await probe.close();
    await server.close();
  });

  async function start(
    host: TaskHost = probe.kit.runtime,
    options: TaskProcessOptions = {},
  ): Promise<{ tasks: TaskProcess; backend: QueueBackend }> {
    const backend = await server.open(probe);
    const tasks = await startTasks(host, backend, { patienceMs: 2_000, ...options });
    closers.push(
      () => backend.close(),
      () => tasks.stop(2_000),
    );
    return { tasks, backend };
  }

  const settled = (tenant: string, states = ['done']) =>
    eventually(
      () => probe.tasks(tenant),
      (rows) => rows.length > 0 && rows.every((row) => states.includes(String(row['state']))),
    );

  test('an event, a job and an effect each take effect once', async () => {
    const tenant = await probe.tenant();
    await start();
    await probe.emit(tenant, 'e');
    await probe.note(tenant, 'n');
    await probe.send(tenant, 's');
    await eventually(
      () => probe.marks(tenant),
      (marks) => marks.length === 4,
    );
    await settled(tenant);
    expect(await probe.marks(tenant)).toEqual(['n', 'probe.first:e', 'probe.second:e', 's#1']);
  });

  test('a task that fails is tried again until it succeeds', async () => {
    const tenant = await probe.tenant();
    probe.behaviours.set('flaky', (attempt) => {
      if (attempt < 3) throw new Error('not yet');
    });
    await start();
    await probe.note(tenant, 'flaky');
    await settled(tenant);
    expect(await probe.marks(tenant)).toEqual(['flaky']);
    expect(probe.tries.get('flaky')).toBe(3);
  });

  test('a poisoned task is put aside and the others go on', async () => {
    const tenant = await probe.tenant();
    probe.behaviours.set('poison', () => {
      throw new Error('always');
    });
    await start();
    await probe.note(tenant, 'poison');
    for (let i = 0; i < 20; i++) await probe.note(tenant, `after ${i}`);
    await settled(tenant, ['done', 'failed']);
    expect(await probe.marks(tenant)).toHaveLength(20);
    expect((await taskStats(probe.doors, probe.kit.clock.now())).failed).toBe(1);
  });

  test('a delayed task runs on time', async () => {
    const tenant = await probe.tenant();
    await start();
    const dueAt = new Date(Date.now() + 1_000);
    await probe.note(tenant, 'later', { dueAt });
    await settled(tenant);
    const [row] = await probe.kit.asOwner(`select at from probe.marks where tenant_id = $1 and mark = 'later'`, [tenant]);
    const late = (row?.['at'] as Date).getTime() - dueAt.getTime();
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1_500);
  });

  test('what waits in the table while nobody works is done when a worker comes', async () => {
    const tenant = await probe.tenant();
    for (let i = 0; i < 10; i++) await probe.note(tenant, `n${i}`);
    await start();
    await settled(tenant);
    expect(await probe.marks(tenant)).toHaveLength(10);
  });

  test('losing the whole queue loses no task', async () => {
    const tenant = await probe.tenant();
    const { tasks, backend } = await start();
    const block = await blocked(probe, tenant, 4); // all hands are busy: what comes now stays queued
    for (let i = 0; i < 30; i++) await probe.note(tenant, `q${i}`);
    await eventually(
      () => taskStats(probe.doors, new Date()),
      (stats) => stats.ringing >= 34,
    );
    await eventually(
      () => backend.queue.getWaitingCount(),
      (waiting) => waiting === 30,
    );
    await server.flush(probe);
    block.release();
    await settled(tenant);
    expect(await probe.marks(tenant)).toHaveLength(34);
    tasks.hint();
  });

  test('an outage of the queue costs time only', async () => {
    const tenant = await probe.tenant();
    await start();
    await probe.note(tenant, 'before');
    await settled(tenant);
    await server.outage(probe, async () => {
      for (let i = 0; i < 10; i++) await probe.note(tenant, `during ${i}`);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    });
    await probe.note(tenant, 'after');
    await settled(tenant);
    expect(await probe.marks(tenant)).toHaveLength(12);
  });

  test('a worker that dies in the middle is replaced, and nothing takes effect twice', async () => {
    const tenant = await probe.tenant();
    let release: () => void = () => undefined;
    const hang = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const mark of ['job', 'effect']) probe.behaviours.set(mark, (attempt) => (attempt === 1 ? hang : undefined));
    const dying = await probe.otherProcess();
    const first = await start(dying, { limitMs: 60_000 });
    await probe.note(tenant, 'job');
    await probe.send(tenant, 'effect');
    await eventually(
      () => Promise.resolve([probe.tries.get('job'), probe.tries.get('effect')]),
      (tries) => tries.every((n) => n === 1),
    );
    // Dies: its connections break, its locks in the queue stay, nobody says good-bye.
    await first.tasks.stop(0);
    await asSuper(
      probe.kit,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
    );

    await start();
    await eventually(
      () => probe.marks(tenant),
      (marks) => marks.includes('job'),
    );
    probe.kit.clock.advance({ minutes: 2 }); // the lease of the effect runs out
    await probe.kit.asOwner(
      `update kernel.tasks set lease_until = now() - interval '1 hour' where tenant_id = $1 and state = 'running'`,
      [tenant],
      tenant,
    );
    await settledAfterJump(tenant);
    expect(await probe.marks(tenant)).toEqual(['effect#2', 'job']);
    release();
  });

  // The clock was moved on by hand, which the guard against jumping clocks takes as a reason to be careful with leases.
  async function settledAfterJump(tenant: string): Promise<void> {
    await eventually(
      async () => {
        await probe.doors('select kernel.reclaim_expired($1, 100)', [probe.kit.clock.now()]);
        return probe.tasks(tenant);
      },
      (rows) => rows.every((row) => row['state'] === 'done'),
    );
  }

  test('two workers share 300 tasks, none of which takes effect twice', async () => {
    const tenant = await probe.tenant();
    await start();
    await start(await probe.otherProcess());
    for (let i = 0; i < 100; i++) await probe.emit(tenant, `e${i}`);
    for (let i = 0; i < 100; i++) await probe.note(tenant, `n${i}`);
    await eventually(
      () => probe.marks(tenant),
      (marks) => marks.length >= 300,
    );
    await settled(tenant);
    const marks = await probe.marks(tenant);
    expect(marks).toHaveLength(300);
    expect(new Set(marks).size).toBe(300);
  });

  test('1,000 tasks at once are all done, each of them once', async () => {
    const tenant = await probe.tenant();
    await probe.kit.asOwner(
      `insert into kernel.tasks (tenant_id, id, name, key, due_at, payload)
       select $1, gen_random_uuid(), 'probe.note', n::text, now() - interval '1 second', jsonb_build_object('mark', 'm' || n) from generate_series(1, 1000) n`,
      [tenant],
      tenant,
    );
    await start();
    await eventually(
      () => probe.marks(tenant),
      (marks) => marks.length >= 1_000,
    );
    expect(new Set(await probe.marks(tenant)).size).toBe(1_000);
  });
}

/** Keeps `hands` tasks busy until released. */
async function blocked(probe: Probe, tenant: string, hands: number): Promise<{ release: () => void }> {
  let release: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => {
    release = resolve;
  });
  for (let i = 0; i < hands; i++) {
    probe.behaviours.set(`block ${i}`, () => wait);
    await probe.note(tenant, `block ${i}`);
  }
  await eventually(
    () => Promise.resolve([...probe.tries.keys()].filter((mark) => mark.startsWith('block'))),
    (marks) => marks.length === hands,
  );
  return { release };
}

test('a pool too small for its workers is refused at the start, in a sentence', async () => {
  const databaseUrl = 'postgres://nobody@127.0.0.1:1/none';
  await expect(createQueueBackend({ databaseUrl, concurrency: 8, poolSize: 4 })).rejects.toThrow(
    `The queue has 4 connections, but 8 tasks at a time need ${poolSizeFor(8)}: allow more, or lower the concurrency.`,
  );
});
