import { createStripeClient } from '../src/create-stripe-client.js';
import { createStoreClient } from '../src/store-client.js';

/** The clients that this package makes, which take the same options. */
export const ownClients = [
  { owner: 'createStripeClient', create: createStripeClient },
  { owner: 'createStoreClient', create: createStoreClient },
] as const;
