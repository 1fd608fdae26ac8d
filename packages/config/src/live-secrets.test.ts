import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { expectNoLeak, fakeSecrets } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { isSecretError, type Secret, SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { envSecrets } from '@secretkit/env';
import { cache } from '@secretkit/middleware/cache';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { LiveEvent } from './live-event.js';
import type { LiveSecretsOptions } from './live-secrets.js';
import { loadSecrets } from './load-secrets.js';
import { optional } from './secret-spec.js';

afterEach(() => {
  vi.useRealTimers();
});

const port = z.coerce.number().int();
const ttlMs = 60_000;

/** A view over a cache over a backend that is told what to do. */
async function setUp(options: Partial<LiveSecretsOptions> = {}) {
  const fake = fakeSecrets({ initial: { port: '1', name: 'one' } });
  const { clock } = fake;
  const stack = cache({
    ttlMs,
    jitter: 0,
    staleIfErrorMs: ttlMs,
    negativeTtlMs: 0,
    denialTtlMs: 0,
    now: clock.now,
  });
  const secrets = createSecrets(stack(fake.provider), { now: clock.now, random: () => 0 });
  const events: LiveEvent[] = [];
  const view = await loadSecrets(
    secrets,
    {
      PORT: { ref: 'port', schema: port },
      NAME: 'name',
      MAY: optional('may'),
      SIZE: { ref: 'size', schema: port, default: 10 },
    },
    { live: true, now: clock.now, onEvent: (event) => events.push(event), ...options },
  );
  return {
    fake,
    clock,
    secrets,
    view,
    events,
    codes: () => events.map(({ type, key, code }) => [type, key, code]),
  };
}

/** Lets what is under way in the background come to its end. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
}

function revealed(read: () => Secret<unknown> | undefined): unknown {
  try {
    return read()?.reveal();
  } catch (error) {
    return isSecretError(error) ? error.code : error;
  }
}

describe('a property', () => {
  it('is the value that was loaded, and costs no call while that is fresh', async () => {
    const { view, fake, clock } = await setUp();
    const calls = fake.calls();
    clock.advance(ttlMs - 1);
    for (let i = 0; i < 100; i += 1) expect(view.PORT.reveal()).toBe(1);
    await settled();
    expect(fake.calls()).toBe(calls);
  });

  it('that is past its freshness is read once in the background, and meanwhile is what it was', async () => {
    const { view, fake, clock } = await setUp();
    await fake.put('port', '2');
    const calls = fake.calls();
    clock.advance(ttlMs);
    for (let i = 0; i < 100; i += 1) expect(view.PORT.reveal()).toBe(1);
    await settled();
    expect([view.PORT.reveal(), fake.calls() - calls]).toEqual([2, 1]);
  });

  it('follows what others have read', async () => {
    const { view, fake, secrets } = await setUp();
    await fake.put('port', '2');
    await secrets.get('port', { fresh: true });
    expect(view.PORT.reveal()).toBe(2);
  });

  it('follows what a backend without a cache has at hand', async () => {
    const env: Record<string, string> = { PORT: '1' };
    const view = await loadSecrets(createSecrets(envSecrets({ env })), { PORT: port }, { live: true });
    env['PORT'] = '2';
    expect(view.PORT.reveal()).toBe(2);
  });

  it('that may be missing is undefined, or its default, until it is there', async () => {
    const { view, fake, clock } = await setUp();
    expect([view.MAY, view.SIZE.reveal()]).toEqual([undefined, 10]);
    await settled();
    await fake.put('may', 'here');
    await fake.put('size', '20');
    clock.advance(ttlMs);
    void [view.MAY, view.SIZE];
    await settled();
    expect([view.MAY?.reveal(), view.SIZE.reveal()]).toEqual(['here', 20]);
  });

  it('that is fresh starts no read', async () => {
    const get = vi.fn(async () => seal('1'));
    const provider: SecretProvider = { name: 'own', get, peek: () => seal('2') };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    for (let i = 0; i < 3; i += 1) expect(view.port.reveal()).toBe(2);
    await settled();
    expect(get).toHaveBeenCalledTimes(1); // the loading
  });

  it('that a read has made fresh again rests for nothing: it is read when it is past that, however long restMs', async () => {
    const { view, fake, clock } = await setUp({ restMs: 10 * ttlMs });
    for (const value of ['2', '3', '4']) {
      await fake.put('port', value);
      clock.advance(ttlMs);
      void view.PORT;
      await settled();
      expect(view.PORT.reveal()).toBe(Number(value));
    }
  });

  it('tells what is known of its value, also where only that is new', async () => {
    const facts = { version: 'v1', createdAt: new Date(1e12) };
    let answer = seal('1', facts);
    const provider: SecretProvider = { name: 'own', get: async () => answer, peek: () => answer };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    expect([view.port.version, view.port.createdAt]).toEqual(['v1', facts.createdAt]);
    answer = seal('1', { ...facts, version: 'v2' });
    expect(view.port.version).toBe('v2');
    answer = seal('1', { version: 'v2', createdAt: new Date(1.1e12) });
    expect(view.port.createdAt).toEqual(new Date(1.1e12));
  });

  it("of a tenant is the tenant's, wherever it comes from", async () => {
    vi.useFakeTimers();
    const scope = { account: 'acct_1' };
    const theirs = { name: 'port', scope };
    const initial = { port: '1' };
    const fake = fakeSecrets({ initial });
    await fake.provider.set(theirs, seal('2'), {});
    const stack = cache({ ttlMs, jitter: 0, now: fake.clock.now })(fake.provider);
    const secrets = createSecrets(stack, { now: fake.clock.now, random: () => 0 });
    await secrets.get('port');
    const view = await loadSecrets(secrets, { port: { ref: theirs, schema: port } }, { live: true });
    const seen: number[] = [];
    view.onChange('port', (value) => seen.push(value.reveal()));
    expect(view.port.reveal()).toBe(2); // by a look into memory
    await fake.provider.set(theirs, seal('3'), {});
    fake.clock.advance(ttlMs);
    void view.port;
    await settled();
    expect([view.port.reveal(), seen]).toEqual([3, [3]]); // by a read in the background
    await secrets.set('port', '4');
    await secrets.get('port');
    expect(seen).toEqual([3]); // by a change that is no change of theirs
    view.watch({ everyMs: 1_000 });
    await fake.provider.set(theirs, seal('5'), {});
    fake.clock.advance(ttlMs);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([3, 5]); // by watching
    view.close();
  });

  it('is one of the keys, and the rest is not', async () => {
    const { view } = await setUp();
    expect(Object.keys(view)).toEqual(['PORT', 'NAME', 'MAY', 'SIZE']);
    expect(JSON.stringify(view)).toBe('{"PORT":"[secret]","NAME":"[secret]","SIZE":"[secret]"}');
    expect(Object.isFrozen(view)).toBe(true);
  });
});

describe('from its expiry on', () => {
  it('a property throws not_found, with its ref, whatever the backend does', async () => {
    const { view, fake, clock } = await setUp();
    await fake.put('port', '2', new Date(clock.now() + ttlMs + 5_000));
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    fake.hang();
    clock.advance(4_999);
    expect(view.PORT.reveal()).toBe(2);
    clock.advance(1);
    expect(() => view.PORT).toThrow(
      'not_found: "port": its value has expired, and no other one could be had. Renew it in the store; onEvent tells of reads that fail.',
    );
  });

  it('one that may be missing is missing', async () => {
    const { view, fake, clock } = await setUp();
    const soon = new Date(clock.now() + ttlMs + 5_000);
    await fake.put('may', 'here', soon);
    await fake.put('size', '20', soon);
    clock.advance(ttlMs);
    void [view.MAY, view.SIZE];
    await settled();
    expect([view.MAY?.reveal(), view.SIZE.reveal()]).toEqual(['here', 20]);
    fake.fail('unavailable');
    clock.advance(5_000);
    expect([view.MAY, view.SIZE.reveal()]).toEqual([undefined, 10]);
  });

  it('every read that finds nothing fresh asks again, one at a time, and the value that comes is given', async () => {
    const { view, fake, clock } = await setUp();
    await fake.put('port', '2', new Date(clock.now() + ttlMs + 1));
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    clock.advance(1);
    const calls = fake.calls();
    for (let i = 0; i < 3; i += 1) {
      expect(revealed(() => view.PORT)).toBe('not_found');
      expect(revealed(() => view.PORT)).toBe('not_found');
      await settled();
    }
    expect(fake.calls() - calls).toBe(3);
    await fake.put('port', '3');
    void revealed(() => view.PORT);
    await settled();
    expect(view.PORT.reveal()).toBe(3);
  });
});

describe('a background read that fails', () => {
  it('is an event, and the property is what it was', async () => {
    const { view, fake, clock, codes, events } = await setUp();
    fake.fail('unavailable');
    clock.advance(2 * ttlMs); // too old for the cache to serve it
    expect(view.PORT.reveal()).toBe(1);
    await settled();
    expect(view.PORT.reveal()).toBe(1);
    expect(codes()).toEqual([['failure', 'PORT', 'unavailable']]);
    expect(events[0]?.ref).toEqual({ name: 'port' });
  });

  it('is not repeated for restMs while there is something to give', async () => {
    const { view, fake, clock } = await setUp({ restMs: 5_000 });
    fake.fail('unavailable');
    clock.advance(3 * ttlMs);
    void view.PORT;
    await settled();
    const calls = fake.calls();
    clock.advance(4_999);
    void view.PORT;
    await settled();
    expect(fake.calls() - calls).toBe(0);
    clock.advance(1);
    void view.PORT;
    await settled();
    expect(fake.calls() - calls).toBe(1);
    clock.advance(-10_000); // a clock that is set back lengthens no rest
    void view.PORT;
    await settled();
    expect(fake.calls() - calls).toBe(2);
  });

  it('and that a stale value stands in for shows on the property', async () => {
    const { view, fake, clock, codes } = await setUp();
    const freshUntil = clock.now() + ttlMs;
    fake.fail('unavailable');
    clock.advance(ttlMs + 1);
    void view.PORT;
    await settled();
    expect([view.PORT.reveal(), view.PORT.staleSince?.getTime(), codes()]).toEqual([1, freshUntil, []]);
  });

  it.each(['permission_denied', 'unauthenticated'] as const)(
    'with %s is what the property throws from then on: a revocation bites',
    async (code) => {
      const { view, fake, clock, codes } = await setUp();
      fake.fail(code);
      clock.advance(ttlMs);
      void view.PORT;
      void view.MAY;
      await settled();
      expect([revealed(() => view.PORT), revealed(() => view.MAY)]).toEqual([code, code]); // a failure is no absence
      expect(codes().slice(0, 2)).toEqual([
        ['failure', 'PORT', code],
        ['failure', 'MAY', code],
      ]);
      fake.fail('unavailable');
      await settled();
      void revealed(() => view.PORT);
      await settled();
      expect(revealed(() => view.PORT)).toBe(code); // an outage does not bring it back
      fake.heal();
      await settled();
      void revealed(() => view.PORT);
      await settled();
      expect(revealed(() => view.PORT)).toBe(1);
    },
  );

  it('without a code is thrown until there is a value again', async () => {
    const { view, fake, clock } = await setUp();
    fake.fail(new TypeError('of an adapter'));
    clock.advance(2 * ttlMs);
    void view.PORT;
    await settled();
    expect(revealed(() => view.PORT)).toBe('unknown');
    fake.heal();
    await settled();
    void revealed(() => view.PORT);
    await settled();
    expect(view.PORT.reveal()).toBe(1);
  });

  it.each([
    [
      'throw',
      (): never => {
        throw new Error('of a listener');
      },
    ],
    ['reject', () => Promise.reject(new Error('of a listener')) as unknown as undefined],
  ])('and listeners that %s harm nobody', async (_, thrower) => {
    const { view, fake, clock } = await setUp({ onEvent: thrower });
    view.onChange('PORT', thrower);
    view.onChange('PORT', () => Promise.reject(new Error('of a listener')) as unknown as undefined);
    fake.fail('unavailable');
    clock.advance(2 * ttlMs);
    expect(view.PORT.reveal()).toBe(1);
    await settled();
    fake.heal();
    await fake.put('port', '2');
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    expect(view.PORT.reveal()).toBe(2);
  });
});

describe('a secret that is there no more', () => {
  it('is not_found, also without an expiry, and an event once', async () => {
    const { view, fake, clock, codes } = await setUp();
    await fake.remove('port');
    clock.advance(ttlMs);
    for (let i = 0; i < 3; i += 1) {
      void revealed(() => view.PORT);
      await settled();
    }
    expect(revealed(() => view.PORT)).toBe('not_found');
    expect(codes()).toEqual([['missing', 'PORT', 'not_found']]);
    expect(() => view.PORT).toThrow(
      'not_found: "port": there is no such secret, or it has expired. Create it, or check its name',
    );
    await fake.put('port', '1');
    await settled();
    void revealed(() => view.PORT);
    await settled();
    expect(view.PORT.reveal()).toBe(1);
  });

  it('is what it was once it is there again, the very same', async () => {
    const memory: { secret?: Secret } = { secret: seal('1') };
    const { secret } = memory;
    const provider: SecretProvider = {
      name: 'own',
      get: async () => memory.secret,
      peek: () => memory.secret,
    };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    memory.secret = undefined as never;
    void view.port;
    await settled();
    expect(revealed(() => view.port)).toBe('not_found');
    memory.secret = secret as Secret;
    expect(view.port.reveal()).toBe(1);
  });

  it('is thrown as an error of its own to each who reads', async () => {
    const { view, fake, clock } = await setUp();
    await fake.remove('port');
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    const thrown = [0, 1].map(() => {
      try {
        return view.PORT;
      } catch (error) {
        return error;
      }
    });
    expect(thrown[0]).toBeInstanceOf(SecretError);
    expect(thrown[0]).not.toBe(thrown[1]); // whoever adds to one, adds to his own
  });
});

describe('a new value that its schema refuses', () => {
  it('is told of once, and the one before is kept', async () => {
    const { view, fake, clock, codes } = await setUp();
    const seen: number[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    await fake.put('port', 'CANARY-not-a-number');
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    for (let i = 0; i < 3; i += 1) expect(view.PORT.reveal()).toBe(1);
    expect(codes()).toEqual([['refused', 'PORT', 'invalid_data']]);
    expect(seen).toEqual([]);
    await fake.put('port', '3');
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    expect([view.PORT.reveal(), seen]).toEqual([3, [3]]);
  });

  it('shows nowhere', async () => {
    const { view, fake, clock, events } = await setUp();
    await fake.put('port', 'CANARY-not-a-number');
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    void view.PORT;
    expect(events).toHaveLength(1);
    expectNoLeak('CANARY-not-a-number', [events, view, inspect(view, { getters: true })]);
  });

  it('is told of once also where each look makes a new copy of it', async () => {
    const env: Record<string, string> = { PORT: '1' };
    const events: LiveEvent[] = [];
    const secrets = createSecrets(envSecrets({ env }));
    const options = { live: true, onEvent: (event: LiveEvent) => events.push(event) } as const;
    const view = await loadSecrets(secrets, { PORT: port }, options);
    env['PORT'] = 'many';
    for (let i = 0; i < 3; i += 1) expect(view.PORT.reveal()).toBe(1);
    expect(events).toHaveLength(1);
  });
});

describe('onChange', () => {
  it('tells of values that replace others, parsed, of one key, whoever read them', async () => {
    const { view, fake, secrets, clock } = await setUp();
    const seen: unknown[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    await fake.put('port', '2');
    await fake.put('name', 'two');
    await secrets.getMany({ a: 'port', b: 'name' }, { fresh: true });
    expect(seen).toEqual([2]);
    await fake.put('port', '3');
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    expect(seen).toEqual([2, 3]);
  });

  it('is silent about a value that has stayed the same, whose new expiry counts', async () => {
    const { view, fake, secrets, clock } = await setUp();
    const seen: unknown[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    const expiresAt = new Date(clock.now() + 10 * ttlMs);
    await fake.put('port', '1', expiresAt);
    await secrets.get('port', { fresh: true });
    expect([seen, view.PORT.expiresAt]).toEqual([[], expiresAt]);
  });

  it('tells of a value that was there before, after another one', async () => {
    const { view, fake, secrets } = await setUp();
    const seen: number[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    for (const value of ['2', '1']) {
      await fake.put('port', value);
      await secrets.get('port', { fresh: true });
    }
    expect(seen).toEqual([2, 1]);
  });

  it('tells a listener that has come while one is told from the next value on', async () => {
    const { view, fake, secrets } = await setUp();
    const seen: string[] = [];
    view.onChange('PORT', (first) => {
      seen.push(`first ${first.reveal()}`);
      if (seen.length === 1) view.onChange('PORT', (second) => seen.push(`second ${second.reveal()}`));
    });
    for (const value of ['2', '3']) {
      await fake.put('port', value);
      await secrets.get('port', { fresh: true });
    }
    expect(seen).toEqual(['first 2', 'first 3', 'second 3']);
  });

  it('ends by its disposable, each on its own', async () => {
    const { view, fake, secrets } = await setUp();
    const seen: string[] = [];
    const listener = (value: Secret<number>): unknown => seen.push(`a${value.reveal()}`);
    const first = view.onChange('PORT', listener);
    view.onChange('PORT', listener);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await fake.put('port', '2');
    await secrets.get('port', { fresh: true });
    expect(seen).toEqual(['a2']);
  });

  it('leaves nothing at the cache when it ends, whether by itself or with the view', async () => {
    const listeners = new Set<object>();
    let ended = 0;
    const provider: SecretProvider = {
      name: 'own',
      get: async () => seal('1'),
      subscribe(listener) {
        const own = { listener };
        listeners.add(own);
        return {
          [Symbol.dispose]() {
            ended += 1;
            listeners.delete(own);
          },
        };
      },
    };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    const first = view.onChange('port', () => undefined);
    view.onChange('port', () => undefined);
    first[Symbol.dispose]();
    expect(listeners.size).toBe(1);
    view.close();
    expect([listeners.size, ended]).toEqual([0, 2]); // none of them twice
  });

  it('needs a key that there is, a listener and a cache', async () => {
    const { view, fake } = await setUp();
    expect(() => view.onChange('OTHER' as never, () => undefined)).toThrow(
      'invalid_argument: there is no such key. There is PORT, NAME, MAY, SIZE.',
    );
    expect(() => view.onChange('PORT', undefined as never)).toThrow(
      'invalid_argument: listener is a function.',
    );
    const plain = await loadSecrets(createSecrets(fake.provider), { NAME: 'name' }, { live: true });
    expect(() => plain.onChange('NAME', () => undefined)).toThrow(
      /^unsupported: fake: onChange needs a cache/,
    );
    expect(() => plain.watch({ everyMs: 1_000 })).toThrow(/^unsupported: fake: watch needs a cache/);
  });
});

describe('watch', () => {
  it('looks for changes without anybody reading, until it is ended', async () => {
    vi.useFakeTimers();
    const { view, fake, clock } = await setUp();
    const seen: number[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    const watching = view.watch({ everyMs: 1_000 });
    await fake.put('port', '2');
    clock.advance(ttlMs);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([2]);
    watching[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuses what the client refuses', async () => {
    const { view } = await setUp();
    expect(() => view.watch({ everyMs: 0 })).toThrow(
      /^invalid_argument: everyMs is a number of milliseconds/,
    );
  });
});

describe('without a cache in the stack', () => {
  it('a property is read again at most once in restMs', async () => {
    const fake = fakeSecrets({ initial: { port: '1' } });
    const options = { live: true, now: fake.clock.now } as const;
    const view = await loadSecrets(createSecrets(fake.provider), { port }, options);
    await fake.put('port', '2');
    expect(view.port.reveal()).toBe(1); // nothing tells that it is fresh
    await settled();
    expect(view.port.reveal()).toBe(2);
    await fake.put('port', '3');
    fake.clock.advance(29_999);
    for (let i = 0; i < 10; i += 1) expect(view.port.reveal()).toBe(2);
    await settled();
    expect([view.port.reveal(), fake.calls()]).toEqual([2, 2]);
    fake.clock.advance(1);
    void view.port;
    await settled();
    expect([view.port.reveal(), fake.calls()]).toEqual([3, 3]);
  });

  it('there is one read at a time, whatever restMs', async () => {
    const fake = fakeSecrets({ initial: { port: '1' } });
    const view = await loadSecrets(createSecrets(fake.provider), { port }, { live: true, restMs: 0 });
    fake.hang();
    for (let i = 0; i < 10; i += 1) void view.port;
    await settled();
    expect(fake.pending()).toBe(1);
    view.close();
  });

  it.each([
    ['a value', seal('2')],
    ['that there is none', undefined],
  ])('%s that comes late is not put in place of what came meanwhile', async (_, answer) => {
    const memory: { fresh?: Secret } = {};
    let resolve: (secret: Secret | undefined) => void = () => undefined;
    const late = new Promise<Secret | undefined>((resolved) => (resolve = resolved));
    const provider: SecretProvider = {
      name: 'own',
      get: vi.fn().mockResolvedValueOnce(seal('1')).mockReturnValue(late),
      peek: () => memory.fresh,
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    };
    const events: LiveEvent[] = [];
    const options = { live: true, onEvent: (event: LiveEvent) => events.push(event) } as const;
    const view = await loadSecrets(createSecrets(provider), { port }, options);
    const seen: number[] = [];
    view.onChange('port', (value) => seen.push(value.reveal()));
    expect(view.port.reveal()).toBe(1);
    memory.fresh = seal('3');
    resolve(answer);
    await settled();
    expect([seen, view.port.reveal(), events]).toEqual([[3], 3, []]);
  });

  it('a look into memory that fails is none', async () => {
    const provider: SecretProvider = {
      name: 'own',
      get: () => Promise.reject(new SecretError('unavailable', 'Down.')),
      getMany: async (refs) => refs.map(() => undefined),
      peek: () => {
        throw new Error('of an adapter');
      },
    };
    const events: LiveEvent[] = [];
    const options = { live: true, onEvent: (event: LiveEvent) => events.push(event) } as const;
    const view = await loadSecrets(createSecrets(provider), { a: optional('a'), b: optional('b') }, options);
    expect(view.a).toBeUndefined();
    await settled();
    expect(events.map(({ code }) => code)).toEqual(['unavailable']);
  });
});

describe('the end', () => {
  it('of a view ends what it began, and leaves the client as it was', async () => {
    vi.useFakeTimers();
    const { view, fake, clock, secrets, events } = await setUp();
    const seen: unknown[] = [];
    view.onChange('PORT', (value) => seen.push(value));
    view.watch({ everyMs: 1_000 });
    fake.hang();
    clock.advance(ttlMs);
    void view.NAME;
    await settled();
    expect(fake.pending()).toBe(1);
    view.close();
    view[Symbol.dispose]();
    await settled();
    expect([fake.pending(), vi.getTimerCount(), events]).toEqual([0, 0, []]);
    fake.heal();
    await fake.put('port', '2');
    expect((await secrets.require('port')).reveal()).toBe('2');
    expect(seen).toEqual([]);
    const message = 'closed: the view has been closed. Load a new one, or close later.';
    expect(() => view.NAME).toThrow(message);
    expect(() => view.onChange('PORT', () => undefined)).toThrow(message);
    expect(() => view.watch({ everyMs: 1_000 })).toThrow(message);
  });

  it('of its client is the end of a view', async () => {
    const { view, secrets } = await setUp();
    await secrets.close();
    expect(revealed(() => view.NAME)).toBe('closed');
  });

  it('is none for the signal that was for the loading alone', async () => {
    const caller = new AbortController();
    const { view, fake, clock } = await setUp({ signal: caller.signal });
    caller.abort();
    await fake.put('port', '2');
    clock.advance(ttlMs);
    void view.PORT;
    await settled();
    expect([view.PORT.reveal(), getEventListeners(caller.signal, 'abort')]).toEqual([2, []]);
  });
});

describe('a key that a view has a method for', () => {
  it.each(['onChange', 'watch', 'close'])('is refused: %s', async (key) => {
    const secrets = createSecrets(fakeSecrets({ initial: { a: 'a' } }).provider);
    await expect(loadSecrets(secrets, { [key]: 'a' }, { live: true })).rejects.toThrow(
      `  ${key}: invalid_argument: a view has a method of that name. Call it otherwise, with a ref.`,
    );
    expect(Object.keys(await loadSecrets(secrets, { [key]: 'a' }))).toEqual([key]);
  });
});
