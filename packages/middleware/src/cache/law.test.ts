import { createSecrets } from '@secretkit/core';
import {
  type CallContext,
  errorRules,
  layersOf,
  type SecretError,
  type SecretErrorCode,
  seal,
} from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { type CacheEvent, type CacheOptions, cache } from './index.js';

const start = 1_700_000_000_000;
const ttlMs = 60_000;

function setUp(options: CacheOptions = {}) {
  const clock = { ms: start };
  const backend = heldBackend();
  const events: CacheEvent[] = [];
  const stack = cache({
    ttlMs,
    jitter: 0,
    refreshAheadMs: 0,
    staleIfErrorMs: 0,
    negativeTtlMs: 0,
    denialTtlMs: 0,
    now: () => clock.ms,
    onEvent: (event) => events.push(event),
    ...options,
  })(backend.provider);
  const secrets = createSecrets(stack);
  const { calls } = backend;

  /** Reads once, and answers the call that this starts, if any. */
  async function read(answer?: Parameters<(typeof calls)[number]['answer']>[0]): Promise<unknown> {
    const before = calls.length;
    const reading = outcome(secrets.get('a'));
    await flush();
    if (calls.length > before) {
      const call = backend.call(before);
      if (answer instanceof Error) await call.fail(answer);
      else await call.answer(answer);
    }
    return reading;
  }
  return { clock, backend, calls, stack, secrets, events, read };
}

const codes = Object.keys(errorRules) as SecretErrorCode[]; // Object.keys() returns string[]

describe('law 1: how long a value is fresh', () => {
  it.each([
    { jitter: 0.5, random: 0, freshMs: 60_000, why: 'random 0 subtracts nothing' },
    { jitter: 0.5, random: 0.5, freshMs: 45_000, why: 'random 0.5 subtracts half of the jitter' },
    { jitter: 1, random: 0.75, freshMs: 15_000, why: 'a jitter of 1 may subtract the whole ttl' },
    {
      refreshAheadMs: 10_000,
      lifeMs: 50_000,
      freshMs: 40_000,
      why: 'a value is refreshed ahead of its expiry',
    },
    {
      refreshAheadMs: 10_000,
      lifeMs: 15_000,
      freshMs: 7_500,
      why: 'a value is fresh for half of its life at least',
    },
    { refreshAheadMs: 10_000, lifeMs: 90_000, freshMs: 60_000, why: 'a value is fresh for its ttl at most' },
    {
      refreshAheadMs: 0,
      lifeMs: 50_000,
      freshMs: 50_000,
      why: 'with refreshAheadMs 0 a value is fresh until its expiry',
    },
    { refreshMs: 20_000, freshMs: 20_000, why: 'a value is refreshed at refreshAt' },
    { refreshMs: 90_000, freshMs: 60_000, why: 'a refreshAt after the ttl changes nothing' },
    { refreshMs: 20_000, lifeMs: 10_000, freshMs: 10_000, why: 'an expiry before refreshAt binds' },
    {
      refreshMs: 20_000,
      lifeMs: 21_000,
      jitter: 0.5,
      random: 0.5,
      freshMs: 21_000,
      why: 'an expiry shortly after refreshAt binds',
    },
    {
      refreshMs: 6_000,
      jitter: 0.5,
      random: 0.5,
      freshMs: 7_500,
      why: 'a refresh is a random part of the jitter later than refreshAt',
    },
    {
      refreshMs: 20_000,
      jitter: 0.5,
      random: 0.5,
      freshMs: 22_500,
      why: 'a refresh is at most 5 seconds later than refreshAt',
    },
    { refreshMs: 0, freshMs: 60_000, why: 'a refreshAt at the fetch counts as absent' },
    { refreshMs: -90_000, freshMs: 60_000, why: 'a refreshAt before the fetch counts as absent' },
  ])(
    '$why: $freshMs ms',
    async ({ freshMs, lifeMs, refreshMs, random = 0, jitter = 0, refreshAheadMs = 0 }) => {
      const { clock, calls, read } = setUp({ jitter, refreshAheadMs, random: () => random });
      const expires = {
        ...(lifeMs !== undefined && { expiresAt: new Date(start + lifeMs) }),
        ...(refreshMs !== undefined && { refreshAt: new Date(start + refreshMs) }),
      };
      await read(seal('value', expires));
      clock.ms = start + freshMs - 1;
      expect(await read()).toBe('value');
      expect(calls).toHaveLength(1);
      clock.ms += 1;
      await read(seal('value', expires));
      expect(calls).toHaveLength(2);
    },
  );

  it('a store that is late with its rotation is not asked again and again', async () => {
    const { clock, calls, read } = setUp();
    const refreshAt = new Date(start + 10_000);
    await read(seal('old', { refreshAt }));
    clock.ms = start + 10_000;
    for (let i = 0; i < 100; i += 1) {
      expect(await read(seal('old', { refreshAt }))).toBe('old');
      clock.ms += 10;
    }
    expect(calls).toHaveLength(2);
  });

  it('a thousand reads shortly before an expiry make a logarithmic number of calls', async () => {
    const { clock, calls, read } = setUp({ ttlMs: 3_600_000, refreshAheadMs: 60_000 });
    const expiresAt = new Date(start + 120_000);
    await read(seal('value', { expiresAt }));
    clock.ms = start + 60_000;
    for (let i = 0; i < 1_000; i += 1) {
      await read(seal('value', { expiresAt }));
      clock.ms += 59.9;
    }
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.length).toBeLessThan(20);
  });

  it('the soft deadlines of a thousand values are spread evenly over the jitter', async () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const { clock, backend, secrets } = setUp({ jitter: 0.2, random });
    const reads = Array.from({ length: 1_000 }, (_, at) => secrets.get(`name-${at}`));
    for (const call of backend.calls) void call.answer('value');
    await Promise.all(reads);
    const fresh = [0.8, 0.85, 0.9, 0.95, 1].map((part) => {
      clock.ms = start + ttlMs * part - 1;
      return reads.filter((_, at) => secrets.peek(`name-${at}`)).length;
    });
    expect(fresh[0]).toBe(1_000);
    for (const [at, expected] of [1_000, 750, 500, 250, 0].entries()) {
      expect(Math.abs((fresh[at] ?? 0) - expected)).toBeLessThan(50);
    }
  });
});

