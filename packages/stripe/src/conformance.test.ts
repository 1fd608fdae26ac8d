import { describeProvider, type FaultName, type Harness, saveReports } from '@secretkit/conformance';
import type { SecretScope } from '@secretkit/core/provider';
import { type Emulator, type Fault, startEmulator } from '@secretkit/stripe-emulator';
import { fakeClock } from '@secretkit/testing';
import Stripe from 'stripe';
import { describe, it } from 'vitest';
import { createStripeClient } from './create-stripe-client.js';
import { createStoreClient } from './store-client.js';
import type { StripeClient } from './stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const apiKey = 'sk_test_CANARYCREDENTIAL';
const emptyReply = {
  object: 'apps.secret',
  id: 'appsecret_1',
  name: 'x',
  livemode: false,
  created: 1,
  expires_at: null,
};

/** How the emulator causes each fault. */
const faults: Readonly<Partial<Record<FaultName, Fault>>> = {
  unauthorized: { kind: 'unauthorized' },
  forbidden: { kind: 'forbidden' },
  rateLimited: { kind: 'rateLimited' },
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
  cutList: { kind: 'reply', status: 200, body: { object: 'list', has_more: true, data: [] } },
  wrongShape: { kind: 'reply', status: 200, body: { object: 'list', data: 'none' } },
  withoutValue: {
    kind: 'reply',
    status: 200,
    body: { ...emptyReply, scope: { type: 'account' } },
  },
};

/** The URL of a request, for faults that no server can cause. */
const redirected: Readonly<Partial<Record<FaultName, (url: string) => string>>> = {
  unresolved: (url) => url.replace('127.0.0.1', 'unresolved.invalid'),
  tlsFailure: (url) => url.replace('http:', 'https:'), // to a server without TLS
};

/** Creates a client that sends its requests with this `fetch`. */
type MakeClient = (emulator: Emulator, fetch: typeof globalThis.fetch) => StripeClient;

interface ClientTraits {
  /** Whether an abort ends the request. That of a plain client continues until its own timeout. */
  readonly endsRequests: boolean;
  /** Whether it uses the `fetch`. Node's own HTTP client does not, so its requests cannot be redirected. */
  readonly usesFetch: boolean;
}

function harnessFor(makeClient: MakeClient, { endsRequests, usesFetch }: ClientTraits): Harness {
  const possible = { ...faults, ...(usesFetch && redirected) };
  return {
    traits: {
      scopes: ['account', 'user'],
      expiryResolutionMs: 1_000,
      maxValueLength: 5_000,
      textOnly: true,
      maxSecrets: 10,
      faults: [...(Object.keys(possible) as FaultName[]), 'refused'], // keys() has wider types
      hangs: true,
    },
    async open() {
      const { now, advance } = fakeClock();
      const emulator = await startEmulator({ now });
      let redirect = (url: string): string => url;
      const redirecting: typeof globalThis.fetch = (url, init) => fetch(redirect(String(url)), init);
      const location = ({ account, user }: SecretScope = {}) => ({
        account,
        scope: user === undefined ? ({ type: 'account' } as const) : ({ type: 'user', user } as const),
      });
      return {
        provider: stripeSecrets({ client: makeClient(emulator, redirecting), now }),
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
          redirect = redirected[name] ?? redirect;
          if (name in redirected) return;
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
    usesFetch: true,
  }),
  'stripe, without stripe-node': harnessFor(
    ({ url }, fetch) => createStoreClient({ apiKey, baseUrl: url, fetch }),
    { endsRequests: true, usesFetch: true },
  ),
  'stripe, with a client of your own': harnessFor(
    ({ host, port }) => new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false }),
    { endsRequests: false, usesFetch: false },
  ),
  'stripe, with a client of your own on fetch': harnessFor(
    ({ host, port }, fetch) => {
      const httpClient = Stripe.createFetchHttpClient(fetch);
      return new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false, httpClient });
    },
    { endsRequests: false, usesFetch: true },
  ),
};

const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));

for (const [name, harness] of Object.entries(clients)) {
  describeProvider(name, harness, { describe, it }, { onReport });
}
