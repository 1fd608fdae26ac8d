import Stripe from 'stripe';
import { connection, type StripeClientOptions } from './connection.js';
import { hardening } from './hardening.js';

/**
 * Returns a Stripe instance that fails safely. It checks the status, the size (at most 1 MiB) and the shape of a response
 * before stripe-node parses it, refuses redirects, and closes the connection of an aborted call. It has a timeout for the
 * whole request, no retries and no telemetry. The instance does not contain the API key, so printing it does not show the
 * key. It is a complete `Stripe`, and works for other API calls too.
 *
 * @throws `TypeError` or `RangeError` for wrong options. The key is never quoted.
 * @example
 * ```ts
 * import { createStripeClient } from '@secretkit/stripe/client';
 *
 * const client = createStripeClient({ apiKey: 'sk_test_example', timeoutMs: 5_000 });
 * ```
 *
 * A key that rotates, in another store than the one that it opens:
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { recommended } from '@secretkit/middleware/recommended';
 * import { createStripeClient } from '@secretkit/stripe/client';
 *
 * const platform = createSecrets(recommended()(memorySecrets({ initial: { 'stripe-api-key': 'sk_test_example' } })));
 * const client = createStripeClient({ apiKey: (read) => platform.require('stripe-api-key', read) });
 * ```
 */
export function createStripeClient(options: StripeClientOptions): Stripe {
  const own = connection('createStripeClient', options);
  const { placeholder, httpClient, protocol, host, port, timeoutMs, apiVersion } = own;
  const stripe = new Stripe(placeholder, {
    httpClient,
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
    protocol,
    host,
    port,
    // The type allows one version only: that of the `stripe` package at compile time.
    ...(apiVersion !== undefined && { apiVersion: apiVersion as never }),
  });
  return Object.defineProperty(stripe, hardening, { value: own.hardening });
}
