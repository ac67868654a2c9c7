import Fastify from 'fastify';
import { clientAddress, trustedProxies, type ProxyRule } from './trusted-proxies.js';

const rules: readonly ProxyRule[] = [false, true, 0, 1, 2, '10.0.0.0/8, 127.0.0.1', '2001:db8::/32,::ffff:192.0.2.1'];
const peers = ['127.0.0.1', '::ffff:127.0.0.1', '::1', '10.1.2.3', '192.0.2.1', '::ffff:192.0.2.1', '2001:db8::7', '203.0.113.9'];
const headers = [
  undefined,
  '',
  '198.51.100.1',
  '198.51.100.1, 10.0.0.5',
  ' 198.51.100.1 ,, 10.0.0.5,10.0.0.6 ',
  '2001:db8::9, 127.0.0.1',
  'nonsense, 10.0.0.1',
];

test.each(rules)('by the rule %s an address is what Fastify takes it for', async (rule) => {
  const trusts = trustedProxies(rule);
  const server = Fastify({ trustProxy: trusts });
  server.get('/', (request) => [request.ip, clientAddress(request.raw, trusts)]);
  for (const remoteAddress of peers)
    for (const told of headers) {
      const answer = await server.inject({ url: '/', remoteAddress, headers: told === undefined ? {} : { 'x-forwarded-for': told } });
      const [fastify, ours] = answer.json<[string, string]>();
      expect([remoteAddress, told, ours]).toEqual([remoteAddress, told, fastify]);
    }
  await server.close();
});

test('only a chain of proxies that are believed leads to the client, and a client cannot put himself behind one', () => {
  const from = (remoteAddress: string, told: string, rule: ProxyRule) =>
    clientAddress({ headers: { 'x-forwarded-for': told }, socket: { remoteAddress } as never }, trustedProxies(rule));
  expect(from('10.0.0.1', '203.0.113.7', '10.0.0.0/8')).toBe('203.0.113.7');
  expect(from('198.51.100.9', '203.0.113.7', '10.0.0.0/8')).toBe('198.51.100.9');
  expect(from('10.0.0.1', '203.0.113.7, 198.51.100.9', '10.0.0.0/8')).toBe('198.51.100.9');
  expect(from('10.0.0.1', '203.0.113.7, 198.51.100.9', 1)).toBe('198.51.100.9');
  expect(from('10.0.0.1', '203.0.113.7', false)).toBe('10.0.0.1');
});
