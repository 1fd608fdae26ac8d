export { createStripeClient, type StripeClientOptions } from './create-stripe-client.js';
export type { ApiKeyRead, ApiKeySource } from './key-source.js';
