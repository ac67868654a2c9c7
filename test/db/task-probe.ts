import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { systemActor } from '#kernel/access/actor.js';
import { openDatabase } from '#kernel/db/data-source.js';
import { Runtime } from '#kernel/db/runtime.js';
import { sql } from '#kernel/db/sql.js';
import { doorsOf, type TaskWork } from '#kernel/jobs/task-host.js';
import { text, instant } from '#kernel/resource/fields.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { defineEvent } from '#kernel/usecase/define-event.js';
import { defineEffect, defineJob, defineSubscriber } from '#kernel/usecase/define-job.js';
import { defineModule } from '#kernel/usecase/define-module.js';
import type { Work } from '#kernel/usecase/work.js';

/** What a test lets happen while the task of a mark runs, before it leaves its mark. */
type Behaviour = (attempt: number) => Promise<void> | void;

/** A kit with one small module whose tasks do nothing but leave marks in a table, one row each time they take effect. */
export async function openProbe(poolSize = 8): Promise<Probe> {
  const behaviours = new Map<string, Behaviour>();
  const tries = new Map<string, number>();
  const behave = async (mark: string): Promise<void> => {
    const attempt = (tries.get(mark) ?? 0) + 1;
    tries.set(mark, attempt);
    await behaviours.get(mark)?.(attempt);
  };
  const leave = async (work: Work, mark: string): Promise<void> => {
    await work.rows(sql`insert into probe.marks (mark) values (${mark})`);
  };

  const happened = defineEvent('probe.happened', 'Something happened.', { mark: text(200, { required: true }), at: instant() });
  const hears = (name: string) =>
    defineSubscriber({
      name,
      description: 'Leaves a mark.',
      on: [happened],
      run: async ({ payload }, work) => {
        await behave(`${name}:${payload.mark}`);
        await leave(work, `${name}:${payload.mark}`);
      },
    });
  const note = defineJob({
    name: 'probe.note',
    description: 'Leaves a mark.',
    payload: { mark: text(200, { required: true }), at: instant() },
    retry: { attempts: 3, backoffMs: 200 },
    run: async ({ mark, at }, work) => {
      await leave(work, at instanceof Date ? `${mark}@${at.toISOString()}` : mark);
      await behave(mark);
    },
  });
  const tidy = defineJob({
    name: 'probe.tidy',
    description: 'Runs every hour.',
    payload: {},
    everyMinutes: 60,
    run: (_, work) => leave(work, 'tidy'),
  });
  const send = defineEffect({
    name: 'probe.send',
    description: 'Leaves a mark outside of any transaction.',
    payload: { mark: text(200, { required: true }) },
    retry: { attempts: 3, backoffMs: 200 },
    run: async ({ mark }, context) => {
      await behave(mark);
      await context.work((work) => leave(work, `${mark}#${context.attempt}`));
    },
  });
  const module = defineModule({
    name: 'probe',
    description: 'Marks.',
    events: [happened],
    subscribers: [hears('probe.first'), hears('probe.second')],
    jobs: [note, tidy],
    effects: [send],
  });
  const kit = await openKit([module], { poolSize });
  await asSuper(kit, `do $$ begin execute format('grant create on database %I to kontor_owner', current_database()); end $$`);
  await kit.asOwner('create schema probe');
  await kit.asOwner(
    'create table probe.marks (tenant_id uuid not null default kernel.current_tenant(), mark text not null, at timestamptz not null default clock_timestamp())',
  );
  await kit.asOwner('grant usage on schema probe to kontor_app');
  await kit.asOwner('grant select, insert on probe.marks to kontor_app');
  return new Probe(kit, { happened, note, tidy, send }, behaviours, tries);
}

interface Definitions {
  readonly happened: ReturnType<typeof defineEvent<{ mark: ReturnType<typeof text<{ required: true }>>; at: ReturnType<typeof instant> }>>;
  readonly note: ReturnType<typeof defineJob<{ mark: ReturnType<typeof text<{ required: true }>>; at: ReturnType<typeof instant> }>>;
  readonly tidy: ReturnType<typeof defineJob>;
  readonly send: ReturnType<typeof defineEffect<{ mark: ReturnType<typeof text<{ required: true }>> }>>;
}

export class Probe {
  private readonly others: Runtime[] = [];

  constructor(
    readonly kit: Kit,
    readonly defined: Definitions,
    readonly behaviours: Map<string, Behaviour>,
    readonly tries: Map<string, number>,
  ) {}

  get doors() {
    return doorsOf(this.kit.runtime);
  }

  async tenant(): Promise<string> {
    const id = randomUUID();
    await this.kit.asOwner('insert into kernel.tenants (id, slug, name) values ($1, $2, $3)', [id, id, 'Probe'], id);
    return id;
  }

  work<T>(tenantId: string, run: (work: TaskWork) => Promise<T>): Promise<T> {
    return this.kit.runtime.withWork({ tenantId, actor: systemActor('test'), cause: { command: 'test' } }, run);
  }

  /** Another process on the same database. */
  async otherProcess(poolSize = 8): Promise<Runtime> {
    const { registry, ports } = this.kit.runtime;
    const database = await openDatabase(registry, { url: this.kit.urls.app, poolSize });
    const runtime = new Runtime(registry, database, this.kit.clock, ports);
    this.others.push(runtime);
    return runtime;
  }

  note(tenantId: string, mark: string, options: { dueAt?: Date; move?: true; key?: string; at?: Date } = {}): Promise<void> {
    const { key = mark, at, ...rest } = options;
    return this.work(tenantId, (work) => work.schedule(this.defined.note, { key, payload: { mark, at }, ...rest }));
  }

  send(tenantId: string, mark: string): Promise<void> {
    return this.work(tenantId, (work) => work.schedule(this.defined.send, { key: mark, payload: { mark } }));
  }

  emit(tenantId: string, mark: string): Promise<string> {
    return this.work(tenantId, (work) => work.emit(this.defined.happened, { mark }));
  }

  /** Every effect a tenant's tasks have had, in order of the alphabet; one that took effect twice is there twice. */
  async marks(tenantId: string): Promise<string[]> {
    const rows = await this.kit.asOwner('select mark from probe.marks where tenant_id = $1 order by mark', [tenantId]);
    return rows.map((row) => String(row['mark'])).filter((mark) => mark !== 'tidy');
  }

  async tasks(tenantId: string): Promise<Record<string, unknown>[]> {
    return this.kit.asOwner(
      `select * from kernel.tasks where tenant_id = $1 and name <> 'probe.tidy' order by created_at, id`,
      [tenantId],
      tenantId,
    );
  }

  async close(): Promise<void> {
    for (const runtime of this.others) await runtime.database.source.destroy();
    await this.kit.close();
  }
}

/** SQL as the superuser: what an operator of the server may do, such as cutting connections. */
export async function asSuper(kit: Kit, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: kit.urls.super });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Waits until `holds`, and fails with what it saw last when that takes too long. */
export async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean, withinMs = 240_000): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > until) throw new Error(`Not within ${withinMs} ms; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
