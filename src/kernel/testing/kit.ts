import { createHash, createHmac, randomUUID } from 'node:crypto';
import pg from 'pg';
import { reachesNobody, systemActor, type Actor, type FieldRights, type Permissions, type Reached } from '../access/actor.js';
import { openDatabase } from '../db/data-source.js';
import type { OpenWork } from '../db/open-work.js';
import { Runtime } from '../db/runtime.js';
import { FolderFileStore } from '../files/folder-file-store.js';
import type { Mailer, OutgoingMail, Ports } from '../ports/ports.js';
import type { InputOf, Fields } from '../resource/fields.js';
import { newId, typeCode } from '../resource/ids.js';
import { buildRegistry } from '../resource/registry.js';
import type { UseCase } from '../usecase/define-command.js';
import type { ModuleSpec } from '../usecase/define-module.js';
import { Runner, type Call } from '../usecase/runner.js';
import { drain } from '../jobs/drain.js';
import { testFolder } from './test-folder.js';

/** Where the test run's PostgreSQL is; set by the global set-up. */
interface TestServer {
  readonly superUrl: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly template: string;
}

export class TestClock {
  private offset = 0;
  private fixed: Date | null = null;

  now(): Date {
    return this.fixed ?? new Date(Date.now() + this.offset);
  }
  /** From now on it is `at`, until advanced. */
  set(at: Date): void {
    this.fixed = at;
  }
  advance({ days = 0, hours = 0, minutes = 0, seconds = 0 }: { days?: number; hours?: number; minutes?: number; seconds?: number }): void {
    const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
    if (this.fixed) this.fixed = new Date(this.fixed.getTime() + ms);
    else this.offset += ms;
  }
}

export interface KitOptions {
  /** Ports that replace the kit's own (which keep mails in `kit.mails` and fill templates with nothing). */
  readonly ports?: Partial<Ports>;
  readonly poolSize?: number;
}

/** A database of its own, cloned from the migrated template, with the kernel running on it. */
export async function openKit(modules: readonly ModuleSpec[], options: KitOptions = {}): Promise<Kit> {
  const server = JSON.parse(process.env['TEST_PG'] ?? 'null') as TestServer | null;
  if (!server) throw new Error('TEST_PG is not set: run the tests with `npm test`, whose set-up starts PostgreSQL.');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await admin(server.superUrl, `create database ${name} template ${server.template} strategy file_copy`);
  const urls = {
    app: withDatabase(server.appUrl, name),
    owner: withDatabase(server.ownerUrl, name),
    super: withDatabase(server.superUrl, name),
  };
  const registry = buildRegistry(modules);
  // On a busy machine fifty callers at once may take a while.
  const database = await openDatabase(registry, { url: urls.app, poolSize: options.poolSize ?? 8, patienceMs: 60_000 });
  const clock = new TestClock();
  const mails: OutgoingMail[] = [];
  const runtime = new Runtime(registry, database, clock, { ...testPorts(mails), ...options.ports });
  const close = async () => {
    await database.source.destroy();
    await admin(server.superUrl, `drop database if exists ${name} with (force)`);
  };
  return new Kit({ runtime, clock, urls, mails, close });
}

interface KitParts {
  readonly runtime: Runtime;
  readonly clock: TestClock;
  readonly urls: { readonly app: string; readonly owner: string; readonly super: string };
  /** Mails the kit's own mailer took. */
  readonly mails: OutgoingMail[];
  readonly close: () => Promise<void>;
}

export class Kit implements KitParts {
  readonly runner: Runner;
  readonly runtime: Runtime;
  readonly clock: TestClock;
  readonly urls: KitParts['urls'];
  readonly mails: OutgoingMail[];
  readonly close: () => Promise<void>;

  constructor(parts: KitParts) {
    this.runtime = parts.runtime;
    this.clock = parts.clock;
    this.urls = parts.urls;
    this.mails = parts.mails;
    this.close = parts.close;
    this.runner = new Runner(parts.runtime);
  }

