import { jest } from '@jest/globals';
import { changedTables, checksum } from './checksum.js';
import { openCompany, type Room } from './company.js';
import { readAttempts, rulesFor, unrefused, writeAttempts } from './fields.js';
import { lines } from './judge.js';
import { openMachine, type Machine } from './machine.js';
import { personWith, type Person } from './people.js';
import { canariesIn } from './samples.js';
import { inParallel, send } from './wire.js';

jest.setTimeout(600_000);

let machine: Machine;
let room: Room;
let blind: Person;
let masked: Person;
let reader: Person;

beforeAll(async () => {
  machine = await openMachine();
  room = await openCompany(machine);
  const of = (right: 'hide' | 'mask' | 'read') =>
    personWith(machine, room, `every field: ${right}`, { permissions: { '*': 'all' }, fieldRules: rulesFor(machine.registry, right) });
  [blind, masked, reader] = [await of('hide'), await of('mask'), await of('read')];
});
afterAll(() => machine.close());

test('a hidden field is not shown, filtered by, ordered by or added up, in any resource', async () => {
  const attempts = await readAttempts(machine, room);
  expect(lines(await unrefused(machine, blind, attempts))).toEqual([]);
  expect(attempts.length).toBeGreaterThan(2_000);
});

test('a masked field is not filtered by, ordered by or added up, in any resource', async () => {
  const attempts = (await readAttempts(machine, room)).filter(({ what }) => !/ (selected|asked for)$/.test(what));
  expect(lines(await unrefused(machine, masked, attempts))).toEqual([]);
});

test('a field that may not be written is not written, in any resource', async () => {
  const attempts = writeAttempts(machine, room);
  const before = await checksum(machine);
  for (const who of [blind, masked, reader]) expect(lines(await unrefused(machine, who, attempts))).toEqual([]);
  expect(changedTables(before, await checksum(machine))).toEqual([]);
  expect(attempts.length).toBeGreaterThan(80);
});

test('rows as a whole come without what is hidden or masked', async () => {
  const listed = [...machine.registry.resources.values()].filter(({ operations }) => operations.includes('list'));
  for (const who of [blind, masked]) {
    const leaks = await inParallel(listed, async ({ name, path }) => {
      const replies = [
        await send(machine, who, { method: 'GET', path: `/v1/${path}` }),
        await send(machine, who, { method: 'GET', path: `/v1/${path}/${room.rows.get(name) ?? ''}` }),
      ];
      return replies.flatMap(({ text, status }) =>
        status !== 200 || canariesIn(text, room.mark).size > 0 ? [`${who.name} ${path} ${status}`] : [],
      );
    });
    expect(leaks.flat()).toEqual([]);
  }
});
