import { drain } from '#kernel/jobs/drain.js';
import { failedTasks, purgeFinished, retryTask, taskStats } from '#kernel/jobs/inspect.js';
import { reclaimExpired, ringDue } from '#kernel/jobs/due-tasks.js';
import type { Bell } from '#kernel/jobs/doorbell.js';
import { TaskRunner } from '#kernel/jobs/run-task.js';
import { openProbe, type Probe } from './task-probe.js';

let probe: Probe;
beforeAll(async () => {
  probe = await openProbe();
});
afterAll(() => probe.close());

const everything = { window: 10_000, patienceMs: 30_000 };
const patient = { onFailure: 'retry' } as const;

/** Rings whatever is due and returns the bells of one tenant. */
async function bellsOf(tenantId: string): Promise<Bell[]> {
  return (await ringDue(probe.doors, probe.kit.clock.now(), everything)).filter((bell) => bell.tenantId === tenantId);
}

async function bellOf(tenantId: string): Promise<Bell> {
  const [bell] = await bellsOf(tenantId);
  if (!bell) throw new Error('Nothing is due.');
  return bell;
}

test('a task runs once, however often its key is scheduled and however often it is rung for', async () => {
  const tenant = await probe.tenant();
  for (let i = 0; i < 3; i++) await probe.note(tenant, 'a');
  const bell = await bellOf(tenant);
  const runner = new TaskRunner(probe.kit.runtime);
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => runner.run(bell)));
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
  expect(await runner.run(bell)).toBe('nothing');
  expect(await probe.marks(tenant)).toEqual(['a']);
});

