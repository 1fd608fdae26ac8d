/**
 * Whether a request must not await a promise or timer of another one, as on Cloudflare Workers: there, pending work and timers
 * end with the request that started them.
 */
export function isolatesRequests(): boolean {
  const { navigator } = globalThis as { navigator?: { readonly userAgent?: string } }; // absent in Node 20
  return navigator?.userAgent === 'Cloudflare-Workers';
}
