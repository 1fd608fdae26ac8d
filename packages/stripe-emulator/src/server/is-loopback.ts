import { isIPv6 } from 'node:net';

/** Returns whether a host name or address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (/^127(?:\.\d{1,3}){3}$/.test(bare)) return true;
  if (isIPv6(bare)) return bare === '::1' || bare === '0:0:0:0:0:0:0:1';
  return bare === 'localhost' || bare.endsWith('.localhost');
}
