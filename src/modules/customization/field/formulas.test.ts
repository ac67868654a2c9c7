import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { Designer } from '../testing/designer.js';
import { updateField } from './update-field.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

test('a formula is worked out from the record, exactly, and answered at once', async () => {
  await d.field('account', 'seats', 'int');
  await d.field('account', 'price', 'decimal', { settings: { scale: 2 } });
  await d.field('account', 'yearly', 'formula', { formula: 'seats * price * 12', settings: { scale: 2 } });
  await d.field('account', 'size', 'formula', { formula: 'if(yearly > 1000, "large", if(isEmpty(yearly), "unknown", "small"))' });
  const row = await d.create('account', { name: 'A', seats: 3, price: '9.99' });
  expect(row).toMatchObject({ yearly: '359.64', size: 'small' });
  expect(await d.update('account', row['id'], { seats: 30 })).toMatchObject({ yearly: '3596.40', size: 'large' });
  const empty = await d.create('account', { name: 'B' });
  expect(empty).toMatchObject({ yearly: null, size: 'unknown' });
  expect(await d.list('account', ['name', 'yearly'], { filter: { id: { in: [row['id'], empty['id']] }, size: { eq: 'large' } } })).toEqual([
    { name: 'A', yearly: '3596.40' },
  ]);
});

test('roll-ups count and add up related records, roll-ups and formulas of them too', async () => {
  await d.object('contract', 'contracts');
  await d.object('position', 'positions');
  await d.field('x_contract', 'accountId', 'relation', { target: 'account', settings: { inverse: 'contracts' } });
  await d.field('x_position', 'contractId', 'relation', { target: 'x_contract', settings: { inverse: 'positions' } });
  await d.field('x_position', 'quantity', 'int');
  await d.field('x_position', 'price', 'money');
  await d.field('x_position', 'amount', 'formula', { formula: 'quantity * price.amount' });
  await d.field('x_contract', 'total', 'rollup', { rollup: { from: 'x_position', by: 'contractId', function: 'sum', value: 'amount' } });
  await d.field('x_contract', 'positionCount', 'rollup', {
    rollup: { from: 'x_position', by: 'contractId', function: 'count', filter: 'quantity > 1' },
  });
  await d.field('account', 'contractTotal', 'rollup', { rollup: { from: 'x_contract', by: 'accountId', function: 'max', value: 'total' } });
  await d.field('x_position', 'holder', 'formula', { formula: 'contract.account.name & "!"' });
  const account = await d.create('account', { name: 'Muster' });
  const contract = await d.create('x_contract', { accountId: account['id'] });
  await d.create('x_position', { contractId: contract['id'], quantity: 2, price: { amount: '10.50', currency: 'EUR' } });
  await d.create('x_position', { contractId: contract['id'], quantity: 1, price: { amount: '0.25', currency: 'EUR' } });
  expect(await d.list('x_contract', ['total', 'positionCount'])).toEqual([{ total: '21.25', positionCount: 1 }]);
  expect(await d.list('account', ['contractTotal'], { filter: { id: { eq: account['id'] } } })).toEqual([{ contractTotal: '21.25' }]);
  expect(await d.list('x_position', ['holder'], { filter: { quantity: { eq: 1 } } })).toEqual([{ holder: 'Muster!' }]);
  expect(await d.update('x_contract', contract['id'], {})).toMatchObject({ total: '21.25' });
});

test('amounts in different currencies are not added up', async () => {
  await d.object('contract', 'contracts');
  await d.field('x_contract', 'accountId', 'relation', { target: 'account' });
  await d.field('x_contract', 'value', 'money');
  await d.field('account', 'worth', 'rollup', { rollup: { from: 'x_contract', by: 'accountId', function: 'sum', value: 'value.amount' } });
  const account = await d.create('account', { name: 'Muster' });
  const contract = (currency: string) => d.create('x_contract', { accountId: account['id'], value: { amount: '10', currency } });
  await contract('EUR');
  const worth = () => d.list('account', ['worth'], { filter: { id: { eq: account['id'] } } });
  expect(await worth()).toEqual([{ worth: '10.00' }]);
  await contract('USD');
  expect(await worth()).toEqual([{ worth: null }]);
});

