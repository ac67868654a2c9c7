import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import { createField } from '#modules/customization/field/create-field.js';
import { QualityOffice } from '../testing/office.js';
import { QualityRule } from './quality-rule.resource.js';
import { restoreShippedRules } from './restore-shipped-rules.js';
import { updateRule } from './update-rule.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const office = async () => new QualityOffice(kit, await kit.tenant());
const account = { key: 'rule', resource: 'account' };

test.each([
  ['/resource', { ...account, resource: 'unheard_of', kind: 'required', fields: ['name'] }],
  ['/fields/0', { ...account, kind: 'required', fields: ['unheardOf'] }],
  ['/fields', { ...account, kind: 'required', fields: [] }],
  ['/settings/pattern', { ...account, kind: 'format', fields: ['name'], settings: { pattern: '(' } }],
  ['/settings/pattern', { ...account, kind: 'format', fields: ['name'], settings: { pattern: '(.)\\1' } }],
  ['/settings/min', { ...account, kind: 'range', fields: ['employees'], settings: { min: 'many' } }],
  ['/settings/colour', { ...account, kind: 'required', fields: ['name'], settings: { colour: 'red' } }],
  ['/settings/formula', { ...account, kind: 'formula', settings: { formula: 'employees +' } }],
  ['/condition', { ...account, kind: 'required', fields: ['name'], condition: 'employees + 1' }],
  ['/settings/by', { ...account, kind: 'children', settings: { resource: 'contact', by: 'name' } }],
  ['/atEntry', { ...account, kind: 'children', settings: { resource: 'contact', by: 'accountId' }, atEntry: true }],
  ['/severity', { ...account, kind: 'required', fields: ['name'], severity: 'refuse', atEntry: false }],
  ['/messages', { ...account, kind: 'required', fields: ['name'], messages: { english: 'no' } }],
] as const)('a rule that does not fit is refused at %s', async (path, rule) => {
  const at = await office();
  await expect(at.rule({ ...rule, fields: 'fields' in rule ? [...rule.fields] : [] })).rejects.toMatchObject({
    code: 'quality_rule.unfit',
    details: { errors: [{ path }] },
  });
});

test('keys are words with hyphens, and no two rules have the same', async () => {
  const at = await office();
  const rule = { ...account, kind: 'required' as const, fields: ['name'] };
  await expect(at.rule({ ...rule, key: 'No Key' })).rejects.toMatchObject({ code: 'quality_rule.key_malformed' });
  await at.rule(rule);
  await expect(at.rule(rule)).rejects.toMatchObject({ code: 'quality_rule.key_taken' });
});

test('a rule is changed, put out of use and taken away, and its findings go with it', async () => {
  const at = await office();
  const qualityRuleId = await at.rule({ ...account, kind: 'required', fields: ['sector'], severity: 'refuse' });
  await at.tenant.run(updateRule, { qualityRuleId, severity: 'warn', fields: ['number'] });
  await at.create('account', { name: 'Acme' });
  expect(at.warnings).toMatchObject([{ path: '/number' }]);
  await at.tenant.run(updateRule, { qualityRuleId, isActive: false });
  await at.create('account', { name: 'Acme 2' });
  expect(at.warnings).toEqual([]);
  await expect(at.tenant.run(updateRule, { qualityRuleId, fields: ['unheardOf'] })).rejects.toMatchObject({ code: 'quality_rule.unfit' });
  await at.tenant.run(crudCommand(QualityRule, 'delete'), { id: qualityRuleId });
  expect(await kit.asOwner('select 1 from quality.findings', [], at.tenant.id)).toEqual([]);
});

test('the rules of the product come once, and stay as the company has made them', async () => {
  const at = await office();
  const { added } = await at.tenant.run(restoreShippedRules, {});
  expect(added).toBeGreaterThan(10);
  expect(await at.tenant.run(restoreShippedRules, {})).toEqual({ added: 0 });
  const one = await at.tenant.work((work) => work.repo(QualityRule).first({ key: 'account-twice' }));
  await at.tenant.run(crudCommand(QualityRule, 'delete'), { id: one?.id ?? '' });
  expect(await at.tenant.run(restoreShippedRules, {})).toEqual({ added: 1 });
  // They are found by the sweep: nobody pays for them when he writes.
  expect(kit.runtime.variants.judgeOf(at.tenant.id)).toBeNull();
});

test('rules hold for fields a company has given itself', async () => {
  const at = await office();
  await at.tenant.run(createField, { objectName: 'account', key: 'grade', type: 'int', labels: { en: 'Grade' } });
  await at.rule({ ...account, kind: 'range', fields: ['grade'], settings: { min: 1, max: 6 }, severity: 'refuse' });
  await expect(at.create('account', { name: 'Acme', grade: 7 })).rejects.toMatchObject({ code: 'quality.refused' });
  await at.create('account', { name: 'Acme', grade: 2 });
});