  /** A fresh tenant: the tenant wall is what isolates tests. */
  async tenant(values: { currency?: string; timeZone?: string; locale?: string } = {}): Promise<TestTenant> {
    const id = newId(typeCode('tenant'));
    await this.asOwner(
      `insert into kernel.tenants (id, slug, name, currency, time_zone, locale) values ($1, $2, $3, $4, $5, $6)`,
      [id, `t-${id.slice(-12)}`, 'Test tenant', values.currency ?? 'EUR', values.timeZone ?? 'Europe/Berlin', values.locale ?? 'de'],
      id,
    );
    const tenant = new TestTenant(this, id);
    await tenant.start();
    return tenant;
  }

  /** SQL as the owner of the tables, with the wall set to `tenantId` when given. */
  async asOwner(text: string, values: unknown[] = [], tenantId?: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.urls.owner });
    await client.connect();
    try {
      if (tenantId) await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId]);
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Relays the outbox and runs everything due, until nothing is left. */
  drain(): Promise<void> {
    return drain(this.runtime);
  }
}

export class TestTenant {
  /** A user with all rights. */
  admin: Actor = systemActor('not started');

  constructor(
    private readonly kit: Kit,
    readonly id: string,
  ) {}

  async start(): Promise<void> {
    this.admin = (await this.user({ permissions: { '*': 'all' }, name: 'Admin' })).actor;
  }

  /** A new user of this tenant with just these rights. */
  async user(options: {
    permissions: Permissions;
    name?: string;
    email?: string;
    teamUserIds?: readonly string[];
    fieldRights?: FieldRights;
    /** What his reaches come down to, besides himself. */
    reached?: Partial<Reached>;
  }): Promise<{ id: string; actor: Actor }> {
    const User = this.kit.runtime.registry.resource('user');
    const email = options.email ?? `u${randomUUID().slice(0, 8)}@example.test`;
    const row = await this.work((work) => work.repo(User).create({ name: options.name ?? 'Test user', email }), systemActor('test'));
    const id = row.id;
    const shape = createHash('sha1')
      .update(JSON.stringify([options.permissions, options.fieldRights ?? {}, options.reached ?? {}]))
      .digest('hex');
    const actor: Actor = {
      kind: 'user',
      id,
      label: email,
      userId: id,
      permissions: options.permissions,
      fieldRights: options.fieldRights ?? {},
      ...reachesNobody,
      ownUserIds: [id],
      principalIds: [id],
      teamUserIds: [id, ...(options.teamUserIds ?? [])],
      subtreeUserIds: [id],
      ...options.reached,
      shape,
    };
    return { id, actor };
  }

  /** Runs a command or query as the admin, or as `actor`. */
  async run<I extends Fields, O extends Fields>(
    useCase: UseCase<I, O>,
    input: InputOf<I>,
    actor: Actor = this.admin,
    call: Partial<Call> = {},
  ): Promise<InputOf<O>> {
    const { result } = await this.kit.runner.run(useCase, input, { tenantId: this.id, actor, ...call });
    return result;
  }

  /** One transaction. */
  work<T>(fn: (work: OpenWork) => Promise<T>, actor: Actor = this.admin): Promise<T> {
    return this.kit.runtime.withWork({ tenantId: this.id, actor, cause: { command: 'test' } }, fn);
  }
}

function testPorts(mails: OutgoingMail[]): Ports {
  const mailer: Mailer = {
    send: async (mail, handOver) => {
      if (!(await handOver())) return { outcome: 'deferred', response: 'not handed over' };
      mails.push(mail);
      return { outcome: 'accepted', response: '250 kept by the test kit' };
    },
  };
  const sign = (purpose: string, text: string) => createHmac('sha256', `test ${purpose}`).update(text).digest('base64url');
  return {
    mailer,
    templates: { render: (template) => Promise.resolve({ subject: template.subject, html: template.mjml, text: template.text ?? '' }) },
    files: new FolderFileStore(testFolder(), { fileBytes: 1_000_000, tenantBytes: 3_000_000 }),
    publicUrl: 'http://127.0.0.1:3000',
    sign,
    verify: (purpose, text, signature) => sign(purpose, text) === signature,
    keyFor: (purpose) => createHash('sha256').update(`test ${purpose}`).digest(),
  };
}

async function admin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.toString();
}
