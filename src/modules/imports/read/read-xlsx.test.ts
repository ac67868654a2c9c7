import { once } from 'node:events';
import ExcelJS from 'exceljs';
import yazl from 'yazl';
import type { Told } from './raw-table.js';
import { workbookLimits } from './limits.js';
import { readXlsx } from './read-xlsx.js';

const bytesOf = (bytes: Uint8Array) =>
  async function* () {
    yield await Promise.resolve(bytes);
  };
async function read(bytes: Uint8Array, caps = {}): Promise<Told[]> {
  const all: Told[] = [];
  for await (const one of readXlsx('b.xlsx', bytesOf(bytes), {}, { ...workbookLimits, ...caps })) all.push(one);
  return all;
}
async function book(fill: (workbook: ExcelJS.Workbook) => void): Promise<Uint8Array> {
  const workbook = new ExcelJS.Workbook();
  fill(workbook);
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}
async function archive(entries: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(content, name, { compressionLevel: 1 });
  zip.end();
  const parts: Buffer[] = [];
  zip.outputStream.on('data', (part: Buffer) => parts.push(part));
  await once(zip.outputStream, 'end');
  return Buffer.concat(parts);
}

test('sheets are tables; days, formulas, truths, rich and shared texts are what people see', async () => {
  const bytes = await book((workbook) => {
    const firms = workbook.addWorksheet('Firms');
    firms.addRow(['name', 'since', 'sum', 'active', 'note']);
    firms.addRow([
      'Bonn AG',
      new Date('2024-02-29T00:00:00Z'),
      { formula: '0.1+0.2', result: 0.1 + 0.2 },
      true,
      { richText: [{ text: 'fett' }, { text: ' und dünn' }] },
    ]);
    firms.addRow([]);
    firms.addRow(['Bonn AG', new Date('2024-12-24T18:30:00Z'), 1e15, false]);
    workbook.addWorksheet('People').addRows([['name'], ['Müller']]);
  });
  expect(await read(bytes)).toEqual([
    { table: 'b.xlsx#Firms', header: ['name', 'since', 'sum', 'active', 'note'] },
    { table: 'b.xlsx#Firms', line: 2, cells: ['Bonn AG', '2024-02-29', '0.3', 'TRUE', 'fett und dünn'] },
    { table: 'b.xlsx#Firms', line: 4, cells: ['Bonn AG', '2024-12-24T18:30:00', '1000000000000000', 'FALSE', ''] },
    { table: 'b.xlsx#People', header: ['name'] },
    { table: 'b.xlsx#People', line: 2, cells: ['Müller'] },
  ]);
});

test('days are right in books that count from 1904', async () => {
  const bytes = await book((workbook) => {
    workbook.properties.date1904 = true;
    workbook.addWorksheet('S').addRows([['day'], [new Date('2024-02-29T00:00:00Z')]]);
  });
  expect((await read(bytes))[1]).toMatchObject({ cells: ['2024-02-29'] });
});

const refused = (why: string) => ({ code: 'import.workbook_refused', message: expect.stringContaining(why) as string });

describe('bombs', () => {
  test('D07 an archive that would unpack to far more than it is, or to too much, is refused before it is unpacked', async () => {
    const zeros = await archive({ 'xl/workbook.xml': Buffer.from('<x/>'), 'xl/worksheets/sheet1.xml': Buffer.alloc(16 * 2 ** 20) });
    await expect(read(zeros)).rejects.toMatchObject(refused('packed more than 100 times'));
    await expect(read(zeros, { ratio: 1e6, expandedBytes: 2 ** 20 })).rejects.toMatchObject(
      refused('unpacked it would have more than 1 MB'),
    );
  });

  test('D07 an archive of thousands of parts is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`xl/${i}`, Buffer.from('x')]));
    await expect(read(await archive(many))).rejects.toMatchObject(refused('more than 2000 parts'));
  });

  test('D07 a sheet of thousands of columns is refused', async () => {
    const wide = await book((workbook) => workbook.addWorksheet('S').addRow(Array.from({ length: 2000 }, (_, i) => `c${i}`)));
    await expect(read(wide)).rejects.toMatchObject(refused('more than 500 columns'));
  });

  test('D07 what lies about its size ends its thread and nothing else', async () => {
    const text = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${'<si><t>bomb bomb bomb</t></si>'.repeat(1_800_000)}</sst>`;
    const bomb = await archive({
      'xl/_rels/workbook.xml.rels': Buffer.from('<Relationships/>'),
      'xl/workbook.xml': Buffer.from('<workbook/>'),
      'xl/sharedStrings.xml': Buffer.from(text),
    });
    await expect(read(bomb, { ratio: 1e6, memoryMegabytes: 48 })).rejects.toMatchObject(refused('more memory than a workbook may'));
    const good = await book((workbook) => workbook.addWorksheet('S').addRows([['name'], ['A']]));
    expect(await read(good)).toHaveLength(2);
  });

  test('D07 what is no workbook is said to be none', async () => {
    await expect(read(Buffer.from('PK\u0003\u0004 not really'))).rejects.toMatchObject(refused('no workbook'));
  });
});
