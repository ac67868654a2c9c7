import { askedLanguage, chooseLanguage } from './language.js';

test.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['de_CH', 'de'],
  ['DE', 'de'],
  ['fr, de;q=0.8, en;q=0.9', 'en'],
  ['fr-CH, fr;q=0.9, de;q=0.7, *;q=0.5', 'de'],
  ['en-GB;q=0.5, de;q=0.5', 'en'],
  ['de;q=0, en', 'en'],
  ['*', null],
  ['fr', null],
  ['', null],
  [`de'); drop table x; --`, null],
  [`${'x,'.repeat(400)}de`, null],
])('of "%s" we speak %s', (header, language) => {
  expect(askedLanguage(header)).toBe(language);
});

test('the request comes before the user, the user before the company, and English last', () => {
  expect(chooseLanguage('en', 'de', 'de')).toBe('en');
  expect(chooseLanguage(undefined, 'de-AT', 'en')).toBe('de');
  expect(chooseLanguage('fr', 'it', 'de')).toBe('de');
  expect(chooseLanguage('*', null, undefined)).toBe('en');
});
