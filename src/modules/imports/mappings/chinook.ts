import {
  column,
  constant,
  decimal,
  link,
  orEmpty,
  partsFrom,
  phone,
  reference,
  template,
  words,
  type CellSource,
  type Mapping,
  type Source,
} from '../domain/mapping.js';
import { countries } from './countries.js';
import { reported, tablesOf } from './report.js';

const system = 'chinook';
const priceListName = 'Chinook prices';
const tables = [
  'employee',
  'customer',
  'track',
  'artist',
  'album',
  'genre',
  'media_type',
  'invoice',
  'invoice_line',
  'playlist',
  'playlist_track',
];

const refOf = (kind: string, id: string): CellSource => template(`${system}:${kind}:{${id}}`);
const employee = (id: string) => reference('user', { email: template(`employee.{${id}}@${system}.invalid`) });
const address: Source = partsFrom({
  street: column('address'),
  city: column('city'),
  region: column('state'),
  postalCode: column('postal_code'),
  country: orEmpty(column('country', words(countries))),
});
const product = reference('product', { externalRef: refOf('track', '#') });

/** The dump numbers its rows by series, so the running number of a row is its id. */
export const chinook: Mapping = {
  name: system,
  description: 'A shop for music: its people, its customers and what it sells.',
  files: tablesOf('Chinook_PostgreSql_SerialPKs.sql', tables),
  steps: [
    {
      name: 'employees',
      resource: 'user',
      file: 'employee',
      key: ['email'],
      set: { email: template(`employee.{#}@${system}.invalid`), name: template('{first_name} {last_name}') },
    },
    {
      name: 'managers',
      resource: 'user',
      file: 'employee',
      key: ['email'],
      mode: 'link',
      when: 'reports_to',
      set: { email: template(`employee.{#}@${system}.invalid`), managerId: link(employee('reports_to')) },
    },
    {
      name: 'companies',
      resource: 'account',
      file: 'customer',
      key: ['externalRef'],
      when: 'company',
      distinct: true,
      set: { externalRef: refOf('account', 'company'), name: column('company') },
    },
    {
      name: 'customers',
      resource: 'contact',
      file: 'customer',
      key: ['externalRef'],
      set: {
        externalRef: refOf('customer', '#'),
        accountId: link(reference('account', { externalRef: refOf('account', 'company') })),
        ownerId: link(employee('support_rep_id')),
        firstName: column('first_name'),
        lastName: column('last_name'),
        email: column('email'),
        phone: orEmpty(column('phone', phone('US'))),
        address,
      },
    },
    {
      name: 'tracks',
      resource: 'product',
      file: 'track',
      key: ['externalRef'],
      set: {
        externalRef: refOf('track', '#'),
        code: template('TR-{#}'),
        name: column('name'),
        description: column('composer'),
        unit: constant('track'),
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
      file: 'track',
      key: ['priceListId', 'productId', 'minQuantity'],
      set: {
        priceListId: link(reference('price_list', { name: template(priceListName) })),
        productId: link(product),
        minQuantity: constant('1'),
        unitPrice: column('unit_price', decimal('.')),
      },
    },
    ...reported({
      artist: 'Nothing here holds artists.',
      album: 'Nothing here holds albums.',
      genre: 'Nothing here holds kinds of music.',
      media_type: 'Nothing here holds kinds of recordings.',
      invoice: 'There are no invoices here yet.',
      invoice_line: 'There are no invoices here yet.',
      playlist: 'Nothing here holds playlists.',
      playlist_track: 'Nothing here holds playlists.',
    }),
  ],
  checks: [],
};
