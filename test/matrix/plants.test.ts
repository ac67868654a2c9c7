import { jest } from '@jest/globals';
import { allModules } from '#app/modules.js';
import { openCompany, openRoom, type Room } from './company.js';
import { deedsOf } from './deeds.js';
import { mayWrite, trialsOf, tryAll, type Finding } from './judge.js';
import { hangUp, heardOf, listen, overheard, touch, until } from './live.js';
import { openMachine, type Machine, type MachineOptions } from './machine.js';
import { anonymous, person, type Person } from './people.js';
import { gadgets, gadgetTables } from './plants/gadgets.js';
import * as holes from './plants/holes.js';
import { followAs, hiddenOffered, probe } from './reads.js';
import { graphqlOperations, restOperations } from './surfaces.js';
import { replayIn } from './tasks.js';
import { breachesOf, tablesOf } from './walls.js';
import { findWorks, targetsIn } from './works.js';

jest.setTimeout(600_000);

interface Scene {
  readonly machine: Machine;
  readonly victim: Room;
  readonly home: Room;
  readonly bare: Person;
  readonly own: Person;
  readonly ownRoom: Room;
  readonly stranger: Person;
}

/** A machine with a hole in it, judged by what the definitions say without it. */
async function inScene<T>(options: MachineOptions, run: (scene: Scene) => Promise<T>): Promise<T> {
  const machine = await openMachine({ honest: allModules, ...options });
  try {
    const [victim, home] = [await openCompany(machine), await openCompany(machine)];
    const own = await person(machine, victim, 'everything own', { '*': 'own' });
    return await run({
      machine,
      victim,
      home,
      bare: await person(machine, victim, 'without a role', {}),
      own,
      ownRoom: await openRoom(machine, victim.tenantId, own.userId),
      stranger: await person(machine, home, 'admin of another company', { '*': 'all' }),
    });
  } finally {
    await hangUp();
    await machine.close();
  }
}

/** What the matrix finds for some operations. */
async function tryOn({ machine, victim, home }: Scene, names: RegExp, people: readonly Person[]): Promise<Finding[]> {
  const deeds = deedsOf(machine.registry);
  const operations = [...restOperations(machine, deeds), ...graphqlOperations(machine, deeds)].filter(({ deed }) =>
    names.test(deed?.name ?? ''),
  );
  const works = await findWorks(machine, operations, deeds, home);
  const given = await targetsIn(machine, operations, works, victim);
  const trials = people.flatMap((who) => trialsOf(operations, who, given, { room: victim, registry: machine.registry }));
  return tryAll(
    machine,
    trials.filter((trial) => !mayWrite(trial)),
    victim,
  );
}

const kinds = (findings: readonly Finding[]) => [...new Set(findings.map(({ kind, operation }) => `${kind} ${operation}`))].sort();

test('found: a query that asks for no permission', async () => {
  const found = await inScene({ served: holes.withoutPermission }, (scene) => tryOn(scene, /^price\.look_up$/, [scene.bare]));
  expect(kinds(found)).toEqual(['status GET /v1/products/{productId}/price', 'status query priceLookup']);
});

test('found: a verb that writes before it refuses', async () => {
  const found = await inScene({ served: holes.writesFirst }, (scene) => tryOn(scene, /^lead\.qualify$/, [scene.own]));
  expect(kinds(found)).toEqual(['written POST /v1/leads/{leadId}/qualify', 'written mutation qualifyLead']);
});

test('found: rows shown to who does not own them, by every way there is', async () => {
  const found = await inScene({ served: holes.withoutOwner }, (scene) => tryOn(scene, /^lead\.(get|list)/, [scene.own]));
  expect(kinds(found)).toEqual(
    expect.arrayContaining(['leak GET /v1/leads', 'leak query lead', 'leak query leads', 'status GET /v1/leads/{leadId}']),
  );
});

test('found: a subscription that does not ask whose row it is', async () => {
  const found = await inScene({ served: holes.withoutOwner }, async ({ machine, victim, own, ownRoom }) => {
    const ear = await listen(machine, own);
    const leads = [machine.registry.resource('lead')];
    while (heardOf(ear, 'lead', ownRoom) < 1) {
      await touch(machine, ownRoom, leads);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await touch(machine, victim, leads);
    const before = heardOf(ear, 'lead', ownRoom);
    for (let i = 0; i < 2; i++) await touch(machine, ownRoom, leads);
    await until(() => heardOf(ear, 'lead', ownRoom) > before + 1);
    return overheard(machine, ear, victim);
  });
  expect(kinds(found)).toEqual(['leak subscription leadChanged']);
});

test('found: a nested list that skips the walls, and a filter through it', async () => {
  await inScene({ tamper: holes.withoutWalls }, async ({ machine, victim, own }) => {
    expect(kinds((await followAs(machine, own, victim)).findings)).toEqual(['leak User.accounts']);
    expect(
      kinds((await probe(machine, own, victim)).findings).filter((text) => text.startsWith('leak users by account.')).length,
    ).toBeGreaterThan(0);
  });
});

test('found: a hidden field that is offered', async () => {
  const honest = await inScene({}, ({ machine, stranger }) => hiddenOffered(machine, stranger));
  expect(kinds(honest)).toEqual([]);
  const found = await inScene({ served: holes.shownSecret }, ({ machine, stranger }) => hiddenOffered(machine, stranger));
  expect(kinds(found).length).toBeGreaterThan(0);
  expect(kinds(found).every((text) => text.startsWith('leak api-keys '))).toBe(true);
});

test('found: a table without a wall, and a job that reaches over it', async () => {
  await inScene({ served: holes.reachingOver, sql: holes.openTable }, async ({ machine, victim, home }) => {
    const { walled } = await tablesOf(machine);
    expect(walled.filter(({ forced }) => !forced).map(({ name }) => name)).toEqual(['sales.leads']);
    const breaches = await breachesOf(machine, walled, victim.tenantId, home.tenantId);
    expect(breaches.map((text) => text.split(':')[0])).toEqual(expect.arrayContaining(['select sales.leads', 'update sales.leads']));
    const { findings } = await replayIn(machine, home, victim, 'sales.touch_lead');
    expect(kinds(findings)).toEqual(['written sales.touch_lead']);
  });
});

test('a resource and a verb nobody has told the matrix of are judged by it', async () => {
  const modules = [...allModules, gadgets];
  await inScene({ honest: modules, sql: gadgetTables }, async (scene) => {
    const { machine, bare, own, stranger } = scene;
    const deeds = deedsOf(machine.registry);
    const keys = [...restOperations(machine, deeds), ...graphqlOperations(machine, deeds)]
      .filter(({ deed }) => deed?.resource?.name === 'gadget')
      .map(({ key }) => key);
    expect(keys).toEqual(
      expect.arrayContaining([
        'POST /v1/gadgets/{gadgetId}/polish',
        'DELETE /v1/gadgets/{gadgetId}',
        'query gadgets',
        'mutation createGadget',
      ]),
    );
    expect(kinds(await tryOn(scene, /^gadget\./, [anonymous, bare, own, stranger]))).toEqual([]);
    expect((await followAs(machine, own, scene.victim)).findings).toEqual([]);
  });
});
