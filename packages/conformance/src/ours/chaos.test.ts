import { compose, createSecrets } from '@secretkit/core';
import { isSecretError, layersOf, type SecretRef } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import { type Fault, startEmulator } from '@secretkit/stripe-emulator';
import { expect, it } from 'vitest';
import { seededRandom } from '../fakes/seeded-random.js';
import { ledger } from './ledger.test-support.js';

const long = Number(process.env['SECRETKIT_SOAK'] ?? 1) > 1;
const lastsMs = long ? 60_000 : 2_000;
const atMostMs = lastsMs + 30_000; // a busy machine takes longer to see enough
const readerCount = 200;
const accounts = ['acct_1', 'acct_2'];
const names = ['a', 'b', 'c', 'd'];
const bounds = { ttlMs: 200, staleWhileRevalidateMs: 100, staleIfErrorMs: long ? 2_000 : 500 };

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

it('any chaos: rotations, writes, expiries, faults and aborts break no promise', {
  timeout: atMostMs + 60_000,
}, async () => {
  const random = seededRandom(20_261_124);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // below the length
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  await using emulator = await startEmulator();
  const client = createStripeClient({ apiKey: 'sk_test_CANARYCREDENTIAL', baseUrl: emulator.url });
  const stack = compose(
    cache({ ...bounds, failureCooldownMs: 50, negativeTtlMs: 20, denialTtlMs: 20 }),
    retry({ baseDelayMs: 5, maxDelayMs: 20 }),
    timeout({ timeoutMs: 500 }),
  )(stripeSecrets({ client }));
  const secrets = createSecrets(stack);
  const book = ledger({ ttlMs: bounds.ttlMs, servableMs: bounds.staleIfErrorMs });
  const told = { reads: 0, values: 0, missing: 0, stale: 0, failures: 0, aborted: 0, writes: 0, made: 0 };
  const begun = Date.now();
  const seenEnough = (): boolean =>
    told.values > 100 && [told.stale, told.failures, told.aborted, told.writes].every((count) => count > 0);
  const goesOn = (): boolean => Date.now() - begun < (seenEnough() ? lastsMs : atMostMs);

  const whereOf = ({ name, scope }: SecretRef): string => `${scope?.account}/${name}`;
  const newValue = (where: string): string => `${where}#${(told.made += 1)}`;

  function rotate(account: string, name: string): void {
    const where = whereOf({ name, scope: { account } });
    const payload = newValue(where);
    const expiresAt = random() < 0.3 ? new Date(Date.now() + 1_500) : undefined;
    emulator.secrets.put({ account, name, payload, expiresAt });
    book.put(where, payload);
  }

  /** Whatever a read comes to is counted, and held against the book. */
  async function read(ref: SecretRef, how: 'plain' | 'fresh' | 'batch', signal?: AbortSignal): Promise<void> {
    const asked = book.asked();
    told.reads += 1;
    try {
      const options = { ...(signal && { signal }), fresh: how === 'fresh' };
      const secret =
        how === 'batch'
          ? (await secrets.getMany({ ref, other: { ...ref, name: pick(names) } }, options)).ref
          : await secrets.get(ref, options);
      if (!secret) {
        told.missing += 1;
        return;
      }
      told.values += 1;
      if (secret.staleSince) told.stale += 1;
      book.told(whereOf(ref), secret, asked, how === 'fresh' ? 'fresh' : 'plain');
    } catch (error) {
      if (error === 'enough') told.aborted += 1;
      else if (isSecretError(error)) told.failures += 1;
      else book.note('a rejection that is neither coded nor the caller’s');
      if (isSecretError(error) && /acct_\d\/|CANARY/.test(JSON.stringify(error)))
        book.note('an error that shows');
    }
  }

  async function readOn(): Promise<void> {
    while (goesOn()) {
      const ref = { name: pick(names), scope: { account: pick(accounts) } };
      const chance = random();
      const asked = book.asked();
      const seen = secrets.peek(ref);
      if (seen) book.told(whereOf(ref), seen, asked, 'peek');
      if (chance < 0.05) {
        await read(ref, 'batch');
      } else if (chance < 0.1) {
        const caller = new AbortController();
        setTimeout(() => caller.abort('enough'), 1);
        await read(ref, 'plain', caller.signal);
      } else {
        await read(ref, chance > 0.98 ? 'fresh' : 'plain');
      }
      await pause(random() * 50);
    }
  }

  /** Reads what it has written, while others read it, too. Who does not know whether a write came to pass, begins anew. */
  async function writeOn(name: string): Promise<void> {
    for (let turn = 0; goesOn(); turn += 1) {
      const account = pick(accounts);
      const ref = { name: `${name}-${turn}`, scope: { account } };
      const where = whereOf(ref);
      for (let known = true; known && goesOn(); ) {
        const value = newValue(where);
        book.expect(where, value);
        const beside = read(ref, 'plain');
        known = await secrets.set(ref, value).then(
          () => true,
          () => false,
        );
        if (known) {
          book.put(where, value);
          book.forget(where);
          told.writes += 1;
        }
        await Promise.all([beside, read(ref, 'plain'), read(ref, 'batch')]);
        await pause(random() * 20);
      }
      leave(ref.name, account);
    }
  }

  /** Makes room for the next: a scope holds ten. What arrives later still is left the time that a call has. */
  function leave(name: string, account: string): void {
    const where = { account, name };
    emulator.secrets.delete(where);
    setTimeout(() => emulator.secrets.delete(where), 2_000).unref();
  }

  async function disturb(): Promise<void> {
    let faultAfter = 0; // so many calls: about half of them fail, however fast the machine is
    while (goesOn()) {
      if (random() < 0.7) {
        rotate(pick(accounts), pick(names));
      } else if (random() < 0.1) {
        const ref = { name: pick(names), scope: { account: pick(accounts) } };
        emulator.secrets.delete({ account: ref.scope.account, name: ref.name });
        book.remove(whereOf(ref));
      } else if (emulator.requests.count() > faultAfter) {
        const times = 1 + Math.floor(random() * 3);
        faultAfter = emulator.requests.count() + 2 * times;
        emulator.faults.add({ ...pick(faults), times });
      }
      if (random() < 0.05) {
        secrets.invalidate();
        book.forget();
      }
      await pause(10);
    }
  }

  for (const account of accounts) for (const name of names) rotate(account, name);
  await createSecrets(stripeSecrets({ client })).get('warm-up'); // a first call takes long
  await Promise.all([...Array.from({ length: readerCount }, readOn), writeOn('w'), writeOn('x'), disturb()]);

  const counts = layersOf(stack)[0]?.snapshot?.() ?? {};
  console.log(
    `Chaos, ${Math.round((Date.now() - begun) / 1_000)} s, ${readerCount} readers: ${told.reads} reads, ${emulator.requests.count()} calls, ` +
      `${told.values} values (${told.stale} stale), ${told.missing} missing, ${told.failures} failures, ` +
      `${told.aborted} aborted, ${told.writes} writes, ${book.violations.length} violations; the cache: ${JSON.stringify(counts)}`,
  );
  expect(new Set(book.violations)).toEqual(new Set());
  expect(seenEnough()).toBe(true);
  emulator.faults.clear();
  secrets.invalidate();
  const settled = await secrets.getManySettled({ a: { name: 'a', scope: { account: 'acct_1' } } });
  expect(settled.a).not.toBeInstanceOf(Error);
  await secrets.close();
});
