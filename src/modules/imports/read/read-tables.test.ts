import type { Told } from './raw-table.js';
import { readTables } from './read-tables.js';
import type { ReadOptions } from './raw-table.js';

/** In parts so small that letters, marks and lines are cut in two. */
const bytesOf = (content: string | Uint8Array, size = 3) =>
  async function* () {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
  };
async function told(content: string | Uint8Array, name = 'a.csv', options: ReadOptions = {}): Promise<Told[]> {
  const { rows } = await readTables(name, bytesOf(content), options);
  const all: Told[] = [];
  for await (const one of rows) all.push(one);
  return all;
}
const rowsOf = (all: readonly Told[]) => all.flatMap((one) => ('line' in one ? [[one.line, ...one.cells]] : []));
const brokenOf = (all: readonly Told[]) => all.flatMap((one) => ('line' in one ? [[one.line, one.broken?.rule]] : []));

test('rows know the line they begin on, over empty lines and quoted line breaks', async () => {
  expect(rowsOf(await told('name,note\nA,"one\ntwo"\n\nB,"x, ""y"""\r\nC,\n'))).toEqual([
    [2, 'A', 'one\ntwo'],
    [5, 'B', 'x, "y"'],
    [6, 'C', ''],
  ]);
});

const latin = (text: string) => Buffer.from(text, 'latin1');
test.each([
  ['semicolons', Buffer.from('name;note\nMüller;1,5\n'), 'utf-8'],
  ['tabs', Buffer.from('name\tnote\nMüller\t1,5\n'), 'utf-8'],
  ['bars', Buffer.from('name|note\nMüller|1,5\n'), 'utf-8'],
  ['a byte order mark', Buffer.from('\uFEFFname;note\nMüller;1,5\n'), 'utf-8'],
  ['UTF-16 with a mark', Buffer.from('\uFEFFname;note\nMüller;1,5\n', 'utf16le'), 'utf-16le'],
  ['UTF-16 with its ends the other way round', Buffer.from('\uFEFFname;note\nMüller;1,5\n', 'utf16le').swap16(), 'utf-16be'],
  ['Windows letters', latin('name;note\nMüller;1,5\n'), 'windows-1252'],
])('%s are understood', async (_, bytes, encoding) => {
  const reading = await readTables('a.csv', bytesOf(bytes, 64));
  expect(reading.encoding).toBe(encoding);
  const all: Told[] = [];
  for await (const one of reading.rows) all.push(one);
  expect(rowsOf(all)).toEqual([[2, 'Müller', '1,5']]);
});

test('Windows quotes and the euro are letters, and a named encoding is believed', async () => {
  const windows = Buffer.concat([latin('name\n'), Buffer.from([0x93, 0x80, 0x94]), latin('\n')]);
  expect(rowsOf(await told(windows))).toEqual([[2, '“€”']]);
  expect(rowsOf(await told(latin('name\n¤\n'), 'a.csv', { encoding: 'iso-8859-15' }))).toEqual([[2, '€']]);
  await expect(told('name\n', 'a.csv', { encoding: 'klingon' })).rejects.toMatchObject({ code: 'import.encoding_unknown' });
});

test('a broken letter among good ones is the fault of its line', async () => {
  const mixed = Buffer.concat([Buffer.from('name\nMüller\nJörg\nRené\nSören\n'), Buffer.from([0xff]), Buffer.from('x\nKöln\n')]);
  expect(brokenOf(await told(mixed))).toEqual([
    [2, undefined],
    [3, undefined],
    [4, undefined],
    [5, undefined],
    [6, 'encoding'],
    [7, undefined],
  ]);
});

test('cells are trimmed and composed', async () => {
  expect(rowsOf(await told(' name ,note\nMu\u0308ller , hi \n'))).toEqual([[2, 'Müller', 'hi']]);
});

test('a line with too few or too many cells, with NUL, or that repeats the header is told and does not stop the rest', async () => {
  expect(brokenOf(await told('name,note\nA\nB,1,2\nC,a\0b\nname,note\nD,ok\n'))).toEqual([
    [2, 'column_count'],
    [3, 'column_count'],
    [4, 'encoding'],
    [5, 'header_again'],
    [6, undefined],
  ]);
});

test('a file without a header takes its columns from who knows them', async () => {
  const all = await told('1|Bonn\n2|Köln\n', 'a.csv', { delimiter: '|', header: ['id', 'city'] });
  expect([all[0], rowsOf(all)]).toEqual([
    { table: 'a.csv', header: ['id', 'city'] },
    [
      [1, '1', 'Bonn'],
      [2, '2', 'Köln'],
    ],
  ]);
});

