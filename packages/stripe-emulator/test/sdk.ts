import { createRequire } from 'node:module';
import Stripe from 'stripe';
import type { Emulator } from '../src/start-emulator.js';

/** Returns the official SDK for an emulator, without retries. */
export function sdk(
  { host, port }: Emulator,
  { key = 'sk_test_1', ...config }: { readonly key?: string } & Stripe.StripeConfig = {},
): Stripe {
  return new Stripe(key, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, ...config });
}

/** Every tested major version of the official SDK, with each of its HTTP clients. */
export const sdkKinds = ['stripe-17', 'stripe-20', 'stripe'].flatMap((installedAs) =>
  (['node', 'fetch'] as const).map((http) => ({ name: `${installedAs}, ${http}`, installedAs, http })),
);

/** Like {@link sdk}, with another major version or another HTTP client. */
export function sdkOf(
  { installedAs, http }: (typeof sdkKinds)[number],
  { host, port }: Emulator,
  config: Stripe.StripeConfig = {},
): Stripe {
  // Not imported: the types of an older version would declare the module `stripe` again.
  const Sdk = createRequire(import.meta.url)(installedAs) as typeof Stripe;
  return new Sdk('sk_test_1', {
    host,
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    ...(http === 'fetch' ? { httpClient: Sdk.createFetchHttpClient() } : {}),
    ...config,
  });
}
