import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { QualityOffice } from '../testing/office.js';
import { qualitySummary } from '../summary/quality-summary.js';
import { acceptFinding, reopenFinding } from './settle-finding.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

async function withFinding() {
  const at = new QualityOffice(kit, await kit.tenant());
  await at.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'] });
  const account = await at.create('account', { name: 'Acme' });
  const [finding] = await at.findings();
  return { at, account, findingId: finding?.id ?? '' };
}

test('findings follow the record: whoever may not read it does not see them, nor accept them', async () => {
  const { at, findingId } = await withFinding();
  const rights = { 'quality_finding:*': 'all', 'account:read': 'own', 'account:update': 'own' } as const;
  const { actor } = await at.tenant.user({ permissions: rights });
  expect(await at.findings({}, actor)).toEqual([]);
  await expect(at.tenant.run(acceptFinding, { findingId }, actor)).rejects.toMatchObject({ code: 'quality_finding.not_found' });
  await at.create('account', { name: 'Mine', ownerId: actor.id }, { ...actor, permissions: { ...rights, 'account:create': 'all' } });
  expect(await at.findings({}, actor)).toHaveLength(1);
  expect((await at.tenant.run(qualitySummary, {}, actor)).scores).toEqual([]);
});

test('findings follow the field: by a rule that looks at a hidden or masked one nothing is seen', async () => {
  const { at } = await withFinding();
  const { actor } = await at.tenant.user({ permissions: { '*': 'all' }, fieldRights: { 'account.sector': 'mask' } });
  expect(await at.findings({}, actor)).toEqual([]);
  expect((await at.tenant.run(qualitySummary, {}, actor)).scores).toEqual([]);
});

test('findings of one company are nothing to another, and without the right nothing is read', async () => {
  const { at, findingId } = await withFinding();
  const other = new QualityOffice(kit, await kit.tenant());
  expect(await other.findings()).toEqual([]);
  await expect(other.tenant.run(acceptFinding, { findingId })).rejects.toMatchObject({ code: 'quality_finding.not_found' });
  const { actor } = await at.tenant.user({ permissions: { 'account:*': 'all' } });
  await expect(at.findings({}, actor)).rejects.toMatchObject({ code: 'access.forbidden' });
});

test('an accepted finding counts no more and stays accepted, until it is opened again', async () => {
  const { at, account, findingId } = await withFinding();
  const score = async () => (await at.tenant.run(qualitySummary, {})).scores[0]?.score;
  expect(await score()).toBe('0.0000');
  await at.tenant.run(acceptFinding, { findingId, note: 'A household.' });
  await at.sweep();
  expect(await at.findings()).toMatchObject([{ status: 'accepted', note: 'A household.', acceptedById: at.tenant.admin.id }]);
  expect(await score()).toBe('1.0000');
  await at.tenant.run(reopenFinding, { findingId });
  expect(await at.findings()).toMatchObject([{ status: 'open', note: null }]);
  await at.update('account', account['id'], { sector: 'retail' });
  await expect(at.tenant.run(acceptFinding, { findingId })).rejects.toMatchObject({ code: 'quality_finding.fixed' });
});

test('who may read a record and not change it cannot say that it is right', async () => {
  const { at, findingId } = await withFinding();
  const { actor } = await at.tenant.user({ permissions: { 'quality_finding:*': 'all', 'account:read': 'all' } });
  await expect(at.tenant.run(acceptFinding, { findingId }, actor)).rejects.toMatchObject({ code: 'quality_finding.out_of_reach' });
});

test('findings are told page by page, and narrowed by rule, record, kind and state', async () => {
  const { at, account } = await withFinding();
  await at.create('account', { name: 'Acme 2' });
  const [first, second] = await at.findings();
  expect(await at.findings({ limit: 1 })).toEqual([first]);
  expect(await at.findings({ after: first?.id ?? '' })).toEqual([second]);
  expect(await at.findings({ recordId: String(account['id']) })).toEqual([first]);
  expect(await at.findings({ resource: 'contact' })).toEqual([]);
  expect(await at.findings({ qualityRuleId: first?.qualityRuleId ?? '', status: 'open' })).toHaveLength(2);
  await expect(at.findings({ after: 'nonsense' })).rejects.toMatchObject({ code: 'input.invalid' });
});
