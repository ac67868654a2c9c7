import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { changeType } from '../field/change-type.js';
import { deleteField } from '../field/delete-field.js';
import { updateField } from '../field/update-field.js';
import { Designer } from '../testing/designer.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

/** What stands beside the records, whatever reads make of it. */
const beside = async (table = 'num') =>
  (await d.tenant.work((work) => work.exec(`select value from kernel.kept_${table} order by value`, []))).rows.map(({ value }) => value);

async function prices(): Promise<string> {
  await d.field('account', 'seats', 'int');
  await d.field('account', 'price', 'decimal');
  await d.field('account', 'yearlyNow', 'formula', { formula: 'seats * price * 12' });
  return d.field('account', 'yearly', 'formula', { formula: 'seats * price * 12', isIndexed: true });
}

test('a kept formula is answered at once and follows its record through every door', async () => {
  await prices();
  await d.field('account', 'size', 'formula', { formula: 'if(yearly > 1000, "large", "small")', isIndexed: true });
  const row = await d.create('account', { name: 'A', seats: 3, price: '9.99' });
  expect(row).toMatchObject({ yearly: '359.64', size: 'small', version: 1 });
  expect(await d.update('account', row['id'], { seats: 30 })).toMatchObject({ yearly: '3596.40', size: 'large', version: 2 });
  expect(await d.update('account', row['id'], { name: 'A1' })).toMatchObject({ yearly: '3596.40', size: 'large', version: 3 });
  expect(await d.create('account', { name: 'B' })).toMatchObject({ yearly: null, size: 'small' });
  expect(await beside()).toEqual(['3596.40', null]);
  const account = await d.resource('account');
  const ids = await d.tenant.work(async (work) => {
    const many = await work.repo(account).createMany([
      { name: 'C', seats: 1, price: '1' },
      { name: 'D', seats: 2, price: '1' },
    ] as never);
    const more = await work.repo(account).insertMany([{ name: 'E', seats: 3, price: '1' }, { name: 'F' }] as never, { events: 'none' });
    expect(many).toMatchObject([{ yearly: '12.00' }, { yearly: '24.00' }]);
    return [...many.map(({ id }) => id), ...more];
  });
  const told = () => d.list('account', ['name', 'yearly', 'yearlyNow', 'size']);
  const agree = async () => {
    for (const one of await told()) expect(one['yearly']).toBe(one['yearlyNow']);
  };
  await agree();
  await d.tenant.work(async (work) => {
    await work.repo(account).updateMany(ids.map((id, i) => ({ id, patch: i % 2 ? { seats: 10 + i } : { price: '7.5', name: `N${i}` } })));
  });
  await agree();
  expect((await told()).map(({ yearly }) => String(yearly)).toSorted()).toEqual(['132.00', '270.00', '3596.40', '90.00', 'null', 'null']);
  await d.tenant.work((work) => work.repo(account).deleteMany(ids.slice(0, 3)));
  await d.crud('account', 'delete', { id: row['id'] });
  expect(await beside()).toEqual([null, null]);
  expect(await beside('text')).toHaveLength(2);
});

test('it is no change of the record: neither its version nor the audit nor its events know it', async () => {
  await prices();
  const row = await d.create('account', { name: 'A', seats: 3, price: '1' });
  await d.update('account', row['id'], { seats: 4 });
  const { rows: audit } = await d.tenant.work((work) =>
    work.exec('select changes from kernel.audit_entries where record_id = $1 order by id', [row['id']]),
  );
  expect(audit.map(({ changes }) => Object.keys(changes as object))).toEqual([expect.not.arrayContaining(['yearly']), ['seats']]);
  const { rows: kept } = await d.tenant.work((work) =>
    work.exec('select version, custom from customers.accounts where id = $1', [row['id']]),
  );
  expect(kept).toEqual([{ version: 2, custom: { seats: 4, price: '1.00' } }]);
  await expect(d.update('account', row['id'], { yearly: '5' })).rejects.toMatchObject({ code: 'input.invalid' });
});

