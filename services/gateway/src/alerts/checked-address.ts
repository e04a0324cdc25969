import { lookup as resolve } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** True for an address on the public internet; private, loopback, link-local, cloud metadata and the like are not. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address in IPv6 clothes is judged as what it is.
  return ipaddr.process(address).range() === 'unicast';
}

const refuse = (host: string, address: string): Error =>
  new Error(`${host} is at ${address}, which is not a public address; set ALERT_ALLOW_PRIVATE=true if it is meant`);

/** Refuses a host that is written as a private address; names are judged when they are resolved. */
export function checkLiteralHost(hostname: string): void {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refuse(host, host);
}

/**
 * A `lookup` for node:net that resolves a name, refuses it if any of its addresses is not public, and hands the connection exactly
 * the addresses that were checked, so that a name cannot point elsewhere a moment later.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { all: true, ...(typeof options.family === 'number' ? { family: options.family } : {}) }).then(
    (addresses) => {
      const bad = addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (bad !== undefined) callback(refuse(hostname, bad.address), '', 4);
      else if (first === undefined) callback(new Error(`${hostname} has no address`), '', 4);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    },
    (error: NodeJS.ErrnoException) => callback(error, '', 4),
  );
};
