export type { StripeClient, StripeRequestOptions, StripeScope } from './stripe-client.js';
export type { StripeSecretsOptions } from './stripe-options.js';
export { type StripeSecrets, stripeSecrets } from './stripe-secrets.js';
