import { disableModule } from '#kernel/modules/disable-module.js';
import { enableModule } from '#kernel/modules/enable-module.js';
import { listModules } from '#kernel/modules/list-modules.js';
import { moduleSwitches } from '#kernel/modules/modules.module.js';
import { planModules } from '#kernel/modules/plan-modules.js';
import { text } from '#kernel/resource/fields.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { defineEvent } from '#kernel/usecase/define-event.js';
import { defineEffect, defineJob, defineSubscriber } from '#kernel/usecase/define-job.js';
import { defineModule } from '#kernel/usecase/define-module.js';
import { operations } from '#kernel/operations/operations.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { customers } from '#modules/customers/customers.module.js';
import { marketing } from '#modules/marketing/marketing.module.js';
import { Segment } from '#modules/marketing/segment/segment.resource.js';
import { createSegment } from '#modules/marketing/segment/create-segment.js';
import { Enrolment } from '#modules/marketing/journey/enrolment.resource.js';
import { journey, messages, person, tell, template, unique } from '../api/marketing-kit.js';

const done: string[] = [];
const mark = { mark: text(200, { required: true }) };
const Grew = defineEvent('garden.grew', 'Something grew.', mark);
const note = defineJob({
  name: 'garden.note',
  description: 'Notes.',
  payload: mark,
  run: async ({ mark }) => {
    await Promise.resolve(done.push(mark));
  },
});
const rake = defineJob({
  name: 'garden.rake',
  description: 'Rakes.',
  payload: {},
  everyMinutes: 60,
  run: async (_, work) => {
    if (work.tenantId === t.id) await Promise.resolve(done.push('rake'));
  },
});
let send: (mark: string) => Promise<void> = () => Promise.resolve();
const ship = defineEffect({ name: 'garden.ship', description: 'Ships.', payload: mark, run: ({ mark }) => send(mark) });
const hears = (name: string, whileOff?: 'pass') =>
  defineSubscriber({
    name,
    description: 'Hears.',
    on: [Grew],
    ...(whileOff ? { whileOff } : {}),
    run: ({ payload }) => Promise.resolve(void done.push(`${name} ${payload.mark}`)),
  });
const garden = defineModule({
  name: 'garden',
  description: 'A garden.',
  switchable: {
    label: 'Garden',
    dependsOn: ['marketing'],
    parts: [{ name: 'beds', label: 'Beds', description: 'Beds.', jobs: [note] }],
    resumed: () => Promise.resolve(void done.push('resumed')),
  },
  subscribers: [hears('garden.hear'), hears('garden.count', 'pass')],
  jobs: [note, rake],
  effects: [ship],
  furnish: () => Promise.resolve(void done.push('furnished')),
});
const teller = defineModule({ name: 'teller', description: 'Tells of growth.', events: [Grew] });

let kit: Kit;
let t: TestTenant;
const on = (key: string, more = {}) => t.run(enableModule, { key, ...more });
const off = (key: string, more = {}) => t.run(disableModule, { key, ...more });
const hours = (count: number) => kit.clock.set(new Date(kit.clock.now().getTime() + count * 3_600_000));
const eventsOf = (type: string) => kit.asOwner('select id from kernel.outbox where type = $1', [`modules.module_${type}`], t.id);

beforeAll(async () => {
  kit = await openKit([identity, moduleSwitches, operations, customers, marketing, garden, teller]);
});
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-02T10:00:00Z'));
  t = await kit.tenant();
  done.length = 0;
});
afterAll(() => kit.close());

