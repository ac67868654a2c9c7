import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { QualityOffice } from '../testing/office.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

test('a number is held against that of another record, and a time against today', async () => {
  const at = new QualityOffice(kit, await kit.tenant());
  const settings = { match: 'sector', resource: 'product', by: 'family', field: 'code', tolerance: 0.5 };
  await expect(at.rule({ key: 'd0', resource: 'account', kind: 'deviation', fields: ['employees'], settings })).rejects.toMatchObject({
    code: 'quality_rule.unfit',
  });
  await at.rule({
    key: 'dd',
    resource: 'account',
    kind: 'deviation',
    fields: ['employees'],
    settings: { match: 'sector', resource: 'account', by: 'number', field: 'foundedYear', tolerance: 0.5 },
  });
  await at.create('account', { name: 'List', number: 'retail', foundedYear: 2000 });
  await at.create('account', { name: 'Near', sector: 'retail', employees: 1500 });
  expect(at.warnings).toEqual([]);
  await at.create('account', { name: 'Far', sector: 'retail', employees: 15 });
  expect(at.warnings).toMatchObject([{ rule: 'dd' }]);
  await at.create('account', { name: 'Unlisted', sector: 'other', employees: 15 });
  expect(at.warnings).toEqual([]);
  await at.rule({ key: 'ff', resource: 'account', kind: 'freshness', fields: ['updatedAt'], settings: { days: 30 } });
  await kit.asOwner(`update customers.accounts set updated_at = now() - interval '40 days' where name = 'Near'`, [], at.tenant.id);
  await at.sweep();
  expect((await at.findings({ status: 'open' })).map(({ rule }) => rule).toSorted()).toEqual(['dd', 'ff']);
});
