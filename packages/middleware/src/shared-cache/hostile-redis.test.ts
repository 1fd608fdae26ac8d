import { EventEmitter } from 'node:events';
import { compose } from '@secretkit/core';
import { SecretError, type SecretErrorCode, type SecretProvider, seal } from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeRedis, fakeRedis } from '../../test/fake-redis.js';
import { outcome } from '../../test/held-backend.js';
import { memorySnapshots } from '../../test/memory-snapshots.js';
import { cache } from '../cache/index.js';
import { snapshot } from '../snapshot/index.js';
import { fromIoredis, type IoredisClient, type SharedCacheClient, sharedCache } from './index.js';
import { tokenLength } from './scripts.js';

const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'shop' });
const now = () => Date.now();
const never = new Promise<never>(() => undefined);
const warned: unknown[] = [];
let redis: FakeRedis;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  redis = fakeRedis(now);
  warned.length = 0;
  vi.spyOn(process, 'emitWarning').mockImplementation((_, about) => {
    warned.push((about as { code?: unknown }).code);
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const storeOf = (value = 'CANARY', more: Partial<SecretProvider> = {}): SecretProvider => ({
  name: 'store',
  get: async () => seal(value),
  ...more,
});
const sharing = (client: SharedCacheClient = redis.client()) =>
  sharedCache({ client, codec, principal: 'role/shop', now, random: () => 0.5 });

/** Returns what a read gets within so many virtual milliseconds. */
async function read(provider: SecretProvider, name = 'token', ms = 2_000): Promise<unknown> {
  let answer: unknown = 'no answer';
  void outcome(provider.get({ name }, {})).then((settled) => {
    answer = settled;
  });
  for (let passed = 0; passed < ms; passed += 10) await vi.advanceTimersByTimeAsync(10);
  return answer;
}

const [recordKey, leaseKey] = [':value', ':lease'];
const keyOf = (end: string): string => redis.dump()[0]![0].replace(/:\w+$/, end);

describe('a command that is never answered', () => {
  it('does not count once Redis answers again', async () => {
    const client = redis.client();
    let left = 64;
    const provider = sharing({ ...client, get: (key) => (left-- > 0 ? never : client.get(key)) })(storeOf());
    const reads = Array.from({ length: 64 }, (_, at) => read(provider, `name-${at}`));
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['CANARY']));
    await vi.advanceTimersByTimeAsync(10_000);
    for (let at = 0; at < 3; at += 1) expect(await read(provider, `later-${at}`)).toBe('CANARY');
  });

  it('takes no place from a read that still waits when the reads before it were aborted', async () => {
    redis = fakeRedis(now, () => 20);
    const provider = sharing()(storeOf());
    await read(provider);
    const caller = new AbortController();
    const held = Array.from({ length: 64 }, () => read(provider, 'token', 100));
    for (let at = 0; at < 64; at += 1)
      provider.get({ name: 'token' }, { signal: caller.signal }).catch(() => undefined);
    const live = read(provider, 'token', 200);
    caller.abort();
    expect(await live).toBe('CANARY');
    await Promise.all(held);
  });
});

describe('a text that another program writes', () => {
  it.each(['é'.repeat(40), 'x', '', `${'A'.repeat(tokenLength)}no record`])(
    'as a record (%s) is replaced by the next read',
    async (text) => {
      const provider = sharing()(storeOf());
      await read(provider);
      const key = keyOf(recordKey);
      redis.set(key, text, 1e9);
      expect(await read(provider)).toBe('CANARY');
      expect(redis.dump()).not.toContainEqual([key, text]);
    },
  );

  it('as one record after another ends in a read of the store', async () => {
    let answers = 0;
    const client = { ...redis.client(), eval: async () => ['record', `${(answers += 1)}`.padEnd(60, 'x')] };
    expect(await read(sharing(client)(storeOf()))).toBe('CANARY');
    expect(answers).toBeLessThan(10);
  });

  it.each<SecretErrorCode>(['permission_denied', 'unauthenticated', 'conflict', 'closed', 'not_found'])(
    'as the lease of a read that failed with %s denies nothing',
    async (code) => {
      const store = memorySnapshots(now);
      const stack = compose(
        cache({ now }),
        snapshot({ store, codec, principal: 'role/shop', maxAgeMs: 86_400_000, now }),
        sharing(),
      )(storeOf());
      await read(stack);
      const key = keyOf(leaseKey);
      await vi.advanceTimersByTimeAsync(400_000);
      redis.clear();
      redis.set(key, `C${'A'.repeat(tokenLength)}${code}`, 1e9);
      expect(await read(stack, 'token', 40_000)).toBe('CANARY');
      expect(store.records.size).toBe(1);
      expect(stack.memory?.explain?.({ name: 'token' })?.failure?.code ?? 'unavailable').toBe('unavailable');
    },
  );

  it('as an endless lease says to come back within five minutes', async () => {
    const provider = sharing()(storeOf());
    await read(provider);
    const key = keyOf(leaseKey);
    redis.clear();
    redis.set(key, `C${'A'.repeat(tokenLength)}rate_limited`, 9e15);
    const failure = provider.get({ name: 'token' }, {}).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(await failure).toMatchObject({ code: 'rate_limited', retryAfterMs: 300_000 });
  });
});

