import type { Emulator } from '@secretkit/stripe-emulator';
import Stripe from 'stripe';
import type { StripeClient } from '../src/stripe-client.js';
import { ownClients } from './own-clients.js';
import { apiKey } from './stripe-clients.js';

type Address = Pick<Emulator, 'host' | 'port' | 'url'>;

/** The kinds of clients that applications use, for an emulator. */
export const emulatorClients: readonly { client: string; make: (emulator: Address) => StripeClient }[] = [
  ...ownClients.map(({ owner, create }) => ({
    client: owner,
    make: ({ url }: Address) => create({ apiKey, baseUrl: url }),
  })),
  { client: 'new Stripe, node', make: (emulator) => plainClient(emulator) },
  {
    client: 'new Stripe, fetch',
    make: (emulator) => plainClient(emulator, { httpClient: Stripe.createFetchHttpClient() }),
  },
];

/** Returns a Stripe instance that `createStripeClient` did not make. */
export function plainClient(
  { host, port }: Address,
  config: Partial<ConstructorParameters<typeof Stripe>[1]> = {},
): Stripe {
  return new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false, ...config });
}