describe('random', () => {
  it('is drawn once per batch, so that its secrets are fetched as a batch again', async () => {
    const draws = [0.9, 0.1, 0.5];
    const { clock, backend, calls, secrets } = setUp({ jitter: 0.5, random: () => draws.shift() ?? 0 });
    const names = { a: 'a', b: 'b', c: 'c' };
    const batch = secrets.getMany(names);
    await flush();
    await backend.call(0).answer('one', 'two', 'three');
    await batch;
    clock.ms = start + ttlMs * 0.55 - 1;
    expect(Object.keys(names).map((name) => secrets.peek(name)?.reveal())).toEqual(['one', 'two', 'three']);
    clock.ms += 1;
    expect(Object.keys(names).map((name) => secrets.peek(name))).toEqual([undefined, undefined, undefined]);
    void secrets.getMany(names);
    await flush();
    expect(calls).toHaveLength(2);
    expect(draws).toEqual([0.5]); // the second call has drawn a number too
  });
});

describe('law 2: stale within its bounds, and never beyond', () => {
  it('the reader does not wait while the value is refreshed in the background', async () => {
    const { clock, backend, secrets, read, calls } = setUp({ staleWhileRevalidateMs: 10_000 });
    await read('old');
    clock.ms += ttlMs;
    const [one, other] = await Promise.all([secrets.require('a'), secrets.require('a')]);
    expect([one.reveal(), other.reveal(), one.staleSince]).toEqual(['old', 'old', new Date(start + ttlMs)]);
    expect(calls).toHaveLength(2);
    expect(backend.call(1).ctx.maxAttempts).toBe(1);
    await backend.call(1).answer('new');
    expect((await secrets.require('a')).reveal()).toBe('new');
    expect((await secrets.require('a')).staleSince).toBeUndefined();
  });

  it.each([
    { option: 'staleWhileRevalidateMs', atMs: 9_999, served: 'old' },
    { option: 'staleWhileRevalidateMs', atMs: 10_000, served: 'unavailable' },
    { option: 'staleIfErrorMs', atMs: 9_999, served: 'old' },
    { option: 'staleIfErrorMs', atMs: 10_000, served: 'unavailable' },
  ])('$option of 10000 ms: after $atMs ms, $served', async ({ option, atMs, served }) => {
    const { clock, read } = setUp({ [option]: 10_000 });
    await read('old');
    clock.ms += ttlMs + atMs;
    expect(await read(failure('unavailable'))).toBe(served);
  });

  it.each(codes)('%s: stale only if the table of codes allows it', async (code) => {
    const { clock, read } = setUp({ staleIfErrorMs: 10_000 });
    await read('old');
    clock.ms += ttlMs;
    expect(await read(failure(code))).toBe(errorRules[code].staleAllowed ? 'old' : code);
  });

  it('is never served at or past its expiry, in any mode, under any failure', async () => {
    const { clock, read } = setUp({ staleWhileRevalidateMs: 600_000, staleIfErrorMs: 600_000 });
    await read(seal('old', { expiresAt: new Date(start + ttlMs + 5_000) }));
    clock.ms = start + ttlMs + 4_999;
    expect(await read(failure('unavailable'))).toBe('old'); // and a cooldown starts
    clock.ms += 1;
    expect(await read(failure('unavailable'))).toBe('unavailable');
  });

  it('carries the time since when, which does not change when it is served (D6)', async () => {
    const { clock, secrets, read, calls, backend } = setUp({
      staleIfErrorMs: 600_000,
      failureCooldownMs: 1_000,
    });
    await read('old');
    for (const [at, minutes] of [1, 3, 9].entries()) {
      clock.ms = start + minutes * 60_000;
      const reading = secrets.require('a');
      await backend.call(calls.length - 1).fail(failure('unavailable'));
      expect((await reading).staleSince, String(at)).toEqual(new Date(start + ttlMs));
    }
    clock.ms = start + ttlMs + 600_000;
    expect(await read(failure('unavailable'))).toBe('unavailable'); // D5: not forever
  });

  it('is served to a reader whose deadline passes first', async () => {
    const { clock, stack, read, secrets } = setUp({ staleIfErrorMs: 10_000 });
    await read('old');
    clock.ms += ttlMs;
    const secret = await stack.get({ name: 'a' }, { deadline: clock.ms });
    expect([secret?.reveal(), secret?.staleSince]).toEqual(['old', new Date(start + ttlMs)]);
    await secrets.close();
  });

  it('is not served to a fresh read', async () => {
    const { clock, backend, secrets, read } = setUp({
      staleWhileRevalidateMs: 10_000,
      staleIfErrorMs: 10_000,
    });
    await read('old');
    clock.ms += ttlMs;
    const fresh = outcome(secrets.get('a', { fresh: true }));
    expect(backend.call(1).ctx).not.toHaveProperty('maxAttempts');
    await backend.call(1).fail(failure('unavailable'));
    expect(await fresh).toBe('unavailable');
  });
});

