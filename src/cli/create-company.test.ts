import { companyOf, type CompanyOptions } from './create-company.js';

const usual: CompanyOptions = {
  adminEmail: 'you@example.org',
  adminName: 'Administrator',
  currency: 'EUR',
  timeZone: 'Europe/Berlin',
  locale: 'en',
};

test('a company takes its short name for its name, and its currency in capitals', () => {
  expect(companyOf('acme', { ...usual, currency: 'chf', locale: 'de-CH' }, 'secret')).toEqual({
    slug: 'acme',
    name: 'acme',
    currency: 'CHF',
    timeZone: 'Europe/Berlin',
    locale: 'de-CH',
    admin: { email: 'you@example.org', name: 'Administrator', password: 'secret' },
    isFurnished: true,
  });
});

test.each([
  ['Acme GmbH', {}, '"Acme GmbH" is no short name'],
  ['-acme', {}, '"-acme" is no short name'],
  ['acme', { name: ' ' }, 'The company needs a name'],
  ['acme', { adminEmail: 'you' }, '"you" is no mail address'],
  ['acme', { adminName: '' }, 'The administrator needs a name'],
  ['acme', { currency: 'EURO' }, '"EURO" is no currency'],
  ['acme', { timeZone: 'Berlin' }, '"Berlin" is no time zone'],
  ['acme', { timeZone: '+01:00' }, '"+01:00" is no time zone'],
  ['acme', { locale: 'fr' }, '"fr" is no language'],
])('%s with %o is refused in a sentence', (slug, options, sentence) => {
  expect(() => companyOf(slug, { ...usual, ...options }, 'secret')).toThrow(sentence);
});

test('everything that is unfit is said at once', () => {
  expect(() => companyOf('A', { ...usual, currency: 'x', locale: 'xx' }, 'secret')).toThrow(/short name[^]*currency[^]*language/);
});
