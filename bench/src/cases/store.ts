import { compose, createSecrets, isSecret, type SecretsReader } from '@secretkit/core';
import { rateLimit } from '@secretkit/middleware/rate-limit';
import { recommended } from '@secretkit/middleware/recommended';
import { retry } from '@secretkit/middleware/retry';
import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import { type Emulator, startEmulator } from '@secretkit/stripe-emulator';
import Stripe from 'stripe';
import { type Case, type Gate, median } from '../case.js';

const apiKey = 'sk_test_bench';
const names = Array.from({ length: 10 }, (_, at) => `name-${at}`);
const users = Array.from({ length: 5 }, (_, at) => `usr_${at}`);
const rounds = 9;

export const store: Case = {
  name: 'store',
  about: 'ten names over HTTP that takes 20 ms, and fifty against a store that answers 25 requests a second',

  async run(gatesOnly) {
    const { rows, gates } = await tenNames();
    return {
      tables: [
        { title: 'Ten names of one scope, 20 ms', columns: ['', 'requests', 'ms'], rows },
        {
          title: 'Fifty names of five scopes, after the 25 requests of a second are used up',
          columns: ['', 'requests', 'answered', 'ms'],
          rows: gatesOnly ? [] : await fiftyNames(),
        },
      ],
      gates,
    };
  },
};

async function tenNames(): Promise<{ rows: (string | number)[][]; gates: Gate[] }> {
  const emulator = await startEmulator({ latencyMs: 20 });
  for (const name of names) emulator.secrets.put({ name, payload: 'value' });
  const provider = stripeSecrets({ client: createStripeClient({ apiKey, baseUrl: emulator.url }) });
  const ways: Readonly<Record<string, (secrets: SecretsReader) => Promise<unknown>>> = {
    'one after another': async (secrets) => {
      for (const name of names) await secrets.require(name);
    },
    'at once': (secrets) => Promise.all(names.map((name) => secrets.require(name))),
    'in a batch': (secrets) => secrets.getMany(Object.fromEntries(names.map((name) => [name, name]))),
  };
  const rows: (string | number)[][] = [];
  const gates: Gate[] = [];
  try {
    for (const [way, read] of Object.entries(ways)) {
      const times: number[] = [];
      let requests = 0;
      for (let round = 0; round < rounds; round += 1) {
        const secrets = createSecrets(recommended()(provider)); // nothing in memory
        const before = emulator.requests.count();
        const startedAt = performance.now();
        await read(secrets);
        times.push(performance.now() - startedAt);
        requests = emulator.requests.count() - before;
      }
      rows.push([way, requests, median(times).toFixed(1)]);
      if (way !== 'in a batch') continue;
      gates.push(
        { what: 'requests for a batch of ten', measured: requests, atMost: 1, noisy: false },
        { what: 'ms for a batch of ten over 20 ms', measured: median(times), atMost: 30, noisy: true },
      );
    }
  } finally {
    await emulator.close();
  }
  return { rows, gates };
}

async function fiftyNames(): Promise<(string | number)[][]> {
  const find = (secrets: SecretsReader): Promise<readonly unknown[]> =>
    Promise.all(
      users.flatMap((user) =>
        names.map((name) => secrets.get({ name, scope: { user } }).catch(() => undefined)),
      ),
    );
  const batch = async (secrets: SecretsReader): Promise<readonly unknown[]> =>
    Object.values(
      await secrets.getManySettled(
        Object.fromEntries(
          users.flatMap((user) => names.map((name) => [`${user} ${name}`, { name, scope: { user } }])),
        ),
      ),
    );
  const own = (emulator: Emulator, stack = recommended()): SecretsReader =>
    createSecrets(stack(stripeSecrets({ client: createStripeClient({ apiKey, baseUrl: emulator.url }) })));

  const ways: Readonly<Record<string, (emulator: Emulator) => Promise<readonly unknown[]>>> = {
    'stripe-node, as it comes, find each': async ({ host, port }) => {
      const stripe = new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false });
      const found = users.flatMap((user) =>
        names.map((name) =>
          stripe.apps.secrets
            .find({ name, scope: { type: 'user', user }, expand: ['payload'] })
            .catch(() => undefined),
        ),
      );
      return Promise.all(found);
    },
    'secretkit, find each': (emulator) => find(own(emulator)),
    'secretkit, find each, ten attempts': (emulator) =>
      find(own(emulator, recommended({ retry: { maxAttempts: 10 } }))),
    'secretkit, find each, a rate limit of 20': (emulator) =>
      find(own(emulator, compose(retry({ maxAttempts: 10 }), rateLimit({ callsPerSecond: 20 })))),
    'secretkit, a batch for each scope': (emulator) =>
      batch(own(emulator, recommended({ retry: { maxAttempts: 10 } }))),
  };

  const rows: (string | number)[][] = [];
  for (const [way, read] of Object.entries(ways)) {
    const emulator = await startEmulator({ rateLimit: true, latencyMs: 20 });
    for (const user of users) {
      for (const name of names)
        emulator.secrets.put({ name, payload: 'value', scope: { type: 'user', user } });
    }
    try {
      const used = createStripeClient({ apiKey, baseUrl: emulator.url });
      const drain = Array.from({ length: 25 }, () =>
        used.apps.secrets.list({ scope: { type: 'account' } }).then(() => undefined),
      );
      await Promise.allSettled(drain);
      const before = emulator.requests.count();
      const startedAt = performance.now();
      const answers = await read(emulator);
      const ms = performance.now() - startedAt;
      const answered = answers.filter((answer) => isSecret(answer) || isStripeSecret(answer)).length;
      rows.push([
        way,
        emulator.requests.count() - before,
        `${answered} of ${answers.length}`,
        Math.round(ms),
      ]);
    } finally {
      await emulator.close();
    }
  }
  return rows;
}

function isStripeSecret(answer: unknown): boolean {
  return (answer as { object?: unknown } | undefined)?.object === 'apps.secret';
}
