import { isSecretError, SecretError, type SecretErrorDetails } from '@secretkit/core/provider';
import type { KeyVault } from './key-vault.js';
import { networkCode } from './network-code.js';
import { detailsOf, readBody } from './read-body.js';

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
 * Returns the HTTP client of `createStripeClient`. It resolves with a JSON object, read to its end within the timeout.
 * Otherwise it rejects with a `SecretError`, which stripe-node passes on as the `detail` of a connection error.
 */
export function hardenedHttpClient(fetch: typeof globalThis.fetch, vault: KeyVault): HttpClient {
  return {
    getClientName: () => 'secretkit',

    // Async, since stripe-node would never settle after a synchronous throw.
    async makeRequest(host, port, path, method, headers, requestData, protocol, timeoutMs) {
      const { authorization: given, ...others } = stringsOf(headers);
      const { authorization, signal } = vault.resolveHeader(given);
      if (signal?.aborted) throw aborted();
      const request = new AbortController();
      let details: SecretErrorDetails = {};

      async function exchange(): Promise<HttpResponse> {
        const response = await fetch(`${protocol}://${host}:${port}${path}`, {
          method,
          headers: { ...others, ...(authorization !== undefined && { authorization }) },
          redirect: 'manual',
          signal: request.signal,
          ...(hasBody(method, requestData) && { body: requestData }),
        });
        details = detailsOf(response);
        return httpResponse(response, await readBody(response));
      }

      let end: (reason: SecretError) => void = () => undefined;
      const ended = new Promise<never>((_, reject) => {
        end = (reason) => {
          reject(reason);
          request.abort(reason);
        };
      });
      const abort = (): void => end(aborted()); // stripe-node must not see the caller's reason, which may be anything
      const timer = setTimeout(() => end(timedOut(timeoutMs, details)), timeoutMs);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        // A race, since a custom fetch may ignore its signal.
        return await Promise.race([ended, exchange()]);
      } catch (error) {
        throw isSecretError(error)
          ? error
          : connectionFailed(`${host}:${port}${networkCode(error)}`, details);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      }
    },
  };
}

function stringsOf(headers: object): Record<string, string> {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(present.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

// Also an empty body, for methods that have one: some runtimes would set a wrong length.
function hasBody(method: string, requestData: string | undefined): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH' || Boolean(requestData);
}

function httpResponse({ status, headers: received }: Response, body: object): HttpResponse {
  const headers = Object.fromEntries([...received].filter(([header]) => header !== 'stripe-notice')); // stripe-node prints it
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

function timedOut(timeoutMs: number, details: SecretErrorDetails): SecretError {
  return new SecretError(
    'timeout',
    `Stripe did not respond within ${timeoutMs} ms. Check the network, or increase timeoutMs.`,
    { details },
  );
}

function aborted(): SecretError {
  return new SecretError('unavailable', 'the caller aborted the call.');
}

function connectionFailed(where: string, details: SecretErrorDetails): SecretError {
  return new SecretError(
    'unavailable',
    `the connection failed: ${where}. Check the network and the host, and try again.`,
    { details },
  );
}
