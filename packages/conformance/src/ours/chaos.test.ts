import {
  compose,
  createSecrets,
  isSecretError,
  layersOf,
  type Secret,
  type SecretRef,
} from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import { type Fault, startEmulator } from '@secretkit/stripe-emulator';
import { expect, it } from 'vitest';
import { seededRandom } from '../fakes/seeded-random.js';

const long = Number(process.env['SECRETKIT_SOAK'] ?? 1) > 1;
const lastsMs = long ? 60_000 : 2_000;
const readerCount = 200;
const accounts = ['acct_1', 'acct_2', 'acct_3', 'acct_4'];
const names = ['a', 'b', 'c', 'd', 'e'];
const bounds = { ttlMs: 200, staleWhileRevalidateMs: 100, staleIfErrorMs: 2_000 };
/** What a reader may see late: the work of a time-out and its attempts, on a busy machine. */
const slackMs = 5_000;

const faults: readonly Fault[] = [
  { kind: 'rateLimit' },
  { kind: 'lockTimeout' },
  { kind: 'serverError' },
  { kind: 'html' },
  { kind: 'scalar', value: 5 },
  { kind: 'reset' },
  { kind: 'close' },
  { kind: 'hang' },
  { kind: 'delay', delayMs: 20 },
  { kind: 'cutBody' },
  { kind: 'malformedJson' },
  { kind: 'forbidden' },
];

it('any chaos: rotations, expiries, faults and aborts break no promise', {
  timeout: lastsMs + 60_000,
}, async () => {
  const random = seededRandom(20_261_124);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // below the length
  await using emulator = await startEmulator();
  const client = createStripeClient({ apiKey: 'sk_test_CANARYCREDENTIAL', baseUrl: emulator.url });
  const stack = compose(
    cache({ ...bounds, failureCooldownMs: 50, negativeTtlMs: 20, denialTtlMs: 20 }),
    retry({ baseDelayMs: 5, maxDelayMs: 20 }),
    timeout({ timeoutMs: 250 }),
  )(stripeSecrets({ client }));
  const secrets = createSecrets(stack);

  const versions = new Map<string, { readonly writtenAt: number; replacedAt: number }>();
  const current = new Map<string, string>();
  function rotate(account: string, name: string): void {
    const where = `${account}/${name}`;
    const value = `${where}#${versions.size}`;
    const before = versions.get(current.get(where) ?? '');
    if (before) before.replacedAt = Date.now();
    versions.set(value, { writtenAt: Date.now(), replacedAt: Number.POSITIVE_INFINITY });
    current.set(where, value);
    const expiresAt = random() < 0.3 ? new Date(Date.now() + 1_500) : undefined;
    emulator.secrets.put({ account, name, payload: value, expiresAt });
  }
  for (const account of accounts) for (const name of names) rotate(account, name);

  const violations: string[] = [];
  const told = { reads: 0, values: 0, missing: 0, stale: 0, failures: 0, aborted: 0 };

  function check({ name, scope }: SecretRef, secret: Secret | undefined, asked: number): void {
    if (!secret) {
      told.missing += 1;
      return;
    }
    told.values += 1;
    if (secret.staleSince) told.stale += 1;
    const value = secret.reveal();
    if (!value.startsWith(`${scope?.account}/${name}#`)) violations.push('a value of another secret');
    if (secret.expiresAt && secret.expiresAt.getTime() <= Date.now() - 50)
      violations.push('a value past its expiry');
    const oldestMs = bounds.ttlMs + bounds.staleIfErrorMs + slackMs;
    if (asked - (versions.get(value)?.replacedAt ?? 0) > oldestMs)
      violations.push('a value beyond its bounds');
  }

  const end = Date.now() + lastsMs;
  async function read(): Promise<void> {
    while (Date.now() < end) {
      const account = pick(accounts);
      const ref = { name: pick(names), scope: { account } };
      const caller = new AbortController();
      const asked = Date.now();
      const chance = random();
      told.reads += 1;
      try {
        if (chance < 0.05) {
          const found = await secrets.getMany({ one: ref, other: { ...ref, name: pick(names) } });
          check(ref, found.one, asked);
        } else {
          const reading = secrets.get(ref, { signal: caller.signal, fresh: chance > 0.98 });
          if (chance < 0.1) setTimeout(() => caller.abort('enough'), 1);
          check(ref, await reading, asked);
        }
      } catch (error) {
        if (error === 'enough') told.aborted += 1;
        else if (isSecretError(error)) told.failures += 1;
        else violations.push('a rejection that is neither coded nor the caller’s');
        if (isSecretError(error) && /acct_\d\/|CANARY/.test(JSON.stringify(error)))
          violations.push('an error that shows');
      }
      await new Promise((resolve) => {
        setTimeout(resolve, random() * 10);
      });
    }
  }
  async function disturb(): Promise<void> {
    while (Date.now() < end) {
      if (random() < 0.7) rotate(pick(accounts), pick(names));
      else if (random() < 0.1) emulator.secrets.delete({ account: pick(accounts), name: pick(names) });
      else emulator.faults.add({ ...pick(faults), times: 1 + Math.floor(random() * 3) });
      if (random() < 0.05) secrets.invalidate();
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
  }
  await Promise.all([...Array.from({ length: readerCount }, read), disturb()]);

  const counts = layersOf(stack)[0]?.snapshot?.() ?? {};
  console.log(
    `Chaos, ${lastsMs / 1_000} s, ${readerCount} readers: ${told.reads} reads, ${emulator.requests.count()} calls, ` +
      `${told.values} values (${told.stale} stale), ${told.missing} missing, ${told.failures} failures, ` +
      `${told.aborted} aborted, ${violations.length} violations; the cache: ${JSON.stringify(counts)}`,
  );
  expect(new Set(violations)).toEqual(new Set());
  expect(told.values).toBeGreaterThan(100);
  expect(told.stale).toBeGreaterThan(0);
  expect(told.failures).toBeGreaterThan(0);
  emulator.faults.clear();
  secrets.invalidate();
  expect(
    (await secrets.getManySettled({ a: { name: 'a', scope: { account: 'acct_1' } } })).a,
  ).not.toBeInstanceOf(Error);
  await secrets.close();
});