describe('switching', () => {
  test('goes by what needs what, and a plan says the order', async () => {
    await expect(off('marketing')).rejects.toMatchObject({ code: 'module.dependent_enabled', details: { keys: ['garden'] } });
    expect(await t.run(planModules, { disable: ['marketing'] })).toEqual({
      steps: [
        { key: 'garden', action: 'disable' },
        { key: 'marketing', action: 'disable' },
      ],
    });
    expect(await off('garden')).toMatchObject({ state: 'disabled', changed: true });
    expect(await off('marketing')).toMatchObject({ changed: true });
    await expect(on('garden')).rejects.toMatchObject({ code: 'module.dependency_missing', details: { keys: ['marketing'] } });
    expect(await t.run(planModules, { enable: ['garden.beds'] })).toEqual({
      steps: [
        { key: 'marketing', action: 'enable' },
        { key: 'garden', action: 'enable' },
      ],
    });
    const { modules } = await t.run(listModules, {});
    expect(modules.map(({ key, on, state }) => [key, on, state])).toEqual([
      ['marketing', false, 'disabled'],
      ['garden', false, 'disabled'],
      ['garden.beds', false, 'enabled'],
    ]);
  });

  test('twice does nothing, a dry run neither, and what is no module is refused', async () => {
    expect(await off('garden', { dryRun: true })).toMatchObject({ changed: true });
    expect(await off('garden')).toMatchObject({ changed: true });
    expect(await off('garden')).toMatchObject({ changed: false, state: 'disabled' });
    expect(await on('garden', { dryRun: true })).toMatchObject({ changed: true });
    expect(await on('garden')).toMatchObject({ changed: true });
    expect(await on('garden')).toMatchObject({ changed: false });
    expect(done).toEqual(['resumed']);
    await expect(off('identity')).rejects.toMatchObject({ code: 'module.ground' });
    await expect(on('nonsense')).rejects.toMatchObject({ code: 'module.not_found' });
    expect([(await eventsOf('enabled')).length, (await eventsOf('disabled')).length]).toEqual([1, 1]);
  });

  test('two who switch at once make one change', async () => {
    await off('garden');
    const outcomes = await Promise.allSettled([on('garden'), on('garden'), on('garden')]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'module.busy' });
    expect(outcomes.filter((one) => one.status === 'fulfilled' && one.value.changed)).toHaveLength(1);
    expect(await eventsOf('enabled')).toHaveLength(1);
    expect(done).toEqual(['resumed']);
  });

  test('takes the right to it', async () => {
    const { actor } = await t.user({ permissions: { 'account:*': 'all' } });
    await expect(t.run(disableModule, { key: 'garden' }, actor)).rejects.toMatchObject({ code: 'access.forbidden' });
    expect((await t.run(listModules, {}, actor)).modules).toHaveLength(3);
  });

  test('one that was never on gets what a new company gets', async () => {
    await off('garden');
    await kit.asOwner(`update modules.tenant_modules set state = 'available'`, [], t.id);
    await on('garden');
    expect(done).toEqual(['furnished', 'resumed']);
  });

  test('is refused while something writes into the module, and says what', async () => {
    await kit.asOwner(
      `insert into operations.operations (tenant_id, id, kind, target, state, total, done, created, updated, unchanged, deleted, refused, errors, position, started_by, started_by_id, started_at)
        values ($1, gen_random_uuid(), 'bulk', 'email_template', 'running', 1, 0, 0, 0, 0, 0, 0, '[]', 0, '{}', $2, now())`,
      [t.id, t.admin.id],
      t.id,
    );
    await off('garden');
    await expect(off('marketing')).rejects.toMatchObject({
      code: 'module.busy',
      details: { because: expect.stringContaining('operation') as string },
    });
    await kit.asOwner(`update operations.operations set state = 'cancelled'`, [], t.id);
    expect(await off('marketing')).toMatchObject({ changed: true });
  });
});

