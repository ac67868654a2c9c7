import { allModules } from '#app/modules.js';
import { codeOf } from '#kernel/resource/ids.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { Designer } from '../testing/designer.js';
import { createObject } from './create-object.js';
import { updateObject } from './update-object.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

async function permits(): Promise<void> {
  await d.object('permit', 'permits');
  await d.field('x_permit', 'plate', 'text', { settings: { mask: 'A-AA 9999' }, isRequired: true });
  await d.field('x_permit', 'accountId', 'relation', { target: 'account', settings: { inverse: 'permits' } });
  await d.field('x_permit', 'fee', 'money');
  await d.field('x_permit', 'state', 'enum', {
    options: [
      { key: 'open', labels: { en: 'Open' } },
      { key: 'paid', labels: { en: 'Paid' } },
    ],
  });
}

test('records of an object of one’s own are made, read through relations, changed and deleted like any other', async () => {
  await permits();
  const account = await d.create('account', { name: 'Muster GmbH' });
  const permit = await d.create('x_permit', {
    plate: 'B-AB 1234',
    accountId: account['id'],
    fee: { amount: '30', currency: 'EUR' },
    state: 'open',
  });
  expect(permit).toMatchObject({ plate: 'B-AB 1234', ownerId: d.tenant.admin.userId, version: 1 });
  expect(codeOf(String(permit['id']))).toBe(0x1000);
  expect(
    await d.list('x_permit', ['plate', 'fee'], { filter: { account: { name: { eq: 'Muster GmbH' } }, state: { in: ['open'] } } }),
  ).toEqual([{ plate: 'B-AB 1234', fee: { amount: '30.0000', currency: 'EUR' } }]);
  expect(
    await d.list('account', ['name'], { filter: { id: { eq: account['id'] }, permits: { some: { state: { eq: 'open' } } } } }),
  ).toHaveLength(1);
  expect(await d.update('x_permit', permit['id'], { state: 'paid' })).toMatchObject({ state: 'paid', version: 2 });
  await d.crud('x_permit', 'delete', { id: permit['id'] });
  expect(await d.list('x_permit', ['plate'])).toEqual([]);
});

test('records are written to and read from the part of the table their company is in, by the name of that part', async () => {
  await permits();
  const { id } = await d.create('x_permit', { plate: 'B-AB 1234' });
  const { table } = await d.resource('x_permit');
  expect(table).toMatch(/^kernel\.records_[0-7]$/);
  expect(await kit.asOwner('select tableoid::regclass::text as part from kernel.records where id = $1', [id], d.tenant.id)).toEqual([
    { part: table },
  ]);
  expect(await d.list('x_permit', ['plate'])).toHaveLength(1);
});

test('what is kept as text is shown as it was given, whatever is in it', async () => {
  await d.object('thing', 'things');
  const row = {
    line: 'a "b" \\ </i> \u0001 \u2028 ü 😀 \\u0041',
    several: 'one\n\ttwo',
    pieces: -7,
    share: '-0.00',
    flag: false,
    day: '2026-03-02',
    debt: { amount: '-0', currency: 'EUR' },
    where: { street: 'A"', city: null, country: 'DE' },
  };
  const types = ['text', 'longText', 'int', 'decimal', 'bool', 'date', 'money', 'address'] as const;
  for (const [i, key] of Object.keys(row).entries()) await d.field('x_thing', key, types[i] ?? 'text');
  const names = Object.keys(row);
  const created = await d.create('x_thing', row);
  const empty = await d.create('x_thing', {});
  const shown = { ...row, share: '0.00', debt: { amount: '0.0000', currency: 'EUR' }, where: expect.objectContaining(row.where) };
  const list = await d.list('x_thing', names, { orderBy: [{ id: 'ASC' }] });
  expect(list).toEqual([shown, Object.fromEntries(names.map((name) => [name, null]))]);
  expect(created).toMatchObject({ ...shown, where: { street: 'A"', country: 'DE' } });
  expect(names.map((name) => empty[name])).toEqual(names.map(() => null));
});

test('figures and groups of one’s own fields come out as of any other', async () => {
  await permits();
  await d.create('x_permit', { plate: 'B-AB 0001', fee: { amount: '30', currency: 'EUR' }, state: 'open' });
  await d.create('x_permit', { plate: 'B-AB 0002', fee: { amount: '12.50', currency: 'EUR' }, state: 'open' });
  await d.create('x_permit', { plate: 'B-AB 0003', state: 'paid' });
  const answer = await d.read('x_permit', [
    { kind: 'totalCount', key: 'total' },
    { kind: 'aggregate', key: 'figures', items: [{ kind: 'function', key: 'sum', fn: 'sum', fields: [{ key: 'fee', name: 'fee' }] }] },
    {
      kind: 'groups',
      key: 'groups',
      by: { from: 'constant', value: [{ field: 'state' }] },
      items: [
        { kind: 'keys', key: 'keys' },
        { kind: 'count', key: 'n' },
      ],
    },
  ]);
  expect(answer).toEqual({
    total: 3,
    figures: { sum: { fee: [{ amount: '42.5000', currency: 'EUR' }] } },
    groups: [
      { keys: ['open'], n: 2 },
      { keys: ['paid'], n: 1 },
    ],
  });
});

