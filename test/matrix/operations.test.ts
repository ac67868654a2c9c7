import { jest } from '@jest/globals';
import { openCompany, openRoom, type Room } from './company.js';
import { coverage } from './coverage.js';
import { deedsOf, references, type Deed } from './deeds.js';
import { ofOneCompany, stuckToday } from './exceptions.js';
import { lines, mayWrite, trialsOf, tryAll, type Trial } from './judge.js';
import { openMachine, type Machine } from './machine.js';
import { anonymous, apiKey, deactivated, expired, forged, person, type Person } from './people.js';
import { tryReferences } from './references.js';
import { graphqlOperations, restOperations, type Operation } from './surfaces.js';
import { allBut, findWorks, singleRights, targetsIn, type Works } from './works.js';

jest.setTimeout(600_000);

let machine: Machine;
let deeds: ReadonlyMap<string, Deed>;
let operations: readonly Operation[];
let works: Works;
let victim: Room;
let stranger: Room;
let own: Room;
let people: readonly Person[];
let given: Awaited<ReturnType<typeof targetsIn>>;
const tried: Trial[] = [];

beforeAll(async () => {
  machine = await openMachine();
  deeds = deedsOf(machine.registry);
  operations = [...restOperations(machine, deeds), ...graphqlOperations(machine, deeds)];
  works = await findWorks(machine, operations, deeds, await openCompany(machine));
  victim = await openCompany(machine);
  stranger = await openCompany(machine);
  people = [
    anonymous,
    await expired(machine, victim),
    await deactivated(machine, victim),
    await forged(machine, victim, stranger),
    await person(machine, stranger, 'admin of another company', { '*': 'all' }),
    await person(machine, victim, 'without a role', {}),
    await person(machine, victim, 'reads own accounts', { 'account:read': 'own' }),
    await apiKey(machine, victim, 'key to read accounts', { 'account:read': 'all' }),
    await person(machine, victim, 'everything own', { '*': 'own' }),
    await person(machine, victim, 'everything of the team', { '*': 'team' }),
    await person(machine, victim, 'everything of his reports', { '*': 'subtree' }),
    await person(machine, victim, 'everything of the territory', { '*': 'territory' }),
    await person(machine, victim, 'everything, less what is denied', {
      '*': 'all',
      'account:read': 'none',
      'lead:*': 'none',
      '*:delete': 'none',
    }),
  ];
  given = await targetsIn(machine, operations, works, victim);
  own = await openRoom(machine, victim.tenantId, people[8]?.userId ?? null);
});
afterAll(() => machine.close());

test('every address is a deed of the definitions or has its reason written down', () => {
  expect(operations.filter(({ deed, access }) => deed === null && access === 'permission').map(({ key }) => key)).toEqual([]);
  expect(operations.length).toBeGreaterThan(400);
});

test('no route is answered that no document names', () => {
  const known = new Set(operations.map(({ key }) => key.replace(/\{(\w+)\}/g, ':$1')));
  const named = (route: string) => known.has(route) || Object.hasOwn(ofOneCompany, route.slice(route.indexOf('/')));
  const unknown = machine.routes.filter((route) => /^(GET|POST|PUT|PATCH|DELETE) \/(v1|public)\//.test(route) && !named(route));
  expect(unknown).toEqual([]);
  expect(machine.routes.length).toBeGreaterThan(200);
});

test('every deed works for somebody who may, by REST and by GraphQL', () => {
  const stuck = [...works.stuck]
    .filter(([{ deed }]) => !Object.hasOwn(stuckToday, deed?.name ?? ''))
    .map(([{ key }, text]) => `${key}: ${text}`);
  expect(stuck).toEqual([]);
  expect(Object.keys(stuckToday).length).toBeLessThanOrEqual(5);
});

const names = [
  'anonymous',
  'expired',
  'deactivated',
  'forged',
  'admin of another company',
  'without a role',
  'reads own accounts',
  'key to read accounts',
  'everything own',
  'everything of the team',
  'everything of his reports',
  'everything of the territory',
  'everything, less what is denied',
];

test.each(names)('nothing is done, read or written that the definitions do not allow: %s', async (name) => {
  const who = people.find((one) => one.name === name);
  if (!who) throw new Error(`There is nobody called ${name}.`);
  const trials = trialsOf(operations, who, given, { room: victim, registry: machine.registry });
  const harmless = trials.filter((trial) => !mayWrite(trial));
  // What he does at home is his own business, as long as nothing of theirs changes.
  const athome = who.tenantId === stranger.tenantId ? trials.filter(mayWrite) : [];
  const findings = await tryAll(machine, harmless, victim);
  if (athome.length > 0) findings.push(...(await tryAll(machine, athome, victim, victim.tenantId)));
  tried.push(...harmless, ...athome);
  expect(lines(findings)).toEqual([]);
});

test('every right there is but the one that is needed is not enough', async () => {
  const rights = singleRights(machine.registry, deeds.values());
  const byRight = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { deed, access } = operation;
    if (deed && access === 'permission') byRight.set(deed.permission, [...(byRight.get(deed.permission) ?? []), operation]);
  }
  const trials: Trial[] = [];
  for (const [right, needing] of byRight) {
    const who = await person(machine, victim, `all but ${right}`, allBut(right, rights));
    trials.push(...trialsOf(needing, who, given, { room: victim, registry: machine.registry }));
  }
  expect(lines(await tryAll(machine, trials, victim))).toEqual([]);
  tried.push(...trials);
});

test('a reference to a row of another company is answered like one to no row at all', async () => {
  const findings = await tryReferences(machine, { operations, works, from: victim, to: stranger, who: people[4] as Person });
  expect(lines(findings)).toEqual([]);
});

test('a reference to a row out of reach is answered like one to no row at all', async () => {
  const findings = await tryReferences(machine, { operations, works, from: victim, to: own, who: people[8] as Person });
  expect(lines(findings)).toEqual([]);
});

test('a reference to a row of a kind one may not read is answered like one to no row at all', async () => {
  const kinds = new Set([...deeds.values()].flatMap((deed) => references(deed).map(([, target]) => target)));
  const found: string[] = [];
  for (const kind of kinds) {
    const who = await person(machine, victim, `everything but reading a ${kind}`, { '*': 'all', [`${kind}:read`]: 'none' });
    const asking = operations.filter(
      ({ deed }) => deed !== null && deed.kind !== 'query' && references(deed).some(([, target]) => target === kind),
    );
    found.push(...lines(await tryReferences(machine, { operations: asking, works, from: victim, to: own, who })));
  }
  expect(found).toEqual([]);
});

afterAll(() => {
  process.stdout.write(coverage({ operations, works, tried }));
});