test('a transaction that rolls back leaves no task', async () => {
  const tenant = await probe.tenant();
  const failing = probe.work(tenant, async (work) => {
    await work.schedule(probe.defined.note, { key: 'x', payload: { mark: 'x' } });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await probe.tasks(tenant)).toEqual([]);
});

test('instants of a payload arrive as dates', async () => {
  const tenant = await probe.tenant();
  await probe.note(tenant, 'dated', { at: new Date('2026-03-02T09:00:00Z') });
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual(['dated@2026-03-02T09:00:00.000Z']);
});

test('a task waits for its time, moves only when told so, and can be taken back', async () => {
  const tenant = await probe.tenant();
  const inMinutes = (n: number) => new Date(probe.kit.clock.now().getTime() + n * 60_000);
  await probe.note(tenant, 'first', { key: 'k', dueAt: inMinutes(10) });
  await probe.note(tenant, 'second', { key: 'k', dueAt: inMinutes(0) });
  await probe.note(tenant, 'gone', { dueAt: inMinutes(5) });
  expect(await probe.work(tenant, (work) => work.cancel(probe.defined.note, 'gone'))).toBe(true);
  expect(await probe.work(tenant, (work) => work.cancel(probe.defined.note, 'gone'))).toBe(false);
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual([]);

  await probe.note(tenant, 'moved', { key: 'k', dueAt: inMinutes(20), move: true });
  probe.kit.clock.advance({ minutes: 15 });
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual([]);
  probe.kit.clock.advance({ minutes: 6 });
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual(['moved']);

  await probe.note(tenant, 'too late', { key: 'k', move: true });
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual(['moved']);
});

test('a failed try leaves nothing behind, waits longer each time, and after the last one rests as failed', async () => {
  const tenant = await probe.tenant();
  probe.behaviours.set('poison', () => {
    throw new Error('postgres://kontor:hunter2@db/x said no, password=hunter2\nat secret.ts:1');
  });
  await probe.note(tenant, 'poison');
  await probe.note(tenant, 'innocent');
  await drain(probe.kit.runtime, patient);
  expect(await probe.marks(tenant)).toEqual(['innocent']);
  const [task] = await probe.tasks(tenant);
  expect(task).toMatchObject({ state: 'pending', attempts: 1, last_error: 'Error: postgres://***@db/x said no, password=***' });
  expect((task?.['due_at'] as Date).getTime()).toBeGreaterThan(probe.kit.clock.now().getTime() - 1_000);

  for (let i = 0; i < 4; i++) {
    probe.kit.clock.advance({ minutes: 1 });
    await drain(probe.kit.runtime, patient);
  }
  expect(probe.tries.get('poison')).toBe(3);
  expect((await probe.tasks(tenant))[0]).toMatchObject({ state: 'failed', attempts: 3 });
  expect((await taskStats(probe.doors, probe.kit.clock.now())).failed).toBeGreaterThanOrEqual(1);

  const failed = (await failedTasks(probe.doors)).find((one) => one.tenantId === tenant);
  expect(failed).toMatchObject({ name: 'probe.note', key: 'poison', attempts: 3 });
  probe.behaviours.delete('poison');
  expect(await retryTask(probe.doors, tenant, String(failed?.id), probe.kit.clock.now())).toBe(true);
  expect(await retryTask(probe.doors, tenant, String(failed?.id), probe.kit.clock.now())).toBe(false);
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual(['innocent', 'poison']);
});

test('draining a test tells of a failed job at once', async () => {
  const tenant = await probe.tenant();
  probe.behaviours.set('defect', () => {
    throw new Error('a defect');
  });
  await probe.note(tenant, 'defect');
  await expect(drain(probe.kit.runtime)).rejects.toThrow('a defect');
  probe.behaviours.delete('defect');
});

test('a handler that hangs is stopped, and can do no harm afterwards', async () => {
  const tenant = await probe.tenant();
  let release: () => void = () => undefined;
  probe.behaviours.set('hangs', (attempt) =>
    attempt === 1
      ? new Promise<void>((resolve) => {
          release = resolve;
        })
      : undefined,
  );
  await probe.note(tenant, 'hangs');
  const runner = new TaskRunner(probe.kit.runtime, { limitMs: 100 });
  expect(await runner.run(await bellOf(tenant))).toBe('retry');
  release();
  expect(await probe.marks(tenant)).toEqual([]);
  expect((await probe.tasks(tenant))[0]).toMatchObject({
    state: 'pending',
    attempts: 1,
    last_error: 'OutOfTime: The task probe.note took longer than 100 ms.',
  });
  probe.kit.clock.advance({ minutes: 1 });
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual(['hangs']);
});

test('a task of an unknown name is counted as failed and stays visible', async () => {
  const tenant = await probe.tenant();
  await probe.kit.asOwner(
    `insert into kernel.tasks (tenant_id, id, name, key, due_at, payload) values ($1, gen_random_uuid(), 'probe.removed', 'k', now() - interval '1 day', '{}')`,
    [tenant],
    tenant,
  );
  expect(await new TaskRunner(probe.kit.runtime).run(await bellOf(tenant))).toBe('retry');
  expect((await probe.tasks(tenant))[0]).toMatchObject({ attempts: 1, last_error: 'Error: No module defines the task "probe.removed".' });
  await probe.kit.asOwner('delete from kernel.tasks where tenant_id = $1', [tenant], tenant);
});

test('an effect runs under a lease; when its worker disappears another one tries again and knows that it does', async () => {
  const tenant = await probe.tenant();
  let release: () => void = () => undefined;
  probe.behaviours.set('mail', (attempt) =>
    attempt === 1
      ? new Promise<void>((resolve) => {
          release = resolve;
        })
      : undefined,
  );
  await probe.send(tenant, 'mail');
  const runner = new TaskRunner(probe.kit.runtime);
  const lost = runner.run(await bellOf(tenant));
  while (!probe.tries.get('mail')) await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await probe.tasks(tenant))[0]).toMatchObject({ state: 'running', fence: '1' });
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual([]); // the lease holds

  probe.kit.clock.advance({ minutes: 2 });
  expect(await reclaimExpired(probe.doors, probe.kit.clock.now())).toBe(1);
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual(['mail#2']);
  expect((await probe.tasks(tenant))[0]).toMatchObject({ state: 'done', fence: '2', attempts: 1 });

  release();
  expect(await lost).toBe('nothing'); // its fence is too old to end what is not its own any more
  expect((await probe.tasks(tenant))[0]).toMatchObject({ state: 'done', fence: '2', attempts: 1 });
});

test('an effect that fails is tried again and at last rests as failed', async () => {
  const tenant = await probe.tenant();
  probe.behaviours.set('bounces', () => {
    throw new Error('451 try later');
  });
  await probe.send(tenant, 'bounces');
  for (let i = 0; i < 5; i++) {
    await drain(probe.kit.runtime);
    probe.kit.clock.advance({ minutes: 1 });
  }
  expect(probe.tries.get('bounces')).toBe(3);
  expect((await probe.tasks(tenant))[0]).toMatchObject({ state: 'failed', attempts: 3, last_error: 'Error: 451 try later' });
});

test('a task whose worker dies over it again and again is given up', async () => {
  const tenant = await probe.tenant();
  await probe.note(tenant, 'kills');
  const runner = new TaskRunner(probe.kit.runtime);
  for (const outcome of ['retry', 'retry', 'failed']) {
    expect(await runner.countCrash(await bellOf(tenant))).toBe(outcome);
    probe.kit.clock.advance({ minutes: 1 });
  }
  expect((await probe.tasks(tenant))[0]).toMatchObject({
    state: 'failed',
    attempts: 3,
    last_error: 'Error: The worker that ran this task disappeared.',
  });
});

