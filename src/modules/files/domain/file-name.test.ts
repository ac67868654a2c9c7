import { attachment, displayName } from './file-name.js';

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\Windows\\system32\\cmd.exe', 'cmd.exe'],
  ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
  ['zero\u200Bwidth.pHaR', 'zerowidth.pHaR'],
  ['trailing dot. . .', 'trailing dot'],
  ['a\u0000b\r\nc.txt', 'abc.txt'],
  ['u\u0308ber.pdf', '\u00FCber.pdf'],
  ['<img src=x>.png', '_img src=x_.png'],
  ['', 'file'],
  ['..', 'file'],
  ['/', 'file'],
  [`${'x'.repeat(400)}.pdf`, `${'x'.repeat(196)}.pdf`],
])('D06 %j is shown as %j', (given, shown) => {
  expect(displayName(given)).toBe(shown);
});

test('D06 a name cannot leave its header', () => {
  const header = attachment('a"; filename="b.html\\\u00E4.txt');
  expect(header).toBe(`attachment; filename="a_; filename=_b.html__.txt"; filename*=UTF-8''a%22%3B%20filename%3D%22b.html%5C%C3%A4.txt`);
  expect(header).not.toMatch(/[\r\n]/);
});
