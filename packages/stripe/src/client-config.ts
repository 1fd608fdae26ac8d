import type { StripeClient } from './stripe-client.js';

/** How long a client lets a request take, in milliseconds; `undefined` for a client that does not say. */
export function timeoutOf(client: StripeClient): number | undefined {
  const timeout = read(client, 'timeout');
  return typeof timeout === 'number' && timeout > 0 ? timeout : undefined;
}

/** The account that a client was configured with, by the header that names it. */
export function accountOf(
  client: StripeClient,
  header: 'stripeAccount' | 'stripeContext',
): string | undefined {
  const account = read(client, header);
  return account === undefined || account === null
    ? undefined
    : (account as { toString(): string }).toString(); // a StripeContext has one
}

// Every stripe-node has it, and not all of them in their types.
function read(client: StripeClient, field: string): unknown {
  const { getApiField } = client as { getApiField?: (field: string) => unknown };
  return typeof getApiField === 'function' ? getApiField.call(client, field) : undefined;
}
