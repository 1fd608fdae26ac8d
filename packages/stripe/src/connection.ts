import { checkNumber, checkOptions, kindOf, maxDelayMs } from '@secretkit/core/provider';
import { checkAllowInsecure, checkBaseUrl, warnInsecure } from '@secretkit/http/transport';
import { checkApiKey, type KeyKind } from './api-key.js';
import { type HttpClient, hardenedHttpClient } from './hardened-http-client.js';
import type { Hardening } from './hardening.js';
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
   * @defaultValue that of the installed `stripe` package; of `createStoreClient` `2026-10-28.endive`
   */
  readonly apiVersion?: string;
  /**
   * The function that sends the requests, for proxies and instrumentation: a `fetch` of the standard, or of `node-fetch` or
   * `cross-fetch`. It must return a status, headers, and a body that is a web stream or an async iterable.
   * @defaultValue the global `fetch`, as it is at the time of a request
   */
  readonly fetch?: typeof globalThis.fetch;
}

/** What a client sends its requests with. */
export interface Connection {
  /** The text that stands for the key in a request. */
  readonly placeholder: string;
  readonly httpClient: HttpClient;
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: string;
  readonly timeoutMs: number;
  readonly apiVersion: string | undefined;
  readonly hardening: Hardening;
}

/**
 * Returns the connection of a client.
 *
 * @param owner - The function whose options these are.
 * @throws `TypeError` or `RangeError` for wrong options. The key is never quoted.
 */
export function connection(owner: string, options: StripeClientOptions): Connection {
  const own = checkOptions(owner, options, [
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
  if (typeof apiKey !== 'function') checkApiKey(owner, apiKey);
  checkAllowInsecure(owner, allowInsecure);
  checkNumber(owner, 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs, whole: true });
  checkApiVersion(owner, apiVersion);
  const { url, insecure } = checkBaseUrl(owner, baseUrl, allowInsecure);
  checkOrigin(owner, url);
  const keys = typeof apiKey === 'function' ? keyFunction(apiKey) : fixedKey(apiKey);
  if (insecure) {
    refuseLiveKey(owner, keys.kind);
    warnInsecure(owner, 'SECRETKIT_STRIPE_INSECURE');
  }
  const vault = keyVault(owner, keys);
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return {
    placeholder: vault.placeholder,
    httpClient: hardenedHttpClient(owner, fetch, vault, { insecure }),
    protocol,
    host: url.hostname,
    port: url.port || (protocol === 'http' ? '80' : '443'),
    timeoutMs,
    apiVersion,
    hardening: { key: keys.kind, attachSignal: vault.attachSignal },
  };
}

function refuseLiveKey(owner: string, { livemode }: KeyKind): void {
  if (!livemode) return;
  throw new TypeError(
    `${owner}: apiKey must not be a live-mode key, got one together with http: to another host. Use a test-mode key, or https:.`,
  );
}

// A client takes a host, not a path.
function checkOrigin(owner: string, { pathname }: URL): void {
  if (pathname === '/') return;
  throw new TypeError(
    `${owner}: baseUrl must be an origin, such as https://api.stripe.com, got a URL with a path.`,
  );
}

function checkApiVersion(owner: string, apiVersion: unknown): void {
  if (apiVersion === undefined || (typeof apiVersion === 'string' && /^[\x20-\x7e]+$/.test(apiVersion)))
    return;
  const got = typeof apiVersion === 'string' ? 'a string that a header cannot hold' : kindOf(apiVersion);
  throw new TypeError(
    `${owner}: apiVersion must be a version of the Stripe API, got ${got}. Example: "2026-10-28.endive".`,
  );
}
