import Stripe from 'stripe';
import { onTestFinished, vi } from 'vitest';

/** The answer of the SDK's transport. */
export interface HostResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** The calls that the extension SDK makes to the Dashboard. */
export interface Host {
  supportsFetchAppEmbeddedKey(): Promise<boolean>;
  stripeApiFetch?(path: string, options: { method: string; body?: string }): Promise<HostResponse>;
  fetchAppEmbeddedKey?(): Promise<string>;
}

/** Returns a host that sends the requests itself, and answers each with this. */
export function hostThat(stripeApiFetch: NonNullable<Host['stripeApiFetch']>): Host {
  return { supportsFetchAppEmbeddedKey: async () => false, stripeApiFetch };
}

/** Returns a host that answers each request with an error of Stripe. */
export function hostAnswering(status: number, error: Readonly<Record<string, string>>): Host {
  const headers = { 'content-type': 'application/json', 'request-id': 'req_1' };
  return hostThat(async () => ({
    status,
    headers,
    json: { error: { type: 'invalid_request_error', ...error } },
  }));
}

/** Returns a Stripe instance over the extension SDK's own HTTP client, in a page with this host; `undefined` for none. */
export async function extensionClient(
  host: Host | undefined,
  config: Stripe.StripeConfig = {},
  key?: string,
) {
  vi.resetModules(); // the SDK keeps the transport of its first request
  vi.stubGlobal('__StripeExtExports', host && { endpoint: { call: host } });
  onTestFinished(() => void vi.unstubAllGlobals());
  const { createHttpClient, STRIPE_API_KEY } = await import('@stripe/ui-extension-sdk/http_client.js');
  // Its types are those of an older stripe-node.
  return new Stripe(key ?? STRIPE_API_KEY, {
    httpClient: createHttpClient() as Stripe.HttpClient,
    ...config,
  });
}
