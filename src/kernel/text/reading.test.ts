import { askedTags, canonical, readingOf } from './reading.js';

const company = { own: 'de', others: ['fr', 'fr-CA', 'zh-Hant', 'en'] };

test.each([
  ['fr', ['fr']],
  ['fr-CA', ['fr-CA', 'fr']],
  ['fr_ch, de;q=0.5', ['fr']],
  ['zh-Hant-TW', ['zh-Hant']],
  ['de-AT, fr;q=0.9', []],
  ['it, es;q=0.9, en;q=0.1', ['en']],
  ['en;q=0.2, fr;q=0.8', ['fr', 'en']],
  ['fr;q=0, en', ['en']],
  ['*', []],
  [`fr'); drop table x; --`, []],
  [`${'x,'.repeat(400)}fr`, []],
])('who asks for "%s" looks for texts in %p before the company’s own', (header, reads) => {
  expect(readingOf(askedTags(header), company)).toEqual(reads);
});

test('what is asked for is written in one way, and not more than ten of it are heeded', () => {
  expect(canonical('DE_at')).toBe('de-AT');
  expect(canonical('not a tag')).toBeNull();
  expect(canonical('x'.repeat(40))).toBeNull();
  expect(askedTags(Array.from({ length: 26 }, (_, i) => `a${String.fromCharCode(97 + i)}`).join(','))).toHaveLength(10);
});
