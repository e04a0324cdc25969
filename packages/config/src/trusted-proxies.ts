import { BlockList, isIP } from 'node:net';

/** Ranges by name, as Fastify knows them: this machine, link-local addresses, and private networks (10/8, 172.16/12, 192.168/16, fc00::/7). */
const NAMES: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** Whoever writes a wider range than any one network has (10.0.0.0/8, fc00::/7) means everyone, and then anyone can claim any address. */
const PREFIX_MIN = { 4: 8, 6: 7 } as const;

/** An IPv4 address in IPv6 clothes: a range of these holds IPv4 addresses, which the prefix would not show. */
const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

/** What is wrong with one entry of TRUST_PROXY, an IP address, CIDR range or name; undefined if nothing is. */
export function problemOfProxy(entry: string): string | undefined {
  if (NAMES.has(entry)) return undefined;
  const [address = '', prefix, ...more] = entry.split('/');
  const version = isIP(address) as 0 | 4 | 6;
  if (version === 0 || address.includes('%') || more.length > 0)
    return 'is no IP address, CIDR range, or loopback, linklocal or uniquelocal';
  if (version === 6 && MAPPED.check(address, 'ipv6')) return 'is an IPv4 address, so it has to be written as one';
  if (prefix === undefined) return undefined;
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(bits <= (version === 4 ? 32 : 128))) return 'has a prefix that is none';
  return bits < PREFIX_MIN[version] ? 'would trust nearly everyone' : undefined;
}
