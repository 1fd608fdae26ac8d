import { createSecrets, type Secrets } from '@secretkit/core';
import { isSecretError, type Secret } from '@secretkit/core/provider';
import { type Emulator, type Fault, startEmulator } from '@secretkit/stripe-emulator';
import { seededRandom } from '@secretkit/testing';
import Stripe from 'stripe';
import { createStripeClient } from '../src/create-stripe-client.js';
import { stripeSecrets } from '../src/stripe-secrets.js';

// A program: `node --expose-gc … soak-run.ts CALLS` makes this many mixed calls through every kind of client. It prints, as
// JSON, the number of calls by outcome and the growth of the heap in bytes per call.

const calls = Number(process.argv[2]);
const rounds = 10;
const concurrency = 25;

const accounts = ['acct_1', 'acct_2', 'acct_3', 'acct_4'];
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const faults: readonly Fault[] = [
  { kind: 'rateLimited' },
  { kind: 'lockTimeout' },
  { kind: 'serverError' },
  { kind: 'serverError', executed: true },
  { kind: 'forbidden' },
  { kind: 'html' },
  { kind: 'reply', status: 200, body: '' },
  { kind: 'reply', status: 404, body: {} },
  { kind: 'reset' },
  { kind: 'close' },
  { kind: 'cutBody' },
  { kind: 'malformedJson' },
  { kind: 'delay', delayMs: 1 },
];

/** The output of the program. */
export interface SoakResult extends Tally {
  readonly bytesPerCall: number;
}

interface Tally {
  answered: number;
  failed: number;
  aborted: number;
}

/** Returns a function that makes one call of a random kind. It throws when a call breaks its contract. */
function randomCalls(emulator: Emulator, clients: readonly Secrets[], random: () => number, tally: Tally) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // below the length

  async function call(secrets: Secrets, signal: AbortSignal): Promise<void> {
    const account = pick(accounts);
    const ref = (name: string) => ({ name, scope: { account, ...(random() < 0.3 && { user: 'usr_1' }) } });
    const one = ref(pick(names));
    const check = (secret: Secret | undefined): void => {
      if (secret && !secret.reveal().startsWith(`${account}/`)) throw new Error('a value of another account');
    };
    const kind = random();
    if (kind < 0.4) check(await secrets.get(one, { signal }));
    else if (kind < 0.6) {
      const found = await secrets.getMany(
        { one: { ...one, name: 'a' }, two: { ...one, name: 'b' } },
        { signal },
      );
      check(found.one);
      check(found.two);
    } else if (kind < 0.7)
      for await (const { name } of secrets.list({ scope: { account }, signal })) pick([name]);
    else if (kind < 0.9) {
      const expiresAt = random() < 0.2 ? new Date(Date.now() + 60_000) : undefined;
      await secrets.set(one, `${account}/${'x'.repeat(random() * 2_000)}`, { signal, expiresAt });
    } else await secrets.delete(one, { signal });
  }

  return async () => {
    if (random() < 0.1) emulator.faults.add(pick(faults));
    const caller = new AbortController();
    const answer = call(pick(clients), caller.signal);
    if (random() < 0.05) caller.abort('enough');
    try {
      await answer;
      tally.answered += 1;
    } catch (error) {
      if (error === 'enough') tally.aborted += 1;
      else if (isSecretError(error)) tally.failed += 1;
      else throw error;
    }
  };
}

const emulator = await startEmulator();
const { host, port, url } = emulator;
const apiKey = 'sk_test_CANARYKEY';
const plain = { protocol: 'http', host, port, timeout: 30_000, telemetry: false } as const;
const clients = [
  createStripeClient({ apiKey, baseUrl: url, timeoutMs: 30_000 }),
  new Stripe(apiKey, plain),
  new Stripe(apiKey, { ...plain, httpClient: Stripe.createFetchHttpClient() }),
].map((client) => createSecrets(stripeSecrets({ client })));
const tally: Tally = { answered: 0, failed: 0, aborted: 0 };
const call = randomCalls(emulator, clients, seededRandom(20_261_124), tally);

/** Makes a tenth of the calls. Returns the heap in use after them. */
async function runRound(): Promise<number> {
  let left = calls / rounds;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  emulator.reset(); // its log and its saved responses are not a leak
  await new Promise((resolve) => {
    setImmediate(resolve); // releases the calls that have just settled
  });
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const heap: number[] = [];
for (let round = 0; round < rounds; round += 1) heap.push(await runRound());
await emulator.close();

const median = ([a = 0, b = 0, c = 0]: readonly number[]): number =>
  a + b + c - Math.max(a, b, c) - Math.min(a, b, c);
const growth = median(heap.slice(-3)) - median(heap.slice(2, 5)); // the first rounds allocate what is allocated once
const callsBetween = (calls / rounds) * 5;
process.stdout.write(JSON.stringify({ ...tally, bytesPerCall: growth / callsBetween } satisfies SoakResult));
