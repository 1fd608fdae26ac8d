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
  description:
    'ten secrets over HTTP with 20 ms latency, and fifty from a store with a limit of 25 requests per second',

  async run(gatesOnly) {
    const { rows, gates } = await tenSecrets();
    return {
      tables: [
        {
          title: 'Ten secrets of one scope (latency 20 ms)',
          columns: ['reads', 'requests', 'ms', '× one secret alone'],
          rows,
        },
        {
          title: 'Fifty secrets of five scopes, with the limit of 25 requests/s used up',
          columns: ['client', 'requests', 'answered', 'ms'],
          rows: gatesOnly ? [] : await fiftySecrets(),
        },
      ],
      gates,
    };
  },
};

async function tenSecrets(): Promise<{ rows: (string | number)[][]; gates: Gate[] }> {
  const emulator = await startEmulator({ latencyMs: 20 });
  for (const name of names) emulator.secrets.put({ name, payload: 'value' });
  const provider = stripeSecrets({ client: createStripeClient({ apiKey, baseUrl: emulator.url }) });
  const readers: Readonly<Record<string, (secrets: SecretsReader) => Promise<unknown>>> = {
    'one secret alone': (secrets) => secrets.require('name-0'),
    sequential: async (secrets) => {
      for (const name of names) await secrets.require(name);
    },
    concurrent: (secrets) => Promise.all(names.map((name) => secrets.require(name))),
    'batch (getMany)': (secrets) => secrets.getMany(Object.fromEntries(names.map((name) => [name, name]))),
  };
  const rows: (string | number)[][] = [];
  const gates: Gate[] = [];
  let oneMs = Number.NaN;
  try {
    for (const [kind, read] of Object.entries(readers)) {
      const times: number[] = [];
      let requests = 0;
      for (let round = 0; round < rounds; round += 1) {
        const secrets = createSecrets(recommended()(provider)); // with an empty cache
        const before = emulator.requests.count();
        const startedAt = performance.now();
        await read(secrets);
        times.push(performance.now() - startedAt);
        requests = emulator.requests.count() - before;
      }
      const ms = median(times);
      if (rows.length === 0) oneMs = ms;
      rows.push([kind, requests, ms.toFixed(1), (ms / oneMs).toFixed(2)]);
      if (kind !== 'batch (getMany)') continue;
      gates.push(
        { metric: 'requests for a batch of ten', measured: requests, atMost: 1, noisy: false },
        {
          metric: 'time of a batch of ten, × one secret alone',
          measured: ms / oneMs,
          atMost: 1.3,
          noisy: true,
        },
      );
    }
  } finally {
    await emulator.close();
  }
  return { rows, gates };
}

async function fiftySecrets(): Promise<(string | number)[][]> {
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
  const secretkit = (emulator: Emulator, stack = recommended()): SecretsReader =>
    createSecrets(stack(stripeSecrets({ client: createStripeClient({ apiKey, baseUrl: emulator.url }) })));

  const clients: Readonly<Record<string, (emulator: Emulator) => Promise<readonly unknown[]>>> = {
    'stripe-node, default options, one request per secret': async ({ host, port }) => {
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
    'secretkit, one request per secret': (emulator) => find(secretkit(emulator)),
    'secretkit, one request per secret, ten attempts': (emulator) =>
      find(secretkit(emulator, recommended({ retry: { maxAttempts: 10 } }))),
    'secretkit, one request per secret, rate limit 20/s': (emulator) =>
      find(secretkit(emulator, compose(retry({ maxAttempts: 10 }), rateLimit({ callsPerSecond: 20 })))),
    'secretkit, one batch per scope': (emulator) =>
      batch(secretkit(emulator, recommended({ retry: { maxAttempts: 10 } }))),
  };

  const rows: (string | number)[][] = [];
  for (const [client, read] of Object.entries(clients)) {
    const emulator = await startEmulator({ rateLimit: true, latencyMs: 20 });
    for (const user of users) {
      for (const name of names)
        emulator.secrets.put({ name, payload: 'value', scope: { type: 'user', user } });
    }
    try {
      const stripe = createStripeClient({ apiKey, baseUrl: emulator.url });
      const useUpLimit = Array.from({ length: 25 }, () =>
        stripe.apps.secrets.list({ scope: { type: 'account' } }).then(() => undefined),
      );
      await Promise.allSettled(useUpLimit);
      const before = emulator.requests.count();
      const startedAt = performance.now();
      const answers = await read(emulator);
      const ms = performance.now() - startedAt;
      const answered = answers.filter((answer) => isSecret(answer) || isStripeSecret(answer)).length;
      rows.push([
        client,
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
