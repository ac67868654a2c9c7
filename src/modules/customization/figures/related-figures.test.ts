import fc from 'fast-check';
import { allModules } from '#app/modules.js';
import { relayOutbox, subscriptionsOf } from '#kernel/outbox/relay.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { updateField } from '../field/update-field.js';
import { Designer } from '../testing/designer.js';
import { followTouches } from './follow-touches.js';
import { keepFigures } from './keep-figures.job.js';
import { reconcileField } from './reconcile-field.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

type Row = Record<string, unknown>;

/** The same figure twice: kept, and worked out when it is read. */
async function twice(object: string, key: string, more: object): Promise<string> {
  const type = 'rollup' in more ? 'rollup' : 'formula';
  await d.field(object, `${key}Now`, type, more);
  return d.field(object, key, type, { ...more, isIndexed: true });
}

/** Permits of accounts, with what they cost; the accounts tell the sum, the permits who holds them. */
async function permits(): Promise<void> {
  await d.object('permit', 'permits');
  await d.field('x_permit', 'accountId', 'relation', { target: 'account', settings: { onDelete: 'cascade', inverse: 'permits' } });
  await d.field('x_permit', 'fee', 'decimal');
  await twice('account', 'fees', { rollup: { from: 'x_permit', by: 'accountId', function: 'sum', value: 'fee', filter: 'fee > 1' } });
  await twice('account', 'permitCount', { rollup: { from: 'x_permit', by: 'accountId', function: 'count' } });
  await twice('account', 'standing', { formula: 'if(fees > 10, "good", "small") & name' });
  await twice('x_permit', 'holder', { formula: 'account.name & "!"' });
  // The comparison of this night is over: what is right from now on is so without it.
  await kit.drain();
}

const account = (name: string) => d.create('account', { name });
const permit = (of: Row | null, fee: string) => d.create('x_permit', { accountId: of?.['id'] ?? null, fee });

/** Kept and worked out agree, in what is shown and in how it is ordered. */
async function agrees(object: string, keys: readonly string[]): Promise<Row[]> {
  const rows = await d.list(
    object,
    ['name', ...keys, ...keys.map((key) => `${key}Now`)].filter((key) => object === 'account' || key !== 'name'),
  );
  for (const row of rows) for (const key of keys) expect([key, row[key]]).toEqual([key, row[`${key}Now`]]);
  for (const key of keys) expect(await d.walk(object, [key], 50, { orderBy: [{ [key]: 'ASC' }] })).toHaveLength(rows.length);
  return rows;
}
const all = async () => {
  await agrees('x_permit', ['holder']);
  return agrees('account', ['fees', 'permitCount', 'standing']);
};
const mended = async () =>
  (await d.tenant.work((work) => work.exec(`select from kernel.outbox where type = 'customization.figures_mended'`, []))).rows.length;

test('roll-ups and formulas through references follow: created, changed, moved, deleted, renamed', async () => {
  await permits();
  const [one, two] = [await account('One'), await account('Two')];
  expect(one).toMatchObject({ fees: null, permitCount: 0, standing: 'smallOne' });
  const first = await permit(one, '10');
  expect(first).toMatchObject({ holder: 'One!' });
  await permit(one, '5');
  await permit(one, '1');
  await kit.drain();
  expect(await all()).toMatchObject([
    { fees: '15.00', permitCount: 3, standing: 'goodOne' },
    { fees: null, permitCount: 0, standing: 'smallTwo' },
  ]);
  await d.update('x_permit', first['id'], { accountId: two['id'], fee: '20' });
  await d.update('account', two['id'], { name: 'Second' });
  await kit.drain();
  expect(await all()).toMatchObject([
    { fees: '5.00', permitCount: 2, standing: 'smallOne' },
    { fees: '20.00', permitCount: 1, standing: 'goodSecond' },
  ]);
  expect(await d.list('x_permit', ['holder'], { filter: { holder: { eq: 'Second!' } } })).toHaveLength(1);
  await d.update('x_permit', first['id'], { accountId: null });
  await kit.drain();
  expect(await all()).toMatchObject([{ permitCount: 2 }, { fees: null, permitCount: 0 }]);
  await d.crud('account', 'delete', { id: one['id'] });
  await kit.drain();
  expect(await all()).toHaveLength(1);
  expect(await mended()).toBe(0);
});