test('who has no right sees nothing, who has his own sees his own', async () => {
  await permits();
  await d.create('x_permit', { plate: 'B-AB 0001' });
  const nobody = await d.tenant.user({ permissions: { 'account:read': 'all' } });
  await expect(d.list('x_permit', ['plate'], { actor: nobody.actor })).rejects.toMatchObject({ code: 'access.forbidden' });
  const seller = await d.tenant.user({ permissions: { 'x_permit:*': 'own' } });
  await d.create('x_permit', { plate: 'B-AB 0002' }, seller.actor);
  expect(await d.list('x_permit', ['plate'], { actor: seller.actor })).toEqual([{ plate: 'B-AB 0002' }]);
  const blind = await d.tenant.user({
    permissions: { 'x_permit:read': 'all' },
    fieldRights: { 'x_permit.plate': 'mask', 'x_permit.fee': 'hide' },
  });
  expect(await d.list('x_permit', ['plate'], { actor: blind.actor, orderBy: [{ createdAt: 'ASC' }] })).toEqual([
    { plate: '•••' },
    { plate: '•••' },
  ]);
  await expect(d.list('x_permit', ['fee'], { actor: blind.actor })).rejects.toMatchObject({ code: 'access.field_forbidden' });
});

test('what does not fit is refused with its place', async () => {
  await permits();
  await expect(d.create('x_permit', { plate: 'nonsense' })).rejects.toMatchObject({
    details: { errors: [{ path: '/plate', code: 'wrong_form' }] },
  });
  await expect(d.create('x_permit', {})).rejects.toMatchObject({ details: { errors: [{ path: '/plate', code: 'required' }] } });
  await expect(d.create('x_permit', { plate: 'B-AB 0001', state: 'lost' })).rejects.toMatchObject({
    details: { errors: [{ path: '/state', code: 'not_allowed' }] },
  });
  const gone = '01900000-0000-7000-8000-000000000000';
  await expect(d.create('x_permit', { plate: 'B-AB 0001', accountId: gone })).rejects.toMatchObject({ code: 'input.reference_not_found' });
});

test('what records point at is not deleted under them, unless the relation says otherwise', async () => {
  await permits();
  const account = await d.create('account', { name: 'Muster GmbH' });
  const permit = await d.create('x_permit', { plate: 'B-AB 0001', accountId: account['id'] });
  await expect(d.crud('account', 'delete', { id: account['id'] })).rejects.toMatchObject({ code: 'account.in_use' });
  await d.update('x_permit', permit['id'], { accountId: null });
  await d.crud('account', 'delete', { id: account['id'] });

  await d.field('x_permit', 'holderId', 'relation', { target: 'account', settings: { onDelete: 'set_null' } });
  await d.field('x_permit', 'payerId', 'relation', { target: 'account', settings: { onDelete: 'cascade' } });
  const [holder, payer] = [await d.create('account', { name: 'Holder' }), await d.create('account', { name: 'Payer' })];
  await d.update('x_permit', permit['id'], { holderId: holder['id'], payerId: payer['id'] });
  await d.crud('account', 'delete', { id: holder['id'] });
  expect(await d.list('x_permit', ['holderId', 'payerId'])).toEqual([{ holderId: null, payerId: payer['id'] }]);
  await d.crud('account', 'delete', { id: payer['id'] });
  expect(await d.list('x_permit', ['plate'])).toEqual([]);
});

test('keys are words of their own, taken for ever', async () => {
  const labels = { en: 'Permit' };
  await d.object('permit', 'permits');
  const make = (key: string, plural: string) => d.tenant.run(createObject, { key, plural, labels });
  await expect(make('permit', 'others')).rejects.toMatchObject({ code: 'object_definition.key_taken' });
  await expect(make('permitFilter', 'others')).rejects.toMatchObject({ code: 'object_definition.key_reserved' });
  for (const key of ['Permit', 'per mit', 'x"; drop table', 'a', '__type'])
    await expect(make(key, 'others')).rejects.toMatchObject({ code: 'metadata.key_malformed' });
  await expect(d.tenant.run(createObject, { key: 'contract', plural: 'contracts', labels: 'no' })).rejects.toMatchObject({
    code: 'metadata.labels_unfit',
  });
});

test('an object out of use is in no definition; back in use, its records are there', async () => {
  await permits();
  await d.create('x_permit', { plate: 'B-AB 0001' });
  const [row] = await d.list('object_definition', ['key']);
  expect(row).toEqual({ key: 'permit' });
  const { objectDefinitionId } = await d.tenant.run(createObject, { key: 'contract', plural: 'contracts', labels: { en: 'Contract' } });
  await d.tenant.run(updateObject, { objectDefinitionId, isActive: false });
  expect((await d.definitions()).resources.has('x_contract')).toBe(false);
  await d.tenant.run(updateObject, { objectDefinitionId, isActive: true, labels: { de: 'Vertrag' } });
  expect((await d.resource('x_contract')).description).toBe('Vertrag.');
});

test('two administrators at once are served one after the other, and who knows old metadata is refused', async () => {
  const [a, b] = await Promise.all([
    d.tenant.run(createObject, { key: 'one', plural: 'ones', labels: { en: 'One' } }),
    d.tenant.run(createObject, { key: 'two', plural: 'twos', labels: { en: 'Two' } }),
  ]);
  expect([a.metadataVersion, b.metadataVersion].sort()).toEqual([1, 2]);
  await expect(
    d.tenant.run(createObject, { key: 'three', plural: 'threes', labels: { en: 'Three' }, metadataVersion: 1 }),
  ).rejects.toMatchObject({ code: 'metadata.changed' });
});
