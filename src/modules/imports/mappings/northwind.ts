import {
  column,
  constant,
  decimal,
  link,
  orEmpty,
  partsFrom,
  phone,
  reference,
  round,
  template,
  word,
  words,
  type CellSource,
  type Mapping,
  type Source,
  type Step,
} from '../domain/mapping.js';
import { countries } from './countries.js';
import { reported, tablesOf } from './report.js';

const system = 'northwind';
const priceListName = 'Northwind prices';
const families = {
  1: 'Beverages',
  2: 'Condiments',
  3: 'Confections',
  4: 'Dairy Products',
  5: 'Grains/Cereals',
  6: 'Meat/Poultry',
  7: 'Produce',
  8: 'Seafood',
};

const refOf = (kind: string, id: string): CellSource => template(`${system}:${kind}:{${id}}`);
const address: Source = partsFrom({
  street: column('address'),
  city: column('city'),
  region: column('region'),
  postalCode: column('postal_code'),
  country: orEmpty(column('country', words(countries))),
});
/** Numbers are written as they are dialled at home. */
const call = (name: string): Source => orEmpty(column(name, phone('US')));
const emailOf = (id: string): CellSource => template(`employee.{${id}}@${system}.invalid`);

const company = (name: string, file: string, { kind, id }: { kind: string; id: string }): Step => ({
  name,
  resource: 'account',
  file,
  key: ['externalRef'],
  set: { externalRef: refOf(kind, id), name: column('company_name'), phone: call('phone'), ...(file === 'shippers' ? {} : { address }) },
});
const people = (name: string, file: string, { kind, id }: { kind: string; id: string }): Step => ({
  name,
  resource: 'contact',
  file,
  key: ['externalRef'],
  when: 'contact_name',
  set: {
    externalRef: refOf(`${kind}-contact`, id),
    accountId: link(reference('account', { externalRef: refOf(kind, id) })),
    firstName: column('contact_name', word('butLast')),
    lastName: column('contact_name', word('last')),
    jobTitle: column('contact_title'),
    phone: call('phone'),
  },
});

const tables = [
  'employees',
  'customers',
  'suppliers',
  'shippers',
  'categories',
  'products',
  'orders',
  'order_details',
  'employee_territories',
  'region',
  'territories',
  'us_states',
];
const product = reference('product', { externalRef: refOf('product', 'product_id') });

export const northwind: Mapping = {
  name: system,
  description: 'The wholesaler of foods that databases are taught with: its people, customers, suppliers, products and prices.',
  files: tablesOf('northwind.sql', tables),
  steps: [
    {
      name: 'employees',
      resource: 'user',
      file: 'employees',
      key: ['email'],
      set: { email: emailOf('employee_id'), name: template('{first_name} {last_name}') },
    },
    {
      name: 'managers',
      resource: 'user',
      file: 'employees',
      key: ['email'],
      mode: 'link',
      when: 'reports_to',
      set: { email: emailOf('employee_id'), managerId: link(reference('user', { email: emailOf('reports_to') })) },
    },
    company('customers', 'customers', { kind: 'customer', id: 'customer_id' }),
    people('contacts of customers', 'customers', { kind: 'customer', id: 'customer_id' }),
    company('suppliers', 'suppliers', { kind: 'supplier', id: 'supplier_id' }),
    people('contacts of suppliers', 'suppliers', { kind: 'supplier', id: 'supplier_id' }),
    company('shippers', 'shippers', { kind: 'shipper', id: 'shipper_id' }),
    {
      name: 'products',
      resource: 'product',
      file: 'products',
      key: ['externalRef'],
      set: {
        externalRef: refOf('product', 'product_id'),
        code: template('NW-{product_id}'),
        name: column('product_name'),
        description: column('quantity_per_unit'),
        family: column('category_id', words(families)),
        isActive: column('discontinued', words({ 0: true, 1: false })),
      },
    },
    {
      name: 'price list',
      resource: 'price_list',
      rows: [{}],
      key: ['name'],
      set: { name: constant(priceListName), currency: constant('USD') },
    },
    {
      name: 'prices',
      resource: 'price',
      file: 'products',
      key: ['priceListId', 'productId', 'minQuantity'],
      when: 'unit_price',
      set: {
        priceListId: link(reference('price_list', { name: template(priceListName) })),
        productId: link(product),
        minQuantity: constant('1'),
        unitPrice: column('unit_price', decimal('.'), round(4)),
      },
    },
    ...reported({
      categories: 'The name of a category is the family of its products; its own text has no home.',
      orders: 'There are no orders here yet.',
      order_details: 'There are no orders here yet.',
      employee_territories: 'Territories of other systems are not taken over: who works where is arranged here.',
      region: 'Territories of other systems are not taken over: who works where is arranged here.',
      territories: 'Territories of other systems are not taken over: who works where is arranged here.',
      us_states: 'A list of states is no record of a customer.',
    }),
  ],
  checks: [],
};
