import { readXliff, xliffOf, type Unit } from './xliff.js';

const recordId = '0199aaaa-0000-7000-8000-000000000001';
const unit = (more: Partial<Unit>): Unit => ({ resource: 'product', recordId, field: 'name', source: 'Schraube', target: null, ...more });
const file = (body: string, head = 'version="2.0" srcLang="de" trgLang="fr"') =>
  `<?xml version="1.0"?><xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" ${head}><file id="product">${body}</file></xliff>`;
const withTarget = (target: string) => file(`<unit id="${recordId}.name"><segment><source>a</source>${target}</segment></unit>`);

test('what is written is read again, whatever stands in it', () => {
  const units = [
    unit({ source: `<b>"Schraube" & 'Mutter'</b>\r\n\tüber 5 > 3`, target: ']]> &amp; &lt; 漢字 \u{1f600} مرحبا' }),
    unit({ field: 'description', source: ' mit Rand ', target: '' }),
    unit({ field: 'unit' }),
  ];
  const read = readXliff(xliffOf({ sourceLanguage: 'de', language: 'fr', units }));
  expect(read).toEqual({ sourceLanguage: 'de', language: 'fr', units });
});

test('what tools make of it is read: segments, notes, comments, sections of data', () => {
  const body = `<!-- by hand --><unit id="${recordId}.name"><notes><note>short, please</note></notes>
    <segment state="final"><source>Eins. </source><target>Un. </target></segment>
    <ignorable><source>\n</source><target>\n</target></ignorable>
    <segment id='2'><source>Zwei.</source><target><![CDATA[<Deux> & plus]]></target></segment></unit>`;
  expect(readXliff(`\ufeff${file(body)}`).units).toEqual([unit({ source: 'Eins. \nZwei.', target: 'Un. \n<Deux> & plus' })]);
});

test.each([
  ['nothing at all', ''],
  ['another kind of file', '<html></html>'],
  ['an older version', file('', 'version="1.2" srcLang="de" trgLang="fr"')],
  ['the middle of a file', file('').slice(0, 100)],
  ['an id of something else', file('<unit id="42"/>')],
  ['elements in a text', withTarget('<target>a<pc id="1">b</pc></target>')],
  ['elements that cross', withTarget('<target>a</source>')],
  ['a document type', `<!DOCTYPE xliff [<!ENTITY x SYSTEM "file:///etc/passwd">]>${withTarget('<target>&x;</target>')}`],
  ['entities', withTarget('<target>&x;</target>')],
  ['characters there are not', withTarget('<target>&#1114112;</target>')],
  ['a bare ampersand', withTarget('<target>a & b</target>')],
])('%s is refused', (_, text) => {
  expect(() => readXliff(text)).toThrow(expect.objectContaining({ code: 'translation.bad_file' }));
});
