import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { drain } from '#kernel/jobs/drain.js';
import { taskStats } from '#kernel/jobs/inspect.js';
import { EventFeed, type FeedEvent } from '#kernel/outbox/listen.js';
import { relayOutbox, subscriptionsOf } from '#kernel/outbox/relay.js';
import { insertEvents } from '#kernel/outbox/write.js';
import { asSuper, eventually, openProbe, type Probe } from './task-probe.js';

let probe: Probe;
beforeAll(async () => {
  probe = await openProbe();
});
afterAll(() => probe.close());

const relay = (limit?: number) => relayOutbox(probe.doors, subscriptionsOf(probe.kit.runtime.registry), probe.kit.clock.now(), limit);

async function relayAll(): Promise<void> {
  while ((await relay()) > 0);
}

const manyEvents = (tenantId: string, count: number) =>
  probe.work(tenantId, (work) =>
    insertEvents(
      work.exec,
      Array.from({ length: count }, (_, i) => ({
        tenantId,
        id: randomUUID(),
        type: 'probe.happened',
        subject: { resource: 'probe', id: randomUUID() },
        payload: { mark: `m${i}` },
        actor: { kind: 'system' },
        cause: null,
        occurredAt: new Date(),
      })),
    ),
  );

test('every subscriber hears an event once, also when several relays run at the same time', async () => {
  const tenant = await probe.tenant();
  await manyEvents(tenant, 300);
  const told = await Promise.all(Array.from({ length: 5 }, () => relay(100)));
  expect(told.reduce((sum, n) => sum + n)).toBe(300);
  expect(await relay()).toBe(0);
  expect(await probe.tasks(tenant)).toHaveLength(600);
  await drain(probe.kit.runtime);
  const marks = await probe.marks(tenant);
  expect(marks).toHaveLength(600);
  expect(new Set(marks).size).toBe(600);
});

