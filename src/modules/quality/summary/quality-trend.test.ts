import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { acceptFinding } from '../finding/settle-finding.js';
import { updateRule } from '../rule/update-rule.js';
import { QualityOffice } from '../testing/office.js';
import { qualitySummary } from './quality-summary.js';
import { qualityTrend } from './quality-trend.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

async function withRule() {
  const at = new QualityOffice(kit, await kit.tenant());
  const qualityRuleId = await at.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'] });
  return { at, qualityRuleId };
}

test('the trend says of each sweep what the summary said that day', async () => {
  const { at } = await withRule();
  const [bad] = [await at.create('account', { name: 'Acme' }), await at.create('account', { name: 'Globex', sector: 'retail' })];
  await at.sweep();
  expect((await at.tenant.run(qualitySummary, {})).scores).toMatchObject([{ resource: 'account', score: '0.5000' }]);
  await at.update('account', bad['id'], { sector: 'energy' });
  await at.sweep();
  expect((await at.tenant.run(qualityTrend, {})).points).toMatchObject([
    { resource: 'account', records: 2, open: 1, score: '0.5000' },
    { resource: 'account', records: 2, open: 0, score: '1.0000' },
  ]);
  expect((await at.tenant.run(qualityTrend, { sweeps: 1 })).points).toMatchObject([{ score: '1.0000' }]);
  expect((await at.tenant.run(qualityTrend, { resource: 'contact' })).points).toEqual([]);
});

test('the trend is of the own company, of kinds whose records are all read and of fields that are seen', async () => {
  const { at } = await withRule();
  await at.create('account', { name: 'Acme' });
  await at.sweep();
  const other = await kit.tenant();
  expect((await other.run(qualityTrend, {})).points).toEqual([]);
  const narrow = await at.tenant.user({ permissions: { 'quality_finding:*': 'all', 'account:read': 'own' } });
  expect((await at.tenant.run(qualityTrend, {}, narrow.actor)).points).toEqual([]);
  const masked = await at.tenant.user({ permissions: { '*': 'all' }, fieldRights: { 'account.sector': 'mask' } });
  expect((await at.tenant.run(qualityTrend, {}, masked.actor)).points).toEqual([]);
  const none = await at.tenant.user({ permissions: { 'account:*': 'all' } });
  await expect(at.tenant.run(qualityTrend, {}, none.actor)).rejects.toMatchObject({ code: 'access.forbidden' });
});

test('a rule has somebody who looks after what it finds', async () => {
  const { at, qualityRuleId } = await withRule();
  await at.rule({ key: 'website', resource: 'account', kind: 'required', fields: ['website'] });
  const { actor } = await at.tenant.user({ permissions: { '*': 'all' } });
  await at.create('account', { name: 'Acme' });
  expect(await at.findings({ ownerId: actor.id ?? '' })).toEqual([]);
  await at.tenant.run(updateRule, { qualityRuleId, ownerId: actor.id });
  const found = await at.findings({ ownerId: actor.id ?? '' });
  expect(found).toMatchObject([{ rule: 'sector' }]);
  await at.tenant.run(acceptFinding, { findingId: found[0]?.id ?? '' });
  await at.tenant.run(updateRule, { qualityRuleId, ownerId: null });
  expect(await at.findings({ ownerId: actor.id ?? '' })).toEqual([]);
  await expect(at.findings({ ownerId: 'nobody' })).rejects.toMatchObject({ code: 'input.invalid' });
});
