import { parse } from 'csv-parse/sync';
import { csvOf, readCsv } from './csv.js';
import type { Unit } from './xliff.js';

const id = '0199aaaa-0000-7000-8000-000000000001';
const unit = (source: string, target: string | null): Unit => ({ resource: 'product', recordId: id, field: 'name', source, target });
const file = (...units: Unit[]) => ({ sourceLanguage: 'de', language: 'fr', units });

const hard = [
  '=1+1',
  '+49 30',
  '-5 %',
  '@home',
  "'quoted",
  "'=x",
  "''=x",
  ' =HYPERLINK("x")',
  '\t=1',
  'a "b"; c, d',
  'Zeile 1\nZeile 2',
  '＝1',
  'Dübel',
];

test('what is written is read as it was, whatever it looks like', () => {
  const units = hard.map((text) => unit(text, text));
  expect(readCsv(csvOf(file(...units)))).toEqual(file(...units));
  expect(readCsv(csvOf(file(unit('Vis', null)))).units).toEqual([unit('Vis', null)]);
});

test('no cell is a formula to a spreadsheet', () => {
  const cells = parse(csvOf(file(...hard.map((text) => unit(text, text)))), { bom: true }).flat();
  expect(cells.filter((cell) => /^[\s]*[=+\-@＝＋－＠]/.test(cell) || /^[\t\r]/.test(cell))).toEqual([]);
});

test('other separators, moved columns and line ends of spreadsheets are read too', () => {
  const saved = `target;language;source;field;recordId\r\nVis;fr;Schraube;name;${id}\r\n;fr;Dübel;description;${id}\r\n`;
  expect(readCsv(saved)).toMatchObject({ language: 'fr', units: [{ field: 'name', source: 'Schraube', target: 'Vis' }, { target: null }] });
  expect(readCsv(saved.replaceAll(';', '\t'))).toMatchObject({ units: [{ target: 'Vis' }, {}] });
});

test.each([
  ['', 'no column'],
  ['recordId,field,source,language,target\n', 'no texts'],
  ['recordId,field,source,target\n', 'no column "language"'],
  [`recordId,field,source,language,target\n${id},name,a,fr,b\n${id},name,a,it,b\n`, 'in fr and in others'],
  [`recordId,field,source,language,target\nx,name,a,fr,b\n`, 'is no id of a text'],
  [`recordId,field,source,language,target\n${id},name,"a,fr,b\n`, 'do not fit'],
  [`recordId,field,source,language,target\n${id},name,a\n`, 'do not fit'],
])('what is no file of texts is refused: %j', (text, why) => {
  expect(() => readCsv(text)).toThrow(
    expect.objectContaining({ code: 'translation.bad_file', message: expect.stringContaining(why) as string }),
  );
});
