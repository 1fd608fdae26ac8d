import { checkNumber, checkOptions, kindOf, maxDelayMs } from '@secretkit/core/provider';
import Stripe from 'stripe';
import { checkApiKey, kindOfKey } from './api-key.js';
import { hardenedHttpClient } from './hardened-http-client.js';
import { type Hardening, hardening } from './hardening.js';
import { keyVault } from './key-vault.js';

export interface StripeClientOptions {
  /** A secret key, a restricted key, or the OAuth token of an installation. */
  readonly apiKey: string;
  /**
   * The origin of the API, for example the `url` of an emulator. `http:` is allowed for this machine only.
   * @defaultValue `https://api.stripe.com`
   */
  readonly baseUrl?: string;
  /**
   * The timeout of a request in milliseconds, from connecting to the last byte of the response.
   * @defaultValue 10000
   */
  readonly timeoutMs?: number;
  /**
   * The API version of the requests.
   * @defaultValue the version of the installed `stripe` package
   */
  readonly apiVersion?: string;
  /**
   * The function that sends the requests, for proxies and instrumentation.
   * @defaultValue the global `fetch`
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
 */
export function createStripeClient(options: StripeClientOptions): Stripe {
  checkOptions('createStripeClient', options, ['apiKey', 'baseUrl', 'timeoutMs', 'apiVersion', 'fetch']);
  const { apiKey, baseUrl = 'https://api.stripe.com', timeoutMs = 10_000, apiVersion, fetch } = options;
  checkApiKey(apiKey);
  checkNumber('createStripeClient', 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs, whole: true });
  checkApiVersion(apiVersion);
  checkFetch(fetch);
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
    // The type allows one version only: that of the `stripe` package at compile time.
    ...(apiVersion !== undefined && { apiVersion: apiVersion as never }),
  });
  const added: Hardening = { key: kindOfKey(apiKey), attachSignal: vault.attachSignal };
  return Object.defineProperty(stripe, hardening, { value: added });
}

function checkApiVersion(apiVersion: unknown): void {
  if (apiVersion === undefined || (typeof apiVersion === 'string' && /^[\x20-\x7e]+$/.test(apiVersion)))
    return;
  const got = typeof apiVersion === 'string' ? 'a string that a header cannot hold' : kindOf(apiVersion);
  throw new TypeError(
    `createStripeClient: apiVersion must be a version of the Stripe API, got ${got}. Example: "2026-10-28.endive".`,
  );
}

// Otherwise every request would fail as if the connection had failed.
function checkFetch(fetch: unknown): void {
  if (fetch === undefined || typeof fetch === 'function') return;
  throw new TypeError(`createStripeClient: fetch must be a function, got ${kindOf(fetch)}.`);
}

function checkBaseUrl(baseUrl: unknown): URL {
  if (typeof baseUrl !== 'string') throw wrongBaseUrl(`an origin, got ${kindOf(baseUrl)}`);
  if (!URL.canParse(baseUrl)) throw wrongBaseUrl('an origin, got an invalid URL');
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw wrongBaseUrl('an origin with https: or http:, got a URL with another scheme');
  }
  if (url.username || url.password) throw wrongBaseUrl('an origin, got a URL with credentials');
  if (url.pathname !== '/' || url.search || url.hash) {
    throw wrongBaseUrl('an origin, got a URL with a path, a query or a fragment');
  }
  if (url.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw wrongBaseUrl(
      'an origin with https: unless it is on this machine, got http: to another host, which sends the API key without TLS',
    );
  }
  return url;
}

function wrongBaseUrl(expected: string): TypeError {
  return new TypeError(
    `createStripeClient: baseUrl must be ${expected}. Examples: https://api.stripe.com, http://127.0.0.1:12140.`,
  );
}
