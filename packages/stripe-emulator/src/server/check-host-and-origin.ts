import type { IncomingHttpHeaders } from 'node:http';
import type { ApiFailure } from '../api/api-failure.js';
import { crossOriginRequest, hostNotAllowed } from '../api/emulator-failures.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { isLoopback } from './is-loopback.js';

/**
 * Returns the failure for a request from a web page, or `undefined` for every other request. A page in a browser on this
 * machine can send requests to the port (cross-site request forgery). With DNS rebinding it can also read the responses.
 */
export function checkHostAndOrigin(
  { host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  { allowRemote }: Pick<ResolvedOptions, 'allowRemote'>,
): ApiFailure | undefined {
  if (!allowRemote && !isLoopbackHost(host)) return hostNotAllowed();
  // Browsers send `none` for a URL that the user typed into the address bar.
  if (origin !== undefined || (site !== undefined && site !== 'none')) return crossOriginRequest();
  return undefined;
}

/** Returns whether a `Host` header names this machine. */
export function isLoopbackHost(host = ''): boolean {
  return isLoopback(host.replace(/:\d+$/, ''));
}
