import { checkNumber, checkOptions, maxDelayMs } from '@secretkit/core/provider';
import Stripe from 'stripe';
import { checkApiKey, kindOfKey } from './api-key.js';
import { hardenedHttpClient } from './hardened-http-client.js';
import { type Hardening, hardening } from './hardening.js';
import { keyVault } from './key-vault.js';

export interface StripeClientOptions {
  /** A secret or restricted key, or an installation's OAuth token. */
  readonly apiKey: string;
  /**
   * Where the API is, such as an emulator's `url`. Without TLS only on this machine.
   * @defaultValue `https://api.stripe.com`
   */
  readonly baseUrl?: string;
  /**
   * How long a request may take, in milliseconds, from connecting to the last byte.
   * @defaultValue 10000
   */
  readonly timeoutMs?: number;
  /**
   * The API version to speak.
   * @defaultValue the one of the installed `stripe` package
   */
  readonly apiVersion?: string;
  /** What sends requests, for proxies and instrumentation. @defaultValue the global fetch */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A Stripe instance that fails well. An answer is checked for its status, its size (1 MiB at most) and its shape before
 * stripe-node parses it; redirects are refused; an aborted call closes its connection; no retries, no telemetry, and a
 * time-out of seconds for the whole request. The key is kept out of the instance, so that printing it shows none. It is a
 * `Stripe` like any other, and can be used for other calls too.
 *
 * @throws `TypeError` or `RangeError` for wrong options. The key is never shown.
 * @example
 * ```ts
 * import { createStripeClient } from '@secretkit/stripe/client';
 *
 * const client = createStripeClient({ apiKey: 'sk_test_example', timeoutMs: 5_000 });
 * ```
 */
export function createStripeClient(options: StripeClientOptions): Stripe {
  checkOptions('createStripeClient', options, ['apiKey', 'baseUrl', 'timeoutMs', 'apiVersion', 'fetch']);
  const { apiKey, baseUrl = 'https://api.stripe.com', timeoutMs = 10_000, apiVersion, fetch } = options;
  checkApiKey(apiKey);
  checkNumber('createStripeClient', 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs, whole: true });
  checkApiVersion(apiVersion);
  const { protocol, hostname, port } = checkBaseUrl(baseUrl);

  const vault = keyVault(apiKey);
  const stripe = new Stripe(vault.placeholder, {
    httpClient: hardenedHttpClient(fetch ?? ((url, init) => globalThis.fetch(url, init)), vault),
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port || (protocol === 'http:' ? '80' : '443'),
    // A user's own version need not be the one that this package was compiled with.
    ...(apiVersion !== undefined && { apiVersion: apiVersion as never }),
  });
  const added: Hardening = { key: kindOfKey(apiKey), attachSignal: vault.attachSignal };
  return Object.defineProperty(stripe, hardening, { value: added });
}

function checkApiVersion(apiVersion: unknown): void {
  if (apiVersion === undefined || (typeof apiVersion === 'string' && /^[\x20-\x7e]+$/.test(apiVersion)))
    return;
  throw new TypeError('createStripeClient: apiVersion is one of Stripe\'s, such as "2026-10-28.endive".');
}

function checkBaseUrl(baseUrl: unknown): URL {
  const what =
    'createStripeClient: baseUrl is an origin, such as https://api.stripe.com or http://127.0.0.1:12140';
  if (typeof baseUrl !== 'string' || !URL.canParse(baseUrl)) throw new TypeError(`${what}.`);
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(`${what}.`);
  if (url.username || url.password) throw new TypeError(`${what}, without credentials.`);
  if (url.pathname !== '/' || url.search || url.hash)
    throw new TypeError(`${what}; stripe-node takes no path.`);
  if (url.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new TypeError(
      `${what}. Without TLS it must be this machine: the API key would cross the network in the clear.`,
    );
  }
  return url;
}