test('records of the product count too, those an import makes silently, and those that go along with others', async () => {
  await twice('contact', 'callCount', { rollup: { from: 'activity', by: 'contactId', function: 'count' } });
  await twice('account', 'people', { rollup: { from: 'contact', by: 'accountId', function: 'count', filter: 'not isEmpty(email)' } });
  await twice('activity', 'whose', { formula: 'contact.lastName & "/" & account.name' });
  await twice('activity', 'hasContact', { formula: 'not isEmpty(contactId)' });
  await kit.drain();
  const [a, b] = [await account('A'), await account('B')];
  const contact = (lastName: string, of: Row) => d.create('contact', { lastName, accountId: of['id'], email: `${lastName}@example.test` });
  const [x, y] = [await contact('X', a), await contact('Y', b)];
  const activity = await d.resource('activity');
  await d.tenant.work((work) =>
    work.repo(activity).insertMany(
      [x, y, x].map(({ id }, i) => ({
        kind: 'call',
        subject: `S${i}`,
        contactId: id,
        accountId: a['id'],
        ownerId: d.tenant.admin.userId,
      })) as never,
      {
        events: 'none',
      },
    ),
  );
  await kit.drain();
  const contacts = () => agrees('contact', ['callCount']);
  const shown = async () => [await agrees('activity', ['whose', 'hasContact']), await agrees('account', ['people']), await contacts()];
  expect(await shown()).toMatchObject([
    [{}, {}, {}],
    [{ people: 1 }, { people: 1 }],
    expect.arrayContaining([expect.objectContaining({ callCount: 2 })]),
  ]);
  // The key of the database empties the reference.
  await d.crud('contact', 'delete', { id: x['id'] });
  await kit.drain();
  const [calls = [], accounts] = await shown();
  expect(calls.filter(({ hasContact }) => hasContact)).toHaveLength(1);
  expect(accounts).toMatchObject([{ people: 0 }, { people: 1 }]);
  // And takes the activities along.
  await d.crud('account', 'delete', { id: a['id'] });
  await kit.drain();
  expect(await shown()).toMatchObject([[], [{ people: 1 }], [{ callCount: 0 }]]);
  expect(await mended()).toBe(0);
});

test('a chain of five follows to its end', async () => {
  for (const [i, key] of ['aa', 'bb', 'cc', 'dd'].entries()) {
    await d.object(key, `${key}s`);
    if (i > 0) await d.field(`x_${['aa', 'bb', 'cc', 'dd'][i - 1] ?? ''}`, 'upId', 'relation', { target: `x_${key}` });
  }
  await d.field('x_dd', 'accountId', 'relation', { target: 'account' });
  await d.field('x_aa', 'quantity', 'int');
  await d.field('x_aa', 'price', 'decimal');
  await twice('x_aa', 'value', { formula: 'quantity * price' });
  const sum = (from: string, by: string, value: string) => ({ rollup: { from, by, function: 'sum' as const, value } });
  await twice('x_bb', 'value', sum('x_aa', 'upId', 'value'));
  await twice('x_cc', 'value', sum('x_bb', 'upId', 'value * 2'));
  await twice('x_dd', 'value', sum('x_cc', 'upId', 'value'));
  await twice('account', 'value', sum('x_dd', 'accountId', 'value + 1'));
  await kit.drain();
  const top = await account('Top');
  const dd = await d.create('x_dd', { accountId: top['id'] });
  const cc = await d.create('x_cc', { upId: dd['id'] });
  const bbs = [await d.create('x_bb', { upId: cc['id'] }), await d.create('x_bb', { upId: cc['id'] })];
  const aa = await d.create('x_aa', { upId: bbs[0]?.['id'], quantity: 3, price: '2' });
  await d.create('x_aa', { upId: bbs[1]?.['id'], quantity: 1, price: '4' });
  await kit.drain();
  const value = async () => {
    for (const object of ['x_aa', 'x_bb', 'x_cc', 'x_dd']) await agrees(object, ['value']);
    return (await agrees('account', ['value']))[0]?.['value'];
  };
  expect(await value()).toBe('21.00');
  await d.update('x_aa', aa['id'], { quantity: 5 });
  await kit.drain();
  expect(await value()).toBe('29.00');
  await d.update('x_aa', aa['id'], { upId: null });
  await kit.drain();
  expect(await value()).toBe('9.00');
  expect(await mended()).toBe(0);
});

