import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import { startEmulator } from '@secretkit/stripe-emulator';
import type { Backend } from '../backend.js';
import { names, shortLifeMs, user, valueOfUser, valueShortLived, values } from '../names.js';

/** The official stripe SDK, over real sockets, against a local server that speaks Stripe's API. */
export async function stripeEmulator(): Promise<Backend> {
  const emulator = await startEmulator();
  for (const [name, payload] of Object.entries(values)) emulator.secrets.put({ name, payload });
  emulator.secrets.put({ name: names.oauth, payload: valueOfUser, scope: { type: 'user', user } });
  emulator.secrets.put({
    name: names.shortLived,
    payload: valueShortLived,
    expiresAt: new Date(Date.now() + shortLifeMs),
  });

  const client = createStripeClient({ apiKey: 'sk_test_quickstart', baseUrl: emulator.url });
  return {
    description: `Stripe Secret Store, emulated on ${emulator.url}`,
    provider: stripeSecrets({ client }),
    callUnit: 'HTTP calls',
    calls: () => emulator.requests.count(),
    limitNextCall: () => {
      emulator.faults.add({ kind: 'rateLimited', times: 1 });
    },
    beginOutage: () => {
      emulator.faults.add({ kind: 'serverError', times: Number.POSITIVE_INFINITY });
      return () => {
        emulator.faults.clear();
      };
    },
    revoke: (name) => {
      emulator.faults.add({ kind: 'forbidden', name, times: Number.POSITIVE_INFINITY });
    },
    rotate: async (name, payload) => {
      await Promise.resolve(emulator.secrets.put({ name, payload }));
    },
    user,
    shortLived: names.shortLived,
    close: () => emulator.close(),
  };
}
