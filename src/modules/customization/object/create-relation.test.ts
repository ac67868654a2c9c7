import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { Designer } from '../testing/designer.js';
import { createRelation } from './create-relation.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

const relate = (more: Partial<Parameters<typeof createRelation.run>[0]> = {}) =>
  d.tenant.run(createRelation, {
    key: 'employment',
    plural: 'employments',
    labels: { de: 'Anstellung', en: 'Employment' },
    from: 'contact',
    to: 'account',
    fromLabels: { en: 'Employee' },
    toLabels: { en: 'Employer' },
    fromList: 'employments',
    toList: 'staff',
    ...more,
  });

test('records of any two kinds are joined, with roles and days, and found from both sides', async () => {
  await relate({
    isDated: true,
    roles: [
      { key: 'boss', labels: { en: 'Boss' } },
      { key: 'clerk', labels: { en: 'Clerk' } },
    ],
  });
  const account = await d.create('account', { name: 'Muster' });
  const person = await d.create('contact', { lastName: 'Ng' });
  const joined = { fromId: person['id'], toId: account['id'] };
  await d.create('x_employment', { ...joined, roles: ['clerk'], validFrom: '2020-01-01', validTo: '2022-01-01' });
  await d.create('x_employment', { ...joined, roles: ['boss', 'clerk'], validFrom: '2022-01-01' });
  const now = { validFrom: { lte: '2026-01-01' }, or: [{ validTo: { isNull: true } }, { validTo: { gt: '2026-01-01' } }] };
  expect(await d.list('x_employment', ['roles'], { filter: { to: { name: { eq: 'Muster' } }, ...now } })).toEqual([
    { roles: ['boss', 'clerk'] },
  ]);
  expect(await d.list('account', ['name'], { filter: { staff: { some: { from: { lastName: { eq: 'Ng' } } } } } })).toEqual([
    { name: 'Muster' },
  ]);
  expect(await d.list('contact', ['lastName'], { filter: { employments: { some: { to: { name: { eq: 'Muster' } } } } } })).toHaveLength(1);
  await expect(d.create('x_employment', { ...joined, validFrom: '2022-01-01', validTo: '2021-01-01' })).rejects.toMatchObject({
    code: 'record.check_failed',
  });
  await d.crud('contact', 'delete', { id: person['id'] });
  expect(await d.list('x_employment', ['validFrom'])).toEqual([]);
});

test('records of one kind are joined with each other', async () => {
  await relate({ key: 'holding', plural: 'holdings', from: 'account', to: 'account', fromList: 'holdings', toList: 'holders' });
  const [mother, daughter] = [await d.create('account', { name: 'Mother' }), await d.create('account', { name: 'Daughter' })];
  await d.create('x_holding', { fromId: mother['id'], toId: daughter['id'] });
  expect(await d.list('account', ['name'], { filter: { holders: { some: { from: { name: { eq: 'Mother' } } } } } })).toEqual([
    { name: 'Daughter' },
  ]);
});

test('one side is joined once where it is said so, and what is joined stays where it is said so', async () => {
  await relate({ cardinality: 'many_to_one', onDelete: 'restrict' });
  const [first, second] = [await d.create('account', { name: 'First' }), await d.create('account', { name: 'Second' })];
  const person = await d.create('contact', { lastName: 'Ng' });
  await d.create('x_employment', { fromId: person['id'], toId: first['id'] });
  await expect(d.create('x_employment', { fromId: person['id'], toId: second['id'] })).rejects.toMatchObject({
    code: 'x_employment.from_id_taken',
  });
  const other = await d.create('contact', { lastName: 'Other' });
  await d.create('x_employment', { fromId: other['id'], toId: first['id'] });
  await expect(d.crud('account', 'delete', { id: first['id'] })).rejects.toMatchObject({ code: 'account.in_use' });
  await expect(relate({ key: 'other', plural: 'others', cardinality: 'one_to_one', isDated: true })).rejects.toMatchObject({
    code: 'field_definition.unfit',
  });
});

test('a relation that cannot be is not there in part', async () => {
  await expect(relate({ to: 'nothing' })).rejects.toMatchObject({ code: 'field_definition.unfit' });
  expect((await d.definitions()).resources.has('x_employment')).toBe(false);
});
