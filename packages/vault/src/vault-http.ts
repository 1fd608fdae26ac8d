import {
  createHttp,
  type Http,
  type HttpAnswer,
  type HttpFailure,
  type HttpOptions,
  type HttpQuery,
} from '@secretkit/http';
import { vaultErrors } from './vault-errors.js';

/** One request to the API of the server. */
export interface VaultRequest {
  /** @defaultValue `GET` */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The segments of the path below `/v1`. Each is encoded. */
  readonly path: readonly string[];
  readonly query?: HttpQuery;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether a failure is an answer, such as a 404 for a missing secret, or a 400 for a lost lease: `textsIn(failure)` has the
   * texts of the server. A 403 is never passed to it.
   */
  readonly isAnswer?: (failure: HttpFailure) => boolean;
}

/** Sends a request with a token, or without one. A 403 is an answer. */
export type VaultSend = (
  request: VaultRequest,
  token: string | undefined,
  namespace?: string,
) => Promise<HttpAnswer<object | undefined>>;

export interface VaultHttpOptions {
  readonly owner: string;
  readonly address: string;
  readonly namespace?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly timeoutMs?: number | undefined;
  readonly allowInsecure?: boolean | undefined;
}

const maxBytes = 8 * 1_048_576; // a value of 1 MiB, when each of its characters is escaped

/** Returns the function that sends requests. @throws `TypeError` or `RangeError` for wrong options. */
export function vaultHttp({
  owner,
  address,
  namespace: ownNamespace,
  ...options
}: VaultHttpOptions): VaultSend {
  const http = clientOf({ owner, baseUrl: address, maxBytes, errors: vaultErrors, ...options });
  let index: string | undefined; // of our last write: a node that has not applied it answers 412

  return async ({ method = 'GET', path, query, body, signal, isAnswer }, token, namespace = ownNamespace) => {
    const send = (inconsistent?: string) =>
      http.request({
        method,
        path: ['v1', ...path],
        query,
        body,
        signal,
        headers: {
          'x-vault-request': 'true', // an agent may require it
          'x-vault-token': token,
          'x-vault-namespace': namespace,
          'x-vault-index': index,
          'x-vault-inconsistent': inconsistent,
        },
        isAnswer: (failure) =>
          failure.status === 403 ||
          (failure.status === 412 && inconsistent === undefined) ||
          (isAnswer?.(failure) ?? false),
      });
    let answer = await send();
    if (answer.status === 412) answer = await send('forward-active-node');
    if (method !== 'GET') index = answer.headers.get('x-vault-index') ?? index;
    return answer;
  };
}

/** @throws `TypeError` that names the option as it is called here. */
function clientOf(options: HttpOptions): Http {
  try {
    return createHttp(options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(error.message.replace('baseUrl must', 'address must'));
  }
}
