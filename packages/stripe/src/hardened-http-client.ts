import { isSecretError, SecretError } from '@secretkit/core';
import type { Hardened } from './hardened.js';
import { readBody } from './read-body.js';

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

const signalHeader = 'x-secretkit-signal';

/**
 * The HTTP client of `createStripeClient`. What it answers with is a JSON object, read to its end within the time-out;
 * whatever else comes is a `SecretError`, which stripe-node carries to us as the `detail` of a connection error.
 */
export function hardenedHttpClient(fetch: typeof globalThis.fetch): HttpClient & Pick<Hardened, 'tie'> {
  const signals = new Map<string, AbortSignal>();
  let ties = 0;

  return {
    getClientName: () => 'secretkit',

    tie(signal) {
      ties += 1;
      const id = String(ties);
      signals.set(id, signal);
      return { headers: { [signalHeader]: id }, untie: () => signals.delete(id) };
    },

    // Async from its first line: stripe-node would never settle if this threw instead of rejecting.
    async makeRequest(host, port, path, method, headers, requestData, protocol, timeoutMs) {
      const { [signalHeader]: id, ...sent } = stringsOf(headers);
      const signal = id === undefined ? undefined : signals.get(id);
      const request = new AbortController();
      const abort = (): void => request.abort(aborted()); // the caller's own reason may be anything, and stays out of stripe-node
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
      const timer = setTimeout(() => request.abort(tooSlow(timeoutMs)), timeoutMs);
      try {
        const response = await fetch(`${protocol}://${host}:${port}${path}`, {
          method,
          headers: sent,
          redirect: 'manual',
          signal: request.signal,
          ...(method === 'POST' && { body: requestData }),
        });
        return answerOf(response, await readBody(response));
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason;
        throw isSecretError(error) ? error : unreachable();
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

function answerOf(response: Response, body: object): HttpAnswer {
  const raw = {}; // stripe-node hangs headers on it; the response itself is not for anyone to find
  return {
    getStatusCode: () => response.status,
    getHeaders: () => Object.fromEntries(response.headers),
    getRawResponse: () => raw,
    toStream() {
      throw new TypeError('A client of createStripeClient answers with JSON and cannot stream.');
    },
    toJSON: () => Promise.resolve(body),
  };
}

function tooSlow(timeoutMs: number): SecretError {
  return new SecretError(
    'timeout',
    `Stripe did not answer within ${timeoutMs} ms. Check the network, or allow more time.`,
  );
}

function aborted(): SecretError {
  return new SecretError('unavailable', 'the caller has aborted the call.');
}

function unreachable(): SecretError {
  return new SecretError(
    'unavailable',
    'the connection failed or broke off. Check the network and the host, and try again.',
  );
}