test('events that are told twice, late or in another order come to the same', async () => {
  await permits();
  const one = await account('One');
  const made = await permit(one, '5');
  await d.update('x_permit', made['id'], { fee: '7' });
  await permit(one, '8');
  const { rows } = await d.tenant.work((work) =>
    work.exec(`select payload from kernel.outbox where type = 'customization.figures_stale'`, []),
  );
  const touches = rows.map(({ payload }) => payload) as Parameters<typeof followTouches>[1];
  for (const told of [touches.toReversed(), touches.slice(0, 1), touches, touches.slice(1)]) {
    await d.tenant.work((work) => followTouches(work, told));
    expect(await all()).toMatchObject([{ fees: '15.00' }]);
  }
  await kit.drain();
  expect(await all()).toMatchObject([{ fees: '15.00' }]);
});

test('what a worker had not committed when it died is done by the next', async () => {
  await permits();
  const one = await account('One');
  await permit(one, '5');
  const doors = kit.runtime.database.pool;
  const client = await doors.lease(d.tenant.id);
  await relayOutbox(async (text, values) => client.query(text, values), subscriptionsOf(kit.runtime.registry), kit.clock.now());
  client.release();
  const died = new Error('The worker died.');
  const { rows } = await d.tenant.work((work) =>
    work.exec(`select payload from kernel.tasks where name = $1 and state = 'pending'`, [keepFigures.name]),
  );
  await expect(
    d.tenant.work(async (work) => {
      for (const { payload } of rows) await keepFigures.run(payload as never, work);
      throw died;
    }),
  ).rejects.toBe(died);
  expect(await d.list('account', ['fees'])).toEqual([{ fees: null }]);
  await kit.drain();
  expect(await all()).toMatchObject([{ fees: '5.00' }]);
});

test('two workers at once, and writers between them, leave the last word to who saw everything', async () => {
  await permits();
  const one = await account('One');
  const made = await permit(one, '5');
  const touch = { resource: 'x_permit', changed: null, ids: null, parents: { accountId: [String(one['id'])] } };
  const [began, goOn] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const slow = d.tenant.work(async (work) => {
    await followTouches(work, [touch]);
    began.resolve(undefined);
    await goOn.promise;
  });
  await began.promise;
  await d.update('x_permit', made['id'], { fee: '9' });
  const quick = d.tenant.work((work) => followTouches(work, [touch]));
  goOn.resolve(undefined);
  await Promise.all([slow, quick]);
  expect(await d.list('account', ['fees'])).toEqual([{ fees: '9.00' }]);
  await Promise.all([...Array.from({ length: 6 }, (_, i) => permit(one, String(i + 2))), kit.drain(), kit.drain()]);
  // Who found somebody else at work comes again a little later.
  kit.clock.advance({ seconds: 5 });
  await kit.drain();
  expect(await all()).toMatchObject([{ permitCount: 7 }]);
});

