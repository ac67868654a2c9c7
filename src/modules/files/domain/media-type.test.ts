import { judge, servedType } from './media-type.js';

const plain = { declared: '', name: 'file', sniffed: null, text: null };

test.each([
  ['a picture', { declared: 'image/png', name: 'a.png', sniffed: 'image/png' }, 'image/png', false],
  ['a picture that nobody named', { sniffed: 'image/png' }, 'image/png', false],
  ['a picture by another name of its type', { declared: 'image/jpg', name: 'a.JPG', sniffed: 'image/jpeg' }, 'image/jpeg', false],
  ['a page that says it is a picture', { declared: 'image/png', name: 'a.png', text: '<html><script>1</script>' }, 'text/html', true],
  ['a page that says it is text', { declared: 'text/plain', name: 'a.txt', text: '  <script>alert(1)</script>' }, 'text/html', true],
  ['a page that says what it is', { declared: 'text/html', name: 'a.html', text: '<!doctype html><p>' }, 'text/html', false],
  ['a drawing', { declared: 'image/svg+xml', name: 'a.svg', text: '<?xml version="1.0"?><svg onload="x">' }, 'image/svg+xml', false],
  ['a program', { name: 'setup', sniffed: 'application/x-msdownload' }, 'application/x-msdownload', true],
  ['a program that ends like a document', { name: 'invoice.pdf', sniffed: 'application/x-msdownload' }, 'application/x-msdownload', true],
  ['a picture that ends like a document', { name: 'invoice.pdf', sniffed: 'image/png' }, 'image/png', true],
  ['noise that says it is a document', { declared: 'application/pdf' }, 'application/octet-stream', true],
  [
    'a spreadsheet seen as an archive',
    { name: 'a.xlsx', declared: 'application/zip', sniffed: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    false,
  ],
  ['a table', { declared: 'text/csv', name: 'a.csv', text: 'a;b\n1;2' }, 'text/csv', false],
  ['text', { text: 'a < b and c > d' }, 'text/plain', false],
  ['noise', {}, 'application/octet-stream', false],
] as const)('%s', (_, evidence, mediaType, isHeld) => {
  const verdict = judge({ ...plain, ...evidence });
  expect([verdict.mediaType, verdict.quarantine !== null]).toEqual([mediaType, isHeld]);
});

test('what a browser would run is given out as bytes', () => {
  expect(['text/html', 'image/svg+xml', 'application/xml'].map(servedType)).toEqual(Array(3).fill('application/octet-stream'));
  expect(servedType('text/csv')).toBe('text/csv; charset=utf-8');
  expect(servedType('image/png')).toBe('image/png');
});
