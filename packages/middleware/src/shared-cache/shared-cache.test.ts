import { fetchedAt, isLocal } from '@secretkit/core/middleware';
import {
  type CallContext,
  errorRules,
  layersOf,
  markLocal,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeRedis, fakeRedis } from '../../test/fake-redis.js';
import { outcome } from '../../test/held-backend.js';
import { cache } from '../cache/index.js';
import { type SharedCacheOptions, sharedCache } from './index.js';
import { tokenLength } from './scripts.js';

const start = 1_700_000_000_000;
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const keys = [{ id: 'k1', key: keyOf(1) }];
const codec = sealedCodec({ keys, namespace: 'shop' });
const ref = { name: 'CANARY-name' };
const canary = 'CANARY-9f3a';

let redis: FakeRedis;
let warned: unknown[];
beforeEach(() => {
  vi.useFakeTimers({ now: start });
  redis = fakeRedis(() => Date.now());
  warned = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((_, about) => {
    warned.push((about as { code?: unknown }).code);
  });
});
afterEach(() => {
  vi.useRealTimers();
});

type Answering = (ref: SecretRef, ctx: CallContext) => ReturnType<SecretProvider['get']>;

/** A store that all processes share. */
function storeOf(answer: Answering = async () => seal(canary), more: Partial<SecretProvider> = {}) {
  const calls: string[] = [];
  const provider: SecretProvider = {
    name: 'store',
    get: (asked, ctx) => {
      calls.push(asked.name);
      return answer(asked, ctx);
    },
    ...more,
  };
  return { provider, calls };
}

function processOf(provider: SecretProvider, options: Partial<SharedCacheOptions> = {}) {
  return sharedCache({
    client: redis.client(),
    codec,
    principal: 'role/shop',
    now: () => Date.now(),
    random: () => 0.5,
    ...options,
  })(provider);
}

/** Runs work while timers advance. */
async function within<T>(work: Promise<T>, ms = 60_000): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  for (let passed = 0; !isDone && passed <= ms; passed += 5) await vi.advanceTimersByTimeAsync(5);
  return done;
}

const read = (provider: SecretProvider, ctx: CallContext = {}, asked: SecretRef = ref) =>
  within(outcome(provider.get(asked, ctx)));
const after = (ms: number, answer: Answering): Answering => {
  return async (asked, ctx) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return answer(asked, ctx);
  };
};
const fails = (code: SecretErrorCode, retryAfterMs?: number): Answering => {
  return () => Promise.reject(new SecretError(code, 'the store fails.', { retryAfterMs }));
};
const shape = (provider: SecretProvider) => layersOf(provider)[0]?.snapshot?.() ?? {};

