/**
 * The client has the checks of `createStripeClient`: of the status, the size and the shape of a response, of redirects, of the key and
 * of its own connection. It makes the four requests of the Secret Store, and no other.
 *
 * @packageDocumentation
 */

import { ownFields } from '@secretkit/core/provider';
import { fieldsOf } from '@secretkit/http/transport';
import { type Connection, connection, type StripeClientOptions } from './connection.js';
import { type Hardening, hardening } from './hardening.js';
import type { StripeClient, StripeRequestOptions } from './stripe-client.js';

/** The API version that this package is tested with. */
const testedVersion = '2026-10-28.endive';

export type { StripeClientOptions } from './connection.js';
export type { ApiKeyRead, ApiKeySource } from './key-source.js';

type Params = Readonly<Record<string, string | number | object>>;

/**
 * Returns a client of the Secret Store alone, which needs no package `stripe`: a process starts faster, and bundles are smaller. For
 * other calls of the API, and for the classes of its errors, use `createStripeClient`.
 *
 * @throws `TypeError` or `RangeError` for wrong options. The key is never quoted.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { stripeSecrets } from '@secretkit/stripe';
 * import { createStoreClient } from '@secretkit/stripe/store-client';
 *
 * const client = createStoreClient({ apiKey: process.env.STRIPE_SECRET_KEY ?? 'sk_test_example' });
 * const secrets = createSecrets(stripeSecrets({ client }));
 * ```
 */
export function createStoreClient(options: StripeClientOptions): StripeClient {
  const own = connection('createStoreClient', options);
  const call = callsOf(own);
  const client: StripeClient & { readonly [hardening]: Hardening } = {
    apps: {
      secrets: {
        find: (params, given) => call('GET', '/find', params, given),
        list: (params, given) => call('GET', '', params, given),
        create: (params, given) => call('POST', '', params, given),
        deleteWhere: (params, given) => call('POST', '/delete', params, given),
      },
    },
    [hardening]: own.hardening,
  };
  return Object.freeze(client);
}

/** Returns a function that sends a request of the Secret Store. It throws as stripe-node does. */
function callsOf({ placeholder, httpClient, timeoutMs, apiVersion = testedVersion, ...at }: Connection) {
  return async (
    method: 'GET' | 'POST',
    path: string,
    params: Params,
    options: StripeRequestOptions,
  ): Promise<unknown> => {
    const given = ownFields(options); // an inherited account would be another tenant's
    const { apiKey = placeholder, timeout = timeoutMs } = given;
    const form = formOf(params);
    const isWrite = method === 'POST';
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${apiKey}`,
      'stripe-version': apiVersion,
      'user-agent': 'secretkit',
      'stripe-account': given.stripeAccount,
      'stripe-context': given.stripeContext,
      'idempotency-key': given.idempotencyKey,
      ...(isWrite && { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    const target = `/v1/apps/secrets${path}${isWrite ? '' : `?${form}`}`;
    const body = isWrite ? form : '';
    const response = await httpClient.makeRequest(
      at.host,
      at.port,
      target,
      method,
      headers,
      body,
      at.protocol,
      Math.min(timeout, timeoutMs),
    );
    const answer = await response.toJSON();
    const received = response.getHeaders();
    const lastResponse = {
      statusCode: response.getStatusCode(),
      requestId: received['request-id'],
      headers: received,
    };
    const { error } = fieldsOf(answer);
    if (error) throw failure(fieldsOf(error), lastResponse);
    return Object.defineProperty(answer, 'lastResponse', { value: lastResponse });
  };
}

/** Returns the error as stripe-node throws it. Its message may quote a value: `stripeSecrets` passes none of it on. */
function failure({ type, code, param, message }: Partial<Record<string, unknown>>, response: object): Error {
  const fields = { type: 'StripeError', rawType: type, code, param, ...response };
  return Object.assign(new Error(String(message)), fields);
}

/** Returns the parameters as Stripe reads them: `scope[type]=account&expand[0]=payload`. */
function formOf(params: Params): string {
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (typeof value !== 'object') form.append(key, String(value));
    else for (const [part, each] of Object.entries(value)) form.append(`${key}[${part}]`, String(each));
  }
  return form.toString();
}
