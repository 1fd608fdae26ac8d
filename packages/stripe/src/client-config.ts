import type { AccountHeader, StripeClient } from './stripe-client.js';

/** Returns the timeout that a client was configured with, in milliseconds; `undefined` when it is not known. */
export function timeoutOf(client: StripeClient): number | undefined {
  const timeout = read(client, 'timeout');
  return typeof timeout === 'number' && timeout > 0 ? timeout : undefined;
}

/** Returns the account that a client was configured with by this header. */
export function accountOf(client: StripeClient, header: AccountHeader): string | undefined {
  const account = read(client, header);
  return account === undefined || account === null
    ? undefined
    : (account as { toString(): string }).toString(); // a string, or a StripeContext, which has a toString
}

/** Returns the HTTP client that a client was configured with; `undefined` when it is not known. */
export function httpClientOf(client: StripeClient): unknown {
  return read(client, 'httpClient');
}

// Every version of stripe-node has getApiField, but some do not have it in their types.
function read(client: StripeClient, field: string): unknown {
  const { getApiField } = client as { getApiField?: (field: string) => unknown };
  return typeof getApiField === 'function' ? getApiField.call(client, field) : undefined;
}
