import { allModules } from '#app/modules.js';
import { labellerOf } from '#app/texts/read-labels.js';
import type { Actor } from '#kernel/access/actor.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { createRelation } from '#modules/customization/object/create-relation.js';
import { Designer } from '#modules/customization/testing/designer.js';
import { network } from './network.js';
import { relationshipPath } from './relationship-path.js';

let kit: Kit;
let d: Designer;
const [path, around] = [relationshipPath(labellerOf), network(labellerOf)];
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

const employment = {
  key: 'employment',
  plural: 'employments',
  labels: { de: 'Anstellung', en: 'Employment' },
  from: 'contact',
  to: 'account',
  fromLabels: { de: 'Angestellte', en: 'Employee' },
  toLabels: { de: 'Arbeitgeber', en: 'Employer' },
  isDated: true,
  roles: [{ key: 'boss', labels: { en: 'Boss' } }],
};
const make = async (name: string, row: Record<string, unknown>) => String((await d.create(name, row))['id']);
const find = (input: Partial<Parameters<typeof path.run>[0]> & { from: string; to: string }, actor?: Actor) =>
  d.tenant.run(path, input, actor);
const look = (recordId: string, more: Partial<Parameters<typeof around.run>[0]> = {}, actor?: Actor) =>
  d.tenant.run(around, { recordId, ...more }, actor);

/** Ng works for Muster, whose parent Holding once employed Oz. */
async function people() {
  await d.tenant.run(createRelation, employment);
  const holding = await make('account', { name: 'Holding' });
  const muster = await make('account', { name: 'Muster', parentId: holding });
  const ng = await make('contact', { firstName: 'Ada', lastName: 'Ng' });
  const oz = await make('contact', { lastName: 'Oz' });
  const job = await make('x_employment', { fromId: ng, toId: muster, roles: ['boss'], validFrom: '2020-01-01' });
  await make('x_employment', { fromId: oz, toId: holding, validFrom: '2019-01-01', validTo: '2021-01-01' });
  return { holding, muster, ng, oz, job };
}

test('the shortest way goes over relations and references, with what each is to the next, roles and days', async () => {
  const { holding, muster, ng, job } = await people();
  const found = await find({ from: ng, to: holding });
  expect(found).toMatchObject({
    found: true,
    length: 2,
    records: [
      { id: ng, resource: 'contact', name: 'Ada Ng', distance: 0 },
      { id: muster, name: 'Muster', distance: 1 },
      { id: holding, name: 'Holding', distance: 2 },
    ],
    hops: [
      { fromId: ng, toId: muster, relation: 'x_employment', recordId: job, roles: ['boss'], validFrom: '2020-01-01', validTo: null },
      { fromId: muster, toId: holding, relation: 'account.parentId', direction: 'forward', recordId: muster, roles: null },
    ],
  });
  expect(found.hops[0]).toMatchObject({ direction: 'forward', label: 'Employer' });
  const back = await find({ from: holding, to: ng }, { ...d.tenant.admin, language: 'de' });
  expect(back.hops.map(({ label, direction }) => [label, direction])).toEqual([
    ['Firma', 'backward'],
    ['Angestellte', 'backward'],
  ]);
  expect(await find({ from: ng, to: ng })).toMatchObject({ found: true, length: 0, hops: [], records: [{ id: ng }] });
});

test('dated relations hold on their days only, and a way is no longer than asked for', async () => {
  const { ng, oz, muster } = await people();
  expect(await find({ from: ng, to: oz })).toEqual({ found: false, length: null, records: [], hops: [] });
  expect(await find({ from: ng, to: oz, on: '2020-12-31' })).toMatchObject({ found: true, length: 3 });
  expect(await find({ from: ng, to: oz, on: '2021-01-01' })).toMatchObject({ found: false });
  expect(await find({ from: ng, to: oz, on: '2019-12-31' })).toMatchObject({ found: false });
  expect(await find({ from: ng, to: oz, anyDay: true })).toMatchObject({ found: true, length: 3 });
  expect(await find({ from: ng, to: oz, anyDay: true, maxDepth: 2 })).toMatchObject({ found: false });
  expect(await find({ from: muster, to: oz, anyDay: true, maxDepth: 2 })).toMatchObject({ found: true, length: 2 });
});

test('a record or a relation that may not be seen is no hop and is not told', async () => {
  const { ng, oz, muster, holding } = await people();
  const account = { 'account:read': 'own', 'contact:read': 'all', 'x_employment:read': 'all' } as const;
  const seller = await d.tenant.user({ permissions: account });
  await d.update('account', muster, { ownerId: seller.id });
  const asked = { from: ng, to: oz, anyDay: true };
  expect(await find(asked, seller.actor)).toEqual({ found: false, length: null, records: [], hops: [] });
  await expect(find({ from: ng, to: holding }, seller.actor)).rejects.toMatchObject({ code: 'account.not_found' });
  const near = await look(ng, { depth: 4 }, seller.actor);
  expect(near.records.map(({ id }) => id)).toEqual([ng, muster]);
  expect(near.isComplete).toBe(true);

  const blind = await d.tenant.user({ permissions: { 'account:read': 'all', 'contact:read': 'all' } });
  expect((await look(ng, { depth: 4 }, blind.actor)).records).toHaveLength(1);
  const undated = await d.tenant.user({ permissions: { '*': 'all' }, fieldRights: { 'x_employment.validTo': 'hide' } });
  expect((await look(ng, {}, undated.actor)).hops).toEqual([]);
  const nameless = await d.tenant.user({
    permissions: { '*': 'all' },
    fieldRights: { 'contact.firstName': 'hide', 'contact.lastName': 'mask' },
  });
  expect((await look(ng, {}, nameless.actor)).records[0]).toMatchObject({ name: '•••' });
  const roleless = await d.tenant.user({ permissions: { '*': 'all' }, fieldRights: { 'x_employment.roles': 'hide' } });
  expect((await look(ng, {}, roleless.actor)).hops).toMatchObject([{ relation: 'x_employment', roles: null }]);
});