describe('law 2: a value that is stale when it is received', () => {
  it('from an inner cache keeps its staleSince and its bound, and is not fresh again (D6)', async () => {
    const clock = { ms: start };
    const backend = heldBackend();
    const now = (): number => clock.ms;
    const bounds = { jitter: 0, refreshAheadMs: 0, failureCooldownMs: 0, now };
    const inner = cache({ ...bounds, ttlMs, staleIfErrorMs: 30_000 })(backend.provider);
    const outer = createSecrets(cache({ ...bounds, ttlMs, staleIfErrorMs: 50_000 })(inner));
    const reading = outcome(outer.get('a'));
    await backend.call(0).answer('old');
    await reading;
    clock.ms += ttlMs;
    for (const { laterMs, staleForMs } of [
      { laterMs: 0, staleForMs: 0 },
      { laterMs: 20_000, staleForMs: 20_000 },
      { laterMs: 9_999, staleForMs: 29_999 },
    ]) {
      clock.ms += laterMs;
      const late = outer.require('a');
      await flush();
      await backend.call(backend.calls.length - 1).fail(failure('unavailable'));
      const { staleSince } = await late;
      expect(staleSince).toEqual(new Date(start + ttlMs));
      expect(clock.ms - start - ttlMs).toBe(staleForMs);
      expect(outer.peek('a')).toBeUndefined();
    }
    clock.ms += 1;
    const tooLate = outcome(outer.get('a'));
    await flush();
    await backend.call(backend.calls.length - 1).fail(failure('unavailable'));
    expect(await tooLate).toBe('unavailable');
  });
});

describe('law 3: a definitive answer evicts at once', () => {
  it.each(['permission_denied', 'unauthenticated', undefined] as const)('%s', async (code) => {
    const { clock, read } = setUp({ staleIfErrorMs: 600_000, staleWhileRevalidateMs: 0 });
    await read('old');
    clock.ms += ttlMs;
    expect(await read(code && failure(code))).toBe(code);
    expect(await read(failure('unavailable'))).toBe('unavailable'); // and nothing is left to serve: D5, D17
  });

  it('also when it is the answer to a background refresh', async () => {
    const { clock, backend, read, secrets } = setUp({ staleWhileRevalidateMs: 600_000 });
    await read('old');
    clock.ms += ttlMs;
    expect(await outcome(secrets.get('a'))).toBe('old');
    await backend.call(1).fail(failure('permission_denied'));
    expect(await read(failure('unavailable'))).toBe('unavailable');
  });

  it('unknown is not answered with a stale value, but does not evict it', async () => {
    const { clock, read } = setUp({ staleIfErrorMs: 600_000 });
    await read('old');
    clock.ms += ttlMs;
    expect(await read(failure('unknown'))).toBe('unknown');
    expect(await read(failure('unavailable'))).toBe('old'); // D16: a failed refresh does not overwrite a good value
  });
});