describe('tasks of a module that is off', () => {
  const schedule = (marks: readonly string[], dueAt?: Date) =>
    t.work(async (work) => {
      for (const mark of marks) await work.schedule(note, { key: mark, payload: { mark }, ...(dueAt ? { dueAt } : {}) });
    });
  const states = async (name: string) =>
    (await kit.asOwner('select state from kernel.tasks where name = $1 order by due_at', [name], t.id)).map(({ state }) => state);

  test('rest and go on in their order, not all at once', async () => {
    await kit.drain();
    const before = kit.clock.now();
    await schedule(['late'], new Date(before.getTime() + 48 * 3_600_000));
    await schedule(['first'], new Date(before.getTime() + 3_600_000));
    await schedule(['second'], new Date(before.getTime() + 7_200_000));
    await off('garden');
    hours(24);
    // Told to somebody else's clock: whatever was rung is laid down when it is picked up.
    await schedule(['third']);
    await kit.drain();
    expect(done.filter((one) => one !== 'rake')).toEqual([]);
    expect(await states('garden.note')).toEqual(['resting', 'resting', 'resting', 'resting']);
    const { tasks } = await on('garden');
    expect(tasks).toBe(4);
    const due = await kit.asOwner(`select key, due_at from kernel.tasks where name = 'garden.note' order by due_at`, [], t.id);
    expect(due.map(({ key }) => key)).toEqual(['first', 'second', 'third', 'late']);
    expect(new Set(due.map((one) => String((one['due_at'] as Date).getTime()))).size).toBe(4);
    hours(1);
    await kit.drain();
    expect(done.filter((one) => one !== 'rake')).toEqual(['resumed', 'first', 'second', 'third']);
    hours(24);
    await kit.drain();
    expect(done).toContain('late');
  });

  test('periods nobody was there for are not made up for', async () => {
    await kit.drain();
    done.length = 0;
    await off('garden');
    for (let hour = 0; hour < 3; hour++) {
      hours(1);
      await kit.drain();
    }
    expect(done).toEqual([]);
    await on('garden');
    await kit.drain();
    hours(1);
    await kit.drain();
    expect(done.filter((one) => one === 'rake')).toHaveLength(1);
  });

  test('events are heard later, but pass those who make up for them otherwise', async () => {
    await off('garden');
    await t.work((work) => work.emit(Grew, { mark: 'tree' }));
    await kit.drain();
    expect(done).toEqual([]);
    await on('garden');
    hours(1);
    await kit.drain();
    expect(done.filter((one) => one.includes('tree'))).toEqual(['garden.hear tree']);
  });

  test('a part rests alone, and stays at rest when its module comes back', async () => {
    await off('garden.beds');
    await schedule(['bed']);
    await off('garden');
    await on('garden');
    hours(2);
    await kit.drain();
    expect(done).not.toContain('bed');
    await on('garden.beds');
    await kit.drain();
    expect(done).toContain('bed');
  });

  test('what a worker has in hand is brought to its end before the module counts as off', async () => {
    let during: unknown;
    send = async () => {
      during = await off('garden');
    };
    await t.work((work) => work.schedule(ship, { key: 'one', payload: { mark: 'one' } }));
    await kit.drain();
    send = () => Promise.resolve();
    expect(during).toMatchObject({ state: 'disabling', underWay: 1 });
    expect(await states('garden.ship')).toEqual(['done']);
    hours(1);
    await kit.drain();
    expect((await t.run(listModules, {})).modules.find(({ key }) => key === 'garden')).toMatchObject({ state: 'disabled' });
  });
});

describe('a campaign', () => {
  test('waits while marketing is off and goes on, less the mails whose time has passed', async () => {
    const steps = [
      { id: 'wait', kind: 'wait', duration: 'PT1H' },
      { id: 'mail', kind: 'email', templateId: (await template(t)).id },
    ];
    const journeyId = await journey(t, { steps });
    const waiting = await person(t);
    await tell(t, waiting.id);
    await kit.drain();
    await off('garden');
    await off('marketing');
    hours(5);
    await kit.drain();
    expect([kit.mails.length, (await messages(t, { journeyId })).length]).toEqual([0, 0]);
    await expect(tell(t, waiting.id)).rejects.toMatchObject({ code: 'module.disabled' });
    await on('marketing');
    await kit.drain();
    expect(await messages(t, { journeyId })).toMatchObject([{ status: 'sent' }]);
    expect(kit.mails.map(({ to }) => to.address)).toEqual([waiting.email]);
  });

  test('who came to belong to a segment meanwhile is a member and gets no late welcome', async () => {
    const { segmentId } = await t.run(createSegment, {
      name: unique('segment'),
      condition: { kind: 'trait', path: 'contact.language', op: 'eq', value: 'fr' },
    });
    await kit.drain();
    const journeyId = await journey(t, { trigger: { kind: 'segment_entered', segmentId } });
    await off('garden');
    await off('marketing');
    await person(t, { language: 'fr' });
    await kit.drain();
    await on('marketing');
    hours(2);
    await kit.drain();
    expect(await t.work((work) => work.repo(Segment).get(segmentId))).toMatchObject({ memberCount: 1 });
    expect(await t.work((work) => work.repo(Enrolment).list({ journeyId }))).toEqual([]);
    await person(t, { language: 'fr' });
    await kit.drain();
    expect(await t.work((work) => work.repo(Enrolment).list({ journeyId }))).toHaveLength(1);
  });
});
