import { jest } from '@jest/globals';
import { openCompany, openRoom, type Room } from './company.js';
import { lines } from './judge.js';
import { hangUp, heardOf, listen, listenable, overheard, touch, until, type Ear } from './live.js';
import { openMachine, type Machine } from './machine.js';
import { anonymous, deactivated, expired, person } from './people.js';

jest.setTimeout(600_000);

let machine: Machine;
let victim: Room;
let other: Room;
let own: Room;
const ears: Record<string, Ear> = {};

beforeAll(async () => {
  machine = await openMachine();
  victim = await openCompany(machine);
  other = await openCompany(machine);
  const narrow = await person(machine, victim, 'everything own', { '*': 'own' });
  own = await openRoom(machine, victim.tenantId, narrow.userId);
  const people = {
    admin: await person(machine, victim, 'admin', { '*': 'all' }),
    stranger: await person(machine, other, 'admin of another company', { '*': 'all' }),
    narrow,
    bare: await person(machine, victim, 'without a role', {}),
    anonymous,
    expired: await expired(machine, victim),
    deactivated: await deactivated(machine, victim),
  };
  for (const [name, who] of Object.entries(people)) ears[name] = await listen(machine, who);
});
afterAll(async () => {
  await hangUp();
  await machine.close();
});

const ear = (name: string): Ear => ears[name] as Ear;
const homes = (): readonly (readonly [Ear, Room])[] => [
  [ear('admin'), victim],
  [ear('stranger'), other],
  [ear('narrow'), own],
];
/** Own rows of resources that have owners; of the others, deletions and changes reach everybody who may read them. */
const hears = (n: number) => listenable(machine).every(({ name }) => homes().every(([one, room]) => heardOf(one, name, room) >= n));

test('who may hears of every resource, and nobody hears of rows he may not see', async () => {
  const resources = listenable(machine);
  expect(resources.length).toBeGreaterThan(40);
  // Nothing says when a subscription has begun but what it tells.
  while (!hears(1)) {
    for (const room of [victim, other, own]) await touch(machine, room, resources);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const before = Math.max(...resources.flatMap(({ name }) => homes().map(([one, room]) => heardOf(one, name, room))));
  await touch(machine, victim, resources);
  // What was to be overheard was on its way before this.
  for (let i = 0; i < 2; i++) {
    for (const room of [victim, other, own]) await touch(machine, room, resources);
  }
  await until(() => hears(before + 1));
  expect(lines([ear('stranger'), ear('narrow'), ear('bare')].flatMap((one) => overheard(machine, one, victim)))).toEqual([]);
});

test('who has no right to read is told so, for every resource', async () => {
  const { refused } = ear('bare');
  await until(() => refused.size === listenable(machine).length);
  expect([...new Set(refused.values())]).toEqual(['access.forbidden']);
});

test.each(['anonymous', 'expired', 'deactivated'])('the line is closed to who cannot prove himself: %s', async (name) => {
  const { refused, told } = ear(name);
  await until(() => refused.size === listenable(machine).length);
  expect([...new Set(refused.values())]).toEqual(['closed']);
  expect(told.size).toBe(0);
});
