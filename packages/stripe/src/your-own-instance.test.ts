import { inspect } from 'node:util';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { timeout } from '@secretkit/middleware/timeout';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { countingUnhandled } from '../test/faults/fault-run.js';
import { answer, canary, json, name, written } from '../test/responses.js';
import { apiKey, clientsOf, majors } from '../test/stripe-clients.js';
import { redirecting, serve } from '../test/test-server.js';
import { stripeSecrets } from './stripe-secrets.js';

// What the README says that a client of createStripeClient has over a Stripe instance of your own.

const clients = await clientsOf(majors.at(-1)!);
const patienceMs = 30_000;
/** Longer than any test may take. */
const endlessMs = 600_000;

describe.each(clients)('through $name', (client) => {
  it.each([301, 302, 307, 308])(
    'a write’s value goes nowhere with a %d, unless fetch follows it',
    async (status) => {
      const { elsewhere, ...place } = await redirecting(status, answer());
      const secrets = createSecrets(stripeSecrets({ client: client.make(place, patienceMs) }));
      await secrets.set(name, written).catch(() => undefined);
      const follows = client.http === 'fetch';
      expect(elsewhere?.requests).toHaveLength(follows ? 1 : 0);
      // A 301 or 302 becomes a GET there, without a body.
      const sentAlong = elsewhere?.requests.some(({ body }) => body.includes(written));
      expect(sentAlong).toBe(follows && status > 302);
      expect(elsewhere?.requests.some(({ headers }) => headers.authorization)).toBe(false);
    },
  );

  it('an abort releases the caller at once, with its very reason, and ends the request where it can', async () => {
    const caller = new AbortController();
    const place = await serve(() => caller.abort('enough'));
    const provider = stripeSecrets({ client: client.make(place, endlessMs) });
    await expect(provider.get({ name }, { signal: caller.signal })).rejects.toBe('enough');
    if (client.hardened) await expect.poll(place.underWay, { timeout: patienceMs }).toBe(0);
    else expect(place.underWay()).toBe(1);
  });

  it('a time-out around the provider releases the caller, whatever comes', async () => {
    for (const act of [json(200, 5), () => undefined]) {
      const provider = stripeSecrets({ client: client.make(await serve(act), patienceMs) });
      const secrets = createSecrets(timeout({ timeoutMs: 100 })(provider));
      await countingUnhandled(async () => {
        await expect(secrets.get(name)).rejects.toMatchObject({
          code: expect.stringMatching(client.hardened ? /^(timeout|invalid_data)$/ : /^timeout$/),
        });
      });
    }
  });

  it('a deadline shortens a request, and lengthens none', async () => {
    const place = await serve(() => undefined);
    const near = stripeSecrets({ client: client.make(place, patienceMs) });
    await expect(near.get({ name }, { deadline: Date.now() + 50 })).rejects.toMatchObject({
      code: 'timeout',
    });
    const short = stripeSecrets({ client: client.make(place, 50) });
    await expect(short.get({ name }, { deadline: Date.now() + endlessMs })).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('a deadline that has passed is no absence of one', async () => {
    const place = await serve(() => undefined);
    const provider = stripeSecrets({ client: client.make(place, endlessMs) });
    for (const pastMs of [0, 1_000]) {
      const late = provider.get({ name }, { deadline: Date.now() - pastMs });
      await expect(late).rejects.toMatchObject({ code: 'timeout' });
    }
  });

  it('printing it shows the key of yours, and none of createStripeClient’s', async () => {
    const stripe = client.make(await serve(answer()), patienceMs);
    await createSecrets(stripeSecrets({ client: stripe })).get(name);
    if (client.hardened) expectNoLeak([apiKey, canary], stripe);
    else expect(inspect(stripe, { depth: 10 })).toContain(apiKey);
  });

  it('a notice of Stripe’s in a header is printed as a warning by yours alone', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error): void => {
      warnings.push(warning.message);
    };
    const place = await serve((request, response) => {
      response.setHeader('stripe-notice', canary);
      answer()(request, response);
    });
    process.on('warning', warned);
    await createSecrets(stripeSecrets({ client: client.make(place, patienceMs) })).get(name);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off('warning', warned);
    expect(warnings.some((warning) => warning.includes(canary))).toBe(!client.hardened);
  });
});

describe('a client of createStripeClient', () => {
  const [hardened] = clients;

  it('sends the key, and tells stripe-node, its events and its errors none', async () => {
    const place = await serve(json(401, { error: { type: 'invalid_request_error', message: 'No.' } }));
    const stripe = hardened!.make(place, patienceMs);
    const events: object[] = [];
    const on: (event: string, listener: (told: object) => void) => void = stripe.on; // any, in its types
    for (const event of ['request', 'response']) on.call(stripe, event, (told) => void events.push(told));
    const error = await stripe.balance.retrieve().catch((thrown: unknown) => thrown);
    expect(place.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
    expect(events).toHaveLength(2);
    expectNoLeak(apiKey, [error, events, stripe]);
  });

  it('sends another key where a request names one', async () => {
    const place = await serve(json(200, { object: 'balance' }));
    await hardened!.make(place, patienceMs).balance.retrieve({}, { apiKey: 'sk_test_another' });
    expect(place.requests[0]?.headers.authorization).toBe('Bearer sk_test_another');
  });

  it('serves other calls too: what is no answer of Stripe’s is an error there as well', async () => {
    const fine = hardened!.make(await serve(json(200, { object: 'balance', livemode: false })), patienceMs);
    const balance = await fine.balance.retrieve();
    expect(balance).toMatchObject({ object: 'balance' });
    expect(balance.lastResponse).toMatchObject({ statusCode: 200, requestId: 'req_fault' });
    const lost = hardened!.make(await serve(json(404, { message: 'Not Found' })), patienceMs);
    await expect(lost.balance.retrieve()).rejects.toMatchObject({ detail: { code: 'unavailable' } });
  });

  it('hands errors of OAuth on', async () => {
    const { port, host, protocol } = await serve(
      json(400, { error: 'invalid_grant', error_description: 'No.' }),
    );
    const stripe = hardened!.make({ port, host, protocol }, patienceMs);
    await expect(stripe.balance.retrieve()).rejects.toMatchObject({ type: 'StripeInvalidGrantError' });
  });
});

describe('a key that no header can carry, which createStripeClient refuses', () => {
  const options = { protocol: 'http', telemetry: false } as const;
  const httpClients = [Stripe.createNodeHttpClient, Stripe.createFetchHttpClient];

  it.each([`${apiKey}\u2026`, `${apiKey}\0`])('is unauthenticated, and sent nowhere: %j', async (key) => {
    const { host, port, requests } = await serve(answer());
    for (const make of httpClients) {
      const stripe = new Stripe(key, { ...options, host, port, httpClient: make() });
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
        expect(String(error)).toMatch(/a character that no header can carry.*Trim it/);
        expectNoLeak(apiKey, error);
      }
    }
    expect(requests).toHaveLength(0);
  });
});

it('a Stripe instance is a client as it is', () => {
  expect(stripeSecrets({ client: new Stripe(apiKey) }).name).toBe('stripe');
});
