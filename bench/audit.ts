// What the audit costs a create, and how fast the chain is made and followed: `npm run bench -- audit`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#app/embedded-postgres.js';
import { provisionTenant } from '#app/auth-wiring.js';
import { allModules } from '#app/modules.js';
import { systemActor } from '#kernel/access/actor.js';
import { changesOf } from '#kernel/audit/changes.js';
import { newRecordKey, sealValues } from '#kernel/audit/record-keys.js';
import { sealAudit } from '#kernel/audit/seal-audit.js';
import { verifyChain } from '#kernel/audit/verify-chain.js';
import { openDatabase } from '#kernel/db/data-source.js';
import { migrate } from '#kernel/db/migrate.js';
import { Runtime } from '#kernel/db/runtime.js';
import { insertStatement, named } from '#kernel/db/statements.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { systemClock } from '#kernel/usecase/clock.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { noPorts } from '#kernel/testing/no-ports.js';

const rounds = 1_500;
const person = {
  lastName: 'Lovelace',
  firstName: 'Ada',
  email: 'ada@example.test',
  phone: '+4930123456',
  address: { street: 'Am Hof 1', postalCode: '53111', city: 'Bonn', country: 'DE' },
  doNotCall: false,
};

/** The statement of a create without what it writes for the audit; its parameters stay. */
function bare(): { name: string; text: string } {
  const { text } = insertStatement(Contact);
  const cut = text
    .replace(/\n, vault as \(insert into kernel\.record_keys [^\n]*?from changed\)/, '')
    .replace(/\n, audit as \(insert into kernel\.audit_entries[\s\S]*? from changed\)(?=\n, event)/, '');
  if (cut === text) throw new Error('The statement has another form.');
  const types: [number, string][] = [
    [3, 'text'],
    [4, 'uuid'],
    [5, 'text'],
    [6, 'text'],
    [8, 'text'],
    [9, 'text'],
    [15, 'uuid'],
    [16, 'text'],
    [17, 'text'],
    [18, 'text'],
    [19, 'text'],
    [20, 'uuid'],
    [21, 'bytea'],
  ];
  const last = Math.max(...[...text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])));
  const casts = [...types, [last, 'bytea'] as const].map(([place, type]) => `$${place}::${type}`).join(', ');
  return named(cut.replace(/\n, event as/, `\n, unused as (select ${casts})\n, event as`));
}

/** How long it takes, in microseconds. */
async function timed(run: () => unknown): Promise<number> {
  const from = performance.now();
  await run();
  return (performance.now() - from) * 1000;
}

const median = (all: readonly number[]): number => Math.round(all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0);

async function measure(runtime: Runtime, tenantId: string): Promise<Record<string, number | string>> {
  const request = { tenantId, actor: systemActor('bench'), cause: { command: 'bench' } };
  const create = () => runtime.withStatement(request, (work) => work.repo(Contact).create(person));
  const key = noPorts.keyFor('record-keys');
  const inNode = () => {
    const { personal } = changesOf(Contact.fields, {}, person);
    const place = { tenantId, recordId: tenantId };
    const made = newRecordKey(key, place);
    return personal && sealValues(made.key, personal, place);
  };
  const client = await runtime.database.pool.lease(tenantId);
  // The very parameters of a create, caught on their way.
  const query = client.query.bind(client);
  const caught: { text: string; values: unknown[] }[] = [];
  await runtime.withStatement(request, (work) => {
    const inner = work.connection.client.query.bind(work.connection.client);
    Object.assign(work.connection.client, { query: (config: { text: string; values: unknown[] }) => (caught.push(config), inner(config)) });
    return work
      .repo(Contact)
      .create(person)
      .finally(() => Object.assign(work.connection.client, { query: inner }));
  });
  const values = caught.find(({ text }) => text === insertStatement(Contact).text)?.values ?? [];
  const fresh = () => values.map((value, i) => (i === 9 ? newId(0) : i === 21 ? newId(typeCode('contact')) : value));
  const [full, less] = [insertStatement(Contact), bare()];
  for (let i = 0; i < 200; i++) {
    await query({ ...full, values: fresh() });
    await query({ ...less, values: fresh() });
    await create();
  }
  // One after the other in turns, so that whatever else the machine does falls on both alike.
  const times: Record<'all' | 'withAudit' | 'without' | 'node', number[]> = { all: [], withAudit: [], without: [], node: [] };
  for (let i = 0; i < rounds; i++) {
    const pair = ['withAudit', 'without'] as const;
    for (const which of i % 2 === 0 ? pair : pair.toReversed())
      times[which].push(await timed(() => query({ ...(which === 'without' ? less : full), values: fresh() })));
    times.all.push(await timed(create));
    times.node.push(await timed(inNode));
  }
  client.release();
  const [all, withAudit, without, node] = [times.all, times.withAudit, times.without, times.node].map(median) as [
    number,
    number,
    number,
    number,
  ];
  const cost = withAudit - without + node;
  return {
    'create µs': all,
    'statement µs': withAudit,
    'without audit µs': without,
    'in Node µs': node,
    'cost of the audit': `${((100 * cost) / (all - cost)).toFixed(1)} %`,
  };
}

async function chain(runtime: Runtime, tenantId: string): Promise<Record<string, number>> {
  const request = { tenantId, actor: systemActor('bench'), cause: { command: 'bench' } };
  const count = 20_000;
  for (let i = 0; i < count; i += 1_000)
    await runtime.withWork(request, (work) =>
      work.repo(Contact).createMany(
        Array.from({ length: 1_000 }, () => person),
        { events: 'none' },
      ),
    );
  const sealing = performance.now();
  let sealed = 0;
  for (let some = 1; some > 0; sealed += some) some = await sealAudit(doorsOf(runtime));
  const verifying = performance.now();
  const { checked, intact } = await runtime.withWork(request, (work) => verifyChain(work));
  if (!intact) throw new Error('The chain is broken.');
  const end = performance.now();
  return {
    'links made a second': Math.round((1000 * sealed) / (verifying - sealing)),
    'links followed a second': Math.round((1000 * checked) / (end - verifying)),
  };
}

export async function benchAudit() {
  const home = mkdtempSync(join(tmpdir(), 'kontor-bench-audit-'));
  const postgres = await startEmbeddedPostgres({ home, durable: true });
  try {
    await migrate(postgres.ownerUrl, join(import.meta.dirname, '..', 'migrations'));
    const registry = buildRegistry(allModules);
    const database = await openDatabase(registry, { url: postgres.appUrl, poolSize: 4 });
    const runtime = new Runtime(registry, database, systemClock, noPorts);
    try {
      const admin = { email: 'bench@example.test', name: 'Bench', password: 'correct horse battery' };
      const tenant = { slug: 'bench', name: 'Bench', currency: 'EUR', timeZone: 'UTC', locale: 'en', admin };
      const { tenantId } = await provisionTenant(runtime, tenant);
      return { ...(await measure(runtime, tenantId)), ...(await chain(runtime, tenantId)) };
    } finally {
      await database.source.destroy();
    }
  } finally {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

if (import.meta.main) console.table([await benchAudit()]);