describe('law 4: the cooldown after a failure', () => {
  const atSecond = async (kit: ReturnType<typeof setUp>, seconds: number, answer: SecretError) => {
    kit.clock.ms = start + ttlMs + seconds * 1_000;
    const before = kit.calls.length;
    expect(await kit.read(answer)).toBe('old');
    return kit.calls.length - before;
  };

  it('lasts failureCooldownMs, and doubles with each failure up to ten times that (D1, D4)', async () => {
    const kit = setUp({ staleIfErrorMs: 2_000_000_000, failureCooldownMs: 30_000 });
    await kit.read('old');
    const down = failure('unavailable');
    let seconds = 0;
    for (const cooldownSeconds of [30, 60, 120, 240, 300, 300, ...Array.from({ length: 60 }, () => 300)]) {
      expect(await atSecond(kit, seconds, down)).toBe(1);
      expect(await atSecond(kit, seconds + cooldownSeconds - 0.001, down)).toBe(0);
      seconds += cooldownSeconds;
    }
    expect(kit.backend.call(3).ctx.maxAttempts).toBe(1);
  });

  it('starts from failureCooldownMs again after a success', async () => {
    const kit = setUp({ staleIfErrorMs: 600_000, failureCooldownMs: 30_000 });
    await kit.read('old');
    await atSecond(kit, 0, failure('unavailable'));
    await atSecond(kit, 30, failure('unavailable'));
    kit.clock.ms += 60_000;
    expect(await kit.read('old')).toBe('old');
    kit.clock.ms += ttlMs;
    expect(await kit.read(failure('unavailable'))).toBe('old');
    kit.clock.ms += 29_999;
    const before = kit.calls.length;
    await kit.read();
    kit.clock.ms += 1;
    await kit.read(failure('unavailable'));
    expect(kit.calls.length - before).toBe(1);
  });

  it('lasts retryAfterMs if the backend reports that', async () => {
    const kit = setUp({ staleIfErrorMs: 600_000 });
    await kit.read('old');
    expect(await atSecond(kit, 0, failure('rate_limited', 90_000))).toBe(1);
    expect(await atSecond(kit, 89.999, failure('rate_limited'))).toBe(0);
    expect(await atSecond(kit, 90, failure('rate_limited'))).toBe(1);
  });

  it('lasts at most ten times failureCooldownMs, whatever the backend reports', async () => {
    const kit = setUp({ staleIfErrorMs: 2_000_000_000, failureCooldownMs: 30_000 });
    await kit.read('old');
    expect(await atSecond(kit, 0, failure('rate_limited', Number.MAX_SAFE_INTEGER))).toBe(1);
    expect(await atSecond(kit, 299.999, failure('rate_limited'))).toBe(0);
    expect(await atSecond(kit, 300, failure('rate_limited'))).toBe(1);
  });

  it('hides a revocation for at most that time', async () => {
    const kit = setUp({ staleIfErrorMs: 2_000_000_000, failureCooldownMs: 30_000 });
    await kit.read('old');
    expect(await atSecond(kit, 0, failure('rate_limited', Number.MAX_SAFE_INTEGER))).toBe(1);
    kit.clock.ms = start + ttlMs + 300_000;
    expect(await kit.read(failure('permission_denied'))).toBe('permission_denied');
  });

  it('lasts failureCooldownMs if the backend reports a retryAfterMs of 0', async () => {
    const kit = setUp({ staleIfErrorMs: 600_000, failureCooldownMs: 30_000 });
    await kit.read('old');
    expect(await atSecond(kit, 0, failure('rate_limited', 0))).toBe(1);
    expect(await atSecond(kit, 29.999, failure('rate_limited', 0))).toBe(0);
    expect(await atSecond(kit, 30, failure('rate_limited', 0))).toBe(1);
  });

  it('does not extend staleIfErrorMs (D7)', async () => {
    const kit = setUp({ staleIfErrorMs: 10_000, failureCooldownMs: 600_000 });
    await kit.read('old');
    expect(await atSecond(kit, 9, failure('unavailable'))).toBe(1);
    kit.clock.ms = start + ttlMs + 10_000;
    expect(await kit.read(failure('unavailable'))).toBe('unavailable');
    expect(await kit.read('new')).toBe('new'); // with nothing to serve, the next read fetches again
  });

  it.each(['fresh', 'set', 'invalidate'] as const)('is ended by %s (D3)', async (act) => {
    const kit = setUp({ staleIfErrorMs: 600_000, failureCooldownMs: 600_000 });
    await kit.read('old');
    await atSecond(kit, 0, failure('unavailable'));
    const before = kit.calls.length;
    if (act === 'invalidate') {
      kit.secrets.invalidate('a');
    } else {
      const call = act === 'set' ? kit.secrets.set('a', 'x') : kit.secrets.get('a', { fresh: true });
      await kit.backend.call(before).fail(failure('unavailable'));
      await expect(call).rejects.toMatchObject({ code: 'unavailable' });
    }
    const reading = kit.calls.length;
    const expected = act === 'fresh' ? 'old' : 'unavailable';
    expect(await kit.read(failure('unavailable'))).toBe(expected);
    expect(kit.calls.length - reading).toBe(act === 'fresh' ? 0 : 1); // the failure of the fresh read starts another cooldown
  });

  it('is ended by a fresh read, whose failure is one more in a row', async () => {
    const kit = setUp({ staleIfErrorMs: 600_000, failureCooldownMs: 30_000 });
    await kit.read('old');
    await atSecond(kit, 0, failure('unavailable'));
    const fresh = outcome(kit.secrets.get('a', { fresh: true }));
    await kit.backend.call(kit.calls.length - 1).fail(failure('unavailable'));
    expect(await fresh).toBe('unavailable');
    expect(await atSecond(kit, 59.999, failure('unavailable'))).toBe(0);
    expect(await atSecond(kit, 60, failure('unavailable'))).toBe(1);
  });

  it('is ended by a fresh read whose failure does not start another', async () => {
    const kit = setUp({ staleIfErrorMs: 600_000, failureCooldownMs: 600_000 });
    await kit.read('old');
    await atSecond(kit, 0, failure('unavailable'));
    const fresh = outcome(kit.secrets.get('a', { fresh: true }));
    await kit.backend.call(kit.calls.length - 1).fail(failure('conflict'));
    expect(await fresh).toBe('conflict');
    expect(await kit.read('new')).toBe('new');
  });

  it.each(['permission_denied', 'unauthenticated', 'unknown'] as const)(
    '%s is repeated for denialTtlMs, as a new error each time',
    async (code) => {
      const { clock, read, calls, secrets } = setUp({ denialTtlMs: 1_000 });
      expect(await read(failure(code))).toBe(code);
      clock.ms += 999;
      const errors = await Promise.all([1, 2].map(() => secrets.get('a').catch((error: unknown) => error)));
      expect(errors).toMatchObject([{ code, ref: { name: 'a' }, provider: 'held' }, { code }]);
      expect(errors[0]).not.toBe(errors[1]);
      expect(calls).toHaveLength(1);
      clock.ms += 1;
      expect(await read('value')).toBe('value');
    },
  );

  it('a missing name that is read a thousand times within negativeTtlMs makes one call (D11)', async () => {
    const { clock, read, calls, secrets } = setUp({ negativeTtlMs: 1_000 });
    await read(undefined);
    for (let i = 0; i < 1_000; i += 1) expect(await outcome(secrets.get('a'))).toBeUndefined();
    expect(await secrets.getMany({ a: 'a', again: 'a' })).toEqual({ a: undefined, again: undefined });
    expect(calls).toHaveLength(1);
    clock.ms += 1_000;
    expect(await read('value')).toBe('value');
  });

  it('a name that stays missing is asked for after 1, 2, 4 … 60 seconds', async () => {
    const { clock, read, calls } = setUp({ negativeTtlMs: 1_000 });
    await read(undefined);
    for (const [at, waitMs] of [1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1_000).entries()) {
      clock.ms += waitMs - 1;
      await read();
      expect(calls).toHaveLength(at + 1);
      clock.ms += 1;
      await read(undefined);
      expect(calls).toHaveLength(at + 2);
    }
    clock.ms += 60_000;
    expect(await read('value')).toBe('value');
  });

  it.each([
    { negativeTtlMs: 300, negativeTtlMaxMs: 1_000, waits: [300, 600, 1_000, 1_000] },
    { negativeTtlMs: 5_000, negativeTtlMaxMs: 1_000, waits: [5_000, 5_000] },
    { negativeTtlMs: 120_000, waits: [120_000, 120_000] },
  ])('negativeTtlMs $negativeTtlMs, negativeTtlMaxMs $negativeTtlMaxMs: waits of $waits', async (row) => {
    const { waits, ...options } = row;
    const { clock, read, calls } = setUp(options);
    await read(undefined);
    for (const waitMs of waits) {
      const before = calls.length;
      clock.ms += waitMs - 1;
      await read();
      expect(calls).toHaveLength(before);
      clock.ms += 1;
      await read(undefined);
      expect(calls).toHaveLength(before + 1);
    }
  });

  it.each([
    { unreadMs: 3_999, nextWaitMs: 4_000, why: 'goes on with the next wait' },
    { unreadMs: 4_000, nextWaitMs: 1_000, why: 'starts anew' },
  ])('a missing name that was not read for $unreadMs ms after a wait of 2000 ms $why', async (row) => {
    const { clock, read, calls } = setUp({ negativeTtlMs: 1_000 });
    await read(undefined);
    clock.ms += 1_000;
    await read(undefined); // now it waits for two seconds
    clock.ms += row.unreadMs;
    await read(undefined);
    const before = calls.length;
    clock.ms += row.nextWaitMs - 1;
    await read();
    expect(calls).toHaveLength(before);
    clock.ms += 1;
    await read(undefined);
    expect(calls).toHaveLength(before + 1);
  });

  it.each(['set', 'invalidate', 'fresh', 'a value', 'a denial'] as const)(
    'the wait for a missing name starts anew after %s',
    async (act) => {
      const { clock, read, calls, secrets, backend } = setUp({ negativeTtlMs: 1_000, denialTtlMs: 10 });
      await read(undefined);
      clock.ms += 1_000;
      await read(undefined);
      if (act === 'set' || act === 'fresh') {
        const call = act === 'set' ? secrets.set('a', 'x') : secrets.get('a', { fresh: true });
        await backend.call(2).answer(undefined);
        await call;
      }
      if (act === 'invalidate') secrets.invalidate('a');
      if (act === 'a value' || act === 'a denial') {
        clock.ms += 2_000;
        await read(act === 'a value' ? 'value' : failure('permission_denied'));
        clock.ms += ttlMs;
      }
      if (act !== 'fresh') await read(undefined);
      const before = calls.length;
      clock.ms += 999;
      await read();
      expect(calls).toHaveLength(before);
      clock.ms += 1;
      await read();
      expect(calls).toHaveLength(before + 1);
    },
  );

  it('a missing name counts as read, too, when memory has the answer', async () => {
    const { clock, read, calls } = setUp({ negativeTtlMs: 1_000 });
    await read(undefined);
    clock.ms += 900;
    await read();
    clock.ms += 1_999; // less than twice the wait, since the last read
    await read(undefined);
    expect(calls).toHaveLength(2);
    clock.ms += 1_999;
    await read(); // the next wait, of two seconds
    expect(calls).toHaveLength(2);
  });

  it('the first wait for a missing name does not grow from that of a denial', async () => {
    const { clock, read, calls } = setUp({ negativeTtlMs: 1_000, denialTtlMs: 5_000 });
    await read(failure('permission_denied'));
    clock.ms += 5_000;
    await read(undefined);
    clock.ms += 1_000;
    await read(undefined);
    expect(calls).toHaveLength(3);
  });

  it('a missing name that is not remembered ends no memory of a denial', async () => {
    const { backend, read, secrets, calls } = setUp({ denialTtlMs: 1_000, maxEntries: 1 });
    await read(failure('permission_denied'));
    const missing = secrets.get('b');
    await backend.call(1).answer(undefined);
    expect(await missing).toBeUndefined();
    expect(await read()).toBe('permission_denied');
    expect(calls).toHaveLength(2);
  });

  it('a failure between leaves the wait for a missing name as it is', async () => {
    const { clock, read, calls } = setUp({ negativeTtlMs: 1_000 });
    await read(undefined);
    clock.ms += 1_000;
    expect(await read(failure('unavailable'))).toBe('unavailable');
    await read(undefined);
    clock.ms += 1_999;
    await read();
    expect(calls).toHaveLength(3);
  });

  it('missing names push out no value', async () => {
    const { backend, read, secrets } = setUp({ negativeTtlMs: 1_000, maxEntries: 1 });
    await read('value');
    for (const name of ['b', 'c']) {
      const reading = secrets.get(name);
      await backend.call(backend.calls.length - 1).answer(undefined);
      await reading;
    }
    expect(secrets.peek('a')?.reveal()).toBe('value');
  });

  it.each(['set', 'delete', 'invalidate', 'invalidate all', 'fresh'] as const)(
    'a missing secret and a denial are forgotten at once after %s (D9)',
    async (act) => {
      for (const negative of [undefined, failure('permission_denied')]) {
        const kit = setUp({ negativeTtlMs: 600_000, denialTtlMs: 600_000 });
        await kit.read(negative);
        const { secrets, backend } = kit;
        if (act === 'invalidate') secrets.invalidate('a');
        else if (act === 'invalidate all') secrets.invalidate();
        else {
          const call = {
            set: () => secrets.set('a', 'x'),
            delete: () => secrets.delete('a'),
            fresh: () => secrets.get('a', { fresh: true }),
          }[act]();
          await backend.call(1).answer('new');
          await call;
        }
        expect(await kit.read('new')).toBe('new');
      }
    },
  );

  it('other failures are not remembered (D18)', async () => {
    const { read, calls } = setUp({ negativeTtlMs: 1_000, denialTtlMs: 1_000 });
    for (const code of codes.filter((each) => !errorRules[each].remembered))
      expect(await read(failure(code))).toBe(code);
    expect(calls).toHaveLength(codes.filter((each) => !errorRules[each].remembered).length);
  });
});

