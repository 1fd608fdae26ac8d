import { fetchedAt, markStale, staleUntil, withFetchedAt } from '@secretkit/core/middleware';
import { type Secret, type SecretProvider, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { type CacheOptions, cache } from './index.js';

const start = 1_700_000_000_000;
const a = { name: 'a' };
const ttlMs = 60_000;

/** One cache, or two around each other. */
function setUp(outerOptions: CacheOptions = {}, innerOptions?: CacheOptions) {
  const clock = { ms: start };
  const backend = heldBackend();
  const plain = { ttlMs, jitter: 0, refreshAheadMs: 0, now: () => clock.ms };
  const inner = innerOptions ? cache({ ...plain, ...innerOptions })(backend.provider) : backend.provider;
  const stack = cache({ ...plain, ...outerOptions })(inner);

  /** Reads once, and answers the call that reaches the backend, if any. */
  async function read(
    answer?: string | Secret | Error,
    from: SecretProvider = stack,
    ctx = {},
  ): Promise<Secret | undefined> {
    const before = backend.calls.length;
    const reading = from.get(a, ctx);
    reading.catch(() => undefined);
    await flush();
    if (backend.calls.length > before) {
      const call = backend.call(before);
      if (answer instanceof Error) await call.fail(answer);
      else await call.answer(answer);
    }
    return reading;
  }
  return { clock, backend, inner, stack, read };
}

describe('the time when the backend gave a value', () => {
  it('is the start of the call, for the reader that waits, a hit, a look and a stale answer', async () => {
    const { clock, stack, backend, read } = setUp({ staleIfErrorMs: 600_000 });
    const first = stack.get(a, {});
    clock.ms += 5_000;
    await backend.call(0).answer('value');
    const times = [await first, await read(), stack.memory?.cached?.(a)(false)?.secret];
    const batch = await stack.getMany([a, a], {});
    clock.ms += ttlMs;
    const stale = await read(failure('unavailable'));
    expect(stale?.staleSince).toEqual(new Date(start + ttlMs));
    expect([...times, ...batch, stale].map((secret) => fetchedAt(secret as Secret))).toEqual(
      Array.from({ length: 6 }, () => start),
    );
  });

  it('is held by the promise that a hit returns', async () => {
    const { stack, read } = setUp();
    await read('value');
    const hit = stack.get(a, {});
    expect(stack.get(a, {})).toBe(hit);
    expect(fetchedAt((await hit) as Secret)).toBe(start);
  });

  it('is kept from a cache further in, and the ttl counts from it', async () => {
    const { clock, backend, read } = setUp();
    clock.ms += 100_000;
    const given = withFetchedAt(seal('value'), clock.ms - 45_000);
    expect(fetchedAt((await read(given)) as Secret)).toBe(clock.ms - 45_000);
    clock.ms += 14_999;
    expect((await read())?.reveal()).toBe('value');
    expect(backend.calls).toHaveLength(1);
    clock.ms += 1;
    expect((await read('new'))?.reveal()).toBe('new');
  });

  it('counts for maxAgeMs too', async () => {
    const { backend, stack, read } = setUp();
    await read(withFetchedAt(seal('value'), start - 10_000));
    expect(await outcome(stack.get(a, { maxAgeMs: 10_000 }))).toBe('value');
    void stack.get(a, { maxAgeMs: 9_999 });
    expect(backend.calls).toHaveLength(2);
  });

  it('in the future counts as now', async () => {
    const { clock, backend, read } = setUp();
    await read(withFetchedAt(seal('value'), start + 1_000_000));
    clock.ms += ttlMs - 1;
    await read();
    expect(backend.calls).toHaveLength(1);
    clock.ms += 1;
    await read('new');
    expect(backend.calls).toHaveLength(2);
  });
});

describe('a cache around a cache', () => {
  it('makes no value younger', async () => {
    const { clock, backend, inner, read } = setUp({}, {});
    await read('value', inner);
    clock.ms += 40_000;
    expect(fetchedAt((await read()) as Secret)).toBe(start);
    clock.ms += 19_999;
    await read();
    expect(backend.calls).toHaveLength(1);
    clock.ms += 1;
    expect((await read('new'))?.reveal()).toBe('new');
  });

  it('joins a call of the inner cache, whose answer is as old as that call', async () => {
    const { clock, backend, inner, stack } = setUp({}, {});
    const first = inner.get(a, {});
    clock.ms += 30_000;
    const joined = stack.get(a, {});
    await backend.call(0).answer('value');
    expect([fetchedAt((await first) as Secret), fetchedAt((await joined) as Secret)]).toEqual([start, start]);
  });

  it('gets a younger value when it refreshes, although the copy of the inner cache is fresh', async () => {
    const { clock, backend, read } = setUp({}, { ttlMs: 600_000 });
    await read('old');
    clock.ms += ttlMs;
    expect((await read('new'))?.reveal()).toBe('new');
    expect(backend.calls).toHaveLength(2);
    expect(backend.call(1).ctx.maxAgeMs).toBeLessThan(ttlMs);
  });

  it('gets it also when it refreshes in the background', async () => {
    const { clock, backend, read } = setUp({ staleWhileRevalidateMs: 600_000 }, { ttlMs: 600_000 });
    await read('old');
    clock.ms += ttlMs;
    expect((await read('new'))?.reveal()).toBe('old');
    expect((await read())?.reveal()).toBe('new');
    expect(backend.calls).toHaveLength(2);
  });

  it('takes a copy that the inner cache has refreshed since', async () => {
    const { clock, backend, inner, read } = setUp({}, { ttlMs: 600_000 });
    await read('old');
    clock.ms += ttlMs - 10_000;
    await read('new', inner, { fresh: true });
    clock.ms += 10_000;
    expect((await read())?.reveal()).toBe('new');
    expect(backend.calls).toHaveLength(2);
  });

  it('passes the age of none of its values with a fresh read, or for a value that it does not have', async () => {
    const { backend, stack, read } = setUp();
    void stack.get({ name: 'b' }, {});
    expect(backend.call(0).ctx).not.toHaveProperty('maxAgeMs');
    await read('value');
    void stack.get(a, { fresh: true });
    expect(backend.call(2).ctx).not.toHaveProperty('maxAgeMs');
  });
});

describe('an answer that is stale when it is received', () => {
  const bounds = { staleIfErrorMs: 600_000, failureCooldownMs: 5_000 };

  it('starts a cooldown, which doubles while answers are stale', async () => {
    const { clock, backend, read } = setUp(bounds);
    const stale = markStale(withFetchedAt(seal('old'), start - ttlMs), new Date(start), start + 600_000);
    await read(stale);
    for (const [at, cooldownMs] of [5_000, 10_000, 20_000].entries()) {
      clock.ms += cooldownMs - 1;
      expect((await read())?.reveal()).toBe('old');
      expect(backend.calls).toHaveLength(at + 1);
      clock.ms += 1;
      expect((await read(stale))?.staleSince).toEqual(new Date(start));
      expect(backend.calls).toHaveLength(at + 2);
    }
    clock.ms += 40_000;
    expect((await read('new'))?.staleSince).toBeUndefined();
  });

  it.each([
    ['of its giver, if that ends first', start + 3_000, start + 3_000],
    ['of this cache, if that ends first', start + 900_000, start + 600_000],
    ['of this cache, if the giver has none', undefined, start + 600_000],
  ])('is served within the bound %s', async (_, given, expected) => {
    const { clock, read } = setUp({ ...bounds, failureCooldownMs: 100_000 });
    await read(markStale(seal('old'), new Date(start), given));
    clock.ms = expected - 1;
    const last = await read(failure('unavailable'));
    expect([last?.reveal(), last && staleUntil(last)]).toEqual(['old', expected]);
    clock.ms += 1;
    expect(await outcome(read(failure('unavailable')))).toBe('unavailable');
  });

  it('keeps the bound of its giver while a failure or a fresh read changes its cooldown', async () => {
    const { clock, read, stack, backend } = setUp(bounds);
    await read(markStale(seal('old'), new Date(start), start + 20_000));
    clock.ms += 5_000;
    expect((await read(failure('unavailable')))?.reveal()).toBe('old');
    const fresh = outcome(stack.get(a, { fresh: true }));
    await backend.call(2).fail(failure('unavailable'));
    expect(await fresh).toBe('unavailable');
    clock.ms = start + 20_000;
    expect(await outcome(read(failure('unavailable')))).toBe('unavailable');
  });
});
