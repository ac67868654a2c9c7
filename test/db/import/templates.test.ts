import { allModules } from '#app/modules.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { mapRecord, type MappedRow } from '#modules/imports/domain/map-record.js';
import type { Mapping } from '#modules/imports/domain/mapping.js';
import { checkShape } from '#modules/imports/domain/stored/check-shape.js';
import { compileMapping } from '#modules/imports/domain/stored/compile.js';
import { shapesOf } from '#modules/imports/import/mapping-of.js';
import { templateFor, templates } from '#modules/imports/mappings/templates.js';

const registry = buildRegistry(allModules);
const shapes = shapesOf({ definitions: registry, resource: (name) => registry.resource(name) });
const compiled = (name: string): Mapping => {
  const { mapping } = templates.get(name) ?? {};
  if (!mapping) throw new Error(`There is no template ${name}.`);
  expect(checkShape(mapping)).toEqual({ mapping });
  const found = compileMapping(name, mapping, shapes);
  expect(found.problems).toEqual([]);
  return found.mapping;
};
/** What a step of a template makes of one line. */
function read(mapping: Mapping, stepName: string, cells: Record<string, string>): MappedRow {
  const step = mapping.steps.find(({ name }) => name === stepName);
  if (!step) throw new Error(`There is no step ${stepName}.`);
  return mapRecord({ line: 2, cells }, { step, file: undefined, now: new Date(0), me: 'me', speaks: true });
}

test.each([...templates.keys()])('the template %s means something here, step by step', (name) => {
  const { steps } = compiled(name);
  expect(steps.length).toBeGreaterThan(3);
  const made = steps.map(({ resource }) => resource);
  // What is referred to stands before what refers to it.
  expect(made.indexOf('account')).toBeLessThan(made.indexOf('contact'));
  expect(made.indexOf('stage')).toBeLessThan(made.indexOf('opportunity'));
});

test('a company of HubSpot', () => {
  const row = read(compiled('hubspot'), 'companies', {
    'Record ID': '512',
    'Company name': 'Bonn AG',
    'Company Domain Name': 'bonn.example',
    'Phone Number': 'call the desk',
    City: 'New York',
    'Annual Revenue': '1,250,000.50',
    'Create Date': '2024-03-01 09:30',
  });
  expect(row).toMatchObject({
    fate: 'import',
    values: {
      externalRef: 'hubspot:account:512',
      name: 'Bonn AG',
      website: 'https://bonn.example',
      address: { city: 'New York' },
      annualRevenue: { amount: '1250000.5', currency: 'USD' },
    },
    history: { createdAt: new Date('2024-03-01T09:30:00Z') },
    findings: [{ field: 'Phone Number', rule: 'not_a_phone', done: 'left empty' }],
  });
});

test('a person of Pipedrive', () => {
  const row = read(compiled('pipedrive'), 'people', {
    'Person - ID': '7',
    'Person - Name': 'Anna Maria Schmidt',
    'Person - Organization ID': '3',
    'Person - Email - Work': 'Anna@Example.com',
  });
  expect(row).toMatchObject({
    fate: 'import',
    values: { externalRef: 'pipedrive:contact:7', firstName: 'Anna Maria', lastName: 'Schmidt', email: 'anna@example.com' },
    wanted: { accountId: { resource: 'account', by: { externalRef: 'pipedrive:account:3' } } },
    findings: [],
  });
});

test('deals of Zoho and SuiteCRM: won, lost and open', () => {
  const zoho = (Stage: string) =>
    read(compiled('zoho'), 'deals', {
      'Record Id': 'z1',
      'Deal Name': 'Big one',
      Stage,
      Amount: '$ 1,000',
      'Closing Date': '2024-05-01',
      'Modified Time': '2024-04-01 10:00:00',
    });
  expect(zoho('Closed Won').values).toMatchObject({
    status: 'won',
    probability: 100,
    closeOn: '2024-05-01',
    closedAt: new Date('2024-05-01T00:00:00Z'),
    ownerId: 'me',
  });
  expect(zoho('Closed Lost to Competition').values).toMatchObject({
    status: 'lost',
    probability: 0,
    lostReason: 'Not recorded in the source.',
  });
  expect(zoho('Qualification').values).toMatchObject({
    status: 'open',
    stageEnteredAt: new Date('2024-04-01T10:00:00Z'),
    amount: { amount: '1000', currency: 'USD' },
  });
  expect(zoho('Qualification').values).not.toHaveProperty('closedAt');
  expect(zoho('Our own stage')).toMatchObject({
    fate: 'reject',
    findings: expect.arrayContaining([expect.objectContaining({ rule: 'enum_unknown' })]) as unknown,
  });
  const suite = read(compiled('suitecrm'), 'opportunities', {
    ID: 's1',
    'Opportunity Name': 'X',
    'Sales Stage': 'Closed Won',
    'Expected Close Date': '12/24/2023',
    'Date Modified': '12/24/2023 06:00pm',
  });
  expect(suite.values).toMatchObject({ closeOn: '2023-12-24', stageEnteredAt: new Date('2023-12-24T18:00:00Z') });
});

test('an account of EspoCRM and its contact', () => {
  const mapping = compiled('espocrm');
  expect(
    read(mapping, 'accounts', { id: 'e1', name: 'A', website: 'a.example', industry: 'Energy', createdAt: '2023-01-02 03:04:05' }),
  ).toMatchObject({
    values: { sector: 'energy', website: 'https://a.example' },
    history: { createdAt: new Date('2023-01-02T03:04:05Z') },
  });
  expect(read(mapping, 'contacts', { id: 'c1', lastName: 'B', doNotCall: '1', salutationName: 'Ms.' }).values).toMatchObject({
    doNotCall: true,
    salutation: 'ms',
  });
});

test('deals and leads of Dynamics, by numbers and by labels of their states', () => {
  const mapping = compiled('dynamics');
  const deal = (statecode: string) =>
    read(mapping, 'opportunities', {
      opportunityid: 'd1',
      name: 'Big one',
      parentaccountid: 'a1',
      statecode,
      estimatedvalue: '1000.5',
      estimatedclosedate: '2024-05-01',
      modifiedon: '2024-04-01T10:00:00Z',
    });
  for (const won of ['1', 'Won'])
    expect(deal(won).values).toMatchObject({ status: 'won', probability: 100, closedAt: new Date('2024-05-01T00:00:00Z') });
  expect(deal('0')).toMatchObject({
    fate: 'import',
    values: { status: 'open', closeOn: '2024-05-01', amount: { amount: '1000.5', currency: 'USD' } },
    wanted: {
      accountId: { resource: 'account', by: { externalRef: 'dynamics:account:a1' } },
      stageId: { resource: 'stage', by: { name: 'Open' } },
    },
  });
  expect(read(mapping, 'leads', { leadid: 'l1', lastname: 'B', statecode: '2' }).values).toMatchObject({ status: 'disqualified' });
});

test.each([
  ['salesforce', ['Id', 'IsDeleted', 'Name']],
  ['hubspot', ['Record ID', 'Company name', 'Company owner']],
  ['pipedrive', ['Person - ID', 'Person - Name']],
  ['zoho', ['Record Id', 'Deal Name', 'Stage']],
  ['suitecrm', ['ID', 'Name', 'Date Entered', 'Date Modified']],
  ['espocrm', ['id', 'name', 'createdAt', 'modifiedAt', 'assignedUserId']],
  ['dynamics', ['contactid', 'fullname', 'statecode']],
  [null, ['name', 'city']],
])('an export of %s is known by its columns', (name, columns) => {
  expect(templateFor([columns])).toBe(name);
});
