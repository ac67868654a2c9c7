import { jest } from '@jest/globals';
import type { Principal } from '#api/auth/principal.js';
import type { Actor, Permissions } from '#kernel/access/actor.js';
import { knownPermissions } from '#kernel/access/known-permissions.js';
import { uniqueName } from './company.js';
import { lines, type Finding } from './judge.js';
import { hangUp } from './live.js';
import { openMachine, type Machine } from './machine.js';
import { keyOf, person, signedIn, type Person } from './people.js';
import { isFull } from './reads.js';
import { askCan, askLists, askWrites, type Class, type Scope } from './scopes.js';
import { askLive } from './scopes-live.js';
import { askQuestions, askRelations, truthOf, type Truth } from './truths.js';
import { send } from './wire.js';
import { openWorld, type World } from './world.js';

jest.setTimeout(600_000);

let machine: Machine;
let world: World;
let admin: Person;
let me: Awaited<ReturnType<typeof signedIn>>;
let truth: Truth;
let roleId = '';
const asked: Record<string, number> = {};
/** Stands between sign-in and everything that asks who it is. */
let hole: Hole | null = null;

beforeAll(async () => {
  machine = await openMachine();
  world = await openWorld(machine);
  admin = await person(machine, world.room, 'admin', { '*': 'all' });
  me = await signedIn(machine, world.room, world.me);
  roleId = await world.room.work(async (work) => {
    const role = await work.repo(work.resource('role')).create({ key: uniqueName('r'), name: 'Of the middle', permissions: {} });
    await work.repo(work.resource('role_assignment')).create({ userId: world.me, roleId: role.id });
    return role.id;
  });
  truth = await truthOf(machine, world, admin);
  throughHole();
});
afterAll(async () => {
  await hangUp();
  process.stdout.write(
    `\nScopes: ${Object.entries(asked)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ')}\n`,
  );
  expect(machine.defects).toEqual([]);
  await machine.close();
});

function throughHole(): void {
  const { authenticator } = machine.auth;
  const [recall, authenticate] = [authenticator.recall.bind(authenticator), authenticator.authenticate.bind(authenticator)];
  const changed = (principal: Principal): Principal =>
    hole && principal.actor.userId === world.me
      ? { ...principal, actor: { ...hole.hole(principal.actor), shape: `planted ${hole.what}` } }
      : principal;
  authenticator.recall = (header, address) => {
    const known = recall(header, address);
    return known && changed(known);
  };
  authenticator.authenticate = async (header, address) => changed(await authenticate(header, address));
}

/** The one role of the one in the middle, from now on. */
async function hold({ permissions, denies = [] }: Held): Promise<void> {
  const { status, text } = await send(machine, admin, { method: 'PATCH', path: `/v1/roles/${roleId}`, body: { permissions, denies } });
  if (status !== 200) throw new Error(text);
}

interface Held {
  readonly name: string;
  readonly permissions: Permissions;
  readonly denies?: readonly string[];
}
const classOf = ({ name, permissions, denies = [] }: Held): Class => ({
  name,
  permissions: { ...permissions, ...Object.fromEntries(denies.map((right) => [right, 'none' as const])) },
});

/** This right to every resource that knows it. */
const deniedAll = (verb: 'read' | 'update'): string[] => {
  const known = knownPermissions(machine.registry);
  return [...machine.registry.resources.keys()].map((name) => `${name}:${verb}`).filter((right) => known.has(right));
};

const reaching: readonly Held[] = [
  { name: 'own', permissions: { '*': 'own' } },
  { name: 'team', permissions: { '*': 'team' } },
  { name: 'subtree', permissions: { '*': 'subtree' } },
  { name: 'territory', permissions: { '*': 'territory' } },
  { name: 'all of these', permissions: { '*': 'team+subtree+territory' } },
  { name: 'all', permissions: { '*': 'all' } },
  { name: 'team to read, own to do', permissions: { '*': 'own', '*:read': 'team' } },
];

async function askAll(scope: Scope): Promise<Finding[]> {
  const parts = {
    lists: () => askLists(scope),
    'rows told what can be done': () => askCan(scope),
    writes: () => askWrites(scope),
    'filters and orders': () => askQuestions(scope, truth),
    relations: () => askRelations(scope, truth),
    subscriptions: () => askLive(scope),
  };
  const findings: Finding[] = [];
  for (const [name, ask] of Object.entries(parts)) {
    const { asked: n, findings: found } = await ask();
    asked[name] = (asked[name] ?? 0) + n;
    findings.push(...found);
  }
  return findings;
}

const scopeOf = (held: Class, turn: number, who: Person = me): Scope => ({ machine, world, who, held, turn, of: isFull ? 1 : 8 });

test.each(reaching.map((held, turn) => ({ ...held, turn })))(
  'a right of reach $name shows its rows and no others, by every way',
  async (held) => {
    await hold(held);
    expect(lines(await askAll(scopeOf(classOf(held), held.turn)))).toEqual([]);
  },
);

