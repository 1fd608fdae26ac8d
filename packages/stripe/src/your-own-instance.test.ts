import { inspect } from 'node:util';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { timeout } from '@secretkit/middleware/timeout';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { countUnhandledRejections } from '../test/faults/fault-run.js';
import { canary, json, name, secretResponse, writtenCanary } from '../test/responses.js';
import { apiKey, clientsOf, majors } from '../test/stripe-clients.js';
import { serve, serveRedirect, type TestServer } from '../test/test-server.js';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

// The differences between our clients and a Stripe instance of your own, as the README lists them.

const clients = await clientsOf(majors.at(-1)!);
const patienceMs = 30_000;
/** Longer than the timeout of a test. */
const endlessMs = 600_000;

describe.each(clients)('through $name', (client) => {
  it.each([301, 302, 307, 308])(
    'a write with a %d sends its value only where fetch follows the redirect',
    async (status) => {
      const { redirectTarget, ...server } = await serveRedirect(status, secretResponse());
      const secrets = createSecrets(stripeSecrets({ client: client.make(server, patienceMs) }));
      await secrets.set(name, writtenCanary).catch(() => undefined);
      const follows = client.http === 'fetch';
      expect(redirectTarget?.requests).toHaveLength(follows ? 1 : 0);
      // After a 301 or 302, fetch sends a GET without a body.
      const sendsValue = redirectTarget?.requests.some(({ body }) => body.includes(writtenCanary));
      expect(sendsValue).toBe(follows && status > 302);
      expect(redirectTarget?.requests.some(({ headers }) => headers.authorization)).toBe(false);
    },
  );

  it('an abort rejects the call at once with its reason, and ends the request of our clients', async () => {
    const caller = new AbortController();
    const server = await serve(() => caller.abort('enough'));
    const provider = stripeSecrets({ client: client.make(server, endlessMs) });
    await expect(provider.get({ name }, { signal: caller.signal })).rejects.toBe('enough');
    if (client.hardened) await expect.poll(server.inFlight, { timeout: patienceMs }).toBe(0);
    else expect(server.inFlight()).toBe(1);
  });

  it('a timeout around the provider rejects the call when stripe-node does not settle', async () => {
    for (const handler of [json(200, 5), () => undefined]) {
      const provider = stripeSecrets({ client: client.make(await serve(handler), patienceMs) });
      const secrets = createSecrets(timeout({ timeoutMs: 100 })(provider));
      await countUnhandledRejections(async () => {
        await expect(secrets.get(name)).rejects.toMatchObject({
          code: expect.stringMatching(client.hardened ? /^(timeout|invalid_data)$/ : /^timeout$/),
        });
      });
    }
  });

  it('a deadline shortens the timeout of a request, but does not extend it', async () => {
    const server = await serve(() => undefined);
    const near = stripeSecrets({ client: client.make(server, patienceMs) });
    await expect(near.get({ name }, { deadline: Date.now() + 50 })).rejects.toMatchObject({
      code: 'timeout',
    });
    const short = stripeSecrets({ client: client.make(server, 50) });
    await expect(short.get({ name }, { deadline: Date.now() + endlessMs })).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('a deadline in the past is a timeout', async () => {
    const server = await serve(() => undefined);
    const provider = stripeSecrets({ client: client.make(server, endlessMs) });
    for (const pastMs of [0, 1_000]) {
      const late = provider.get({ name }, { deadline: Date.now() - pastMs });
      await expect(late).rejects.toMatchObject({ code: 'timeout' });
    }
  });

  it('printing shows the key of your own instance, but not that of our clients', async () => {
    const stripe = client.make(await serve(secretResponse()), patienceMs);
    await createSecrets(stripeSecrets({ client: stripe })).get(name);
    if (client.hardened) expectNoLeak([apiKey, canary], stripe);
    else expect(inspect(stripe, { depth: 10 })).toContain(apiKey);
  });

  it('a Stripe-Notice header is printed as a warning by your own instance only', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => {
      warnings.push(warning.message);
    };
    const server = await serve((request, response) => {
      response.setHeader('stripe-notice', canary);
      secretResponse()(request, response);
    });
    process.on('warning', onWarning);
    await createSecrets(stripeSecrets({ client: client.make(server, patienceMs) })).get(name);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off('warning', onWarning);
    expect(warnings.some((warning) => warning.includes(canary))).toBe(!client.hardened);
  });
});

describe('a client of createStripeClient', () => {
  const clientOf = ({ url }: Pick<TestServer, 'url'>): Stripe =>
    createStripeClient({ apiKey, baseUrl: url, timeoutMs: patienceMs });

  it('sends the key, but the instance, its events and its errors do not contain it', async () => {
    const server = await serve(json(401, { error: { type: 'invalid_request_error', message: 'No.' } }));
    const stripe = clientOf(server);
    const events: object[] = [];
    const on: (event: string, listener: (event: object) => void) => void = stripe.on; // `any` in its types
    for (const event of ['request', 'response']) on.call(stripe, event, (data) => void events.push(data));
    const error = await stripe.balance.retrieve().catch((thrown: unknown) => thrown);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
    expect(events).toHaveLength(2);
    expectNoLeak(apiKey, [error, events, stripe]);
  });

  it('sends the key of a request that has its own', async () => {
    const server = await serve(json(200, { object: 'balance' }));
    await clientOf(server).balance.retrieve({}, { apiKey: 'sk_test_another' });
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sk_test_another');
  });

  it('supports other API calls, with the same checks of the response', async () => {
    const working = clientOf(await serve(json(200, { object: 'balance', livemode: false })));
    const balance = await working.balance.retrieve();
    expect(balance).toMatchObject({ object: 'balance' });
    expect(balance.lastResponse).toMatchObject({ statusCode: 200, requestId: 'req_fault' });
    const failing = clientOf(await serve(json(404, { message: 'Not Found' })));
    await expect(failing.balance.retrieve()).rejects.toMatchObject({ detail: { code: 'unavailable' } });
  });

  it('passes on OAuth errors', async () => {
    const server = await serve(json(400, { error: 'invalid_grant', error_description: 'No.' }));
    const stripe = clientOf(server);
    await expect(stripe.balance.retrieve()).rejects.toMatchObject({ type: 'StripeInvalidGrantError' });
  });
});

describe('a key that a header cannot hold', () => {
  const options = { protocol: 'http', telemetry: false } as const;
  const httpClients = [Stripe.createNodeHttpClient, Stripe.createFetchHttpClient];

  it.each([`${apiKey}\u2026`, `${apiKey}\0`])('is unauthenticated, and is not sent: %j', async (key) => {
    const { host, port, requests } = await serve(secretResponse());
    for (const makeHttpClient of httpClients) {
      const stripe = new Stripe(key, { ...options, host, port, httpClient: makeHttpClient() });
      const provider = stripeSecrets({ client: stripe });
      for (const call of [
        () => provider.get({ name }, {}),
        () => provider.getMany([{ name }, { name: 'another' }], {}),
        () => provider.list({}, {}),
        () => provider.set({ name }, seal('value'), {}),
        () => provider.delete({ name }, {}),
      ]) {
        const error = await call().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'unauthenticated', retryable: false, details: {} });
        expect(String(error)).toMatch(/API key.*header.*Trim/);
        expectNoLeak(apiKey, error);
      }
    }
    expect(requests).toHaveLength(0);
  });
});

it('a Stripe instance is accepted as the client', () => {
  expect(stripeSecrets({ client: new Stripe(apiKey) }).name).toBe('stripe');
});