test.each([
  ['a quote that never closes', 'name,note\nA,1\nB,"2\nC,3\n', 'import.broken_csv', 'a.csv, line 3: Quote Not Closed'],
  ['a quote in the middle of a cell', 'name,note\nA,1\nB,2"x\n', 'import.broken_csv', 'a.csv, line 3: Invalid Opening Quote'],
  ['a column that is there twice', 'name,note,note\nA,1,2\n', 'import.header_unfit', 'a.csv, line 1: the column "note" is there twice.'],
  ['an empty file', '', 'import.file_empty', 'a.csv is empty'],
])('%s is refused with its place', async (_, content, code, message) => {
  await expect(told(content)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
});

test('JSON lines become rows, what is nested columns of its own, and what comes late a column too', async () => {
  const all = await told('{"id":1,"address":{"city":"Bonn"}}\n\nnonsense\n{"id":2,"tags":["a","b"],"ok":true,"none":null}\n', 'a.jsonl');
  expect(all.at(-1)).toEqual({ table: 'a.jsonl', header: ['id', 'address.city', 'tags', 'ok', 'none'] });
  expect(rowsOf(all)).toEqual([[1, '1', 'Bonn'], [3], [4, '2', '', '["a","b"]', 'true', '']]);
  expect(brokenOf(all)[1]).toEqual([3, 'parse_json']);
});

describe('D07 text that would be more than it looks', () => {
  const columns = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`);
  const refused = (code: string) => (message: string) => ({ code, message: expect.stringContaining(message) as string });
  const [unfit, broken] = [refused('import.header_unfit'), refused('import.broken_csv')];
  test.each([
    ['a million columns', `${columns(1_000_000).join(',')}\n1\n`, 'a.csv', unfit('more than the 500 allowed')],
    [
      'keys without end in a line of JSON',
      `{"a":1}\n${JSON.stringify(Object.fromEntries(columns(200_000).map((name) => [name, 1])))}\n`,
      'a.jsonl',

      unfit('more than the 500 allowed'),
    ],
    [
      'new keys on every line of JSON',
      columns(2000)
        .map((name) => `{"${name}":1}`)
        .join('\n'),
      'a.jsonl',

      unfit('more than the 500 allowed'),
    ],
    ['a cell of eleven million letters', `name\n${'x'.repeat(11_000_000)}\n`, 'a.csv', broken('Max Record Size')],
    ['a line of JSON that never ends', `{"a":"${'x'.repeat(11_000_000)}`, 'a.jsonl', broken('a line is longer')],
    ['a column that is the prototype of all', 'name,__proto__\nA,1\n', 'a.csv', unfit('cannot be called')],
    ['a column with NUL in its name', 'name,a\0b\nA,1\n', 'a.csv', unfit('cannot be called')],
  ])('%s is refused', async (_, content, name, refusal) => {
    const all = (async () => {
      const { rows } = await readTables(name, bytesOf(content, 65_536));
      for await (const one of rows) expect(one.table).toBe(name);
    })();
    await expect(all).rejects.toMatchObject(refusal);
  });

  test('a cell of a million letters and a line of a million cells are the faults of their lines', async () => {
    const { rows } = await readTables('a.csv', bytesOf(`name\n${'x'.repeat(1_000_001)}\n${','.repeat(1_000_000)}\nA\n`, 65_536));
    const all: Told[] = [];
    for await (const one of rows) all.push(one);
    expect(brokenOf(all)).toEqual([
      [2, 'too_long'],
      [3, 'column_count'],
      [4, undefined],
    ]);
  });

  test('JSON of a hundred thousand levels is the fault of its line, and deep objects stay JSON', async () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const { rows } = await readTables('a.jsonl', bytesOf(`${deep(100_000)}\n${'['.repeat(100_000)}\n${deep(12)}\n`, 65_536));
    const all: Told[] = [];
    for await (const one of rows) all.push(one);
    expect(brokenOf(all)).toEqual([
      [1, 'parse_json'],
      [2, 'parse_json'],
      [3, undefined],
    ]);
    expect(rowsOf(all)[2]).toEqual([3, '{"a":{"a":1}}']);
  });

  test('half of a character and NUL are told, and never come back as something else', async () => {
    const all = await told('{"id":1,"name":"\\ud800"}\n{"id":2,"name":"a\\u0000b"}\n{"id":3,"name":"\\ud83d\\ude00"}\n', 'a.jsonl');
    expect(brokenOf(all)).toEqual([
      [1, 'encoding'],
      [2, 'encoding'],
      [3, undefined],
    ]);
    expect(rowsOf(all)[2]).toEqual([3, '3', '\u{1f600}']);
  });
});

test('a dump is a table for each of its tables; quotes, comments and casts are read, nothing is carried out', async () => {
  const dump = `-- it's a comment; with a mark
create table public.firms (id integer not null, name varchar(40), price numeric(10,2), constraint pk primary key (id));
/* drop table firms; */ insert into firms values (1, 'O''Neill; Sons', 1.5), (2, NULL, -3);
INSERT INTO "people" (first, last) VALUES
  ('Anna', E'B(,)'),
  ('Carl', 'D'::text);`;
  const all = await told(dump, 'd.sql');
  expect(all.filter((one) => 'header' in one)).toEqual([
    { table: 'd.sql#firms', header: ['#', 'id', 'name', 'price'] },
    { table: 'd.sql#people', header: ['#', 'first', 'last'] },
  ]);
  expect(rowsOf(all)).toEqual([
    [3, '1', '1', "O'Neill; Sons", '1.5'],
    [3, '2', '2', '', '-3'],
    [5, '1', 'Anna', 'B(,)'],
    [6, '2', 'Carl', 'D'],
  ]);
});
