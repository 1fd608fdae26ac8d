import { isSecretError, SecretError, type SecretErrorDetails } from '@secretkit/core/provider';
import type { KeyVault } from './key-vault.js';
import { networkCode } from './network-code.js';
import { detailsOf, readBody } from './read-body.js';

/** What stripe-node asks of an HTTP client. */
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
  ): Promise<HttpAnswer>;
}

/** What stripe-node asks of an answer. */
export interface HttpAnswer {
  getStatusCode(): number;
  getHeaders(): Record<string, string>;
  getRawResponse(): object;
  toStream(): never;
  toJSON(): Promise<object>;
}

/**
 * The HTTP client of `createStripeClient`. What it answers with is a JSON object, read to its end within the time-out;
 * whatever else comes is a `SecretError`, which stripe-node carries to us as the `detail` of a connection error.
 */
export function hardenedHttpClient(fetch: typeof globalThis.fetch, vault: KeyVault): HttpClient {
  return {
    getClientName: () => 'secretkit',

    // Async from its first line: stripe-node would never settle if this threw instead of rejecting.
    async makeRequest(host, port, path, method, headers, requestData, protocol, timeoutMs) {
      const { authorization: given, ...others } = stringsOf(headers);
      const { authorization, signal } = vault.resolveHeader(given);
      if (signal?.aborted) throw left();
      const request = new AbortController();
      let details: SecretErrorDetails = {};

      async function exchange(): Promise<HttpAnswer> {
        const response = await fetch(`${protocol}://${host}:${port}${path}`, {
          method,
          headers: { ...others, ...(authorization !== undefined && { authorization }) },
          redirect: 'manual',
          signal: request.signal,
          ...(hasBody(method, requestData) && { body: requestData }),
        });
        details = detailsOf(response);
        return answerOf(response, await readBody(response));
      }

      let end: (why: SecretError) => void = () => undefined;
      const ended = new Promise<never>((_, reject) => {
        end = (why) => {
          reject(why);
          request.abort(why);
        };
      });
      const leave = (): void => end(left()); // the caller's own reason may be anything, and stays out of stripe-node
      const timer = setTimeout(() => end(tooSlow(timeoutMs, details)), timeoutMs);
      signal?.addEventListener('abort', leave, { once: true });
      try {
        // A race, since a fetch of the user's own need not listen to its signal.
        return await Promise.race([ended, exchange()]);
      } catch (error) {
        throw isSecretError(error) ? error : brokenOff(`${host}:${port}${networkCode(error)}`, details);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
      }
    },
  };
}

function stringsOf(headers: object): Record<string, string> {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(present.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

// An empty body too, where one is expected: some runtimes would make up a length of their own.
function hasBody(method: string, requestData: string | undefined): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH' || Boolean(requestData);
}

function answerOf({ status, headers: received }: Response, body: object): HttpAnswer {
  const headers = Object.fromEntries([...received].filter(([header]) => header !== 'stripe-notice')); // it would be printed
  const raw = { statusCode: status, headers }; // the response itself is not for anyone to find
  return {
    getStatusCode: () => status,
    getHeaders: () => headers,
    getRawResponse: () => raw,
    toStream() {
      throw new TypeError('A client of createStripeClient answers with JSON and cannot stream.');
    },
    toJSON: () => Promise.resolve(body),
  };
}

function tooSlow(timeoutMs: number, details: SecretErrorDetails): SecretError {
  return new SecretError(
    'timeout',
    `Stripe did not answer within ${timeoutMs} ms. Check the network, or allow more time.`,
    { details },
  );
}

function left(): SecretError {
  return new SecretError('unavailable', 'the caller has aborted the call.');
}

function brokenOff(where: string, details: SecretErrorDetails): SecretError {
  return new SecretError(
    'unavailable',
    `the connection failed or broke off: ${where}. Check the network and the host, and try again.`,
    { details },
  );
}
