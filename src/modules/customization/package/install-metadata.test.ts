import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { createRelation } from '../object/create-relation.js';
import { contractsAndParkingPermits } from '../packages/contracts-and-parking-permits.js';
import { Designer } from '../testing/designer.js';
import { exportMetadata } from './export-metadata.js';
import { installMetadata, listPackages } from './install-metadata.js';
import { writePackage } from './package.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

const name = contractsAndParkingPermits.name;
const install = (input: object) => d.tenant.run(installMetadata, input);
const actions = ({ steps }: { steps: readonly { action: string }[] }) =>
  Object.fromEntries(['create', 'update', 'keep'].map((action) => [action, steps.filter((step) => step.action === action).length]));
const all = contractsAndParkingPermits.objects.length + contractsAndParkingPermits.fields.length;
const small = (fields: object[], more: object = {}) => ({
  package: {
    format: 'kontor.metadata/1',
    name: 'small',
    objects: [{ key: 'contract', plural: 'contracts', labels: { en: 'Contract' } }],
    fields,
    ...more,
  },
});

test('the shipped package is installed by its name, works, and installing it again changes nothing', async () => {
  expect((await d.tenant.run(listPackages, {})).packages).toMatchObject([{ name, objects: 7 }]);
  expect(actions(await install({ name, dryRun: true }))).toEqual({ create: all, update: 0, keep: 0 });
  expect((await d.definitions()).key).toBe('');
  expect(actions(await install({ name }))).toEqual({ create: all, update: 0, keep: 0 });
  const { key } = await d.definitions();
  const account = await d.create('account', { name: 'Muster' });
  const contract = { title: 'Wartung', accountId: account['id'], state: 'active', startsOn: '2026-01-01' };
  await d.create('x_contract', { ...contract, monthlyValue: { amount: '100', currency: 'EUR' }, endsOn: '2026-12-31', noticeDays: 30 });
  await expect(d.create('x_contract', { ...contract, startsOn: null })).rejects.toMatchObject({ code: 'record.field_required' });
  expect(await d.list('x_contract', ['noticeBy'])).toEqual([{ noticeBy: '2026-12-01' }]);
  expect(await d.list('account', ['contractCount', 'contractValue'], { filter: { id: { eq: account['id'] } } })).toEqual([
    { contractCount: 1, contractValue: '100.00' },
  ]);
  const house = await d.create('x_building_asset', { name: 'Rathaus', accountId: account['id'] });
  await d.create('x_property_tax', {
    fileNumber: 'G-1',
    buildingAssetId: house['id'],
    year: 2026,
    due: { amount: '12.5', currency: 'EUR' },
  });
  expect(await d.list('x_building_asset', ['taxPerYear', 'partCount'])).toEqual([{ taxPerYear: '12.50', partCount: 0 }]);
  expect(actions(await install({ name, dryRun: true }))).toEqual({ create: 0, update: 0, keep: all });
  expect((await d.definitions()).key).toBe(key);
});

test('what one company exports, another installs, and then exports the same', async () => {
  await d.field('account', 'seats', 'int', { isIndexed: true, isRequired: true });
  await d.field('account', 'twice', 'formula', { formula: 'seats * 2' });
  await d.field('account', 'fourTimes', 'formula', { formula: 'twice * 2', help: { de: 'Viermal.' } });
  await d.tenant.run(createRelation, {
    key: 'employment',
    plural: 'employments',
    labels: { en: 'Employment' },
    from: 'contact',
    to: 'account',
    fromLabels: { en: 'Employee' },
    toLabels: { en: 'Employer' },
    fromList: 'employments',
    isDated: true,
  });
  const { package: made } = await d.tenant.run(exportMetadata, {});
  d = new Designer(kit, await kit.tenant());
  // In whatever order they stand.
  await install({ package: { ...made, fields: [...(made['fields'] as object[])].reverse() } });
  const again = await d.tenant.run(exportMetadata, {});
  const sorted = (of: unknown) =>
    (of as { objectName: string; key: string }[]).toSorted((a, b) => `${a.objectName}${a.key}`.localeCompare(`${b.objectName}${b.key}`));
  expect(sorted(again.package['fields'])).toEqual(sorted(made['fields']));
  expect(again.package['objects']).toEqual(made['objects']);
  expect(actions(await install({ package: made }))).toMatchObject({ create: 0, update: 0 });
});

test('what differs is changed, and what is there beyond the package stays', async () => {
  const field = { objectName: 'x_contract', key: 'title', type: 'text', labels: { en: 'Title' } };
  await install(small([field]));
  await d.field('x_contract', 'mine', 'int');
  const changed = await install(small([{ ...field, labels: { en: 'Subject' }, isRequired: true }]));
  expect(changed.steps).toEqual([
    { action: 'keep', name: 'x_contract' },
    { action: 'update', name: 'x_contract.title' },
  ]);
  const { title, mine } = (await d.resource('x_contract')).fields;
  expect([title?.options.required, title?.options.description, mine?.kind]).toEqual([true, 'Subject.', 'integer']);
});

test('a package that is against what is there is refused as a whole, with all that is against it', async () => {
  await d.object('contract', 'agreements');
  await d.field('x_contract', 'title', 'int');
  const field = (key: string) => ({ objectName: 'x_contract', key, type: 'text', labels: { en: 'Title' } });
  await expect(install(small([field('title'), field('other')]))).rejects.toMatchObject({
    code: 'metadata.package_conflicts',
    details: { conflicts: [{ name: 'x_contract' }, { name: 'x_contract.title' }] },
  });
  expect(Object.keys((await d.resource('x_contract')).fields)).not.toContain('other');
});

test('what is no package, or names what is not there, is refused with its place and leaves nothing', async () => {
  const field = { objectName: 'x_contract', key: 'title', type: 'text', labels: { en: 'Title' } };
  const refused = (input: object, refusal: object) => expect(install(input)).rejects.toMatchObject(refusal);
  await refused({}, { code: 'metadata.package_malformed' });
  await refused({ name: 'nothing' }, { code: 'metadata.package_unknown' });
  await refused({ package: { format: 'other', name: 'x' } }, { code: 'metadata.package_malformed' });
  await refused({ package: 5 }, { code: 'input.invalid' });
  await refused(small([field, field]), { code: 'metadata.package_malformed', details: { errors: [{ path: '/fields/1' }] } });
  await refused(small([{ ...field, type: 'formula', formula: 'nothing + 1' }]), {
    code: 'field_definition.formula_invalid',
    details: { field: 'x_contract.title' },
  });
  await refused(small([{ ...field, objectName: 'x_nothing' }]), {
    code: 'field_definition.object_unknown',
    details: { field: 'x_nothing.title' },
  });
  await refused(small([{ ...field, key: '__proto__' }]), { code: 'metadata.key_malformed' });
  await refused({ ...small([field]), metadataVersion: 9 }, { code: 'metadata.changed' });
  expect((await d.definitions()).resources.has('x_contract')).toBe(false);
});

test('a package written down and read again says the same', async () => {
  await install({ package: JSON.parse(JSON.stringify(writePackage(contractsAndParkingPermits))) as object });
  expect(actions(await install({ name }))).toEqual({ create: 0, update: 0, keep: all });
});
