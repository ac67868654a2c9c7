import type { SourceRecord } from '../domain/map-record.js';
import { readCsv } from './read-csv.js';

const file = { name: 'a.csv', columns: { name: {}, note: {} } };
async function read(content: string | Uint8Array): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const record of readCsv(file, typeof content === 'string' ? Buffer.from(content) : content)) records.push(record);
  return records;
}
const cellsOf = async (content: string | Uint8Array) =>
  (await read(content)).map(({ line, cells }) => [line, cells['name'], cells['note']]);

test('records know the line they begin on, over empty lines and quoted line breaks', async () => {
  expect(await cellsOf('name,note\nA,"one\ntwo"\n\nB,"x, ""y"""\r\nC,\n')).toEqual([
    [2, 'A', 'one\ntwo'],
    [5, 'B', 'x, "y"'],
    [6, 'C', ''],
  ]);
});

test.each([
  ['semicolons', Buffer.from('name;note\nA;1,5\n')],
  ['tabs', Buffer.from('name\tnote\nA\t1,5\n')],
  ['a byte order mark', Buffer.from('\uFEFFname;note\nA;1,5\n')],
  ['UTF-16 with a mark', Buffer.from('\uFEFFname;note\nA;1,5\n', 'utf16le')],
])('%s are understood', async (_, bytes) => {
  expect(await cellsOf(bytes)).toEqual([[2, 'A', '1,5']]);
});

test('cells are trimmed and composed, columns may stand in any order, and others are ignored', async () => {
  expect(await cellsOf('other,note, name \nx, hi ,Mu\u0308ller\n')).toEqual([[2, 'Müller', 'hi']]);
});

test('a line with too few or too many cells, or with NUL, is told and does not stop the rest', async () => {
  const records = await read('name,note\nA\nB,1,2\nC,a\0b\nD,ok\n');
  expect(records.map(({ line, broken }) => [line, broken?.rule])).toEqual([
    [2, 'column_count'],
    [3, 'column_count'],
    [4, 'encoding'],
    [5, undefined],
  ]);
});

test.each([
  ['a quote that never closes', 'name,note\nA,1\nB,"2\nC,3\n', 'import.broken_csv', 'a.csv, line 3: Quote Not Closed'],
  ['a quote in the middle of a cell', 'name,note\nA,1\nB,2"x\n', 'import.broken_csv', 'a.csv, line 3: Invalid Opening Quote'],
  ['a missing column', 'name\nA\n', 'import.header_unfit', 'a.csv, line 1: the column note is missing.'],
  ['a column that is there twice', 'name,note,note\nA,1,2\n', 'import.header_unfit', 'a.csv, line 1: the column "note" is there twice.'],
  ['an empty file', '', 'import.file_empty', 'a.csv is empty'],
  [
    'Windows letters',
    Buffer.from([...Buffer.from('name,note\nA,1\n'), 0xfc, 0x2c, 0x31, 0x0a]),
    'import.encoding_unknown',
    'a.csv, line 3: the text is not UTF-8',
  ],
])('%s is refused with its place', async (_, content, code, message) => {
  await expect(read(content)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
});