test('a formula that depends on itself is refused with the way it goes', async () => {
  await d.field('account', 'aa', 'decimal');
  await expect(d.field('account', 'loop', 'formula', { formula: 'loop + 1' })).rejects.toMatchObject({
    code: 'field_definition.formula_cycle',
    details: { path: ['account.loop', 'account.loop'] },
  });
  const first = await d.field('account', 'first', 'formula', { formula: 'aa + 1' });
  await d.field('account', 'second', 'formula', { formula: 'first + 1' });
  await d.field('account', 'third', 'formula', { formula: 'second + 1' });
  await expect(d.tenant.run(updateField, { fieldDefinitionId: first, formula: 'third * 2' })).rejects.toMatchObject({
    code: 'field_definition.formula_cycle',
  });
});

test('what a formula cannot be is refused with its place', async () => {
  const refused = (formula: string) =>
    expect(d.field('account', 'bad', 'formula', { formula })).rejects.toMatchObject({ code: 'field_definition.formula_invalid' });
  await refused('nothing + 1');
  await refused('name + 1');
  await refused('name &');
  await refused('drop(table)');
  await refused('"x" = 1');
  await refused(`${'('.repeat(100)}1${')'.repeat(100)}`);
});

test('text in a formula stays text', async () => {
  await d.field('account', 'odd', 'formula', { formula: `"'; drop table customers.accounts; -- \\" $1 \\\\" & name` });
  expect(await d.create('account', { name: "O'Neill" })).toMatchObject({ odd: `'; drop table customers.accounts; -- " $1 \\O'Neill` });
});

test('conditions hold for whoever writes, and say so in the company’s words', async () => {
  await d.field('account', 'isKey', 'bool');
  await d.field('account', 'discount', 'percent', {
    requiredIf: 'isKey',
    checks: [{ formula: 'discount <= 30 or isEmpty(discount)', message: { de: 'Höchstens 30 %.' } }],
  });
  await expect(d.create('account', { name: 'A', isKey: true })).rejects.toMatchObject({
    code: 'record.field_required',
    details: { errors: [{ path: '/discount' }] },
  });
  await expect(d.create('account', { name: 'A', discount: '31' })).rejects.toMatchObject({
    code: 'record.check_failed',
    message: 'Höchstens 30 %.',
  });
  const row = await d.create('account', { name: 'A', discount: '30' });
  await expect(d.update('account', row['id'], { isKey: true, discount: null })).rejects.toMatchObject({ code: 'record.field_required' });
});

test('a formula does not lose what it is made of', async () => {
  const seats = await d.field('account', 'seats', 'int');
  await d.field('account', 'twice', 'formula', { formula: 'seats * 2' });
  await expect(d.tenant.run(updateField, { fieldDefinitionId: seats, isActive: false })).rejects.toMatchObject({
    code: 'field_definition.in_use',
    details: { users: ['account.twice'] },
  });
});

test('who may not see a field does not see what is worked out from it', async () => {
  await d.field('account', 'margin', 'decimal');
  await d.field('account', 'twice', 'formula', { formula: 'margin * 2' });
  await d.field('account', 'fourTimes', 'formula', { formula: 'twice * 2' });
  await d.create('account', { name: 'A', margin: '5' });
  const blind = await d.tenant.user({ permissions: { 'account:*': 'all' }, fieldRights: { 'account.margin': 'hide' } });
  for (const field of ['margin', 'twice', 'fourTimes'])
    await expect(d.list('account', [field], { actor: blind.actor })).rejects.toMatchObject({ code: 'access.field_forbidden' });
});