describe('law 6: detached requests', () => {
  it('a refresh that started before a write does not answer later readers, and is not stored', async () => {
    const { clock, backend, secrets, read } = setUp({ staleWhileRevalidateMs: 600_000 });
    await read('old');
    clock.ms += ttlMs;
    await secrets.get('a'); // starts a refresh
    const write = secrets.set('a', 'new');
    await backend.call(2).answer();
    await write;
    const after = outcome(secrets.get('a'));
    await backend.call(1).answer('old');
    await backend.call(3).answer('new');
    expect(await after).toBe('new');
    expect(secrets.peek('a')?.reveal()).toBe('new');
  });

  it('a denial that was in flight during a write is not remembered', async () => {
    const { backend, secrets, read } = setUp({ denialTtlMs: 600_000 });
    const before = outcome(secrets.get('a'));
    const write = secrets.set('a', 'new');
    await backend.call(1).answer();
    await write;
    await backend.call(0).fail(failure('permission_denied'));
    expect(await before).toBe('permission_denied');
    expect(await read('new')).toBe('new');
  });
});

describe('a batch beside a remembered failure', () => {
  it('serves a fresh value from memory, as a single read does: law 1', async () => {
    const { backend, secrets, read, calls } = setUp({ denialTtlMs: 1_000 });
    await read('value');
    const fresh = outcome(secrets.get('a', { fresh: true }));
    await backend.call(1).fail(failure('unknown'));
    expect(await fresh).toBe('unknown');
    expect(await outcome(secrets.get('a'))).toBe('value');
    const batch = secrets.getMany({ a: 'a', b: 'b' });
    await backend.call(2).answer('of b');
    const { a, b } = await batch;
    expect([a?.reveal(), b?.reveal(), calls.length]).toEqual(['value', 'of b', 3]);
  });
});

