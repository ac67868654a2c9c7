import { jest } from '@jest/globals';
import { camel, kebab } from '#kernel/resource/names.js';
import { TaskRunner } from '#kernel/jobs/run-task.js';
import { openCompany, type Room } from './company.js';
import { changedTables, checksum } from './checksum.js';
import { lines } from './judge.js';
import { openMachine, type Machine } from './machine.js';
import { person } from './people.js';
import { payloadsOf, replayIn } from './tasks.js';
import { inParallel, send } from './wire.js';

jest.setTimeout(600_000);

let machine: Machine;
let victim: Room;
let home: Room;

beforeAll(async () => {
  machine = await openMachine();
  victim = await openCompany(machine);
  home = await openCompany(machine);
});
afterAll(() => machine.close());

test('O05 a task whose payload names rows of another company does nothing to them', async () => {
  const { ran, findings } = await replayIn(machine, home, victim);
  expect(lines(findings)).toEqual([]);
  expect(ran).toBeGreaterThan(25);
});

test('a bell that names another company finds no task there', async () => {
  const runner = new TaskRunner(machine.kit.runtime);
  const { rows } = await machine.witness.query<{ id: string; name: string; key: string }>(
    `select id, name, key from kernel.tasks where tenant_id = $1 limit 20`,
    [home.tenantId],
  );
  expect(rows.length).toBeGreaterThan(10);
  const before = await checksum(machine);
  for (const { id, name, key } of rows) {
    const bell = { tenantId: victim.tenantId, taskId: id, name, key, attempts: 0, dueAt: new Date(0) };
    expect(await runner.run(bell)).toBe('nothing');
  }
  expect(changedTables(before, await checksum(machine))).toEqual([]);
});

test('no client starts a job, an effect or a subscriber, by any address it could have', async () => {
  const admin = await person(machine, home, 'admin', { '*': 'all' });
  const names = [...new Set(payloadsOf(machine, home).map(({ name }) => name))];
  const fields = { ...machine.schema.getMutationType()?.getFields(), ...machine.schema.getQueryType()?.getFields() };
  expect(names.filter((name) => Object.hasOwn(fields, camel(name)) || Object.hasOwn(fields, camel(name.split('.')[1] ?? '')))).toEqual([]);
  const addresses = names.flatMap((name) => {
    const [module = '', verb = ''] = name.split('.');
    return [`/v1/tasks/${name}`, `/v1/jobs/${name}`, `/v1/${module}/${kebab(verb)}`, `/v1/${kebab(verb)}`];
  });
  const replies = await inParallel(addresses, async (path) => ({
    path,
    status: (await send(machine, admin, { method: 'POST', path, body: {} })).status,
  }));
  expect(replies.filter(({ status }) => status !== 404 && status !== 405)).toEqual([]);
});
