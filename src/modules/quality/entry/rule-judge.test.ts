import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { QualityOffice } from '../testing/office.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const office = async () => new QualityOffice(kit, await kit.tenant());

test('a rule that refuses keeps bad records out and says which field is wrong', async () => {
  const at = await office();
  await at.rule({ key: 'needs-sector', resource: 'account', kind: 'required', fields: ['sector'], severity: 'refuse' });
  await expect(at.create('account', { name: 'Acme' })).rejects.toMatchObject({
    code: 'quality.refused',
    message: 'This cannot be right.',
    details: { rules: ['needs-sector'], errors: [{ path: '/sector', code: 'quality.refused' }] },
  });
  const account = await at.create('account', { name: 'Acme', sector: 'retail' });
  await expect(at.update('account', account['id'], { sector: null })).rejects.toMatchObject({ code: 'quality.refused' });
  expect(await at.findings()).toEqual([]);
});

test('a write that does not touch what a rule looks at is not judged by it', async () => {
  const at = await office();
  const account = await at.create('account', { name: 'Acme' });
  await at.rule({ key: 'needs-sector', resource: 'account', kind: 'required', fields: ['sector'], severity: 'refuse' });
  await at.update('account', account['id'], { name: 'Acme Ltd' });
  expect(at.warnings).toEqual([]);
});

test('a rule that warns lets the write through, says so, and keeps one finding until the record is good', async () => {
  const at = await office();
  await at.rule({ key: 'staffed', resource: 'account', kind: 'range', fields: ['employees'], settings: { min: 1, max: 1000 } });
  const account = await at.create('account', { name: 'Acme', employees: 5000 });
  expect(at.warnings).toMatchObject([{ rule: 'staffed', path: '/employees', recordId: account['id'], message: 'This cannot be right.' }]);
  await at.update('account', account['id'], { employees: 6000 });
  expect(await at.findings()).toMatchObject([{ rule: 'staffed', status: 'open', recordId: account['id'] }]);
  await at.update('account', account['id'], { employees: 100 });
  expect(await at.findings()).toMatchObject([{ status: 'fixed', fixedById: at.tenant.admin.userId }]);
  await at.update('account', account['id'], { employees: 0 });
  expect(await at.findings({ status: 'open' })).toHaveLength(1);
});

test.each([
  ['format', { fields: ['number'], settings: { pattern: '^[0-9]+$' } }, { number: 'A1' }, { number: '17' }],
  ['values', { fields: ['sector'], settings: { values: ['technology', 'retail'] } }, { sector: 'technolgy' }, { sector: 'retail' }],
  ['values', { fields: ['sector'], settings: { values: ['technology'], near: true } }, { sector: 'technolgy' }, { sector: 'forestry' }],
  ['formula', { settings: { formula: 'employees > 10 or isEmpty(annualRevenue.amount)' } }, revenue(3), revenue(30)],
  ['reference', { fields: ['sector'], settings: { resource: 'product', field: 'family' } }, { sector: 'x' }, { sector: null }],
] as const)('a rule of kind %s tells bad from good', async (kind, rule, bad, good) => {
  const at = await office();
  await at.rule({ key: 'rule', resource: 'account', kind, ...rule });
  await at.create('account', { name: 'Bad', ...bad });
  expect(at.warnings).toHaveLength(1);
  await at.create('account', { name: 'Good', ...good });
  expect(at.warnings).toHaveLength(0);
});

function revenue(employees: number) {
  return { employees, annualRevenue: { amount: '100', currency: 'EUR' } };
}

test('what was probably meant stands with the finding', async () => {
  const at = await office();
  await at.rule({
    key: 'sector',
    resource: 'account',
    kind: 'values',
    fields: ['sector'],
    settings: { values: ['technology', 'medical'] },
  });
  await at.create('account', { name: 'Acme', sector: 'technolgy' });
  expect(await at.findings()).toMatchObject([{ suggestion: 'technology', path: '/sector' }]);
});

test('records that are nearly alike are found when they are written', async () => {
  const at = await office();
  await at.rule({ key: 'twice', resource: 'account', kind: 'unique', fields: ['name'], settings: { loose: true } });
  await at.create('account', { name: 'Müller & Söhne GmbH' });
  expect(at.warnings).toEqual([]);
  await at.create('account', { name: 'MUELLER und Soehne' });
  expect(at.warnings).toEqual([]);
  const twin = await at.create('account', { name: 'Mueller & Soehne G.m.b.H.' });
  expect(at.warnings).toMatchObject([{ rule: 'twice', recordId: twin['id'] }]);
  await at.update('account', twin['id'], { name: 'Somebody else' });
  expect(await at.findings({ status: 'open' })).toEqual([]);
});

test('a condition says which records a rule is about', async () => {
  const at = await office();
  await at.rule({ key: 'big', resource: 'account', kind: 'required', fields: ['number'], condition: 'employees > 100' });
  await at.create('account', { name: 'Small', employees: 5 });
  expect(at.warnings).toEqual([]);
  await at.create('account', { name: 'Big', employees: 500 });
  expect(at.warnings).toHaveLength(1);
});

test('the rules of one company are nothing to another', async () => {
  const [at, other] = [await office(), await office()];
  await at.rule({ key: 'needs-sector', resource: 'account', kind: 'required', fields: ['sector'], severity: 'refuse' });
  await other.create('account', { name: 'Acme' });
  expect(other.warnings).toEqual([]);
  expect(await other.findings()).toEqual([]);
});

test('what the system does by itself does not get stuck on a rule: it becomes a finding', async () => {
  const at = await office();
  await at.rule({ key: 'needs-sector', resource: 'account', kind: 'required', fields: ['sector'], severity: 'refuse' });
  const { systemActor } = await import('#kernel/access/actor.js');
  await at.create('account', { name: 'Acme' }, systemActor('night shift'));
  expect(await at.findings()).toMatchObject([{ rule: 'needs-sector', severity: 'refuse', status: 'open' }]);
});

test('whoever may not see a field is not warned of what is wrong with it, and is told in his language otherwise', async () => {
  const at = await office();
  await at.rule({ key: 'staffed', resource: 'account', kind: 'range', fields: ['employees'], settings: { min: 1 } });
  const { actor } = await at.tenant.user({ permissions: { '*': 'all' }, fieldRights: { 'account.sector': 'hide' } });
  await at.create('account', { name: 'Acme', employees: 0 }, { ...actor, language: 'de-AT' });
  expect(at.warnings).toMatchObject([{ message: 'Das stimmt so nicht.' }]);
  await at.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'] });
  await at.create('account', { name: 'Acme 2', employees: 7 }, actor);
  expect(at.warnings).toEqual([]);
});
