import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { createFromUploads } from '#modules/imports/import/create-import.js';
import { ImportIssue } from '#modules/imports/import/import-issue.resource.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { startImport } from '#modules/imports/import/start-import.js';
import { mapImport, startPrepared } from '#modules/imports/import/steer-import.js';
import { runImport } from '#modules/imports/run/run-import.js';
import { Upload } from '#modules/imports/store/upload.js';
import { QualityRule } from '#modules/quality/rule/quality-rule.resource.js';
import { restoreShippedRules } from '#modules/quality/rule/restore-shipped-rules.js';
import { updateRule } from '#modules/quality/rule/update-rule.js';
import { qualitySummary } from '#modules/quality/summary/quality-summary.js';
import { QualitySweep } from '#modules/quality/sweep/quality-sweep.resource.js';
import { QualityOffice } from '#modules/quality/testing/office.js';
import { crmFiles, someFiles } from '../import/crm-files.js';
import { realTest } from '../../real-data.js';

let kit: Kit;
let at: QualityOffice;
beforeAll(async () => {
  kit = await openKit(allModules);
  at = new QualityOffice(kit, await kit.tenant());
});
afterAll(() => kit.close());

const ref = (resource: string, name: string) => `crm-opportunities:${resource}:{${name}}`;

/** Reads the files as they are: a company that knows nothing of the faults in them. */
const asTheyAre: StoredMapping = {
  locale: 'en-US',
  files: [{ name: 'accounts.csv' }, { name: 'sales_pipeline.csv' }],
  steps: [
    {
      name: 'accounts',
      resource: 'account',
      file: 'accounts.csv',
      match: ['externalRef'],
      columns: [
        { from: ref('account', 'account'), to: 'externalRef' },
        { from: 'account', to: 'name' },
        { from: 'sector', to: 'sector', transform: ['lower'] },
        { from: 'office_location', to: 'address.region' },
      ],
    },
    {
      name: 'sold',
      resource: 'product',
      file: 'sales_pipeline.csv',
      match: ['externalRef'],
      distinct: true,
      columns: [
        { from: ref('product', 'product'), to: 'externalRef' },
        { from: 'product', to: 'code' },
        { from: 'product', to: 'name' },
      ],
    },
    {
      name: 'deals',
      resource: 'opportunity',
      file: 'sales_pipeline.csv',
      match: ['externalRef'],
      defaults: { probability: 50, status: 'open', stageEnteredAt: '2017-01-01T00:00:00Z' },
      columns: [
        { from: ref('opportunity', 'opportunity_id'), to: 'externalRef' },
        { from: '{product} {opportunity_id}', to: 'name' },
        { from: 'account', to: 'accountId', lookup: { resource: 'account', by: { externalRef: ref('account', 'account') } } },
        {
          from: 'sales_agent',
          to: 'ownerId',
          transform: ['slug', 'append:@crm-opportunities.invalid'],
          lookup: { resource: 'user', by: { email: '{sales_agent}' } },
        },
        { from: 'product', to: 'productId', lookup: { resource: 'product', by: { externalRef: ref('product', 'product') } } },
        { from: 'deal_stage', to: 'pipelineId', lookup: { resource: 'pipeline', by: { name: 'Hardware sales' } } },
        { from: 'deal_stage', to: 'stageId', lookup: { resource: 'stage', by: { name: 'Engaging' } } },
        { from: 'close_value', to: 'amount', transform: ['decimal', 'money:USD'], onError: 'empty' },
      ],
    },
  ],
};
const countries = ['Philippines', 'United States', 'Kenya', 'Korea', 'Japan', 'Italy', 'Norway', 'Jordan', 'Brazil', 'Germany', 'Panama'];

async function importAsTheyAre(): Promise<ImportRun> {
  const { tenant } = at;
  // Teams, products with their prices and the pipeline come by the mapping of the product, without a single deal.
  const ground = await tenant.work((work) => startImport(work, { mapping: 'crm-opportunities', files: someFiles(0) }));
  const actor = systemActor('test');
  await runImport(ground.id, (fn) => kit.runtime.withWork({ tenantId: tenant.id, actor, cause: { command: 'test' } }, fn));
  const files = crmFiles()
    .filter(({ name }) => asTheyAre.files.some((file) => file.name === name))
    .map(({ name, bytes }) => Upload.of(name, Buffer.from(bytes)));
  const { importId } = await tenant.run(createFromUploads, { files });
  await kit.drain();
  await tenant.run(mapImport, { importId, definition: asTheyAre });
  await tenant.run(startPrepared, { importId, withoutDryRun: true });
  await kit.drain();
  return tenant.work((work) => work.repo(ImportRun).get(importId));
}

realTest('the five faults planted in real deals are found', async () => {
  const { tenant } = at;
  await tenant.run(restoreShippedRules, {});
  const seller = await tenant.work((work) => work.repo(QualityRule).first({ key: 'seller-without-deals' }));
  await tenant.run(updateRule, { qualityRuleId: seller?.id ?? '', isActive: true });
  await at.rule({
    key: 'country',
    resource: 'account',
    kind: 'values',
    fields: ['address.region'],
    settings: { values: countries, near: true },
  });
  const onList = { resource: 'price', field: 'product.code' };
  await at.rule({ key: 'not-on-the-price-list', resource: 'opportunity', kind: 'reference', fields: ['product.code'], settings: onList });

  const run = await importAsTheyAre();
  expect(run).toMatchObject({ state: 'finished', rejected: 0 });
  // Rules that look at entry have been at the import: their findings stand in its list, with rule, line and field.
  const issues = await tenant.work((work) => work.repo(ImportIssue).list({ importId: run.id, rule: ['country', 'not-on-the-price-list'] }));
  expect(issues.filter(({ rule }) => rule === 'country')).toMatchObject([
    { file: 'accounts.csv', line: 5, field: 'address.region', severity: 'warning', done: 'imported, and kept as a finding' },
  ]);
  expect(issues.filter(({ rule }) => rule === 'not-on-the-price-list')).toHaveLength(1480);

  await at.sweep();
  const sweep = await tenant.work((work) => work.repo(QualitySweep).first({}, { orderBy: ['-startedAt'] }));
  expect(sweep).toMatchObject({ state: 'finished', records: { opportunity: 8800, account: 85, product: 8 } });
  const faulty = Object.fromEntries((sweep?.results ?? []).map((result) => [result.rule, result.faulty]));
  expect(faulty).toMatchObject({
    'deal-without-account': 1425,
    'not-on-the-price-list': 1480,
    'product-twice': 2,
    'account-sector-misspelt': 12,
    country: 1,
    'seller-without-deals': 5,
  });
  const open = { status: 'open' as const };
  const said = await at.findings({ ...open, resource: 'account' });
  expect(new Set(said.map(({ suggestion }) => suggestion))).toEqual(new Set(['technology', 'Philippines']));

  const { scores } = await tenant.run(qualitySummary, { resource: 'opportunity' });
  expect(scores).toMatchObject([{ resource: 'opportunity', records: 8800 }]);
  expect(scores[0]?.rules.find(({ rule }) => rule === 'deal-without-account')).toMatchObject({ open: 1425, share: '0.1619', weight: 3 });
});
