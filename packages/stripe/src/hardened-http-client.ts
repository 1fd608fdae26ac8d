import { SecretError } from '@secretkit/core/provider';
import { boundedFetch, type ReadResponse } from '@secretkit/http/transport';
import { kindOfKey } from './api-key.js';
import type { KeyVault } from './key-vault.js';
import { requestIdOf } from './safe-details.js';
import { stripeBody } from './stripe-body.js';

/** Twice the size of a list with the ten largest secrets of a scope. */
const maxBytes = 1_048_576;

/** The HTTP client that stripe-node expects. */
export interface HttpClient {
  getClientName(): string;
  makeRequest(
    host: string,
    port: string,
    path: string,
    method: string,
    headers: object,
    requestData: string,
    protocol: string,
    timeoutMs: number,
  ): Promise<HttpResponse>;
}

/** The response that stripe-node expects. */
export interface HttpResponse {
  getStatusCode(): number;
  getHeaders(): Record<string, string>;
  getRawResponse(): object;
  toStream(): never;
  toJSON(): Promise<object>;
}

/**
 * Returns the HTTP client of `createStripeClient` and `createStoreClient`. It resolves with a JSON object, read to its end within the
 * timeout. A key that is refused is replaced once, if its source has another.
 * Otherwise it rejects with a `SecretError`, which stripe-node passes on as the `detail` of a connection error.
 *
 * @param insecure - Whether requests leave this machine without TLS. Then a live-mode key of one request is refused too.
 */
export function hardenedHttpClient(
  owner: string,
  fetch: typeof globalThis.fetch | undefined,
  vault: KeyVault,
  { insecure = false }: { readonly insecure?: boolean } = {},
): HttpClient {
  const send = boundedFetch({
    owner,
    fetch,
    maxBytes,
    requestId: (received) => requestIdOf(received.get('request-id')).requestId,
  });
  return {
    getClientName: () => 'secretkit',

    // Async, since stripe-node would never settle after a synchronous throw.
    async makeRequest(host, port, path, method, headers, body, protocol, timeoutMs) {
      const { authorization: given, ...others } = stringsOf(headers);
      const { keys, signal } = vault.resolveHeader(given);
      const endsAtMs = performance.now() + timeoutMs;
      const leftMs = (): number => Math.max(1, Math.ceil(endsAtMs - performance.now()));
      const exchange = async (authorization: string | undefined, ms: number): Promise<HttpResponse> => {
        if (insecure && isLiveKey(authorization)) throw liveKeyRefused();
        const sent = { ...others, ...(authorization !== undefined && { authorization }) };
        const url = `${protocol}://${host}:${port}${path}`;
        const response = await send(url, { method, headers: sent, body, signal, timeoutMs: ms });
        return httpResponse(response, stripeBody(response));
      };
      try {
        if (!keys) return await exchange(given, timeoutMs);
        const asked = keys.key(signal, timeoutMs);
        if (typeof asked === 'string') return await exchange(`Bearer ${asked}`, timeoutMs);
        const key = await asked;
        const response = await exchange(`Bearer ${key}`, leftMs());
        if (response.getStatusCode() !== 401) return response;
        const other = await keys.replace?.(key, signal, leftMs);
        return other === undefined ? response : await exchange(`Bearer ${other}`, leftMs()); // a 401 changed nothing
      } catch (error) {
        // stripe-node must not see the caller's reason, which may be anything.
        throw signal?.aborted ? new SecretError('unavailable', 'the caller aborted the call.') : error;
      }
    },
  };
}

function stringsOf(headers: object): Record<string, string> {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(present.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function httpResponse({ status, headers: received }: ReadResponse, body: object): HttpResponse {
  const headers = Object.fromEntries(
    [...received.entries()].filter(([header]) => header !== 'stripe-notice'),
  ); // stripe-node prints it
  const raw = { statusCode: status, headers }; // not the response itself, whose body has the value
  return {
    getStatusCode: () => status,
    getHeaders: () => headers,
    getRawResponse: () => raw,
    toStream() {
      throw new TypeError(
        'createStripeClient: this client does not support streaming. Use a Stripe instance of your own.',
      );
    },
    toJSON: () => Promise.resolve(body),
  };
}

function isLiveKey(authorization = ''): boolean {
  return kindOfKey(authorization.replace(/^Bearer /, '')).livemode === true;
}

function liveKeyRefused(): SecretError {
  return new SecretError(
    'unauthenticated',
    'a live-mode API key is never sent without TLS. Use a test-mode key, or https:.',
  );
}