test('long lists are ordered by it, along cursors, both ways, with the empty ones where they belong', async () => {
  await prices();
  await d.field('account', 'isBig', 'formula', { formula: 'yearly > 100', isIndexed: true });
  for (const seats of [5, null, 1, 3, 3, null, 9, 2]) await d.create('account', { name: `S${seats ?? ''}`, seats, price: '1' });
  await expect(d.list('account', ['name'], { orderBy: [{ yearlyNow: 'ASC' }] })).rejects.toMatchObject({ code: 'order.not_indexed' });
  const up = ['12.00', '24.00', '36.00', '36.00', '60.00', '108.00', null, null];
  for (const size of [1, 2, 3, 50]) {
    const walk = async (direction: string) =>
      (await d.walk('account', ['yearly'], size, { orderBy: [{ yearly: direction }] })).map(({ yearly }) => yearly);
    expect(await walk('ASC')).toEqual(up);
    expect(await walk('DESC')).toEqual(up.toReversed());
    const narrowed = await d.walk('account', ['name'], size, {
      orderBy: [{ yearly: 'DESC' }, { name: 'ASC' }],
      filter: { yearly: { gt: '30' } },
    });
    expect(narrowed.map(({ name }) => name)).toEqual(['S9', 'S5', 'S3', 'S3']);
  }
  expect(await d.list('account', ['yearly'], { orderBy: [{ yearly: 'ASC' }], last: 3 })).toEqual([
    { yearly: '108.00' },
    { yearly: null },
    { yearly: null },
  ]);
  expect(await d.list('account', ['name'], { filter: { isBig: { eq: true } } })).toEqual([{ name: 'S9' }]);
});

test('it begins to be kept, is changed and ends, with what is made of it', async () => {
  const yearly = await prices();
  const doubled = await d.field('account', 'doubled', 'formula', { formula: 'yearlyNow * 2' });
  await d.create('account', { name: 'A', seats: 1, price: '2' });
  await d.create('account', { name: 'B', seats: 2, price: '2' });
  await d.tenant.run(updateField, { fieldDefinitionId: doubled, isIndexed: true });
  const shown = () => d.list('account', ['yearly', 'doubled'], { orderBy: [{ doubled: 'DESC' }] });
  expect(await shown()).toEqual([
    { yearly: '48.00', doubled: '96.00' },
    { yearly: '24.00', doubled: '48.00' },
  ]);
  await d.tenant.run(updateField, { fieldDefinitionId: doubled, formula: 'yearly * 3' });
  await d.tenant.run(updateField, { fieldDefinitionId: yearly, formula: 'seats * price' });
  expect(await shown()).toEqual([
    { yearly: '4.00', doubled: '12.00' },
    { yearly: '2.00', doubled: '6.00' },
  ]);
  // A figure of another type is kept in another place.
  await d.tenant.run(updateField, { fieldDefinitionId: doubled, formula: 'name & "!"' });
  expect(await d.list('account', ['doubled'], { orderBy: [{ doubled: 'DESC' }] })).toEqual([{ doubled: 'B!' }, { doubled: 'A!' }]);
  await d.tenant.run(updateField, { fieldDefinitionId: doubled, isActive: false });
  expect(await beside('text')).toEqual([]);
  await d.create('account', { name: 'C' });
  await d.tenant.run(updateField, { fieldDefinitionId: doubled, isActive: true });
  expect(await beside('text')).toEqual(['A!', 'B!', 'C!']);
  await d.tenant.run(updateField, { fieldDefinitionId: doubled, isIndexed: false });
  expect(await beside('text')).toEqual([]);
  expect(await d.list('account', ['doubled'])).toEqual([{ doubled: 'A!' }, { doubled: 'B!' }, { doubled: 'C!' }]);
  await d.tenant.run(updateField, { fieldDefinitionId: yearly, isActive: false });
  await d.tenant.run(deleteField, { fieldDefinitionId: yearly });
  expect(await beside()).toEqual([]);
});

test('who writes while it begins to be kept loses nothing', async () => {
  await prices();
  const doubled = await d.field('account', 'doubled', 'formula', { formula: 'seats * 2' });
  const write = async (i: number): Promise<void> => {
    try {
      const { id } = await d.create('account', { name: `A${i}`, seats: i });
      if (i % 2 === 0) await d.update('account', id, { seats: i + 100 });
    } catch (error) {
      // He is told to repeat what he wrote by the older definitions.
      if ((error as { code?: unknown }).code !== 'metadata.changed') throw error;
    }
  };
  const writers = Array.from({ length: 24 }, (_, i) => i);
  const switches = [true, false, true].map((isIndexed) => () => d.tenant.run(updateField, { fieldDefinitionId: doubled, isIndexed }));
  await Promise.all([...writers.map(write), switches.reduce<Promise<unknown>>((before, next) => before.then(next), Promise.resolve())]);
  const rows = await d.list('account', ['seats', 'doubled'], { orderBy: [{ doubled: 'ASC' }] });
  expect(rows).toHaveLength((await d.list('account', ['seats'])).length);
  for (const { seats, doubled: shown } of rows) expect(shown).toBe(`${Number(seats) * 2}.00`);
});