test('an event of a transaction that rolls back is never told', async () => {
  const tenant = await probe.tenant();
  await expect(
    probe.work(tenant, async (work) => {
      await work.emit(probe.defined.happened, { mark: 'never' });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual([]);
});

test('one subscriber that fails does not keep another from hearing', async () => {
  const tenant = await probe.tenant();
  probe.behaviours.set('probe.first:split', () => {
    throw new Error('deaf');
  });
  await probe.emit(tenant, 'split');
  await drain(probe.kit.runtime, { onFailure: 'retry' });
  expect(await probe.marks(tenant)).toEqual(['probe.second:split']);
  probe.behaviours.delete('probe.first:split');
  probe.kit.clock.advance({ minutes: 1 });
  await drain(probe.kit.runtime);
  expect(await probe.marks(tenant)).toEqual(['probe.first:split', 'probe.second:split']);
});

test('an event nobody hears is told all the same and leaves no task', async () => {
  const tenant = await probe.tenant();
  await probe.work(tenant, (work) =>
    insertEvents(work.exec, [
      {
        tenantId: tenant,
        id: randomUUID(),
        type: 'probe.unheard',
        subject: null,
        payload: {},
        actor: {},
        cause: null,
        occurredAt: new Date(),
      },
    ]),
  );
  await relayAll();
  expect(await probe.tasks(tenant)).toEqual([]);
  expect((await taskStats(probe.doors, probe.kit.clock.now())).outboxWaiting).toBe(0);
});

test('a job that hears events is told of each once, of all of a round and tenant together', async () => {
  const tenants = [await probe.tenant(), await probe.tenant()];
  for (const tenant of tenants) await manyEvents(tenant, 120);
  const hearing = {
    types: [],
    subscribers: [],
    gatheredTypes: ['probe.*', 'other.happened'],
    gatherers: ['probe.gather', 'probe.gather'],
    quiet: [],
  };
  await Promise.all(Array.from({ length: 4 }, () => relayOutbox(probe.doors, hearing, probe.kit.clock.now(), 60)));
  for (const tenant of tenants) {
    const tasks = await probe.kit.asOwner(`select payload -> 'events' as events from kernel.tasks where name = 'probe.gather'`, [], tenant);
    const events = await probe.kit.asOwner('select id from kernel.outbox', [], tenant);
    const heard = tasks.flatMap((task) => task['events'] as string[]);
    expect(heard.toSorted()).toEqual(events.map(({ id }) => String(id)).toSorted());
    expect(tasks.length).toBeLessThanOrEqual(4);
    await probe.kit.asOwner(`delete from kernel.tasks where name = 'probe.gather'`, [], tenant);
  }
});

test('what has happened cannot be changed by the application', async () => {
  const tenant = await probe.tenant();
  await probe.emit(tenant, 'fact');
  await expect(probe.work(tenant, (work) => work.exec(`update kernel.outbox set payload = '{}'`, []))).rejects.toThrow(/permission denied/);
  await expect(probe.work(tenant, (work) => work.exec('delete from kernel.outbox', []))).rejects.toThrow(/permission denied/);
  await drain(probe.kit.runtime);
});

describe('the feed of events', () => {
  let feed: EventFeed;
  let seen: FeedEvent[];
  beforeEach(async () => {
    await relayAll();
    seen = [];
    feed = new EventFeed({ databaseUrl: probe.kit.urls.app, checkEveryMs: 50 });
    feed.onEvent((event) => seen.push(event));
    await feed.start();
  });
  afterEach(() => feed.stop());

  const seenIds = () => Promise.resolve(seen.map((event) => event.id));
  const cutFeed = () =>
    asSuper(
      probe.kit,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kontor-feed' and datname = current_database()`,
    );

  test('tells type, subject and tenant of each event, many at a time', async () => {
    const tenant = await probe.tenant();
    await manyEvents(tenant, 500);
    await relayAll();
    await eventually(seenIds, (ids) => ids.length === 500);
    expect(new Set(await seenIds()).size).toBe(500);
    expect(seen[0]).toMatchObject({ tenantId: tenant, type: 'probe.happened', resource: 'probe' });
    expect(Object.keys(seen[0] ?? {}).sort()).toEqual(['id', 'resource', 'subjectId', 'tenantId', 'type']);
  });

  test('a listener that throws does not harm the others', async () => {
    const heard: string[] = [];
    feed.onEvent(() => {
      throw new Error('a defect');
    });
    const end = feed.onEvent((event) => heard.push(event.id));
    const id = await probe.emit(await probe.tenant(), 'x');
    await relayAll();
    await eventually(
      () => Promise.resolve(heard),
      (ids) => ids.includes(id),
    );
    end();
    await probe.emit(await probe.tenant(), 'y');
    await relayAll();
    await eventually(seenIds, (ids) => ids.length === 2);
    expect(heard).toEqual([id]);
  });

  test('loses nothing while its connection is down, not even what a long transaction tells late', async () => {
    const tenant = await probe.tenant();
    const late = new pg.Client({ connectionString: probe.kit.urls.app });
    await late.connect();
    await late.query(`select set_config('app.tenant_id', $1, false)`, [tenant]);
    await late.query('begin');
    const lateId = randomUUID();
    await insertEvents(
      (text, values) => late.query<Record<string, unknown>>(text, values),
      [
        {
          tenantId: tenant,
          id: lateId,
          type: 'probe.happened',
          subject: null,
          payload: { mark: 'late' },
          actor: {},
          cause: null,
          occurredAt: new Date(),
        },
      ],
    );
    const early = await probe.emit(tenant, 'early');
    await relayAll();
    await eventually(seenIds, (ids) => ids.includes(early));
    await new Promise((resolve) => setTimeout(resolve, 200)); // several moves of the position, all held back by the open transaction

    await cutFeed();
    const during = await probe.emit(tenant, 'during');
    await late.query('commit');
    await late.end();
    await relayAll();
    await eventually(seenIds, (ids) => ids.includes(during) && ids.includes(lateId));

    await new Promise((resolve) => setTimeout(resolve, 300));
    await cutFeed();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = await probe.emit(tenant, 'after');
    await relayAll();
    await eventually(seenIds, (ids) => ids.includes(after));
    const ids = await seenIds();
    expect(ids).toHaveLength(new Set(ids).size);
    await drain(probe.kit.runtime);
  });
});