test('a job that finds another at work comes again instead of waiting with a connection in hand', async () => {
  await permits();
  const one = await account('One');
  await permit(one, '5');
  await d.tenant.work(async (work) => {
    await followTouches(work, []);
    await kit.drain();
    expect(await d.list('account', ['fees'])).toEqual([{ fees: null }]);
  });
  kit.clock.advance({ seconds: 1 });
  await kit.drain();
  expect(await all()).toMatchObject([{ fees: '5.00' }]);
});

test('what hangs on many records is kept by one statement, and by many transactions where it is too much for one', async () => {
  await permits();
  const [one, two] = [await account('One'), await account('Two')];
  await d.tenant.work((work) =>
    work.exec(
      `with made as (insert into kernel.records (tenant_id, id, object, custom) select $1, gen_random_uuid(), 'x_permit',
         jsonb_build_object('accountId', $2::text, 'fee', '2.00') from generate_series(1, 21000) returning id)
       insert into kernel.field_index_ref (tenant_id, field_id, record_id, value, is_unique)
       select $1, f.id, made.id, $2::uuid, false from made, customization.field_definitions f where f.tenant_id = $1 and f.key = 'accountId'`,
      [d.tenant.id, one['id']],
    ),
  );
  await kit.asOwner('analyze kernel.records, kernel.field_index_ref');
  const fees = await d.tenant.work((work) => work.exec(`select id from customization.field_definitions where key = 'fees'`, []));
  expect(await d.tenant.run(reconcileField, { fieldDefinitionId: String(fees.rows[0]?.['id']) })).toEqual({ differing: 1 });
  await d.update('account', one['id'], { name: 'First' });
  await kit.drain();
  const held = async (holder: string) =>
    (await d.tenant.work((work) => work.exec('select count(*)::integer as n from kernel.kept_text where value = $1', [holder]))).rows[0]?.[
      'n'
    ];
  expect(await held('First!')).toBe(21_000);
  expect(await d.list('account', ['fees', 'standing'], { orderBy: [{ fees: 'ASC' }] })).toEqual([
    { fees: '42000.00', standing: 'goodFirst' },
    { fees: null, standing: `small${String(two['name'])}` },
  ]);
});

test('the comparison mends what differs, tells how much that was, and what is made of it follows', async () => {
  await permits();
  const one = await account('One');
  await permit(one, '50');
  await kit.drain();
  const { rows } = await d.tenant.work((work) =>
    work.exec(`select id, key from customization.field_definitions where key in ('fees', 'holder', 'fee')`, []),
  );
  const idOf = (key: string) => String(rows.find((row) => row['key'] === key)?.['id']);
  const reconcile = (key: string) => d.tenant.run(reconcileField, { fieldDefinitionId: idOf(key) });
  expect(await reconcile('fees')).toEqual({ differing: 0 });
  await d.tenant.work((work) => work.exec('update kernel.kept_num set value = 3 where value = 50', []));
  await d.tenant.work((work) => work.exec('delete from kernel.kept_text where field_id = $1', [idOf('holder')]));
  await d.tenant.work((work) =>
    work.exec(`insert into kernel.kept_text (field_id, record_id, value) values ($1, gen_random_uuid(), 'gone')`, [idOf('holder')]),
  );
  expect(await reconcile('holder')).toEqual({ differing: 2 });
  kit.clock.advance({ days: 1 });
  await kit.drain();
  expect(await mended()).toBe(2);
  expect(await all()).toMatchObject([{ fees: '50.00', standing: 'goodOne' }]);
  expect(await reconcile('fees')).toEqual({ differing: 0 });
  await expect(reconcile('fee')).rejects.toMatchObject({ code: 'field_definition.not_kept' });
  const other = new Designer(kit, await kit.tenant());
  await expect(other.tenant.run(reconcileField, { fieldDefinitionId: idOf('fees') })).rejects.toMatchObject({
    code: 'field_definition.not_found',
  });
});