test('what changes by itself is not kept, whoever makes it so', async () => {
  await d.field('account', 'signedOn', 'date');
  const refused = { code: 'field_definition.not_keepable' };
  const make = (key: string, formula: string) => d.field('account', key, 'formula', { formula, isIndexed: true });
  await expect(make('aa', 'daysBetween(signedOn, today())')).rejects.toMatchObject(refused);
  await expect(make('aa', 'dateOf(createdAt)')).rejects.toMatchObject(refused);
  const below = await d.field('account', 'below', 'formula', { formula: 'addDays(signedOn, 3)' });
  await make('above', 'year(below)');
  await expect(d.tenant.run(updateField, { fieldDefinitionId: below, formula: 'today()' })).rejects.toMatchObject({
    ...refused,
    details: { fields: ['account.above'] },
  });
  await expect(d.field('account', 'one', 'formula', { formula: 'name', isUnique: true })).rejects.toMatchObject({
    code: 'field_definition.unfit',
  });
  await expect(d.tenant.run(changeType, { fieldDefinitionId: below, type: 'text' })).rejects.toMatchObject({
    code: 'field_definition.type_fixed',
  });
  // Many formulas within formulas are refused before they are many.
  await d.field('account', 'f0', 'formula', { formula: 'name & name & name & name & name & name', isIndexed: true });
  await d.field('account', 'f1', 'formula', { formula: 'f0 & f0 & f0 & f0 & f0 & f0', isIndexed: true });
  await d.field('account', 'f2', 'formula', { formula: 'f1 & f1 & f1 & f1 & f1 & f1', isIndexed: true });
  await expect(
    d.field('account', 'f3', 'formula', { formula: 'f2 & f2 & f2 & f2 & f2 & f2 & f2 & f2 & f2 & f2', isIndexed: true }),
  ).rejects.toMatchObject({ code: 'field_definition.unfit' });
  expect(await d.create('account', { name: 'é'.repeat(200) })).toMatchObject({ f2: 'é'.repeat(500) });
});

test('numbers beyond all reading are not kept, and hold up no write', async () => {
  await d.field('account', 'most', 'formula', { formula: '9'.repeat(3000), isIndexed: true });
  await d.field('account', 'more', 'formula', { formula: 'most * most * employees', isIndexed: true });
  await d.field('account', 'fine', 'formula', { formula: 'round(employees * 1.005, employees * 1000000000)', isIndexed: true });
  expect(await d.create('account', { name: 'A', employees: 2_000_000_000 })).toMatchObject({ more: null, fine: '2010000000.00' });
  expect(await d.list('account', ['more', 'fine'], { orderBy: [{ more: 'ASC' }] })).toEqual([{ more: null, fine: '2010000000.00' }]);
});

test('who may not see a field neither finds nor orders by what is kept of it', async () => {
  await d.field('account', 'margin', 'decimal');
  await d.field('account', 'twice', 'formula', { formula: 'margin * 2', isIndexed: true });
  await d.create('account', { name: 'A', margin: '5' });
  const { actor } = await d.tenant.user({ permissions: { 'account:*': 'all' }, fieldRights: { 'account.margin': 'hide' } });
  const refused = { code: 'access.field_forbidden' };
  await expect(d.list('account', ['twice'], { actor })).rejects.toMatchObject(refused);
  await expect(d.list('account', ['name'], { actor, filter: { twice: { gt: '1' } } })).rejects.toMatchObject(refused);
  await expect(d.list('account', ['name'], { actor, orderBy: [{ twice: 'ASC' }] })).rejects.toMatchObject(refused);
});

test('another company has nothing of it, and lists of narrow reach show what is in reach', async () => {
  await prices();
  await d.create('account', { name: 'A', seats: 1, price: '1' });
  const other = new Designer(kit, await kit.tenant());
  await other.field('account', 'yearly', 'formula', { formula: 'employees * 2', isIndexed: true });
  await other.create('account', { name: 'B', employees: 4 });
  expect(await other.list('account', ['name', 'yearly'], { orderBy: [{ yearly: 'ASC' }] })).toEqual([{ name: 'B', yearly: '8.00' }]);
  const { id, actor } = await d.tenant.user({ permissions: { 'account:*': 'own' } });
  await d.create('account', { name: 'Mine', seats: 2, price: '1', ownerId: id });
  expect(await d.list('account', ['name'], { actor, orderBy: [{ yearly: 'ASC' }] })).toEqual([{ name: 'Mine' }]);
});