test('what a key is narrowed to counts for the key', async () => {
  await hold({ name: 'all', permissions: { '*': 'all' } });
  const held: Held = { name: 'key of reach team+territory', permissions: { '*': 'team+territory' } };
  const key = await keyOf(machine, world.room, me, held);
  expect(lines(await askAll(scopeOf(classOf(held), reaching.length, key)))).toEqual([]);
});

test('an explicit denial takes away what everything gives: of reading all of it, of writing the writing', async () => {
  for (const [turn, verb] of (['read', 'update'] as const).entries()) {
    const held: Held = { name: `all but denied to ${verb}`, permissions: { '*': 'all' }, denies: deniedAll(verb) };
    await hold(held);
    expect(lines(await askAll(scopeOf(classOf(held), turn)))).toEqual([]);
  }
});

interface Hole {
  readonly what: string;
  readonly held: Held;
  readonly hole: (actor: Actor) => Actor;
  readonly found: string;
}
/** One way in which each kind of reach could be got wrong, and what of it comes to light. */
const holes: readonly Hole[] = [
  {
    what: 'own: those of a colleague count as own',
    held: { name: 'own', permissions: { '*': 'own' } },
    hole: (actor) => ({ ...actor, ownUserIds: [...actor.ownUserIds, world.people.get('mate') ?? ''] }),
    found: 'leak of a mate',
  },
  {
    what: 'team: the teams below are forgotten',
    held: { name: 'team', permissions: { '*': 'team' } },
    hole: (actor) => ({ ...actor, teamUserIds: actor.teamUserIds.filter((id) => id !== world.people.get('below')) }),
    found: 'missing of a team below',
  },
  {
    what: 'subtree: somebody who reports to another',
    held: { name: 'subtree', permissions: { '*': 'subtree' } },
    hole: (actor) => ({ ...actor, subtreeUserIds: [...actor.subtreeUserIds, world.people.get('mate') ?? ''] }),
    found: 'leak of a mate',
  },
  {
    what: 'territory: none',
    held: { name: 'territory', permissions: { '*': 'territory' } },
    hole: (actor) => ({ ...actor, territoryIds: [] }),
    found: 'missing in his territory, in a territory below',
  },
  {
    what: 'all: no more than his own',
    held: { name: 'all', permissions: { '*': 'all' } },
    hole: (actor) => ({ ...actor, permissions: { '*': 'own' } }),
    found:
      'missing of a mate, of a team below, of a report, of the report of a report, in his territory, in a territory below, no longer shared, of somebody far away, of nobody',
  },
  {
    what: 'shares: they are forgotten',
    held: { name: 'own to see, all to take away', permissions: { '*': 'own', '*:export': 'all' } },
    hole: (actor) => ({ ...actor, principalIds: [] }),
    found: 'missing shared with him, shared with his team to write',
  },
];

/** What comes to light of the accounts while something is wrong with who asks. */
async function throughTheHole(planted: Hole): Promise<Finding[]> {
  await hold(planted.held);
  hole = planted;
  try {
    return (await askLists({ ...scopeOf(classOf(planted.held), 0), only: ['account'] })).findings;
  } finally {
    hole = null;
  }
}
const everyWay = ['GraphQL by global ids', 'GraphQL list', 'GraphQL one by one', 'REST list', 'export'].map((way) => `account by ${way}`);

test.each(holes)('found by every list: $what', async (planted) => {
  const findings = await throughTheHole(planted);
  expect(findings.map(({ operation }) => operation).sort()).toEqual(everyWay);
  expect(findings.map(({ kind, detail }) => `${kind} ${detail}`)).toContain(planted.found);
});

test('found by every list: a denial that is not heard', async () => {
  const held: Held = { name: 'denied', permissions: { '*': 'all' }, denies: ['account:read'] };
  const findings = await throughTheHole({ what: 'denial', held, hole: (actor) => ({ ...actor, permissions: { '*': 'all' } }), found: '' });
  expect(findings.map(({ operation, kind }) => `${kind} ${operation}`).sort()).toEqual(everyWay.map((way) => `leak ${way}`));
});

test('found: a share to read that lets write', async () => {
  await hold({ name: 'own', permissions: { '*': 'own' } });
  const scope = { ...scopeOf({ name: 'own', permissions: { '*': 'own' } }, 0), of: 1, only: ['account'] };
  const setLevel = (from: string, to: string) =>
    world.room.work((work) =>
      work.exec(
        `update kernel.record_shares set level = $2, reason = 'planted' where resource = 'account' and level = $1 and until is null
        and ($1 = 'read' or reason = 'planted')`,
        [from, to],
      ),
    );
  await setLevel('read', 'write');
  const found = [...(await askCan(scope)).findings, ...(await askWrites(scope)).findings];
  await setLevel('write', 'read');
  expect(found.map(({ kind, operation }) => `${kind} ${operation}`)).toEqual([
    'leak account shared with him can update',
    'leak account shared with him written',
  ]);
});

test('the fast doors have answered a part of it', () => {
  expect(machine.answeredAtDoor()).toBeGreaterThan(100);
});
