import type { IncomingHttpHeaders } from 'node:http';
import type { ApiFailure } from '../api/api-failure.js';
import { crossOriginRequest, hostNotAllowed } from '../api/emulator-failures.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { isLoopback } from './is-loopback.js';

/**
 * Tells why a request is none of the emulator's business. A page in a browser of the same machine can reach its
 * port, and a page that points its own name at this machine even reads the answers.
 */
export function checkHostAndOrigin(
  { host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  { allowRemote }: Pick<ResolvedOptions, 'allowRemote'>,
): ApiFailure | undefined {
  if (!allowRemote && !isLoopback(host?.replace(/:\d+$/, '') ?? '')) return hostNotAllowed();
  // Browsers say `none` for what a person typed into the address bar.
  if (origin !== undefined || (site !== undefined && site !== 'none')) return crossOriginRequest();
  return undefined;
}
