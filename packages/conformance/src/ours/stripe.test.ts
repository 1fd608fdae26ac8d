import type { SecretScope } from '@secretkit/core/provider';
import { type StripeClient, stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import { type Emulator, type Fault, startEmulator } from '@secretkit/stripe-emulator';
import Stripe from 'stripe';
import { describe, it } from 'vitest';
import { describeProvider } from '../describe-provider.js';
import { fakeClock } from '../fakes/fake-clock.js';
import type { FaultName } from '../fault-codes.js';
import type { Harness } from '../harness.js';
import { saveReport } from './save-report.test-support.js';

const apiKey = 'sk_test_CANARYCREDENTIAL';
const emptyReply = {
  object: 'apps.secret',
  id: 'appsecret_1',
  name: 'x',
  livemode: false,
  created: 1,
  expires_at: null,
};

/** How the emulator does each. */
const faults: Readonly<Partial<Record<FaultName, Fault>>> = {
  unauthorized: { kind: 'unauthorized' },
  forbidden: { kind: 'forbidden' },
  rateLimited: { kind: 'rateLimit' },
  throttledByBody: { kind: 'lockTimeout' },
  routeNotFound: { kind: 'reply', status: 404, body: { error: { type: 'invalid_request_error' } } },
  conflict: { kind: 'reply', status: 409, body: { error: { type: 'invalid_request_error' } } },
  keyInUse: { kind: 'keyInUse' },
  failedDependency: { kind: 'reply', status: 424, body: { error: { type: 'api_error' } } },
  serverError: { kind: 'serverError' },
  overloaded: { kind: 'serverError', status: 503 },
  html: { kind: 'html' },
  redirect: { kind: 'redirect', location: 'http://127.0.0.1:9/' },
  reset: { kind: 'reset' },
  cutBody: { kind: 'cutBody' },
  malformedBody: { kind: 'malformedJson' },
  wrongShape: { kind: 'reply', status: 200, body: { object: 'list', data: 'none' } },
  withoutValue: {
    kind: 'reply',
    status: 200,
    body: { ...emptyReply, scope: { type: 'account' } },
  },
};

/** Where a request is led that is to meet what no server can do. */
const elsewhere: Readonly<Partial<Record<FaultName, (url: string) => string>>> = {
  unresolved: (url) => url.replace('127.0.0.1', 'unresolved.invalid'),
  tlsFailure: (url) => url.replace('http:', 'https:'), // to a server that does not speak it
};

/** A client that sends its requests with the `fetch` it is given. */
type MakeClient = (emulator: Emulator, fetch: typeof globalThis.fetch) => StripeClient;

interface ClientFacts {
  /** A plain client cannot be told to: the request goes on until its own time-out, and nobody waits for it. */
  readonly endsRequests: boolean;
  /** Node's own HTTP client takes no `fetch`, so it cannot be led elsewhere. */
  readonly takesFetch: boolean;
}

function harnessFor(makeClient: MakeClient, { endsRequests, takesFetch }: ClientFacts): Harness {
  const possible = { ...faults, ...(takesFetch && elsewhere) };
  return {
    facts: {
      scopes: ['account', 'user'],
      expiryResolutionMs: 1_000,
      maxValueLength: 5_000,
      maxSecrets: 10,
      faults: [...(Object.keys(possible) as FaultName[]), 'refused'], // keys() forgets the names
      hangs: true,
    },
    async open() {
      const { now, advance } = fakeClock();
      const emulator = await startEmulator({ now });
      let led = (url: string): string => url;
      const leading: typeof globalThis.fetch = (url, init) => fetch(led(String(url)), init);
      const location = ({ account, user }: SecretScope = {}) => ({
        account,
        scope: user === undefined ? ({ type: 'account' } as const) : ({ type: 'user', user } as const),
      });
      return {
        provider: stripeSecrets({ client: makeClient(emulator, leading), now }),
        credential: apiKey,
        now,
        advance,
        calls: () => emulator.requests.count(),
        async put({ name, scope }, value, expiresAt) {
          emulator.secrets.put({ ...location(scope), name, payload: value, expiresAt });
        },
        async remove({ name, scope }) {
          emulator.secrets.delete({ ...location(scope), name });
        },
        fault: async (name) => {
          const fault = faults[name];
          led = elsewhere[name] ?? led;
          if (name in elsewhere) return;
          if (fault) emulator.faults.add({ ...fault, times: Number.POSITIVE_INFINITY });
          else await emulator.close();
        },
        hang: () => {
          emulator.faults.add({ kind: 'hang', times: Number.POSITIVE_INFINITY });
        },
        ...(endsRequests && { pending: () => emulator.requests.inFlight }),
        close: () => emulator.close(),
      };
    },
  };
}

const clients: Readonly<Record<string, Harness>> = {
  stripe: harnessFor(({ url }, fetch) => createStripeClient({ apiKey, baseUrl: url, fetch }), {
    endsRequests: true,
    takesFetch: true,
  }),
  'stripe, with a client of your own': harnessFor(
    ({ host, port }) => new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false }),
    { endsRequests: false, takesFetch: false },
  ),
  'stripe, with a client of your own on fetch': harnessFor(
    ({ host, port }, fetch) => {
      const httpClient = Stripe.createFetchHttpClient(fetch);
      return new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false, httpClient });
    },
    { endsRequests: false, takesFetch: true },
  ),
};

for (const [name, harness] of Object.entries(clients)) {
  describeProvider(name, harness, { describe, it }, { onReport: saveReport });
}