describe('law 1: maxAgeMs', () => {
  const within = (maxAgeMs: number): CallContext => ({ maxAgeMs });
  const a = { name: 'a' };

  it('asks only when the value in memory is older, and carries the wish inward', async () => {
    const { clock, stack, backend, read, calls } = setUp();
    await read('old');
    clock.ms += 10_000;
    expect(await outcome(stack.get(a, within(10_000)))).toBe('old');
    const stricter = outcome(stack.get(a, within(9_999)));
    expect(backend.call(1).ctx).toMatchObject({ maxAgeMs: 9_000 }); // below the age of the value in memory
    await backend.call(1).answer('new');
    expect(await stricter).toBe('new');
    expect(await outcome(stack.get(a, within(0)))).toBe('new');
    expect(calls).toHaveLength(2);
  });

  it('counts from the start of the call that fetched the value', async () => {
    const { clock, stack, backend, calls } = setUp();
    const slow = outcome(stack.get(a, {}));
    clock.ms += 5_000;
    await backend.call(0).answer('value');
    await slow;
    void stack.get(a, within(4_999));
    expect(calls).toHaveLength(2);
  });

  it('joins only a request that is at least as strict', async () => {
    const { stack, calls, backend } = setUp();
    const reads = [{}, within(1_000), within(2_000), within(999), { fresh: true }, within(0), {}].map((ctx) =>
      outcome(stack.get(a, ctx)),
    );
    expect(calls.map(({ ctx }) => [ctx.fresh, ctx.maxAgeMs])).toEqual([
      [undefined, undefined],
      [undefined, 1_000],
      [undefined, 999],
      [true, undefined],
    ]);
    for (const [at, call] of backend.calls.entries()) await call.answer(String(at));
    expect(await Promise.all(reads)).toEqual(['0', '1', '1', '2', '3', '3', '3']);
  });

  it('ends no cooldown, and no memory of a missing secret', async () => {
    const { clock, stack, read, backend, calls } = setUp({ staleIfErrorMs: 600_000, negativeTtlMs: 1_000 });
    await read('old');
    clock.ms += ttlMs;
    await read(failure('unavailable'));
    expect(await outcome(stack.get(a, within(0)))).toBe('old');
    const missing = outcome(stack.get({ name: 'b' }, {}));
    await backend.call(2).answer(undefined);
    await missing;
    expect(await outcome(stack.get({ name: 'b' }, within(0)))).toBeUndefined();
    expect(calls).toHaveLength(3);
  });

  it('is served a value before its soft deadline if the call fails, after one attempt and with a cooldown', async () => {
    const { clock, stack, read, backend, calls } = setUp({ staleIfErrorMs: 600_000 });
    await read('old');
    clock.ms += 10_000;
    const reading = stack.get(a, within(1_000));
    expect(backend.call(1).ctx).toMatchObject({ maxAttempts: 1, maxAgeMs: 1_000 });
    await backend.call(1).fail(failure('unavailable'));
    const secret = await reading;
    expect([secret?.reveal(), secret?.staleSince]).toEqual(['old', undefined]);
    expect(await outcome(stack.get(a, within(1_000)))).toBe('old');
    expect(calls).toHaveLength(2);
  });

  it('holds for batches', async () => {
    const { clock, stack, read, backend } = setUp();
    await read('old');
    clock.ms += 10_000;
    const batch = stack.getMany([a, { name: 'b' }], within(1_000));
    expect(backend.call(1).names).toEqual(['a', 'b']);
    await backend.call(1).answer('new', 'of b');
    await batch;
    expect(await read()).toBe('new');
  });
});

