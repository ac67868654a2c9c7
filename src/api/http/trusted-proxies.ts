import type { IncomingMessage } from 'node:http';
import { inNetworks } from '#kernel/access/networks.js';

/** Whose X-Forwarded-For is believed: everybody's, nobody's, that of so many proxies before us, or of those at some addresses. */
export type ProxyRule = boolean | number | string;
/** Whether what `address` says of the address before it is believed; hop 0 is who connects to us. */
export type TrustsProxy = (address: string, hop: number) => boolean;

/** The rule as Fastify and WebSockets both take it; false when nobody is believed. */
export function trustedProxies(rule: ProxyRule): TrustsProxy | false {
  if (typeof rule === 'boolean') return rule && (() => true);
  if (typeof rule === 'number') return (_address, hop) => hop < rule;
  const networks = rule.split(',').map((network) => network.trim());
  return (address) => inNetworks(networks, address);
}

/** Where a request comes from: the address nearest to us that stands behind no proxy we believe. Fastify finds the same for its own. */
export function clientAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trusts: TrustsProxy | false,
): string | null {
  let address = socket.remoteAddress ?? null;
  if (!trusts) return address;
  const told = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const chain = told.map((one) => one.trim()).filter(Boolean);
  for (const [hop, before] of chain.reverse().entries()) {
    if (address === null || !trusts(address, hop)) break;
    address = before;
  }
  return address;
}
