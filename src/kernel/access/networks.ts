import { BlockList, isIP } from 'node:net';

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** `203.0.113.7` or `2001:db8::/32`; null when it is neither an address nor a network. */
export function readNetwork(text: string): Network | null {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return null;
  const width = version === 4 ? 32 : 128;
  const prefix = prefixOf(bits, width);
  return prefix === null ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function prefixOf(bits: string | undefined, width: number): number | null {
  if (bits === undefined) return width;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= width ? Number(bits) : null;
}

const lists = new WeakMap<readonly string[], BlockList>();

/** Whether an address lies in one of the networks. What is no address lies in none. */
export function inNetworks(networks: readonly string[], address: string | null): boolean {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  const version = isIP(plain);
  return version !== 0 && listOf(networks).check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

function listOf(networks: readonly string[]): BlockList {
  const known = lists.get(networks);
  if (known) return known;
  const list = new BlockList();
  for (const text of networks) {
    const network = readNetwork(text);
    if (network) list.addSubnet(network.address, network.prefix, network.family);
  }
  lists.set(networks, list);
  return list;
}