describe('law 7: the wall clock', () => {
  it('set back by more than a second makes every value stale, and extends no bound', async () => {
    const { clock, read, calls } = setUp({ staleIfErrorMs: 10_000, failureCooldownMs: 0 });
    await read('old');
    clock.ms += ttlMs + 9_000;
    expect(await read(failure('unavailable'))).toBe('old');
    clock.ms -= 3_600_000;
    expect(await read(failure('unavailable'))).toBe('old');
    expect(calls).toHaveLength(3);
    clock.ms += 1_000;
    expect(await read(failure('unavailable'))).toBe('unavailable');
  });

  it('set back right after a fetch makes the value stale since then, and servable during the refresh', async () => {
    const { clock, secrets, read, backend } = setUp({ staleWhileRevalidateMs: 10_000 });
    await read('old');
    clock.ms -= 7_200_000;
    const secret = await secrets.require('a');
    const setBackAt = new Date(clock.ms);
    expect([secret.reveal(), secret.staleSince]).toEqual(['old', setBackAt]);
    clock.ms += 9_999;
    expect(await secrets.require('a')).toHaveProperty('staleSince', setBackAt);
    clock.ms += 1;
    const waiting = outcome(secrets.get('a')); // its bound counts from that step back
    await backend.call(1).answer('new');
    expect(await waiting).toBe('new');
    expect(await read()).toBe('new');
  });
});

describe('a clock that is set back twice', () => {
  it('does not renew the time since when a value is stale', async () => {
    const { clock, read, secrets, calls, backend } = setUp({ staleIfErrorMs: 10_000, failureCooldownMs: 0 });
    await read('old');
    clock.ms -= 7_200_000;
    expect(await read(failure('unavailable'))).toBe('old');
    clock.ms += 9_000;
    expect(await read(failure('unavailable'))).toBe('old');
    clock.ms -= 7_200_000;
    const again = secrets.require('a');
    await backend.call(calls.length - 1).fail(failure('unavailable'));
    expect((await again).staleSince).toEqual(new Date(clock.ms - 9_000));
    clock.ms += 1_000;
    expect(await read(failure('unavailable'))).toBe('unavailable');
  });
});

describe('a clock that was set back before the fetch', () => {
  async function after(options: CacheOptions) {
    const kit = setUp(options);
    await kit.read('first');
    kit.clock.ms -= 3_600_000;
    await kit.read('old');
    return kit;
  }

  it('does not change how long a value is fresh and servable', async () => {
    const { clock, read, calls } = await after({ staleIfErrorMs: 10_000, failureCooldownMs: 1_000 });
    clock.ms += ttlMs - 1;
    expect(await read()).toBe('old');
    clock.ms += 1;
    expect(await read(failure('unavailable'))).toBe('old');
    clock.ms += 999;
    expect(await read()).toBe('old');
    expect(calls).toHaveLength(3);
    clock.ms += 1;
    expect(await read(failure('unavailable'))).toBe('old');
    expect(calls).toHaveLength(4);
    clock.ms += 9_000;
    expect(await read(failure('unavailable'))).toBe('unavailable');
  });

  it('does not change how long a negative entry lasts', async () => {
    const { clock, secrets, backend, read, calls } = await after({ negativeTtlMs: 1_000 });
    secrets.invalidate('a');
    expect(await read(undefined)).toBeUndefined();
    clock.ms += 999;
    expect(await read()).toBeUndefined();
    expect(calls).toHaveLength(3);
    clock.ms += 1;
    const asked = secrets.get('a');
    await backend.call(3).answer('new');
    expect((await asked)?.reveal()).toBe('new');
  });
});

describe('law 8: events and the snapshot', () => {
  it('count hits of batches and of negative entries, and no eviction for an invalidation', async () => {
    const { secrets, events, read, backend, clock } = setUp({
      negativeTtlMs: 1_000,
      staleWhileRevalidateMs: 5_000,
    });
    await read(undefined);
    await read();
    clock.ms += 1_000;
    await read('value');
    const batch = secrets.getMany({ a: 'a', b: 'b' });
    await backend.call(2).answer('of b');
    await batch;
    clock.ms += ttlMs;
    await secrets.getMany({ a: 'a', b: 'b' });
    secrets.invalidate();
    expect(events.map(({ type, ref }) => `${type} ${ref.name}`)).toEqual([
      'miss a',
      'hit a',
      'miss a',
      'hit a',
      'miss b',
      'stale a',
      'stale b',
      'refresh a',
      'refresh b',
    ]);
  });

  it('report a code for failures only', async () => {
    const { events, read } = setUp();
    await read(failure('unavailable'));
    await read('value');
    expect(events).toStrictEqual([
      { type: 'miss', ref: { name: 'a' } },
      { type: 'failure', ref: { name: 'a' }, code: 'unavailable' },
      { type: 'miss', ref: { name: 'a' } },
    ]);
  });

  it('report each kind of event, with names and codes', async () => {
    const kit = setUp({ staleIfErrorMs: 600_000, maxEntries: 1, failureCooldownMs: 0 });
    const { clock, backend, secrets, events, stack, read } = kit;
    await read('value');
    await read();
    clock.ms += ttlMs;
    const both = [secrets.get('a'), secrets.get('a')];
    await backend.call(1).fail(failure('timeout'));
    await Promise.all(both);
    const other = secrets.get('b');
    await backend.call(2).answer('other');
    await other;
    const of = (name: string) => ({ ref: { name } });
    expect(events).toEqual([
      { type: 'miss', ...of('a') },
      { type: 'hit', ...of('a') },
      { type: 'refresh', ...of('a') },
      { type: 'coalesced', ...of('a') },
      { type: 'failure', ...of('a'), code: 'timeout' },
      { type: 'stale', ...of('a') },
      { type: 'stale', ...of('a') },
      { type: 'miss', ...of('b') },
      { type: 'eviction', ...of('a') },
    ]);
    expect(layersOf(stack)[0]?.snapshot?.()).toMatchObject({
      hits: 1,
      misses: 2,
      stale: 2,
      refreshes: 1,
      failures: 1,
      coalesced: 1,
      evictions: 1,
      size: 1,
    });
  });

  it.each<[string, () => void]>([
    [
      'throws',
      () => {
        throw new Error('a hook failed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a hook failed')) as unknown as undefined],
  ])('do not fail a read when the hook %s', async (_, onEvent) => {
    const { read } = setUp({ onEvent });
    expect(await read('value')).toBe('value');
    expect(await read()).toBe('value');
  });
});