test('what surrounds a record comes ring by ring, relations first, and no more than asked for', async () => {
  const { ng, muster, holding } = await people();
  const deal = await make('contact', { lastName: 'Third', accountId: muster });
  const all = await look(muster, { depth: 2 });
  expect(all.records.map(({ id, distance }) => [id, distance])).toEqual([
    [muster, 0],
    [ng, 1],
    [holding, 1],
    [deal, 1],
  ]);
  expect(all).toMatchObject({
    isComplete: true,
    hops: [{ label: 'Employee' }, { relation: 'account.parentId' }, { relation: 'contact.accountId' }],
  });
  const some = await look(muster, { limit: 1 });
  expect(some).toMatchObject({ isComplete: false, records: [{ id: muster }, { id: ng }], hops: [{ relation: 'x_employment' }] });
});

test('how strong it is follows from activities the caller may see: often and lately', async () => {
  const { ng, muster } = await people();
  kit.clock.set(new Date('2026-06-30T12:00:00Z'));
  const done = (doneAt: string, more: object = {}) =>
    d.create('activity', {
      kind: 'call',
      subject: 'Call',
      ownerId: d.tenant.admin.userId,
      accountId: muster,
      contactId: ng,
      doneAt,
      ...more,
    });
  await done('2026-06-30T12:00:00Z');
  await done('2026-04-01T12:00:00Z');
  await done('2026-04-01T12:00:00Z', { contactId: null });
  await done('2023-01-01T12:00:00Z');
  await d.create('activity', { kind: 'task', subject: 'Open', ownerId: d.tenant.admin.userId, accountId: muster, contactId: ng });
  const { records, hops } = await look(ng);
  // 1 + 1/2 = 1.5 between them and with her; a half more with the company.
  expect(hops).toMatchObject([{ strength: '0.6000', activities: 2, lastActivityAt: new Date('2026-06-30T12:00:00Z') }]);
  expect(records).toMatchObject([
    { id: ng, strength: '0.6000' },
    { id: muster, strength: '0.6667', activities: 3 },
  ]);
  const stranger = await d.tenant.user({ permissions: { '*:read': 'all', 'activity:read': 'own' } });
  expect((await look(ng, {}, stranger.actor)).hops).toMatchObject([{ strength: '0.0000', activities: 0, lastActivityAt: null }]);
  const untold = await d.tenant.user({ permissions: { '*': 'all' }, fieldRights: { 'activity.doneAt': 'hide' } });
  expect((await look(ng, {}, untold.actor)).hops).toMatchObject([{ strength: null, activities: null }]);
});

test('what no activity can name has no strength, and objects of the company get one with a reference', async () => {
  const permit = await d.object('permit', 'permits');
  await d.field(permit, 'plate', 'text');
  await d.field(permit, 'holderId', 'relation', { target: 'contact' });
  const holder = await make('contact', { lastName: 'Ng' });
  const record = await make(permit, { plate: 'B-AB 1', holderId: holder });
  expect(await look(holder)).toMatchObject({
    records: [{ id: holder }, { id: record }],
    hops: [{ relation: 'x_permit.holderId', strength: null }],
  });
  await d.field('activity', 'permitId', 'relation', { target: permit });
  await d.create('activity', {
    kind: 'call',
    subject: 'Call',
    ownerId: d.tenant.admin.userId,
    contactId: holder,
    permitId: record,
    doneAt: kit.clock.now().toISOString(),
  });
  expect(await look(holder)).toMatchObject({ hops: [{ activities: 1 }], records: [{ activities: 1 }, { activities: 1 }] });
});

test('records of shared ground stand in relations only where one was defined', async () => {
  const product = await make('product', { code: 'P', name: 'Product', unit: 'piece' });
  const [one, two] = [await make('account', { name: 'One' }), await make('account', { name: 'Two' })];
  await expect(look(product)).rejects.toMatchObject({ code: 'record.without_relations', details: { errors: [{ path: '/recordId' }] } });
  await expect(find({ from: one, to: String(d.tenant.admin.userId) })).rejects.toMatchObject({ code: 'record.without_relations' });
  const labels = { en: 'Use' };
  const sides = { from: 'account', to: 'product', fromLabels: { en: 'User' }, toLabels: { en: 'Used' } };
  await d.tenant.run(createRelation, { key: 'usage', plural: 'usages', labels, ...sides });
  await d.create('x_usage', { fromId: one, toId: product });
  await d.create('x_usage', { fromId: two, toId: product });
  expect(await find({ from: one, to: two })).toMatchObject({ length: 2, records: [{ id: one }, { id: product }, { id: two }] });
});

test('an id of another company is none of a record here', async () => {
  const mine = await make('account', { name: 'Mine' });
  const other = new Designer(kit, await kit.tenant());
  const theirs = String((await other.create('account', { name: 'Theirs' }))['id']);
  await expect(find({ from: mine, to: theirs })).rejects.toMatchObject({ code: 'account.not_found' });
  await expect(look(theirs)).rejects.toMatchObject({ code: 'account.not_found' });
  await expect(look('nothing')).rejects.toMatchObject({ code: 'record.not_found' });
});
