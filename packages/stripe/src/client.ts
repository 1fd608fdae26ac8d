export { createStripeClient, type StripeClientOptions } from './create-stripe-client.js';