describe('a value', () => {
  it('is read once for all processes, which see when it was fetched', async () => {
    const { provider, calls } = storeOf();
    expect(await read(processOf(provider))).toBe(canary);
    await vi.advanceTimersByTimeAsync(1_000);
    const other = processOf(provider);
    expect(await read(other)).toBe(canary);
    const secret = await within(other.get(ref, {}));
    expect(fetchedAt(secret!)).toBe(start);
    expect(calls).toHaveLength(1);
    expect(shape(other)).toMatchObject({ hits: 2, misses: 0, reads: 0, redis: 'up', degraded: false });
  });

  it('shows neither itself nor its name in Redis', async () => {
    await read(processOf(storeOf().provider));
    const texts = redis.dump().flat().join(' ');
    expect(texts).toContain('sk1.k1.');
    for (const form of ['utf8', 'base64', 'hex'] as const) {
      for (const secret of [canary, ref.name]) {
        expect(texts).not.toContain(Buffer.from(secret).toString(form).replace(/=*$/, ''));
      }
    }
  });

  it.each<[string, Partial<SharedCacheOptions>]>([
    ['another principal', { principal: 'role/other' }],
    ['another namespace', { codec: sealedCodec({ keys, namespace: 'other' }) }],
    ['another key', { codec: sealedCodec({ keys: [{ id: 'k1', key: keyOf(2) }], namespace: 'shop' }) }],
  ])('is not shared with a process of %s', async (_, options) => {
    const { provider, calls } = storeOf();
    await read(processOf(provider));
    expect(await read(processOf(provider, options))).toBe(canary);
    expect(calls).toHaveLength(2);
  });

  it('is read again after ttlMs, at its refreshAt, at its expiry, and for a smaller maxAgeMs', async () => {
    const cases: [number, object, CallContext, number][] = [
      [299_999, {}, {}, 1],
      [300_000, {}, {}, 2],
      [59_999, { refreshAt: new Date(start + 60_000) }, {}, 1],
      [60_000, { refreshAt: new Date(start + 60_000) }, {}, 2],
      [60_000, { expiresAt: new Date(start + 60_000) }, {}, 2],
      [60_000, { refreshAt: new Date(start - 1) }, {}, 1],
      [5_000, {}, { maxAgeMs: 5_000 }, 1],
      [5_001, {}, { maxAgeMs: 5_000 }, 2],
      [0, {}, { fresh: true }, 2],
    ];
    for (const [waitMs, meta, ctx, expected] of cases) {
      redis.clear();
      vi.setSystemTime(start);
      const { provider, calls } = storeOf(async () => seal(canary, meta));
      await within(processOf(provider).get(ref, {}));
      vi.setSystemTime(start + waitMs);
      await within(processOf(provider).get(ref, ctx));
      expect([waitMs, meta, ctx, calls.length]).toEqual([waitMs, meta, ctx, expected]);
    }
  });

  it('stays in Redis no longer than it may be served', async () => {
    await read(processOf(storeOf().provider, { ttlMs: 1_000, staleIfErrorMs: 500 }));
    await vi.advanceTimersByTimeAsync(1_400);
    expect(redis.dump()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(redis.dump()).toHaveLength(0);
  });

  it('is not stored if it is one of this process alone, and others do not wait for it', async () => {
    const { provider, calls } = storeOf(async () => markLocal(seal(canary)));
    const secret = await within(processOf(provider).get(ref, {}));
    expect([secret?.reveal(), isLocal(secret!)]).toEqual([canary, true]);
    const began = Date.now();
    expect(await read(processOf(provider))).toBe(canary);
    expect(Date.now() - began).toBeLessThan(10);
    expect(calls).toHaveLength(2);
    expect(redis.dump().map(([, text]) => text[0])).toEqual(['D']);
  });

  it('of a version is read directly', async () => {
    const { provider, calls } = storeOf(undefined, { listVersions: async () => [] });
    for (let at = 0; at < 2; at += 1) await read(processOf(provider), {}, { ...ref, version: 'v1' });
    expect([calls.length, redis.dump()]).toEqual([2, []]);
  });
});

describe('a record', () => {
  const recordOf = () => redis.dump()[0]!;

  it.each<[string, () => Promise<void>]>([
    ['that is garbage', async () => redis.set(recordOf()[0], 'garbage')],
    ['that was changed', async () => redis.set(recordOf()[0], `${recordOf()[1].slice(0, -8)}AAAAAAAA`)],
    [
      'of another secret',
      async () => {
        const [key] = recordOf();
        await read(processOf(storeOf().provider), {}, { name: 'other' });
        const other = redis.dump().find(([each]) => each !== key)!;
        redis.set(key, other[1]);
      },
    ],
    [
      'from a clock that is too far ahead',
      async () => {
        vi.setSystemTime(start - 5_001);
      },
    ],
  ])('%s is a miss', async (_, change) => {
    const { provider, calls } = storeOf();
    await read(processOf(provider));
    await change();
    const other = processOf(provider);
    expect(await read(other)).toBe(canary);
    expect(calls.length).toBe(2);
    expect(warned).toEqual([]);
  });

  it('from a clock that is slightly ahead counts as one of now', async () => {
    const { provider, calls } = storeOf();
    await read(processOf(provider));
    vi.setSystemTime(start - 4_000);
    const secret = await within(processOf(provider).get(ref, {}));
    expect([fetchedAt(secret!), calls.length]).toEqual([start - 4_000, 1]);
  });

  it('that is replayed is not the answer to a process that has seen a newer one', async () => {
    let version = 0;
    const { provider, calls } = storeOf(async () => seal(`value ${(version += 1)}`));
    const one = processOf(provider);
    await read(one);
    const [key, text] = recordOf();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read(one, { fresh: true })).toBe('value 2');
    redis.set(key, text);
    expect(await read(one)).toBe('value 3');
    expect(calls).toHaveLength(3);
    redis.set(key, text);
    expect(await read(processOf(provider))).toBe('value 1'); // within the bounds of its age: the threat model says so
  });

  it('of another key of the codec is found after a change of keys has put it first', async () => {
    const rotated = sealedCodec({ keys: [{ id: 'k2', key: keyOf(2) }, ...keys], namespace: 'shop' });
    const { provider, calls } = storeOf(undefined, { set: async () => undefined });
    await read(processOf(provider));
    const next = processOf(provider, { codec: rotated });
    await read(next);
    expect([calls.length, redis.dump().length]).toEqual([2, 2]); // the halves of a deploy do not overwrite each other
    await within(next.set!(ref, seal('new'), {}));
    expect(redis.dump()).toEqual([]); // and a write deletes both
  });

  it('is served once its age has ended only if the read fails with a code that allows it', async () => {
    for (const [code, expected] of [
      ['unavailable', canary],
      ['timeout', canary],
      ['rate_limited', canary],
      ['quota_exceeded', canary],
      ['circuit_open', canary],
      ['permission_denied', 'permission_denied'],
      ['unauthenticated', 'unauthenticated'],
      ['unknown', 'unknown'],
    ] as const) {
      redis.clear();
      vi.setSystemTime(start);
      await read(processOf(storeOf().provider));
      vi.setSystemTime(start + 400_000);
      const failing = processOf(storeOf(fails(code)).provider);
      expect([code, await read(failing)]).toEqual([code, expected]);
      expect([code, await read(failing, { fresh: true, maxAttempts: 1 })]).toEqual([code, code]);
    }
  });

  it('that is stale says since when, and is not served at the end of its bounds', async () => {
    await read(processOf(storeOf().provider));
    vi.setSystemTime(start + 3_899_000);
    const failing = processOf(storeOf(fails('unavailable')).provider);
    const secret = await within(failing.get(ref, {}));
    expect(secret?.staleSince).toEqual(new Date(start + 300_000));
    vi.setSystemTime(start + 3_900_000);
    expect(await read(failing, { maxAttempts: 1 })).toBe('unavailable');
  });
});

