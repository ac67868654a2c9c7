import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { createRelation } from '#modules/customization/object/create-relation.js';
import { Designer } from '#modules/customization/testing/designer.js';
import type { StoredMapping, StoredStep } from '#modules/imports/domain/stored/stored-mapping.js';
import { Importer } from './importer.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

/** A company with permits, which belong to firms and to one another, and people who work for firms. */
async function open() {
  const tenant = await kit.tenant();
  const [importer, designer] = [new Importer(kit, tenant), new Designer(kit, tenant)];
  await designer.object('permit', 'permits');
  await designer.field('x_permit', 'code', 'text', { isUnique: true });
  await designer.field('x_permit', 'holderId', 'relation', { target: 'account', settings: { onDelete: 'set_null' } });
  await designer.field('x_permit', 'parentId', 'relation', { target: 'x_permit', settings: { onDelete: 'set_null' } });
  const labels = { de: 'Anstellung', en: 'Employment' };
  const sides = { fromLabels: { en: 'Employee' }, toLabels: { en: 'Employer' } };
  await tenant.run(createRelation, {
    key: 'employment',
    plural: 'employments',
    labels,
    ...sides,
    from: 'contact',
    to: 'account',
    isDated: true,
  });
  return { tenant, importer, designer };
}

const found = (resource: string, field: string, column: string) => ({ resource, by: { [field]: `{${column}}` } });
const firms: StoredStep = {
  name: 'firms',
  resource: 'account',
  file: 'firms.csv',
  match: ['externalRef'],
  columns: [
    { from: 'id', to: 'externalRef' },
    { from: 'name', to: 'name' },
  ],
};
const people: StoredStep = {
  name: 'people',
  resource: 'contact',
  file: 'people.csv',
  match: ['externalRef'],
  columns: [
    { from: 'id', to: 'externalRef' },
    { from: 'name', to: 'lastName' },
  ],
};
const permits: StoredStep = {
  name: 'permits',
  resource: 'x_permit',
  file: 'permits.csv',
  match: ['code'],
  columns: [
    { from: 'code', to: 'code' },
    { from: 'holder', to: 'holderId', lookup: found('account', 'externalRef', 'holder') },
    { from: 'parent', to: 'parentId', lookup: found('x_permit', 'code', 'parent') },
  ],
};
const jobs: StoredStep = {
  name: 'jobs',
  resource: 'x_employment',
  file: 'jobs.csv',
  match: ['fromId', 'toId'],
  columns: [
    { from: 'person', to: 'fromId', lookup: found('contact', 'externalRef', 'person') },
    { from: 'firm', to: 'toId', lookup: found('account', 'externalRef', 'firm') },
    { from: 'since', to: 'validFrom', transform: ['date:yyyy-mm-dd'] },
  ],
};
const of = (...steps: StoredStep[]): StoredMapping => ({ files: steps.map(({ file = '' }) => ({ name: file })), steps });
const files = {
  'jobs.csv': 'person,firm,since\np,a,2020-01-01\np,b,2021-01-01\nq,a,\np,a,2022-01-01\nnobody,a,\n',
  'permits.csv': 'code,holder,parent\nP-2,a,P-1\nP-1,b,\nP-3,,P-9\n',
  'people.csv': 'id,name\np,Pia\nq,Quin\n',
  'firms.csv': 'id,name\na,Alpha\nb,Beta\n',
};
const everything = of(jobs, permits, people, firms);

test('rows that refer to records of one’s own objects, and relations between records, come in whatever their order, and go again', async () => {
  const { tenant, importer, designer } = await open();
  const tried = await importer.tried(everything, files);
  expect(tried).toMatchObject({ state: 'ready', dryRun: { created: 10, updated: 1, rejected: 2 } });
  const run = await importer.start(tried.id);
  expect(run).toMatchObject({ state: 'partly', created: 10, updated: 1, rejected: 2 });
  expect(await importer.issues(run.id)).toEqual([
    [5, null, 'duplicate_in_file', 'error'],
    [6, 'fromId', 'parent_not_found', 'error'],
    [4, 'parentId', 'parent_not_found', 'warning'],
  ]);
  const [parent] = await tenant.work(async (work) => work.repo(await designer.resource('x_permit')).list({ code: 'P-1' }));
  expect(await designer.list('x_permit', ['code', 'parentId'], { orderBy: [{ code: 'ASC' }] })).toEqual([
    { code: 'P-1', parentId: null },
    { code: 'P-2', parentId: parent?.id },
    { code: 'P-3', parentId: null },
  ]);
  expect((await designer.list('x_employment', ['validFrom'])).map(({ validFrom }) => validFrom).sort()).toEqual([
    '2020-01-01',
    '2021-01-01',
    null,
  ]);

  // The same again changes nothing; a dated relation is found by whom it joins.
  const again = await importer.imported(everything, { ...files, 'jobs.csv': 'person,firm,since\np,a,2019-01-01\n' });
  expect(again).toMatchObject({ created: 0, updated: 1, rejected: 0 });
  expect(await importer.takenBack(again.id)).toMatchObject({ state: 'reverted', reverted: 1 });
  expect(await importer.takenBack(run.id)).toMatchObject({ state: 'reverted', kept: 0 });
  expect([await designer.list('x_permit', ['code']), await designer.list('x_employment', ['validFrom'])]).toEqual([[], []]);
});

test('links alone: rows set references of records that are there, make none, and are taken back', async () => {
  const { importer, designer } = await open();
  await importer.imported(of(firms, permits), { 'firms.csv': files['firms.csv'], 'permits.csv': 'code,holder,parent\nP-1,,\nP-2,a,\n' });
  const linking = of({ ...permits, mode: 'link_only' });
  const rows = { 'permits.csv': 'code,holder,parent\nP-1,a,P-2\nP-2,b,\nP-7,a,P-1\nP-1,nowhere,\n' };
  const run = await importer.imported(linking, rows);
  expect(run).toMatchObject({ created: 0, updated: 2, skipped: 1 });
  const state = async () => await designer.list('x_permit', ['code', 'holderId', 'parentId'], { orderBy: [{ code: 'ASC' }] });
  const after = await state();
  expect(after.map(({ holderId, parentId }) => [typeof holderId, typeof parentId])).toEqual([
    ['string', 'string'],
    ['string', 'object'],
  ]);
  await importer.takenBack(run.id);
  expect((await state()).map(({ holderId, parentId }) => [holderId === null, parentId])).toEqual([
    [true, null],
    [false, null],
  ]);
});
