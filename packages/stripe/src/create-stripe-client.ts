import { checkNumber, checkOptions, kindOf, maxDelayMs } from '@secretkit/core/provider';
import { checkAllowInsecure, checkBaseUrl, warnInsecure } from '@secretkit/http/transport';
import Stripe from 'stripe';
import { checkApiKey, type KeyKind } from './api-key.js';
import { hardenedHttpClient } from './hardened-http-client.js';
import { type Hardening, hardening } from './hardening.js';
import { type ApiKeySource, fixedKey, keyFunction } from './key-source.js';
import { keyVault } from './key-vault.js';

export interface StripeClientOptions {
  /**
   * A secret key, a restricted key, or the OAuth token of an installation; or a function that returns it as a string or a
   * `Secret`. The function is called for each request, within its timeout, so that the key can rotate without a restart. If
   * Stripe refuses a key with 401, the function is called again, the second time with `fresh: true`; if it returns another
   * key, the request is sent once more, with the same idempotency key.
   */
  readonly apiKey: string | ApiKeySource;
  /**
   * The origin of the API, for example the `url` of an emulator. `http:` is for this machine only, unless `allowInsecure`
   * is set.
   * @defaultValue `https://api.stripe.com`
   */
  readonly baseUrl?: string;
  /**
   * Allows `http:` to another machine, such as an emulator in a network of containers. A listener there reads the key and all
   * values: Node warns once for each client, with the code `SECRETKIT_STRIPE_INSECURE`. A live-mode key is refused there in
   * any case.
   * @defaultValue false
   */
  readonly allowInsecure?: boolean;
  /**
   * The timeout of a request in milliseconds, from connecting to the last byte of the response. It includes a function that
   * returns the key, and the second attempt after a 401.
   * @defaultValue 10000
   */
  readonly timeoutMs?: number;
  /**
   * The API version of the requests.
   * @defaultValue the version of the installed `stripe` package
   */
  readonly apiVersion?: string;
  /**
   * The function that sends the requests, for proxies and instrumentation: a `fetch` of the standard, or of `node-fetch` or
   * `cross-fetch`. It must return a status, headers, and a body that is a web stream or an async iterable.
   * @defaultValue the global `fetch`, as it is at the time of a request
   */
  readonly fetch?: typeof globalThis.fetch;
}

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
  const own = checkOptions('createStripeClient', options, [
    'apiKey',
    'baseUrl',
    'allowInsecure',
    'timeoutMs',
    'apiVersion',
    'fetch',
  ]);
  const {
    apiKey,
    baseUrl = 'https://api.stripe.com',
    allowInsecure = false,
    timeoutMs = 10_000,
    apiVersion,
    fetch,
  } = own;
  if (typeof apiKey !== 'function') checkApiKey(apiKey);
  checkAllowInsecure('createStripeClient', allowInsecure);
  checkNumber('createStripeClient', 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs, whole: true });
  checkApiVersion(apiVersion);
  const { url, insecure } = checkBaseUrl('createStripeClient', baseUrl, allowInsecure);
  checkOrigin(url);
  const { protocol, hostname, port } = url;
  const keys = typeof apiKey === 'function' ? keyFunction(apiKey) : fixedKey(apiKey);
  if (insecure) {
    refuseLiveKey(keys.kind);
    warnInsecure('createStripeClient', 'SECRETKIT_STRIPE_INSECURE');
  }

  const vault = keyVault(keys);
  const stripe = new Stripe(vault.placeholder, {
    httpClient: hardenedHttpClient(fetch, vault, { insecure }),
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port || (protocol === 'http:' ? '80' : '443'),
    // The type allows one version only: that of the `stripe` package at compile time.
    ...(apiVersion !== undefined && { apiVersion: apiVersion as never }),
  });
  const added: Hardening = { key: keys.kind, attachSignal: vault.attachSignal };
  return Object.defineProperty(stripe, hardening, { value: added });
}

function refuseLiveKey({ livemode }: KeyKind): void {
  if (!livemode) return;
  throw new TypeError(
    'createStripeClient: apiKey must not be a live-mode key, got one together with http: to another host. Use a test-mode key, or https:.',
  );
}

// stripe-node takes a host, not a path.
function checkOrigin({ pathname }: URL): void {
  if (pathname === '/') return;
  throw new TypeError(
    'createStripeClient: baseUrl must be an origin, such as https://api.stripe.com, got a URL with a path.',
  );
}

function checkApiVersion(apiVersion: unknown): void {
  if (apiVersion === undefined || (typeof apiVersion === 'string' && /^[\x20-\x7e]+$/.test(apiVersion)))
    return;
  const got = typeof apiVersion === 'string' ? 'a string that a header cannot hold' : kindOf(apiVersion);
  throw new TypeError(
    `createStripeClient: apiVersion must be a version of the Stripe API, got ${got}. Example: "2026-10-28.endive".`,
  );
}
