export type { StripeClient, StripeRequestOptions, StripeScope } from './stripe-client.js';
export { type StripeSecrets, type StripeSecretsOptions, stripeSecrets } from './stripe-secrets.js';
