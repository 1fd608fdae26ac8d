import { createRequire } from 'node:module';
import type Stripe from 'stripe';
import { vi } from 'vitest';
import type { Place } from './test-server.js';

export const apiKey = 'sk_test_CANARYKEY';

/** A way of making a Stripe instance. */
export interface ClientKind {
  readonly name: string;
  /** Is it of `createStripeClient`? */
  readonly hardened: boolean;
  /** The HTTP client that it has. */
  readonly http: 'hardened' | 'node' | 'fetch';
  readonly major: number;
  make(place: Pick<Place, 'protocol' | 'host' | 'port'>, timeoutMs: number): Stripe;
}

/** The majors of stripe-node that are supported, and the package that each is installed as. */
export const majors: readonly { readonly major: number; readonly installedAs: string }[] = [
  { major: 17, installedAs: 'stripe-17' },
  { major: 18, installedAs: 'stripe-18' },
  { major: 19, installedAs: 'stripe-19' },
  { major: 20, installedAs: 'stripe-20' },
  { major: 21, installedAs: 'stripe-21' },
  { major: 22, installedAs: 'stripe-22' },
  { major: 23, installedAs: 'stripe' },
];

/** The three kinds of clients that people have, of one major. */
export async function clientsOf({
  major,
  installedAs,
}: (typeof majors)[number]): Promise<readonly ClientKind[]> {
  // Not imported: an older one's types would declare the module `stripe` anew.
  const Sdk = createRequire(import.meta.url)(installedAs) as typeof Stripe;
  vi.resetModules();
  vi.doMock('stripe', () => ({ default: Sdk }));
  const { createStripeClient } = await import('../src/create-stripe-client.js');
  vi.doUnmock('stripe');

  const plain = (http: 'node' | 'fetch'): ClientKind => ({
    name: `new Stripe, ${http}`,
    hardened: false,
    http,
    major,
    make: ({ protocol, host, port }, timeout) =>
      new Sdk(apiKey, {
        protocol,
        host,
        port,
        timeout,
        telemetry: false,
        ...(http === 'fetch' && { httpClient: Sdk.createFetchHttpClient() }),
      }),
  });
  return [
    {
      name: 'createStripeClient',
      hardened: true,
      http: 'hardened',
      major,
      make: ({ protocol, host, port }, timeoutMs) =>
        createStripeClient({ apiKey, baseUrl: `${protocol}://${host}:${port}`, timeoutMs }),
    },
    plain('node'),
    plain('fetch'),
  ];
}
