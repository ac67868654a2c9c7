import { jest } from '@jest/globals';
import { Runtime } from '#kernel/db/runtime.js';
import type { TenantPool } from '#kernel/db/tenant-pool.js';
import { openCompany, type Room } from './company.js';
import { changedTables, checksum } from './checksum.js';
import { deedsOf } from './deeds.js';
import { doors, withoutTenant } from './exceptions.js';
import { openMachine, type Machine } from './machine.js';
import { person } from './people.js';
import { anyRow, prepared } from './recipes.js';
import { canariesIn } from './samples.js';
import { graphqlOperations, restOperations } from './surfaces.js';
import { breachesOf, doorsIn, tablesOf } from './walls.js';
import { inParallel, send } from './wire.js';

jest.setTimeout(600_000);

let machine: Machine;
let victim: Room;
let other: Room;
/** Set while the application is made to believe that it serves the victim, on a connection of the other company. */
let twisted = false;

beforeAll(async () => {
  machine = await openMachine({ runtime: (runtime) => onWrongConnections(runtime, () => (twisted ? other.tenantId : null)) });
  victim = await openCompany(machine);
  other = await openCompany(machine);
});
afterAll(() => machine.close());

/** The application's own filter says the tenant it was asked by; the wall of the connection says another. */
function onWrongConnections({ registry, database, clock, ports }: Runtime, tenant: () => string | null): Runtime {
  const pool = Object.create(database.pool) as TenantPool;
  pool.lease = (tenantId) => database.pool.lease(tenant() ?? tenantId);
  return new Runtime(registry, { ...database, pool }, clock, ports);
}

test('every table either has a tenant, walled off for its owner too, or is on the list of those that need none', async () => {
  const { walled, open } = await tablesOf(machine);
  expect(walled.filter(({ forced, tenantRequired }) => !forced || !tenantRequired).map(({ name }) => name)).toEqual([]);
  expect(open).toEqual(Object.keys(withoutTenant).sort());
  expect(walled.length).toBeGreaterThan(50);
});

test('functions with more rights than their caller are known, each with its reason', async () => {
  expect(await doorsIn(machine)).toEqual(Object.keys(doors).sort());
});

const sessions: readonly [string, () => string | null][] = [
  ['no tenant', () => null],
  ['another tenant', () => other.tenantId],
];

test.each(sessions)('plain SQL of the application on a connection of %s reaches no row of any table', async (_name, session) => {
  const { walled } = await tablesOf(machine);
  expect(await breachesOf(machine, walled, victim.tenantId, session())).toEqual([]);
});

test('the rows the walls stand before are there', async () => {
  const sums = await checksum(machine, victim.tenantId);
  const filled = [...machine.registry.resources.values()].filter(({ table }) => !sums.get(table)?.startsWith('0 '));
  expect(filled.length).toBe(machine.registry.resources.size);
});

test('with the application taken in about whom it serves, the wall alone lets nothing out and nothing in', async () => {
  const deeds = deedsOf(machine.registry);
  const operations = [...restOperations(machine, deeds), ...graphqlOperations(machine, deeds)].filter(
    ({ deed, access }) => deed && access !== 'public',
  );
  const admin = await person(machine, victim, 'admin', { '*': 'all' });
  // Standing is looked up by sign-in, which is not taken in, so that requests reach the application.
  const given = await inParallel(operations, async (operation) =>
    operation.deed
      ? prepared(
          machine,
          operation.deed,
          { ...anyRow, make: (room) => Promise.resolve(room.rows.get(operation.deed?.resource?.name ?? '') ?? null) },
          victim,
        )
      : {},
  );
  const before = await checksum(machine, victim.tenantId);
  twisted = true;
  const replies = await inParallel(operations, async (operation) =>
    send(machine, admin, operation.ask(given[operations.indexOf(operation)] ?? {})),
  );
  twisted = false;
  const leaks = replies.flatMap(({ text }, i) =>
    [...canariesIn(text, victim.mark)].filter((owner) => !owner.startsWith('in_')).map((owner) => `${operations[i]?.key}: ${owner}`),
  );
  expect(leaks).toEqual([]);
  expect(changedTables(before, await checksum(machine, victim.tenantId))).toEqual([]);
  expect(replies.filter(({ code }) => code?.startsWith('auth.')).length).toBe(0);
});