test('amounts in two currencies come to nothing, also when they are kept', async () => {
  await d.object('contract', 'contracts');
  await d.field('x_contract', 'accountId', 'relation', { target: 'account' });
  await d.field('x_contract', 'value', 'money');
  await twice('account', 'worth', { rollup: { from: 'x_contract', by: 'accountId', function: 'sum', value: 'value.amount' } });
  const one = await account('One');
  const contract = (amount: string, currency: string) => d.create('x_contract', { accountId: one['id'], value: { amount, currency } });
  await contract('10', 'EUR');
  const second = await contract('5', 'USD');
  await kit.drain();
  expect(await agrees('account', ['worth'])).toMatchObject([{ worth: null }]);
  await d.update('x_contract', second['id'], { value: { amount: '5', currency: 'EUR' } });
  await kit.drain();
  expect(await agrees('account', ['worth'])).toMatchObject([{ worth: '15.00' }]);
});

test('another filter, and another formula far below, are worked out at once for all', async () => {
  await permits();
  const one = await account('One');
  await permit(one, '5');
  await permit(one, '50');
  await kit.drain();
  const { rows } = await d.tenant.work((work) => work.exec(`select id, key from customization.field_definitions`, []));
  const idOf = (key: string) => String(rows.find((row) => row['key'] === key)?.['id']);
  const filtered = { from: 'x_permit', by: 'accountId', function: 'sum' as const, value: 'fee', filter: 'fee > 10' };
  for (const key of ['fees', 'feesNow']) await d.tenant.run(updateField, { fieldDefinitionId: idOf(key), rollup: filtered });
  expect(await all()).toMatchObject([{ fees: '50.00', standing: 'goodOne' }]);
  await expect(
    d.tenant.run(updateField, { fieldDefinitionId: idOf('fees'), rollup: { ...filtered, filter: 'today() > "2026-01-01"' } }),
  ).rejects.toMatchObject({
    code: 'field_definition.not_keepable',
  });
  await expect(d.field('x_permit', 'loop', 'formula', { formula: 'account.standing', isIndexed: true })).resolves.toBeDefined();
  await expect(
    d.tenant.run(updateField, { fieldDefinitionId: idOf('fees'), rollup: { ...filtered, filter: 'loop = "x"' } }),
  ).rejects.toMatchObject({ code: 'field_definition.formula_cycle' });
});

test('whatever is done in whatever order, in the end what is kept is what is worked out', async () => {
  await permits();
  const accounts = await Promise.all(['A', 'B', 'C'].map(account));
  const permitIds: string[] = [];
  const place = fc.nat(3);
  const step = fc.oneof(
    fc.record({ do: fc.constant('make' as const), at: place, fee: fc.integer({ min: -2, max: 20 }) }),
    fc.record({ do: fc.constant('move' as const), which: fc.nat(), at: place }),
    fc.record({ do: fc.constant('price' as const), which: fc.nat(), fee: fc.integer({ min: -2, max: 20 }) }),
    fc.record({ do: fc.constant('delete' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('rename' as const), at: fc.nat(2), name: fc.constantFrom('X', 'Y', 'Z') }),
    fc.record({ do: fc.constant('drain' as const) }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
  const at = (i: number) => (accounts[i]?.['id'] as string | undefined) ?? null;
  const take = async (one: Step): Promise<void> => {
    if (one.do === 'make') permitIds.push(String((await d.create('x_permit', { accountId: at(one.at), fee: String(one.fee) }))['id']));
    if (one.do === 'rename') await d.update('account', at(one.at), { name: one.name });
    if (one.do === 'drain') await kit.drain();
    if (!('which' in one) || permitIds.length === 0) return;
    const place = one.which % permitIds.length;
    if (one.do === 'move') await d.update('x_permit', permitIds[place], { accountId: at(one.at) });
    if (one.do === 'price') await d.update('x_permit', permitIds[place], { fee: String(one.fee) });
    if (one.do === 'delete') await d.crud('x_permit', 'delete', { id: permitIds.splice(place, 1)[0] });
  };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      for (const one of steps) await take(one);
      await kit.drain();
      await all();
    }),
    { numRuns: 6 },
  );
  expect(await mended()).toBe(0);
});
