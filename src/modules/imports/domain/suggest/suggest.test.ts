import { sniff } from './sniff.js';
import { suggest, type SampleTable } from './suggest.js';
import type { ResourceShape } from '../stored/compile.js';

const text = (required = false) => ({ kind: 'text', options: required ? { required: true as const } : {} });
const kind = (name: string) => ({ kind: name, options: {} });
const account: ResourceShape = {
  name: 'account',
  fields: {
    name: text(true),
    number: text(),
    phone: kind('phone'),
    website: kind('url'),
    address: kind('address'),
    employees: kind('integer'),
    annualRevenue: kind('money'),
    externalRef: text(),
    status: { kind: 'text', options: { writer: 'system' } },
    // What a company has added itself is a field like any other.
    parkingPermits: kind('integer'),
  },
};
const contact: ResourceShape = {
  name: 'contact',
  fields: {
    firstName: text(),
    lastName: text(true),
    email: kind('email'),
    salutation: { kind: 'choice', options: {}, values: ['ms', 'mr', 'mx'] },
    accountId: { kind: 'ref', options: {}, target: 'account' },
    externalRef: text(),
  },
};
const around = { resources: [account, contact], system: 'old', currency: 'EUR', country: 'DE' };

const companies: SampleTable = {
  name: 'Kunden.csv',
  columns: ['ID', 'Firma', 'Telefon', 'Ort', 'PLZ', 'Umsatz', 'Parking permits', 'Color'],
  sample: [
    ['1', 'Mutter AG', '+49 228 123456', 'Bonn', '53111', '1.234,56', '3', 'red'],
    ['2', 'Tochter GmbH', '+49 221 654321', 'Köln', '50667', '20.000,00', '0', 'blue'],
  ],
};
const people: SampleTable = {
  name: 'contacts.csv',
  columns: ['Contact ID', 'First Name', 'Surname', 'E-Mail', 'Account ID'],
  sample: [['7', 'Anna', 'Müller', 'anna@example.com', '1']],
};

test('tables and columns are known by their names and by what is in them, with how sure that is and why', () => {
  const { tables, columns } = suggest([companies, people], around);
  expect(tables.map(({ table, resource }) => [table, resource])).toEqual([
    ['Kunden.csv', 'account'],
    ['contacts.csv', 'contact'],
  ]);
  expect(Object.fromEntries(columns.map(({ column, to }) => [column, to]))).toEqual({
    ID: 'externalRef',
    Firma: 'name',
    Telefon: 'phone',
    Ort: 'address.city',
    PLZ: 'address.postalCode',
    Umsatz: 'annualRevenue',
    'Parking permits': 'parkingPermits',
    Color: null,
    'Contact ID': 'externalRef',
    'First Name': 'firstName',
    Surname: 'lastName',
    'E-Mail': 'email',
    'Account ID': null,
  });
  for (const { to, confidence, reasons } of columns) {
    expect(reasons.length).toBeGreaterThan(0);
    expect(confidence > 0.4).toBe(to !== null);
  }
});

test('the definition says how numbers are written, keeps old ids, and links tables by them', () => {
  const { definition } = suggest([companies, people], around);
  const [firms, persons] = definition.steps;
  expect(firms).toMatchObject({ resource: 'account', match: ['externalRef'] });
  expect(firms?.columns).toContainEqual({ from: '{Umsatz}', to: 'annualRevenue', transform: ['decimal:,', 'money:EUR'] });
  expect(firms?.columns).toContainEqual({ from: '{ID}', to: 'externalRef', transform: ['prepend:old:account:'] });
  expect(persons?.columns).toContainEqual({
    from: '{Account ID}',
    to: 'accountId',
    transform: ['prepend:old:account:'],
    lookup: { resource: 'account', by: { externalRef: '{Account ID}' } },
  });
});

test('what is like nothing here is left out, and said to be', () => {
  const { definition, tables } = suggest([{ name: 'x.csv', columns: ['a', 'b'], sample: [['1', '2']] }], around);
  expect([definition.steps, tables]).toEqual([[], [expect.objectContaining({ resource: null })]]);
});

test.each([
  [['24.12.2025', '01.02.2026'], { kind: 'date', format: 'd.m.yyyy' }],
  [['12/24/2025', '1/2/2026'], { kind: 'date', format: 'm/d/yyyy' }],
  [['24/12/2025', '1/2/2026'], { kind: 'date', format: 'd/m/yyyy' }],
  [['2025-12-24 10:00', '2025-12-25 11:30'], { kind: 'instant', format: 'yyyy-mm-dd' }],
  [['20251224', '20260102'], { kind: 'date', format: 'yyyymmdd' }],
  [['1.234,56', '7,5'], { kind: 'decimal', mark: ',' }],
  [['1,234.56', '7.5'], { kind: 'decimal', mark: '.' }],
  [['1', '22', ''], { kind: 'integer', filled: 2 }],
  [['a@b.de', 'c@d.org'], { kind: 'email' }],
  [['https://x.de', 'www.y.de'], { kind: 'url' }],
  [['+49 228 1234', '(0228) 5678-90'], { kind: 'phone' }],
  [['ja', 'nein'], { kind: 'boolean' }],
  [['', ''], { kind: 'empty' }],
])('%j looks like %j', (cells, look) => {
  expect(sniff(cells)).toMatchObject(look);
});