test('a bell of an earlier try does not count a crash twice', async () => {
  const tenant = await probe.tenant();
  await probe.note(tenant, 'stale');
  const bell = await bellOf(tenant);
  const runner = new TaskRunner(probe.kit.runtime);
  expect(await runner.countCrash(bell)).toBe('retry');
  probe.kit.clock.advance({ minutes: 1 });
  expect(await runner.countCrash(bell)).toBe('nothing');
});

test('tenants take turns: a long queue of one does not hide the others', async () => {
  await drain(probe.kit.runtime, patient);
  const [busy, quiet] = [await probe.tenant(), await probe.tenant()];
  for (let i = 0; i < 30; i++) await probe.note(busy, `b${i}`);
  await probe.note(quiet, 'q');
  const bells = await ringDue(probe.doors, probe.kit.clock.now(), { window: 10, patienceMs: 30_000 });
  expect(bells).toHaveLength(10);
  expect(bells.filter((bell) => bell.tenantId === quiet)).toHaveLength(1);
  expect(await ringDue(probe.doors, probe.kit.clock.now(), { window: 10, patienceMs: 30_000 })).toEqual([]); // the window is full
  await drain(probe.kit.runtime);
  expect(await probe.marks(busy)).toHaveLength(30);
});

test('a bell nobody answers is rung again after a while, but not while somebody works on it', async () => {
  const tenant = await probe.tenant();
  await probe.note(tenant, 'unheard');
  await bellOf(tenant);
  expect(await bellsOf(tenant)).toEqual([]);
  probe.kit.clock.advance({ seconds: 31 });
  await probe.work(tenant, async (work) => {
    await work.exec(`select 1 from kernel.tasks where tenant_id = $1 for update`, [tenant]);
    expect(await bellsOf(tenant)).toEqual([]); // the clock neither waits nor rings
  });
  expect(await bellsOf(tenant)).toHaveLength(1);
});

test('a periodic job runs once a period for every active tenant', async () => {
  const [active, suspended] = [await probe.tenant(), await probe.tenant()];
  await probe.kit.asOwner(`update kernel.tenants set state = 'suspended' where id = $1`, [suspended], suspended);
  const runs = async (tenant: string) =>
    (await probe.kit.asOwner(`select 1 from probe.marks where tenant_id = $1 and mark = 'tidy'`, [tenant])).length;
  for (let i = 0; i < 3; i++) await drain(probe.kit.runtime);
  expect([await runs(active), await runs(suspended)]).toEqual([1, 0]);
  probe.kit.clock.advance({ hours: 5 });
  await drain(probe.kit.runtime);
  expect(await runs(active)).toBe(2); // missed periods are not made up for
});

test('finished tasks and told events go after their time, failed tasks stay', async () => {
  const tenant = await probe.tenant();
  await probe.emit(tenant, 'old');
  await probe.note(tenant, 'old');
  probe.behaviours.set('kept', () => {
    throw new Error('no');
  });
  await probe.note(tenant, 'kept');
  for (let i = 0; i < 4; i++) {
    await drain(probe.kit.runtime, patient);
    probe.kit.clock.advance({ minutes: 1 });
  }
  await purgeFinished(probe.doors, new Date(probe.kit.clock.now().getTime() + 1_000), 10_000);
  expect(await probe.tasks(tenant)).toMatchObject([{ state: 'failed', key: 'kept' }]);
  expect(await probe.kit.asOwner('select 1 from kernel.outbox where tenant_id = $1', [tenant], tenant)).toEqual([]);
});

test('the application role sees the tasks and events of its own tenant only', async () => {
  const [one, other] = [await probe.tenant(), await probe.tenant()];
  await probe.note(other, 'secret');
  await probe.emit(other, 'secret');
  const seen = await probe.work(one, async (work) => [
    await work.exec('select 1 from kernel.tasks where tenant_id = $1', [other]),
    await work.exec('select 1 from kernel.outbox where tenant_id = $1', [other]),
    await work.exec('delete from kernel.tasks where tenant_id = $1', [other]),
  ]);
  expect(seen.map((result) => result.rowCount)).toEqual([0, 0, 0]);
  const smuggled = probe.work(one, (work) =>
    work.exec(
      `insert into kernel.tasks (tenant_id, id, name, key, due_at, payload) values ($1, gen_random_uuid(), 'probe.note', 'k', now(), '{}')`,
      [other],
    ),
  );
  await expect(smuggled).rejects.toThrow(/row-level security/);
  expect(await new TaskRunner(probe.kit.runtime).run({ ...(await bellOf(other)), tenantId: one })).toBe('nothing');
});
