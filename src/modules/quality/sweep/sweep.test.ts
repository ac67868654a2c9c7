import { systemActor } from '#kernel/access/actor.js';
import { allModules } from '#app/modules.js';
import { disableModule } from '#kernel/modules/disable-module.js';
import { enableModule } from '#kernel/modules/enable-module.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { QualityRule } from '../rule/quality-rule.resource.js';
import { QualityOffice } from '../testing/office.js';
import { continueSweep } from './continue-sweep.job.js';
import { QualitySweep } from './quality-sweep.resource.js';
import { startSweep } from './start-sweep.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const office = async () => new QualityOffice(kit, await kit.tenant());
const lastSweep = (at: QualityOffice) =>
  at.tenant.work(async (work) => {
    const [sweep] = await work.repo(QualitySweep).list({}, { orderBy: ['-startedAt'], limit: 1 });
    if (!sweep) throw new Error('No sweep was begun.');
    return sweep;
  });
const accounts = (at: QualityOffice, names: readonly string[], more: Partial<Account> = {}) =>
  at.tenant.work((work) =>
    work.repo(Account).createMany(
      names.map((name) => ({ name, ...more })),
      { events: 'none' },
    ),
  );

test('a sweep judges what was there before the rule, and closes what is good by now or gone', async () => {
  const at = await office();
  const [first, second, third] = await accounts(at, ['One', 'Two', 'Three']);
  await at.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'], atEntry: false });
  await at.sweep();
  expect(await at.findings({ status: 'open' })).toHaveLength(3);
  await at.update('account', first?.id, { sector: 'retail' });
  await at.write('account', 'delete', { id: String(second?.id) });
  await at.sweep();
  expect(await at.findings({ status: 'open' })).toMatchObject([{ recordId: third?.id }]);
  expect(await lastSweep(at)).toMatchObject({ state: 'finished', opened: 0, fixed: 2, records: { account: 2 } });
});

test('a part that is broken off leaves nothing, and one that comes twice does nothing: no finding is doubled or lost', async () => {
  const at = await office();
  await accounts(
    at,
    Array.from({ length: 2100 }, (_, i) => `Firm ${i}`),
  );
  await at.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'], atEntry: false });
  const { qualitySweepId } = await at.tenant.run(startSweep, {});
  const part = (turn: number, end?: () => never) =>
    at.tenant.work(async (work) => {
      await continueSweep.run({ qualitySweepId, turn }, work);
      end?.();
    }, systemActor('test'));
  const killed = () => {
    throw new Error('killed');
  };
  await expect(part(0, killed)).rejects.toThrow('killed');
  expect(await at.findings()).toEqual([]);
  await Promise.all([part(0), part(0)]);
  expect(await lastSweep(at)).toMatchObject({ state: 'running', turn: 1, opened: 2000, records: { account: 2000 } });
  await part(0);
  await expect(part(1, killed)).rejects.toThrow('killed');
  await kit.drain();
  expect(await lastSweep(at)).toMatchObject({ state: 'finished', opened: 2100, records: { account: 2100 } });
  const rows = await kit.asOwner(
    'select count(*)::integer as n, count(distinct record_id)::integer as d from quality.findings',
    [],
    at.tenant.id,
  );
  expect(rows).toEqual([{ n: 2100, d: 2100 }]);
});

test('a second click while a sweep is under way answers the same sweep', async () => {
  const at = await office();
  await at.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'] });
  const [one, two] = await Promise.all([at.tenant.run(startSweep, {}), at.tenant.run(startSweep, {})]);
  expect(one.qualitySweepId).toBe(two.qualitySweepId);
  expect([one.isNew, two.isNew].toSorted()).toEqual([false, true]);
  await kit.drain();
  expect((await at.tenant.run(startSweep, {})).isNew).toBe(true);
  await kit.drain();
});

test('a sweep that died for good does not keep the next one from beginning', async () => {
  const at = await office();
  const { qualitySweepId } = await at.tenant.run(startSweep, {});
  await kit.asOwner(
    `update quality.quality_sweeps set updated_at = now() - interval '2 hours' where id = $1`,
    [qualitySweepId],
    at.tenant.id,
  );
  await kit.asOwner(`delete from kernel.tasks where name = 'quality.continue_sweep'`, [], at.tenant.id);
  expect((await at.tenant.run(startSweep, {})).isNew).toBe(true);
  expect(await at.tenant.work((work) => work.repo(QualitySweep).get(qualitySweepId))).toMatchObject({ state: 'failed' });
  await kit.drain();
});

test('what is usual is learned: rare spellings, amounts out of line, values that have shifted', async () => {
  const at = await office();
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix} ${i}`);
  await accounts(at, names('Right', 60), { sector: 'technology', employees: 40 });
  await kit.asOwner(
    `update customers.accounts set created_at = now() - interval '90 days', employees = 38 + (random() * 4)::integer`,
    [],
    at.tenant.id,
  );
  await accounts(at, names('Wrong', 2), { sector: 'technolgy', employees: 41 });
  await accounts(at, names('Shift', 60), { sector: 'retail', employees: 4000 });
  await at.rule({ key: 'rare', resource: 'account', kind: 'misspelt', fields: ['sector'] });
  await at.rule({ key: 'far', resource: 'account', kind: 'outlier', fields: ['employees'], settings: { per: 'sector' } });
  await at.rule({ key: 'shift', resource: 'account', kind: 'drift', fields: ['sector'], settings: { days: 30 } });
  await accounts(at, ['Huge'], { sector: 'technology', employees: 9000 });
  await at.sweep();
  const found = await at.findings({ status: 'open' });
  expect(found.filter(({ rule }) => rule === 'rare')).toMatchObject([{ suggestion: 'technology' }, { suggestion: 'technology' }]);
  expect(found.filter(({ rule }) => rule === 'far')).toHaveLength(1);
  expect(found.filter(({ rule }) => rule === 'shift')).toMatchObject([{ recordId: null }]);
  // From now on entry knows what is usual too.
  await at.create('account', { name: 'Late', sector: 'technologi', employees: 40 });
  expect(at.warnings).toMatchObject([{ rule: 'rare' }]);
});

test('both records of a pair are found, wherever they stand', async () => {
  const at = await office();
  await accounts(at, ['Müller GmbH', 'Somebody', 'MUELLER G.m.b.H.']);
  await at.rule({ key: 'twice', resource: 'account', kind: 'unique', fields: ['name'], settings: { loose: true }, atEntry: false });
  await at.sweep();
  expect(await at.findings()).toHaveLength(2);
});

test('switched off, quality judges nothing and keeps what it has; on again, it goes on', async () => {
  const at = await office();
  await at.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'], severity: 'refuse' });
  await at.tenant.run(disableModule, { key: 'quality' });
  await kit.drain();
  await at.create('account', { name: 'Acme' });
  await expect(at.tenant.run(startSweep, {})).rejects.toMatchObject({ code: 'module.disabled' });
  await at.tenant.run(enableModule, { key: 'quality' });
  await expect(at.create('account', { name: 'Acme 2' })).rejects.toMatchObject({ code: 'quality.refused' });
  expect(await at.tenant.work((work) => work.repo(QualityRule).count({}))).toBe(1);
});
