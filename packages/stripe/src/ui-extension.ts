import { SecretError } from '@secretkit/core/provider';
import { fieldsOf } from '@secretkit/http/transport';
import { httpClientOf } from './client-config.js';
import type { StripeClient } from './stripe-client.js';

/**
 * Whether requests go through the HTTP client of `@stripe/ui-extension-sdk`: the Dashboard signs them, for the user who is
 * signed in and the account that is open.
 */
export function isUiExtension(client: StripeClient): boolean {
  const httpClient = httpClientOf(client) as { getClientName?: () => string } | undefined; // of any stripe-node
  return httpClient?.getClientName?.() === 'stripe-ui-extension';
}

/**
 * Returns the error of a request for which the extension SDK has no response, by the SDK's own message; `undefined` when the
 * network failed. Other messages come from the Dashboard, and are dropped.
 */
export function extensionError(detail: unknown): SecretError | undefined {
  const { name, message } = fieldsOf(detail);
  const text = typeof message === 'string' ? message : '';
  if (text.includes('hostEndpoint has not been initialized')) {
    const problem = 'the view is not open in the Stripe Dashboard. Open it there, with stripe apps start.';
    return new SecretError('unavailable', problem);
  }
  if (text === 'Unable to fetch app embedded key') {
    const problem =
      'the Dashboard gave no key: its session has ended. Reload the Dashboard, and sign in again.';
    return new SecretError('unauthenticated', problem);
  }
  if (text.startsWith('Do not use actual stripe keys')) {
    const problem =
      'a UI extension must not have an API key. Pass STRIPE_API_KEY of the extension SDK, and roll that key.';
    return new SecretError('unauthenticated', problem);
  }
  if (text === 'Must use https connections in UI extensions') {
    const problem =
      'a UI extension sends over https only. Omit the protocol in the options of the Stripe instance.';
    return new SecretError('invalid_argument', problem);
  }
  if (name === 'TypeError' && /fetch|network|load failed/i.test(text)) return undefined; // of fetch, in each browser
  return new SecretError(
    'unavailable',
    'the Dashboard rejected the request, without a response of Stripe. Reload the Dashboard, and try again.',
  );
}
