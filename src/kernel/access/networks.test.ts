import { inNetworks, readNetwork } from './networks.js';

test('addresses and networks of both families are read, and nothing else', () => {
  expect(readNetwork('203.0.113.7')).toEqual({ address: '203.0.113.7', prefix: 32, family: 'ipv4' });
  expect(readNetwork('10.0.0.0/8')).toMatchObject({ prefix: 8 });
  expect(readNetwork('2001:db8::/32')).toEqual({ address: '2001:db8::', prefix: 32, family: 'ipv6' });
  for (const wrong of [
    '',
    '10.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'example.com',
    '10.0.0.0/-1',
    'fe80::1%eth0',
    ' 10.0.0.1',
  ])
    expect([wrong, readNetwork(wrong)]).toEqual([wrong, null]);
});

test('an address lies in a network or not, an IPv4 address also when it comes dressed as IPv6', () => {
  const office = ['203.0.113.0/24', '2001:db8::/32'];
  for (const inside of ['203.0.113.7', '::ffff:203.0.113.7', '2001:db8:1::1'])
    expect([inside, inNetworks(office, inside)]).toEqual([inside, true]);
  for (const outside of ['203.0.114.7', '::ffff:10.0.0.1', '2001:db9::1', '', 'unknown', null])
    expect([outside, inNetworks(office, outside)]).toEqual([outside, false]);
  expect(inNetworks([], '203.0.113.7')).toBe(false);
});
