import { addressLines } from './address-lines.js';

test.each([
  ['DE', ['Königsallee 1', '40212 Düsseldorf'], { street: 'Königsallee 1', postalCode: '40212', city: 'Düsseldorf', region: 'NRW' }],
  [
    'US',
    ['548 Market St', 'San Francisco, CA 94104'],
    { street: '548 Market St', postalCode: '94104', city: 'San Francisco', region: 'CA' },
  ],
  ['GB', ['10 Downing Street', 'London', 'SW1A 2AA'], { street: '10 Downing Street', postalCode: 'SW1A 2AA', city: 'London' }],
  [
    'JP',
    ['100-0005', '東京都 千代田区', '丸の内1-9-1'],
    { street: '丸の内1-9-1', postalCode: '100-0005', city: '千代田区', region: '東京都' },
  ],
  ['IE', ['1 Grafton Street', 'Dublin', 'D02 AF30'], { street: '1 Grafton Street', postalCode: 'D02 AF30', city: 'Dublin' }],
  ['AE', ['Al Wasl Road 1', 'Dubai', '12345'], { street: 'Al Wasl Road 1', postalCode: '12345', city: 'Dubai' }],
  ['HU', ['Budapest', 'Andrássy út 1', '1061'], { street: 'Andrássy út 1', postalCode: '1061', city: 'Budapest' }],
  ['IT', ['Via Roma 1', '20121 Milano MI'], { street: 'Via Roma 1', postalCode: '20121', city: 'Milano', region: 'MI' }],
  [
    'BR',
    ['Av. Paulista 1', 'São Paulo-SP', '01310-100'],
    { street: 'Av. Paulista 1', postalCode: '01310-100', city: 'São Paulo', region: 'SP' },
  ],
  ['AU', ['1 George St', 'Sydney NSW 2000'], { street: '1 George St', postalCode: '2000', city: 'Sydney', region: 'NSW' }],
])('an address in %s', (country, lines, address) => {
  expect(addressLines({ ...address, country })).toEqual(lines);
});

test('what is not there leaves no gap and no comma', () => {
  expect(addressLines({ country: 'US', region: 'CA', postalCode: ' 94104 ' })).toEqual(['CA 94104']);
  expect(addressLines({ country: 'US', city: 'Austin' })).toEqual(['Austin']);
  expect(addressLines({})).toEqual([]);
  expect(addressLines({ country: null, street: 'c/o Ng\n\nHaus 2', city: 'Bonn', postalCode: '' })).toEqual(['c/o Ng', 'Haus 2', 'Bonn']);
  expect(addressLines({ country: '__proto__', city: 'Bonn', postalCode: '53111', region: 'NRW' })).toEqual(['53111 Bonn', 'NRW']);
});