describe('a batch', () => {
  it('serves stale values beside fetched ones, and refreshes them in the background', async () => {
    const { clock, backend, secrets, read, calls } = setUp({ staleWhileRevalidateMs: 10_000 });
    await read('old');
    clock.ms += ttlMs;
    const batch = secrets.getMany({ a: 'a', b: 'b' });
    expect(calls.slice(1).map(({ names, ctx }) => [names, ctx.maxAttempts])).toEqual([
      [['a'], 1],
      [['b'], undefined],
    ]);
    await backend.call(2).answer('b');
    const { a, b } = await batch;
    expect([a?.reveal(), a?.staleSince, b?.reveal()]).toEqual(['old', new Date(start + ttlMs), 'b']);
  });

  it('has all attempts if one of its secrets has no value to fall back on', async () => {
    const { clock, backend, secrets, read } = setUp({ staleIfErrorMs: 10_000 });
    await read('old');
    clock.ms += ttlMs;
    const batch = secrets.getManySettled({ a: 'a', b: 'b' });
    expect(backend.call(1)).toMatchObject({
      names: ['a', 'b'],
      ctx: { signal: expect.anything() as AbortSignal },
    });
    expect(backend.call(1).ctx).not.toHaveProperty('maxAttempts');
    await backend.call(1).fail(failure('unavailable'));
    const { a, b } = await batch;
    expect(a).toHaveProperty('staleSince', new Date(start + ttlMs));
    expect(b).toMatchObject({ code: 'unavailable' });
  });

  it('has one attempt if all of its secrets have a value to fall back on, and applies each failure to its own secret', async () => {
    const { clock, backend, secrets, read } = setUp({ staleIfErrorMs: 10_000 });
    await read('old');
    const other = secrets.get('b');
    await backend.call(1).answer('b');
    await other;
    clock.ms += ttlMs;
    const batch = secrets.getManySettled({ a: 'a', b: 'b' });
    expect(backend.call(2).ctx.maxAttempts).toBe(1);
    await backend.call(2).answer(failure('unavailable'), failure('permission_denied'));
    const settled = await batch;
    expect(settled.a).toHaveProperty('staleSince', new Date(start + ttlMs));
    expect(settled.b).toMatchObject({ code: 'permission_denied' });
    expect(secrets.peek('b')).toBeUndefined();
  });
});

describe('peek', () => {
  it('does not return a stale value, and starts no call', async () => {
    const { clock, secrets, read, calls } = setUp({ staleWhileRevalidateMs: 10_000 });
    await read('old');
    clock.ms += ttlMs;
    expect(secrets.peek('a')).toBeUndefined();
    expect(calls).toHaveLength(1);
  });
});

describe('peek with an inner provider that shows values', () => {
  it('shows nothing for a secret that is known to be missing or denied', async () => {
    for (const negative of [undefined, failure('permission_denied')]) {
      const clock = { ms: start };
      const backend = heldBackend();
      const secret = seal('of the backend');
      const options = { negativeTtlMs: 1_000, denialTtlMs: 1_000, now: () => clock.ms };
      const secrets = createSecrets(
        cache(options)({
          ...backend.provider,
          memory: { cached: () => (touch) => (touch ? undefined : { secret }) },
        }),
      );
      expect(secrets.peek('a')?.reveal()).toBe('of the backend');
      const reading = outcome(secrets.get('a'));
      if (negative) await backend.call(0).fail(negative);
      else await backend.call(0).answer(undefined);
      await reading;
      clock.ms += 999;
      expect(secrets.peek('a')).toBeUndefined();
      clock.ms += 1;
      expect(secrets.peek('a')?.reveal()).toBe('of the backend');
    }
  });
});

describe('a refresh in the background', () => {
  it('goes on when the readers that joined it have left, and is aborted when the cache is closed', async () => {
    const { clock, backend, secrets, read } = setUp({ staleWhileRevalidateMs: 10_000 });
    await read('old');
    clock.ms += ttlMs;
    await secrets.get('a');
    clock.ms += 10_000; // no longer servable: the next reader joins, and leaves
    const caller = new AbortController();
    const joined = outcome(secrets.get('a', { signal: caller.signal }));
    caller.abort('enough');
    expect(await joined).toBe('enough');
    expect(backend.call(1).ctx.signal?.aborted).toBe(false);
    await secrets.close();
    expect(backend.call(1).ctx.signal?.aborted).toBe(true);
  });
});