describe('a missing secret', () => {
  it('is shared as missing for negativeTtlMs', async () => {
    const { provider, calls } = storeOf(async () => undefined);
    expect(await read(processOf(provider))).toBeUndefined();
    expect(await read(processOf(provider))).toBeUndefined();
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read(processOf(provider))).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  it('replaces the record of its value', async () => {
    await read(processOf(storeOf().provider));
    await read(processOf(storeOf(async () => undefined).provider), { fresh: true });
    const { provider, calls } = storeOf();
    expect(await read(processOf(provider))).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('is not shared with negativeTtlMs 0, and its value is deleted', async () => {
    await read(processOf(storeOf().provider));
    await read(processOf(storeOf(async () => undefined).provider, { negativeTtlMs: 0 }), { fresh: true });
    expect(redis.dump()).toEqual([]);
  });
});

describe('a denial', () => {
  it('deletes the value for its own principal only', async () => {
    await read(processOf(storeOf().provider, { principal: 'other' }));
    await read(processOf(storeOf().provider));
    expect(redis.dump()).toHaveLength(2);
    const denied = processOf(storeOf(fails('permission_denied')).provider);
    expect(await read(denied, { fresh: true })).toBe('permission_denied');
    expect(redis.dump()).toHaveLength(1);
  });

  it('of the credentials deletes nothing, and the process reads around the shared cache for a moment', async () => {
    await read(processOf(storeOf().provider));
    const broken = processOf(storeOf(fails('unauthenticated')).provider);
    expect(await read(broken, { fresh: true })).toBe('unauthenticated');
    expect(await read(broken)).toBe('unauthenticated');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read(broken)).toBe(canary);
  });
});

describe('a lease', () => {
  it('lets one of many processes read', async () => {
    const { provider, calls } = storeOf(after(120, async () => seal(canary)));
    const all = Array.from({ length: 50 }, () => outcome(processOf(provider).get(ref, {})));
    expect(new Set(await within(Promise.all(all)))).toEqual(new Set([canary]));
    expect(calls).toHaveLength(1);
  });

  it('is renewed while its read runs', async () => {
    const { provider, calls } = storeOf(after(6_000, async () => seal(canary)));
    const all = Array.from({ length: 5 }, () => outcome(processOf(provider).get(ref, {})));
    expect(new Set(await within(Promise.all(all)))).toEqual(new Set([canary]));
    expect(calls).toHaveLength(1);
  });

  it('ends with the deadline of its read', async () => {
    const dying = processOf(storeOf(() => new Promise(() => undefined)).provider);
    void dying.get(ref, { deadline: Date.now() + 1_000 }).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(3_500);
    expect(redis.dump()).toEqual([]);
  });

  it('of a process that died is taken by another one after two seconds', async () => {
    const { provider, calls } = storeOf();
    await read(processOf(provider));
    const [[key] = ['']] = redis.dump();
    redis.clear();
    redis.set(key.replace(/value$/, 'lease'), `H${'x'.repeat(tokenLength)}`, 2_000); // nobody renews it
    const began = Date.now();
    expect(await read(processOf(provider))).toBe(canary);
    expect(calls).toHaveLength(2);
    expect([Date.now() - began >= 2_000, Date.now() - began < 4_000]).toEqual([true, true]);
  });

  it('of a reader that left is released at once', async () => {
    const controller = new AbortController();
    const hanging = processOf(storeOf(() => new Promise(() => undefined)).provider);
    const reading = outcome(hanging.get(ref, { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(10);
    expect(redis.dump()).toHaveLength(1);
    controller.abort(new Error('gone'));
    await within(reading);
    await vi.advanceTimersByTimeAsync(10);
    expect(redis.dump()).toEqual([]);
  });

  it('stays as a cooldown after a failure of the store, and gives it its code', async () => {
    const { provider, calls } = storeOf(fails('rate_limited', 10_000));
    expect(await read(processOf(provider))).toBe('rate_limited');
    const other = processOf(provider);
    const error = (await within(
      other.get(ref, { deadline: Date.now() + 5_000 }).catch((thrown: unknown) => thrown),
    )) as SecretError;
    expect([error.code, error.retryAfterMs! > 9_000, calls.length]).toEqual(['rate_limited', true, 1]);
    expect(other.memory?.explain?.(ref)).toMatchObject({
      state: 'absent',
      failure: { code: 'rate_limited' },
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await read(other, { maxAttempts: 1 })).toBe('rate_limited');
    expect(calls).toHaveLength(2);
  });

  it('is released after any other failure', async () => {
    for (const code of ['invalid_data', 'quota_exceeded', 'unknown', 'circuit_open'] as const) {
      expect(await read(processOf(storeOf(fails(code)).provider))).toBe(code);
      expect([code, redis.dump()]).toEqual([code, []]);
    }
  });

  it('is waited for until waitMs, or the deadline, and then the read fails with the code', async () => {
    const { provider } = storeOf(() => new Promise(() => undefined));
    void processOf(provider)
      .get(ref, {})
      .catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    const other = storeOf();
    const began = Date.now();
    expect(await read(processOf(other.provider, { waitMs: 3_000 }))).toBe('timeout');
    expect(Date.now() - began).toBeLessThan(3_020);
    expect(await read(processOf(other.provider), { deadline: Date.now() + 500 })).toBe('timeout');
    expect(other.calls).toEqual([]);
  });

  it('keeps a batch to one call, and its losers to none', async () => {
    const batches: number[] = [];
    const getMany: SecretProvider['getMany'] = async (refs) => {
      batches.push(refs.length);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return refs.map(({ name }) => seal(name));
    };
    const { provider } = storeOf(undefined, { getMany });
    const refs = Array.from({ length: 100 }, (_, at) => ({ name: `name-${at}` }));
    const all = [1, 2, 3].map(() => processOf(provider).getMany!(refs, {}));
    const answers = await within(Promise.all(all));
    for (const each of answers) {
      expect(each.map((answer) => (answer as { reveal(): string }).reveal())).toEqual(
        refs.map(({ name }) => name),
      );
    }
    expect(batches.reduce((sum, count) => sum + count, 0)).toBe(100);
  });
});

describe('a fresh read', () => {
  it('accepts only what was read after it began', async () => {
    let version = 0;
    const { provider, calls } = storeOf(after(100, async () => seal(`value ${(version += 1)}`)));
    const early = outcome(processOf(provider).get(ref, {}));
    await vi.advanceTimersByTimeAsync(50);
    const fresh = outcome(processOf(provider).get(ref, { fresh: true }));
    const fresher = outcome(processOf(provider).get(ref, { fresh: true }));
    expect(await within(Promise.all([early, fresh, fresher]))).toEqual(['value 1', 'value 2', 'value 2']);
    expect(calls).toHaveLength(2);
  });
});

describe('a write', () => {
  const writable = () => {
    let value = 'old';
    const store = storeOf(async () => seal(value), {
      set: async (_, secret) => {
        value = secret.reveal();
      },
      delete: async () => undefined,
    });
    return store;
  };

  it('is seen by every process that listens, through the cache around it', async () => {
    const { provider } = writable();
    const stacks = [1, 2].map(() => cache({ now: () => Date.now() })(processOf(provider)));
    for (const stack of stacks) expect(await read(stack)).toBe('old');
    await within(stacks[0]!.set!(ref, seal('new'), {}));
    for (const stack of stacks) expect(await read(stack)).toBe('new');
  });

  it('is the fence against a value that was read before it', async () => {
    let value = 'old';
    const hold: (() => void)[] = [];
    const { provider } = storeOf(
      async () => {
        const seen = value;
        if (hold.length === 0) await new Promise<void>((resolve) => hold.push(resolve));
        return seal(seen);
      },
      { set: async () => void (value = 'new') },
    );
    const slow = outcome(processOf(provider).get(ref, {}));
    await vi.advanceTimersByTimeAsync(5);
    await within(processOf(provider).set!(ref, seal('new'), {}));
    hold[0]?.();
    expect(await within(slow)).toBe('old'); // its read began before the write
    expect(await read(processOf(provider))).toBe('new');
  });

  it.each(Object.keys(errorRules) as SecretErrorCode[])(
    'that failed with %s makes the next reads of the process fresh only if it may still be applied',
    async (code) => {
      const mayBeApplied = ['timeout', 'unavailable', 'circuit_open', 'unknown'].includes(code);
      const { provider, calls } = storeOf(undefined, {
        set: () => Promise.reject(new SecretError(code, 'late.')),
      });
      const one = processOf(provider);
      await outcome(within(one.set!(ref, seal('new'), {})) as never);
      for (let at = 0; at < 2; at += 1) await read(one);
      expect(calls).toHaveLength(mayBeApplied ? 2 : 1);
      await vi.advanceTimersByTimeAsync(60_000);
      const before = calls.length;
      for (let at = 0; at < 2; at += 1) await read(one);
      expect(calls).toHaveLength(before + (mayBeApplied ? 1 : 0)); // what was read meanwhile is not shared
    },
  );

  it('that its caller aborted may still be applied, until a later one has been', async () => {
    let write: () => Promise<void> = () => new Promise(() => undefined);
    const { provider, calls } = storeOf(undefined, {
      set: (_, __, { signal }) =>
        Promise.race([
          write(),
          new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', reject)),
        ]),
    });
    const one = processOf(provider);
    const caller = new AbortController();
    const writing = outcome(one.set!(ref, seal('new'), { signal: caller.signal }) as never);
    caller.abort();
    await within(writing);
    for (let at = 0; at < 2; at += 1) await read(one);
    expect(calls).toHaveLength(2);
    write = async () => undefined;
    await within(one.set!(ref, seal('newer'), {}));
    for (let at = 0; at < 2; at += 1) await read(one);
    expect(calls).toHaveLength(3);
  });

  it.each<[string, Parameters<NonNullable<NonNullable<SecretProvider['memory']>['invalidate']>>[0]]>([
    ['the ref', ref],
    ['everything', undefined],
    ['the scope', { scope: {} }],
  ])('and an invalidation of %s make the next read of each process ask the store', async (_, target) => {
    const { provider, calls } = storeOf();
    const [one, other] = [processOf(provider), processOf(provider)];
    for (const each of [one, other]) await read(each);
    const changes: unknown[] = [];
    other.memory!.subscribe!((change) => changes.push(change));
    one.memory!.invalidate!(target);
    await vi.advanceTimersByTimeAsync(10);
    expect(changes).toHaveLength(1);
    await read(other);
    expect(calls).toHaveLength(2);
  });
});

describe('Redis', () => {
  const down = () => Promise.reject(new Error(`Socket closed ${canary}`));
  const hanging = () => new Promise<never>(() => undefined);

  it.each([
    ['is down', down, 5],
    ['hangs', hanging, 60],
  ])(
    'that %s is as if there were none, is named in one warning, and is asked once a second',
    async (_, fault, limitMs) => {
      const { provider, calls } = storeOf();
      const one = processOf(provider);
      redis.fault = fault;
      for (const expected of [1, 2, 3]) {
        const began = Date.now();
        expect(await read(one)).toBe(canary);
        expect(Date.now() - began).toBeLessThanOrEqual(limitMs + 5);
        expect(calls).toHaveLength(expected);
      }
      expect(redis.commands.get).toBe(1);
      expect(shape(one)).toMatchObject({ redis: 'down', outages: 1, degraded: true });
      expect(warned).toEqual(['SECRETKIT_SHARED_CACHE_DOWN']);
    },
  );

  it('that came back is used again', async () => {
    const { provider, calls } = storeOf();
    const one = processOf(provider);
    redis.fault = down;
    await read(one);
    redis.fault = undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    await read(one);
    await read(one);
    expect(calls).toHaveLength(2);
    expect(shape(one)).toMatchObject({ redis: 'up', outages: 1, outstanding: 0 });
  });

  it.each(['OOM', 'READONLY', 'NOPERM'])(
    'that answers writes with %s still serves what it has',
    async (word) => {
      const { provider, calls } = storeOf();
      await read(processOf(provider));
      redis.fault = (kind) => (kind === 'eval' ? Promise.reject(new Error(`${word} ${canary}`)) : undefined);
      const one = processOf(provider);
      expect(await read(one)).toBe(canary);
      expect(calls).toHaveLength(1);
      for (let at = 0; at < 2; at += 1) expect(await read(one, {}, { name: 'other' })).toBe(canary);
      expect(calls).toHaveLength(3);
      expect(await read(one)).toBe(canary);
      expect(calls).toHaveLength(3);
      expect(warned).toEqual(['SECRETKIT_SHARED_CACHE_WRITES_REFUSED']);
      redis.fault = undefined;
      await vi.advanceTimersByTimeAsync(5_000);
      for (let at = 0; at < 2; at += 1) await read(one, {}, { name: 'other' });
      expect(calls).toHaveLength(4);
    },
  );

  it('that is not ready is waited for by the first reads only', async () => {
    const { provider, calls } = storeOf();
    redis.isReady = false;
    const one = processOf(provider, { connectMs: 1_000 });
    const began = Date.now();
    const first = outcome(one.get(ref, {}));
    await vi.advanceTimersByTimeAsync(500);
    redis.isReady = true;
    expect(await within(first)).toBe(canary);
    expect([Date.now() - began < 700, redis.commands.get]).toEqual([true, 1]);
    redis.isReady = false;
    const later = Date.now();
    await read(one);
    expect([Date.now() - later < 10, calls.length]).toEqual([true, 2]);
  });

  it.each<[string, CallContext, number]>([
    ['connectMs', {}, 1_000],
    ['half of its deadline', { deadline: start + 400 }, 200],
  ])('that is not ready at all delays the first read by %s', async (_, ctx, expectedMs) => {
    redis.isReady = false;
    const one = processOf(storeOf().provider, { connectMs: 1_000 });
    expect(await read(one, ctx)).toBe(canary);
    expect(Math.abs(Date.now() - start - expectedMs)).toBeLessThan(60);
  });

  it('has at most 64 commands outstanding, and a batch of more waits for its turn', async () => {
    let outstanding = 0;
    let most = 0;
    redis.fault = async () => {
      outstanding += 1;
      most = Math.max(most, outstanding);
      await new Promise((resolve) => setTimeout(resolve, 5));
      outstanding -= 1;
    };
    const { provider } = storeOf(undefined, { getMany: async (refs) => refs.map(() => seal(canary)) });
    const one = processOf(provider);
    const refs = Array.from({ length: 300 }, (_, at) => ({ name: `name-${at}` }));
    await within(one.getMany!(refs, {}));
    expect(most).toBe(64);
    expect(shape(one)).toMatchObject({ outstanding: 0, outages: 0, stores: 300 });
  });

  it('that another program has written to is not an answer', async () => {
    redis.fault = (kind) => (kind === 'get' ? Promise.reject(new Error('WRONGTYPE Operation')) : undefined);
    const one = processOf(storeOf().provider);
    expect(await read(one)).toBe(canary);
    expect(shape(one)).toMatchObject({ redis: 'up', outages: 0 });
  });

  it('that answers while the process is busy does not count as down', async () => {
    vi.useRealTimers();
    const client = redis.client();
    const slow = {
      ...client,
      get: (key: string) =>
        new Promise((resolve) => {
          setImmediate(() => resolve(client.get(key)));
          const until = performance.now() + 70; // the loop stalls after the command was sent
          while (performance.now() < until);
        }),
    };
    const one = processOf(storeOf().provider, { client: slow });
    await one.get(ref, {});
    expect(shape(one)).toMatchObject({ redis: 'up', outages: 0 });
  });
});

it('a client without a listener for errors is named in a warning', async () => {
  const one = processOf(storeOf().provider, { client: { ...redis.client(), hasErrorListener: () => false } });
  for (let at = 0; at < 2; at += 1) await read(one);
  expect(warned).toEqual(['SECRETKIT_SHARED_CACHE_NO_ERROR_LISTENER']);
});

it('a token is as long as the scripts say', async () => {
  await read(processOf(storeOf().provider));
  expect(redis.dump()[0]?.[1].slice(tokenLength)).toMatch(/^sk1\./);
});

describe('a wrong option', () => {
  const good = () => ({ client: redis.client(), codec, principal: 'role/shop' });

  it.each<[string, () => object, RegExp]>([
    ['no options', () => ({}), /^sharedCache: client /],
    [
      'a client that is not one',
      () => ({ ...good(), client: { get() {} } }),
      /^sharedCache: client .*fromNodeRedis.*eval/,
    ],
    ['a text as client', () => ({ ...good(), client: canary }), /^sharedCache: client .*string/],
    ['no codec', () => ({ ...good(), codec: undefined }), /^sharedCache: codec .*sealedCodec.*undefined/],
    ['no principal', () => ({ ...good(), principal: undefined }), /^sharedCache: principal .*undefined/],
    ['an empty principal', () => ({ ...good(), principal: '' }), /^sharedCache: principal /],
    ['a ttl of 0', () => ({ ...good(), ttlMs: 0 }), /^sharedCache: ttlMs /],
    ['a negative wait', () => ({ ...good(), waitMs: -1 }), /^sharedCache: waitMs /],
    ['an unknown one', () => ({ ...good(), ttl: 1 }), /^sharedCache: .*"ttl"/],
  ])('throws at construction: %s', (_, options, message) => {
    expect(() => sharedCache(options() as never)).toThrow(message);
    expect(() => sharedCache(options() as never)).not.toThrow(canary);
  });
});
