import { append, day, decimal, integer, money, part, scale, slug, startOfDay, words } from './mapping.js';
import { transform } from './transform.js';

test.each([
  ['10/20/2016', '2016-10-20'],
  ['3/1/2017', '2017-03-01'],
  ['2/29/2016', '2016-02-29'],
])('the American day %s is %s', (cell, iso) => {
  expect(transform(cell, [day('m/d/yyyy')])).toEqual({ value: iso });
});

test.each(['20/10/2016', '2/29/2017', '2/30/2017', '13/1/2017', '1/1/17', '1-1-2017', '0/1/2017', 'soon'])(
  '%s is no American day',
  (cell) => {
    expect(transform(cell, [day('m/d/yyyy')])).toMatchObject({ rule: 'parse_date' });
  },
);

test('German days and plain ISO days are read too', () => {
  expect(transform('1.3.2017', [day('d.m.yyyy')])).toEqual({ value: '2017-03-01' });
  expect(transform('2017-03-01', [day('yyyy-mm-dd'), startOfDay])).toEqual({ value: new Date('2017-03-01T00:00:00Z') });
});

test.each([
  ['1234.50', '.', '1234.5'],
  ['1,234.5', '.', '1234.5'],
  ['1.234,56', ',', '1234.56'],
  ['-7', '.', '-7'],
  ['12345678901234.25', '.', '12345678901234.25'],
] as const)('%s with "%s" as its mark is %s', (cell, mark, value) => {
  expect(transform(cell, [decimal(mark)])).toEqual({ value });
});

test.each([
  ['1.234,56', '.'],
  ['1,23', '.'],
  ['1 234', '.'],
  ['$5', '.'],
  ['1e3', '.'],
  ['', '.'],
  ['NaN', ','],
] as const)('%s with "%s" as its mark is no number', (cell, mark) => {
  expect(transform(cell, [decimal(mark)])).toMatchObject({ rule: 'parse_number' });
});

test('millions become an exact amount of money', () => {
  expect(transform('1100.04', [decimal('.'), scale('1000000'), money('USD')])).toEqual({
    value: { amount: '1100040000', currency: 'USD' },
  });
});

test('a whole number has no fraction', () => {
  expect(transform('2822', [integer])).toEqual({ value: 2822 });
  expect(transform('2822.5', [integer])).toMatchObject({ rule: 'parse_number' });
});

test('a name becomes part of an address', () => {
  expect(transform('Mei-Mei Jöhns', [slug, append('@x.invalid')])).toEqual({ value: 'mei.mei.johns@x.invalid' });
  expect(transform('***', [slug])).toMatchObject({ rule: 'no_name' });
});

test('a word is translated, and an unknown one is an error unless something is said for it', () => {
  const kinds = { Won: 'won', Lost: 'lost' };
  expect(transform('Won', [words(kinds)])).toEqual({ value: 'won' });
  expect(transform('won', [words(kinds)])).toMatchObject({ rule: 'enum_unknown' });
  expect(transform('toString', [words(kinds)])).toMatchObject({ rule: 'enum_unknown' });
  expect(transform('Open', [words(kinds, null), part('x')])).toEqual({ value: null });
});
