import { compose, createSecrets } from '@secretkit/core';
import { isSecretError, layersOf, type SecretRef } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { seededRandom } from '@secretkit/testing';
import { expect, it } from 'vitest';
import { type ChaosFault, chaoticBackend } from '../../test/chaotic-backend.js';
import { ledger } from '../../test/ledger.js';

const long = Number(process.env['SECRETKIT_SOAK'] ?? 1) > 1;
const durationMs = long ? 60_000 : 2_000;
const limitMs = durationMs + 30_000; // a busy machine needs longer to see enough
const readerCount = 200;
const accounts = ['acct_1', 'acct_2'];
const names = ['a', 'b', 'c', 'd'];
const bounds = { ttlMs: 200, staleWhileRevalidateMs: 100, staleIfErrorMs: long ? 2_000 : 500 };

const faults: readonly ChaosFault[] = [
  'rate_limited',
  'quota_exceeded',
  'conflict',
  'unavailable',
  'unavailable',
  'unavailable',
  'timeout',
  'invalid_data',
  'unknown',
  'permission_denied',
  'lostAnswer',
  'hang',
  'delay',
];

it('keeps every promise under chaos: rotations, writes, expiries, faults and aborts', {
  timeout: limitMs + 60_000,
}, async () => {
  const random = seededRandom(20_261_124);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // below the length
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  const backend = chaoticBackend(random);
  const stack = compose(
    cache({ ...bounds, failureCooldownMs: 50, negativeTtlMs: 20, denialTtlMs: 20 }),
    retry({ baseDelayMs: 5, maxDelayMs: 20 }),
    timeout({ timeoutMs: 500 }),
  )(backend.provider);
  const secrets = createSecrets(stack);
  const book = ledger({ ttlMs: bounds.ttlMs, servableMs: bounds.staleIfErrorMs });
  const counts = { reads: 0, values: 0, missing: 0, stale: 0, failures: 0, aborted: 0, writes: 0, made: 0 };
  const startedAt = Date.now();
  const seenEnough = (): boolean =>
    counts.values > 100 &&
    [counts.stale, counts.failures, counts.aborted, counts.writes].every((count) => count > 0);
  const continues = (): boolean => Date.now() - startedAt < (seenEnough() ? durationMs : limitMs);

  const locationOf = ({ name, scope }: SecretRef): string => `${scope?.account}/${name}`;
  const newValue = (location: string): string => `${location}#${(counts.made += 1)}`;
  const anyRef = () => ({ name: pick(names), scope: { account: pick(accounts) } });

  function rotate(ref: SecretRef): void {
    const location = locationOf(ref);
    const value = newValue(location);
    backend.put(ref, value, random() < 0.3 ? new Date(Date.now() + 1_500) : undefined);
    book.put(location, value);
  }

  /** Counts the outcome of a read, and checks it against the ledger. */
  async function read(ref: SecretRef, how: 'plain' | 'fresh' | 'batch', signal?: AbortSignal): Promise<void> {
    const start = book.start();
    counts.reads += 1;
    try {
      const options = { ...(signal && { signal }), fresh: how === 'fresh' };
      const secret =
        how === 'batch'
          ? (await secrets.getMany({ ref, other: { ...ref, name: pick(names) } }, options)).ref
          : await secrets.get(ref, options);
      if (!secret) {
        counts.missing += 1;
        return;
      }
      counts.values += 1;
      if (secret.staleSince) counts.stale += 1;
      book.check(locationOf(ref), secret, start, how === 'fresh' ? 'fresh' : 'plain');
    } catch (error) {
      if (error === 'cancelled') counts.aborted += 1;
      else if (isSecretError(error)) counts.failures += 1;
      else book.note('a rejection that is neither a SecretError nor the reason of the caller');
      if (isSecretError(error) && /acct_\d\/\w+#/.test(JSON.stringify(error)))
        book.note('an error with a value');
    }
  }

  async function readRepeatedly(): Promise<void> {
    while (continues()) {
      const ref = anyRef();
      const choice = random();
      const start = book.start();
      const peeked = secrets.peek(ref);
      if (peeked) book.check(locationOf(ref), peeked, start, 'peek');
      if (choice < 0.05) {
        await read(ref, 'batch');
      } else if (choice < 0.1) {
        const caller = new AbortController();
        setTimeout(() => caller.abort('cancelled'), 1);
        await read(ref, 'plain', caller.signal);
      } else {
        await read(ref, choice > 0.98 ? 'fresh' : 'plain');
      }
      await pause(random() * 50);
    }
  }

  /** Reads its own writes, while other readers read them. After a write with an unknown outcome it takes another name. */
  async function writeRepeatedly(prefix: string): Promise<void> {
    for (let turn = 0; continues(); turn += 1) {
      const ref = { name: `${prefix}-${turn}`, scope: { account: pick(accounts) } };
      const location = locationOf(ref);
      for (let written = true; written && continues(); ) {
        const value = newValue(location);
        book.expect(location, value);
        const concurrent = read(ref, 'plain');
        written = await secrets.set(ref, value).then(
          () => true,
          () => false,
        );
        if (written) {
          book.put(location, value);
          book.forget(location);
          counts.writes += 1;
        }
        await Promise.all([concurrent, read(ref, 'plain'), read(ref, 'batch')]);
        await pause(random() * 20);
      }
    }
  }

  async function disturb(): Promise<void> {
    let nextFaultAt = 0; // in calls: about half of them fail, on a slow machine too
    while (continues()) {
      if (random() < 0.7) {
        rotate(anyRef());
      } else if (random() < 0.1) {
        const ref = anyRef();
        backend.remove(ref);
        book.remove(locationOf(ref));
      } else if (backend.calls() > nextFaultAt) {
        const times = 1 + Math.floor(random() * 3);
        nextFaultAt = backend.calls() + 2 * times;
        backend.addFault(pick(faults), times);
      }
      if (random() < 0.05) {
        secrets.invalidate();
        book.forget();
      }
      await pause(10);
    }
  }

  for (const account of accounts) for (const name of names) rotate({ name, scope: { account } });
  await Promise.all([
    ...Array.from({ length: readerCount }, readRepeatedly),
    writeRepeatedly('w'),
    writeRepeatedly('x'),
    disturb(),
  ]);

  const snapshot = layersOf(stack)[0]?.snapshot?.() ?? {};
  console.log(
    `Chaos, ${Math.round((Date.now() - startedAt) / 1_000)} s, ${readerCount} readers: ${counts.reads} reads, ${backend.calls()} calls, ` +
      `${counts.values} values (${counts.stale} stale), ${counts.missing} missing, ${counts.failures} failures, ` +
      `${counts.aborted} aborted, ${counts.writes} writes, ${book.violations.length} violations; the cache: ${JSON.stringify(snapshot)}`,
  );
  expect(new Set(book.violations)).toEqual(new Set());
  expect(seenEnough()).toBe(true);
  backend.clearFaults();
  secrets.invalidate();
  const answers = await secrets.getManySettled({ a: { name: 'a', scope: { account: 'acct_1' } } });
  expect(answers.a).not.toBeInstanceOf(Error);
  await secrets.close();
});