describe('what was read before a write', () => {
  it('is not shared while the write may still be applied', async () => {
    let value = 'OLD';
    const provider = sharing()({
      name: 'store',
      get: async () => seal(value),
      set: () => Promise.reject(new SecretError('timeout', 'late.')),
    });
    await outcome(provider.set({ name: 'token' }, seal('NEW'), {}) as never);
    await read(provider, 'token', 10_000);
    value = 'NEW';
    expect(await read(sharing()(storeOf('NEW')))).toBe('NEW');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await read(provider)).toBe('NEW');
  });

  it('is not shared although Redis missed the end of its lease', async () => {
    let value = 'OLD';
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const provider = sharing()({
      name: 'store',
      async get() {
        const answer = seal(value);
        await gate;
        return answer;
      },
      async set(_, secret) {
        value = secret.reveal();
      },
    });
    const slow = outcome(provider.get({ name: 'token' }, {}));
    await vi.advanceTimersByTimeAsync(20);
    redis.fault = () => Promise.reject(new Error('Connection is closed.'));
    await provider.set({ name: 'token' }, seal('NEW'), {});
    redis.fault = undefined;
    await vi.advanceTimersByTimeAsync(1_100);
    go();
    await vi.advanceTimersByTimeAsync(100);
    await slow;
    expect(await read(sharing()(storeOf('NEW')))).toBe('NEW');
  });
});

it('a value that expires while the read of its successor fails is a failure, not a missing secret', async () => {
  let isDown = false;
  const provider = sharing()({
    name: 'store',
    async get() {
      if (!isDown) return seal('CANARY', { expiresAt: new Date(Date.now() + 302_000) });
      await vi.advanceTimersByTimeAsync(5_000);
      throw new SecretError('unavailable', 'the store is down.');
    },
  });
  await read(provider);
  await vi.advanceTimersByTimeAsync(298_500); // past ttlMs, and before its expiry
  isDown = true;
  expect(await outcome(provider.get({ name: 'token' }, {}))).toBe('unavailable');
});

it('a subscription that ioredis refuses leaves no listener', async () => {
  const subscriber = Object.assign(new EventEmitter(), {
    subscribe: () => Promise.reject(new Error('NOPERM')),
    unsubscribe: async () => undefined,
  });
  const { get, eval: run } = redis.client();
  const client = {
    status: 'ready',
    get,
    eval: (script: string, count: number, ...all: string[]) =>
      run(script, all.slice(0, count), all.slice(count)),
  };
  const shared = fromIoredis(client as unknown as IoredisClient, { subscriber: subscriber });
  const provider = sharing(shared)(storeOf());
  for (let at = 0; at < 20; at += 1) await read(provider, 'token', 20);
  expect(subscriber.listenerCount('message')).toBe(0);
});

it('an error of the client whose message cannot be read counts as an outage', async () => {
  redis.fault = () =>
    Promise.reject(
      Object.defineProperty({}, 'message', {
        get: () => {
          throw new Error('CANARY');
        },
      }),
    );
  expect(await read(sharing()(storeOf()))).toBe('CANARY');
  expect(warned).toEqual(['SECRETKIT_SHARED_CACHE_DOWN']);
});

describe('one middleware around two backends of one name', () => {
  it('never gives the value of one for the other, and warns once, also of a third one', async () => {
    const [one, two] = [sharing(), sharing()];
    const [, oneB] = [one(storeOf('A')), one(storeOf('B')), one(storeOf('C'))];
    const [, twoA] = [two(storeOf('B')), two(storeOf('A'))];
    expect(await read(oneB)).toBe('B');
    expect(await read(twoA)).toBe('A');
    expect(warned).toEqual([
      'SECRETKIT_SHARED_CACHE_SEVERAL_BACKENDS',
      'SECRETKIT_SHARED_CACHE_SEVERAL_BACKENDS',
    ]);
  });
});

describe('a wrong function', () => {
  it.each(['now', 'random'])('as %s is refused', (option) => {
    const build = () => sharedCache({ client: redis.client(), codec, principal: 'role/shop', [option]: 5 });
    expect(build).toThrow(`sharedCache: ${option} must be a function, got`);
  });
});
