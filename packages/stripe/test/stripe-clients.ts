import { createRequire } from 'node:module';
import type Stripe from 'stripe';
import { vi } from 'vitest';
import type { StripeClientOptions } from '../src/connection.js';
import { createStoreClient } from '../src/store-client.js';
import type { StripeClient } from '../src/stripe-client.js';
import type { TestServer } from './test-server.js';

export const apiKey = 'sk_test_CANARYKEY';

/** A kind of Stripe instance that applications use. */
export interface ClientKind {
  readonly name: string;
  /** Whether `createStripeClient` or `createStoreClient` makes it. */
  readonly hardened: boolean;
  /** Its HTTP client: ours, or one of the two of stripe-node. */
  readonly http: 'hardened' | 'node' | 'fetch';
  /** The major version of stripe-node. */
  readonly major: number;
  make(server: Pick<TestServer, 'protocol' | 'host' | 'port'>, timeoutMs: number): StripeClient;
}

/** The supported major versions of stripe-node, with the name of the package that has each. */
export const majors: readonly { readonly major: number; readonly installedAs: string }[] = [
  { major: 17, installedAs: 'stripe-17' },
  { major: 18, installedAs: 'stripe-18' },
  { major: 19, installedAs: 'stripe-19' },
  { major: 20, installedAs: 'stripe-20' },
  { major: 21, installedAs: 'stripe-21' },
  { major: 22, installedAs: 'stripe-22' },
  { major: 23, installedAs: 'stripe' },
];

/** Returns the kinds of clients of one major version; the one without stripe-node beside the newest. */
export async function clientsOf({
  major,
  installedAs,
}: (typeof majors)[number]): Promise<readonly ClientKind[]> {
  // Not imported: the types of an older version would declare the module `stripe` again.
  const Sdk = createRequire(import.meta.url)(installedAs) as typeof Stripe;
  vi.resetModules();
  vi.doMock('stripe', () => ({ default: Sdk }));
  const { createStripeClient } = await import('../src/create-stripe-client.js');
  vi.doUnmock('stripe');

  const own = (name: string, create: (options: StripeClientOptions) => StripeClient): ClientKind => ({
    name,
    hardened: true,
    http: 'hardened',
    major,
    make: ({ protocol, host, port }, timeoutMs) =>
      create({ apiKey, baseUrl: `${protocol}://${host}:${port}`, timeoutMs }),
  });
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
    own('createStripeClient', createStripeClient),
    plain('node'),
    plain('fetch'),
    ...(major === majors.at(-1)?.major ? [own('createStoreClient', createStoreClient)] : []),
  ];
}
