import { jest } from '@jest/globals';
import { openCompany, openRoom, type Room } from './company.js';
import { lines } from './judge.js';
import { openMachine, type Machine } from './machine.js';
import { person, type Person } from './people.js';
import { followAs, followRelations, probe } from './reads.js';

jest.setTimeout(600_000);

let machine: Machine;
let victim: Room;
let stranger: Person;
let narrow: Person;
const asked: Record<string, number> = {};

beforeAll(async () => {
  machine = await openMachine();
  victim = await openCompany(machine);
  const other = await openCompany(machine);
  stranger = await person(machine, other, 'admin of another company', { '*': 'all' });
  narrow = await person(machine, victim, 'everything own', { '*': 'own' });
  await openRoom(machine, victim.tenantId, narrow.userId);
});
afterAll(async () => {
  process.stdout.write(
    `\nReads: ${Object.entries(asked)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ')}\n`,
  );
  await machine.close();
});

test('no filter, order or count tells anything of another company', async () => {
  const { asked: n, findings } = await probe(machine, stranger, victim);
  asked['questions from another company'] = n;
  expect(lines(findings)).toEqual([]);
  expect(n).toBeGreaterThan(1_500);
});

test('no filter, order or count tells anything of rows out of reach', async () => {
  const { asked: n, findings } = await probe(machine, narrow, victim);
  asked['questions about rows out of reach'] = n;
  expect(lines(findings)).toEqual([]);
  expect(n).toBeGreaterThan(800);
});

test('what a row leads to is refused to who may read the row only', async () => {
  const { asked: n, findings } = await followRelations(machine, victim);
  asked['relations without the right to follow'] = n;
  expect(lines(findings)).toEqual([]);
  expect(n).toBeGreaterThan(100);
});

test('what a row leads to shows nothing of another company and nothing out of reach', async () => {
  for (const who of [stranger, narrow]) {
    const { asked: n, findings } = await followAs(machine, who, victim);
    asked[`relations followed (${who.name})`] = n;
    expect(lines(findings)).toEqual([]);
  }
});
