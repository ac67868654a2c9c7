import { parse } from 'csv-parse/sync';
import { csvLine, harmless } from './cells.js';

test.each(['=1+1', '+49 30 1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', "=cmd|'/c calc'!A0", '-'])(
  '%j is no formula any more',
  (text) => {
    expect(harmless(text)).toBe(`'${text}`);
  },
);

test.each(['Ada', '1-2', 'a=b', '', "'quoted", 'me@example.test'])('%j stays as it is', (text) => {
  expect(harmless(text)).toBe(text);
});

test('a line is read back as it was', () => {
  const cells = ['a,b', 'say "x"', 'two\r\nlines', ' padded ', 'ü;ß', '', 'plain', "'=1"];
  expect(parse(csvLine(cells))).toEqual([cells]);
  expect(csvLine([null, -5, true, '-5.0000'])).toBe(',-5,true,-5.0000\r\n');
});
