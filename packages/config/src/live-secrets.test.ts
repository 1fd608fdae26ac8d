import { Console } from 'node:console';
import { getEventListeners } from 'node:events';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import {
  isSecretError,
  type Secret,
  SecretError,
  type SecretMemory,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { envSecrets } from '@secretkit/env';
import { cache } from '@secretkit/middleware/cache';
import { fakeSecrets } from '@secretkit/testing';
import { afterEach, assert, describe, expect, it, vi } from 'vitest';
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

/** A view over a cache over a scripted backend. */
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

/** The memory of a backend that supports looks. */
function looksAt(look: () => Secret | undefined): SecretMemory {
  return {
    cached: () => (touch) => {
      const secret = touch ? undefined : look();
      return secret && { secret };
    },
  };
}

/** Waits until the reads in the background have settled. */
async function idle(): Promise<void> {
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
  it('returns the loaded value, without a call while it is fresh', async () => {
    const { view, fake, clock } = await setUp();
    const calls = fake.calls();
    clock.advance(ttlMs - 1);
    for (let i = 0; i < 100; i += 1) expect(view.PORT.reveal()).toBe(1);
    await idle();
    expect(fake.calls()).toBe(calls);
  });

  it('with a stale value is read once in the background, and returns the old value meanwhile', async () => {
    const { view, fake, clock } = await setUp();
    await fake.put('port', '2');
    const calls = fake.calls();
    clock.advance(ttlMs);
    for (let i = 0; i < 100; i += 1) expect(view.PORT.reveal()).toBe(1);
    await idle();
    expect([view.PORT.reveal(), fake.calls() - calls]).toEqual([2, 1]);
  });

  it('is read in the background as a call that nobody waits for, unlike the first one', async () => {
    const seen: unknown[] = [];
    const get: SecretProvider['get'] = async (_ref, { background }) => {
      seen.push(background?.aborted);
      return seal('value');
    };
    const view = await loadSecrets(createSecrets({ name: 'store', get }), { A: 'a' }, { live: true });
    expect(view.A.reveal()).toBe('value');
    await idle();
    expect(seen).toEqual([undefined, false]);
  });

  it('follows the reads of others', async () => {
    const { view, fake, secrets } = await setUp();
    await fake.put('port', '2');
    await secrets.get('port', { fresh: true });
    expect(view.PORT.reveal()).toBe(2);
  });

  it('follows a backend that has its values in memory', async () => {
    const env: Record<string, string> = { PORT: '1' };
    const view = await loadSecrets(createSecrets(envSecrets({ env })), { PORT: port }, { live: true });
    env['PORT'] = '2';
    expect(view.PORT.reveal()).toBe(2);
  });

  it('of a missing secret is undefined, or its default, until the secret exists', async () => {
    const { view, fake, clock } = await setUp();
    expect([view.MAY, view.SIZE.reveal()]).toEqual([undefined, 10]);
    await idle();
    await fake.put('may', 'here');
    await fake.put('size', '20');
    clock.advance(ttlMs);
    void [view.MAY, view.SIZE];
    await idle();
    expect([view.MAY?.reveal(), view.SIZE.reveal()]).toEqual(['here', 20]);
  });

  it('with a fresh value starts no read', async () => {
    const get = vi.fn(async () => seal('1'));
    const provider: SecretProvider = { name: 'own', get, memory: looksAt(() => seal('2')) };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    for (let i = 0; i < 3; i += 1) expect(view.port.reveal()).toBe(2);
    await idle();
    expect(get).toHaveBeenCalledTimes(1); // by loadSecrets
  });

  it('that a read has refreshed has no cooldown: it is read again as soon as it is stale', async () => {
    const { view, fake, clock } = await setUp({ refreshCooldownMs: 10 * ttlMs });
    for (const value of ['2', '3', '4']) {
      await fake.put('port', value);
      clock.advance(ttlMs);
      void view.PORT;
      await idle();
      expect(view.PORT.reveal()).toBe(Number(value));
    }
  });

  it('has the metadata of its value, even if only the metadata is new', async () => {
    const facts = { version: 'v1', createdAt: new Date(1e12) };
    let answer = seal('1', facts);
    const provider: SecretProvider = { name: 'own', get: async () => answer, memory: looksAt(() => answer) };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    expect([view.port.version, view.port.createdAt]).toEqual(['v1', facts.createdAt]);
    answer = seal('1', { ...facts, version: 'v2' });
    expect(view.port.version).toBe('v2');
    answer = seal('1', { version: 'v2', createdAt: new Date(1.1e12) });
    expect(view.port.createdAt).toEqual(new Date(1.1e12));
  });

  it('of a tenant has only values of the tenant, from every source', async () => {
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
    expect(view.port.reveal()).toBe(2); // from a look into memory
    await fake.provider.set(theirs, seal('3'), {});
    fake.clock.advance(ttlMs);
    void view.port;
    await idle();
    expect([view.port.reveal(), seen]).toEqual([3, [3]]); // from a read in the background
    await secrets.set('port', '4');
    await secrets.get('port');
    expect(seen).toEqual([3]); // not from a change of another scope
    view.watch({ everyMs: 1_000 });
    await fake.provider.set(theirs, seal('5'), {});
    fake.clock.advance(ttlMs);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([3, 5]); // from watch
    view.close();
  });

  it('is not enumerable, and neither are the methods', async () => {
    const { view } = await setUp();
    expect(Object.keys(view)).toEqual([]);
    expect(Object.getOwnPropertyNames(view)).toEqual(expect.arrayContaining(['PORT', 'NAME', 'MAY', 'SIZE']));
    expect(JSON.stringify(view)).toBe('{"PORT":"[secret]","NAME":"[secret]","SIZE":"[secret]"}');
    expect(Object.isFrozen(view)).toBe(true);
  });
});

describe('after its expiry', () => {
  it('a property throws not_found with its ref, even if the backend hangs', async () => {
    const { view, fake, clock } = await setUp();
    await fake.put('port', '2', new Date(clock.now() + ttlMs + 5_000));
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    fake.hang();
    clock.advance(4_999);
    expect(view.PORT.reveal()).toBe(2);
    clock.advance(1);
    expect(() => view.PORT).toThrow(
      expect.objectContaining({ code: 'not_found', message: expect.stringContaining('"port"') }),
    );
  });

  it('an optional property is undefined, and one with a default has it', async () => {
    const { view, fake, clock } = await setUp();
    const soon = new Date(clock.now() + ttlMs + 5_000);
    await fake.put('may', 'here', soon);
    await fake.put('size', '20', soon);
    clock.advance(ttlMs);
    void [view.MAY, view.SIZE];
    await idle();
    expect([view.MAY?.reveal(), view.SIZE.reveal()]).toEqual(['here', 20]);
    fake.fail('unavailable');
    clock.advance(5_000);
    expect([view.MAY, view.SIZE.reveal()]).toEqual([undefined, 10]);
  });

  it('each access starts a read, one at a time, until there is a new value', async () => {
    const { view, fake, clock } = await setUp();
    await fake.put('port', '2', new Date(clock.now() + ttlMs + 1));
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    clock.advance(1);
    const calls = fake.calls();
    for (let i = 0; i < 3; i += 1) {
      expect(revealed(() => view.PORT)).toBe('not_found');
      expect(revealed(() => view.PORT)).toBe('not_found');
      await idle();
    }
    expect(fake.calls() - calls).toBe(3);
    await fake.put('port', '3');
    void revealed(() => view.PORT);
    await idle();
    expect(view.PORT.reveal()).toBe(3);
  });
});

describe('a background read that fails', () => {
  it('is an event, and the property keeps its value', async () => {
    const { view, fake, clock, codes, events } = await setUp();
    fake.fail('unavailable');
    clock.advance(2 * ttlMs); // too old for the cache to serve it
    expect(view.PORT.reveal()).toBe(1);
    await idle();
    expect(view.PORT.reveal()).toBe(1);
    expect(codes()).toEqual([['failure', 'PORT', 'unavailable']]);
    expect(events[0]?.ref).toEqual({ name: 'port' });
  });

  it('is not repeated during refreshCooldownMs if the property has a value', async () => {
    const { view, fake, clock } = await setUp({ refreshCooldownMs: 5_000 });
    fake.fail('unavailable');
    clock.advance(3 * ttlMs);
    void view.PORT;
    await idle();
    const calls = fake.calls();
    clock.advance(4_999);
    void view.PORT;
    await idle();
    expect(fake.calls() - calls).toBe(0);
    clock.advance(1);
    void view.PORT;
    await idle();
    expect(fake.calls() - calls).toBe(1);
    clock.advance(-10_000); // a clock that is set back lengthens no cooldown
    void view.PORT;
    await idle();
    expect(fake.calls() - calls).toBe(2);
  });

  it('and is hidden by a stale value of the cache shows as staleSince', async () => {
    const { view, fake, clock, codes } = await setUp();
    const freshUntil = clock.now() + ttlMs;
    fake.fail('unavailable');
    clock.advance(ttlMs + 1);
    void view.PORT;
    await idle();
    expect([view.PORT.reveal(), view.PORT.staleSince?.getTime(), codes()]).toEqual([1, freshUntil, []]);
  });

  it.each(['permission_denied', 'unauthenticated'] as const)(
    'with %s is thrown by the property from then on: a revocation takes effect',
    async (code) => {
      const { view, fake, clock, codes } = await setUp();
      fake.fail(code);
      clock.advance(ttlMs);
      void view.PORT;
      void view.MAY;
      await idle();
      expect([revealed(() => view.PORT), revealed(() => view.MAY)]).toEqual([code, code]); // a failure does not count as missing
      expect(codes().slice(0, 2)).toEqual([
        ['failure', 'PORT', code],
        ['failure', 'MAY', code],
      ]);
      fake.fail('unavailable');
      await idle();
      void revealed(() => view.PORT);
      await idle();
      expect(revealed(() => view.PORT)).toBe(code); // an outage does not bring it back
      fake.heal();
      await idle();
      void revealed(() => view.PORT);
      await idle();
      expect(revealed(() => view.PORT)).toBe(1);
    },
  );

  it('without a code is thrown until there is a new value', async () => {
    const { view, fake, clock } = await setUp();
    fake.fail(new TypeError('of an adapter'));
    clock.advance(2 * ttlMs);
    void view.PORT;
    await idle();
    expect(revealed(() => view.PORT)).toBe('unknown');
    fake.heal();
    await idle();
    void revealed(() => view.PORT);
    await idle();
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
  ])('and listeners that %s do not affect the view', async (_, thrower) => {
    const { view, fake, clock } = await setUp({ onEvent: thrower });
    view.onChange('PORT', thrower);
    view.onChange('PORT', () => Promise.reject(new Error('of a listener')) as unknown as undefined);
    fake.fail('unavailable');
    clock.advance(2 * ttlMs);
    expect(view.PORT.reveal()).toBe(1);
    await idle();
    fake.heal();
    await fake.put('port', '2');
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    expect(view.PORT.reveal()).toBe(2);
  });
});

describe('printing a view', () => {
  const printers: [string, (view: object) => unknown][] = [
    ['JSON', (view) => JSON.stringify(view)],
    ['JSON of an object around it', (view) => JSON.stringify({ view })],
    ['String', String],
    ['inspect', (view) => inspect(view)],
    ['inspect with getters', (view) => inspect(view, { getters: true, showHidden: true })],
    ['%o, %O, %s, %j and %d', (view) => format('%o %O %s %j %d', view, view, view, view, view)],
    ['console.log', (view) => printed((own) => own.log(view, [view], new Map([['view', view]])))],
    ['console.dir', (view) => printed((own) => own.dir(view))],
    ['console.table', (view) => printed((own) => own.table(view))],
    ['console.table of a list', (view) => printed((own) => own.table([view, { view }]))],
    ['a logger that copies it', (view) => inspect(Object.assign({ level: 30 }, view))],
    ['a logger that lists its keys', (view) => inspect(Object.entries(view))],
    ['structuredClone', (view) => inspect(structuredClone(view))],
    ['v8', (view) => inspect(deserialize(serialize(view)))],
    ['an assertion of equality', (view) => failureOf(() => expect(view).toEqual({ PORT: 1 }))],
    ['a failed assertion', (view) => failureOf(() => expect(view).toBe(1))],
    ['a failed assertion of chai', (view) => failureOf(() => assert.strictEqual<unknown>(view, 1))],
  ];

  function failureOf(check: () => void): unknown {
    try {
      check();
    } catch (error) {
      return inspect(error, { showHidden: true, depth: 9 });
    }
    throw new Error('the assertion passed');
  }

  function printed(print: (own: Console) => void): string {
    let text = '';
    const stdout = new Writable({
      write(chunk, _, done) {
        text += String(chunk);
        done();
      },
    });
    print(new Console({ stdout, stderr: stdout }));
    return text;
  }

  it.each(printers)('by %s never throws, never reads, and never shows a value', async (_, print) => {
    const canaries = ['9021090210', 'CANARY-name'];
    const { view, fake, clock } = await setUp();
    await fake.put('port', '9021090210');
    await fake.put('name', 'CANARY-name');
    clock.advance(ttlMs);
    void [view.PORT, view.NAME];
    await idle();
    expectNoLeak(canaries, [print(view)]);
    await fake.remove('port');
    fake.fail('permission_denied', 'name');
    clock.advance(ttlMs);
    void [view.PORT, view.NAME];
    await idle();
    const calls = fake.calls();
    expectNoLeak(canaries, [print(view)]);
    await idle();
    expect(fake.calls()).toBe(calls);
    view.close();
    expectNoLeak(canaries, [print(view)]);
  });

  it('shows the state of each property', async () => {
    const { view, fake, clock } = await setUp();
    const states = { PORT: '[secret]', NAME: '[secret]', SIZE: '[secret]' };
    expect(JSON.parse(JSON.stringify(view))).toEqual(states);
    await fake.remove('port');
    fake.fail('unauthenticated', 'name');
    clock.advance(ttlMs);
    void [view.PORT, view.NAME];
    await idle();
    expect(JSON.parse(JSON.stringify(view))).toEqual({
      ...states,
      PORT: '[not_found]',
      NAME: '[unauthenticated]',
    });
    expect(inspect(view)).toBe(
      "{\n  PORT: '[not_found]',\n  NAME: '[unauthenticated]',\n  MAY: undefined,\n  SIZE: '[secret]'\n}",
    );
    view.close();
    expect(JSON.stringify(view)).toBe(
      '{"PORT":"[closed]","NAME":"[closed]","MAY":"[closed]","SIZE":"[closed]"}',
    );
  });

  it('needs the name toJSON for itself', async () => {
    const secrets = createSecrets(fakeSecrets({ initial: { toJSON: '1' } }).provider);
    await expect(loadSecrets(secrets, { toJSON: 'toJSON' }, { live: true })).rejects.toThrow(/toJSON/);
    await expect(loadSecrets(secrets, { toJSON: 'toJSON' })).resolves.toBeDefined();
  });
});

describe('a deleted secret', () => {
  it('is not_found, even without an expiry, and is one event', async () => {
    const { view, fake, clock, codes } = await setUp();
    await fake.remove('port');
    clock.advance(ttlMs);
    for (let i = 0; i < 3; i += 1) {
      void revealed(() => view.PORT);
      await idle();
    }
    expect(revealed(() => view.PORT)).toBe('not_found');
    expect(codes()).toEqual([['missing', 'PORT', 'not_found']]);
    expect(() => view.PORT).toThrow('"port"');
    await fake.put('port', '1');
    await idle();
    void revealed(() => view.PORT);
    await idle();
    expect(view.PORT.reveal()).toBe(1);
  });

  it('has its value again when it has been created again with the same one', async () => {
    const store: { secret?: Secret } = { secret: seal('1') };
    const { secret } = store;
    const provider: SecretProvider = {
      name: 'own',
      get: async () => store.secret,
      memory: looksAt(() => store.secret),
    };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    store.secret = undefined as never;
    void view.port;
    await idle();
    expect(revealed(() => view.port)).toBe('not_found');
    store.secret = secret as Secret;
    expect(view.port.reveal()).toBe(1);
  });

  it('is a new error for each access', async () => {
    const { view, fake, clock } = await setUp();
    await fake.remove('port');
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    const thrown = [0, 1].map(() => {
      try {
        return view.PORT;
      } catch (error) {
        return error;
      }
    });
    expect(thrown[0]).toBeInstanceOf(SecretError);
    expect(thrown[0]).not.toBe(thrown[1]);
  });
});

describe('a new value that its schema refuses', () => {
  it('is one event, and the property keeps the previous value', async () => {
    const { view, fake, clock, codes } = await setUp();
    const seen: number[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    await fake.put('port', 'CANARY-not-a-number');
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    for (let i = 0; i < 3; i += 1) expect(view.PORT.reveal()).toBe(1);
    expect(codes()).toEqual([['refused', 'PORT', 'invalid_data']]);
    expect(seen).toEqual([]);
    await fake.put('port', '3');
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    expect([view.PORT.reveal(), seen]).toEqual([3, [3]]);
  });

  it('does not show in events, or in the view', async () => {
    const { view, fake, clock, events } = await setUp();
    await fake.put('port', 'CANARY-not-a-number');
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    void view.PORT;
    expect(events).toHaveLength(1);
    expectNoLeak('CANARY-not-a-number', [events, view, inspect(view, { getters: true })]);
  });

  it('is one event even if each look returns a new copy of it', async () => {
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
  it('reports the parsed values that replace others, of one key, from any read', async () => {
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
    await idle();
    expect(seen).toEqual([2, 3]);
  });

  it('does not report an equal value, but the view has its new expiry', async () => {
    const { view, fake, secrets, clock } = await setUp();
    const seen: unknown[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    const expiresAt = new Date(clock.now() + 10 * ttlMs);
    await fake.put('port', '1', expiresAt);
    await secrets.get('port', { fresh: true });
    expect([seen, view.PORT.expiresAt]).toEqual([[], expiresAt]);
  });

  it('reports a previous value that returns after another one', async () => {
    const { view, fake, secrets } = await setUp();
    const seen: number[] = [];
    view.onChange('PORT', (value) => seen.push(value.reveal()));
    for (const value of ['2', '1']) {
      await fake.put('port', value);
      await secrets.get('port', { fresh: true });
    }
    expect(seen).toEqual([2, 1]);
  });

  it('calls a listener that another listener has added from the next value on', async () => {
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

  it('ends one listener by its disposable', async () => {
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

  it('unsubscribes from the cache when it ends, by itself or with the view', async () => {
    const listeners = new Set<object>();
    let ended = 0;
    const provider: SecretProvider = {
      name: 'own',
      get: async () => seal('1'),
      memory: {
        subscribe(listener) {
          const own = { listener };
          listeners.add(own);
          return () => {
            ended += 1;
            listeners.delete(own);
          };
        },
      },
    };
    const view = await loadSecrets(createSecrets(provider), { port }, { live: true });
    const first = view.onChange('port', () => undefined);
    view.onChange('port', () => undefined);
    first[Symbol.dispose]();
    expect(listeners.size).toBe(1);
    view.close();
    expect([listeners.size, ended]).toEqual([0, 2]); // each once
  });

  it('needs a known key, a listener and a cache', async () => {
    const { view, fake } = await setUp();
    expect(() => view.onChange('OTHER' as never, () => undefined)).toThrow(
      /^invalid_argument: .*key.*PORT, NAME, MAY, SIZE/,
    );
    expect(() => view.onChange('PORT', undefined as never)).toThrow(/^invalid_argument: listener/);
    const plain = await loadSecrets(createSecrets(fake.provider), { NAME: 'name' }, { live: true });
    expect(() => plain.onChange('NAME', () => undefined)).toThrow(/^unsupported: .*onChange/);
    expect(() => plain.watch({ everyMs: 1_000 })).toThrow(/^unsupported: .*watch/);
  });
});

describe('watch', () => {
  it('finds changes without other reads, until it ends', async () => {
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

  it('refuses a wrong period', async () => {
    const { view } = await setUp();
    expect(() => view.watch({ everyMs: 0 })).toThrow(/^invalid_argument: everyMs/);
  });
});

describe('without a cache in the stack', () => {
  it('a property is read at most once in refreshCooldownMs', async () => {
    const fake = fakeSecrets({ initial: { port: '1' } });
    const options = { live: true, now: fake.clock.now } as const;
    const view = await loadSecrets(createSecrets(fake.provider), { port }, options);
    await fake.put('port', '2');
    expect(view.port.reveal()).toBe(1); // it may be stale: there is no cache
    await idle();
    expect(view.port.reveal()).toBe(2);
    await fake.put('port', '3');
    fake.clock.advance(29_999);
    for (let i = 0; i < 10; i += 1) expect(view.port.reveal()).toBe(2);
    await idle();
    expect([view.port.reveal(), fake.calls()]).toEqual([2, 2]);
    fake.clock.advance(1);
    void view.port;
    await idle();
    expect([view.port.reveal(), fake.calls()]).toEqual([3, 3]);
  });

  it('there is one read at a time, even without a cooldown', async () => {
    const fake = fakeSecrets({ initial: { port: '1' } });
    const view = await loadSecrets(
      createSecrets(fake.provider),
      { port },
      { live: true, refreshCooldownMs: 0 },
    );
    fake.hang();
    for (let i = 0; i < 10; i += 1) void view.port;
    await idle();
    expect(fake.pending()).toBe(1);
    view.close();
  });

  it.each([
    ['a value', seal('2')],
    ['undefined', undefined],
  ])('a slow read with %s does not replace a newer value', async (_, answer) => {
    const memory: { fresh?: Secret } = {};
    let resolve: (secret: Secret | undefined) => void = () => undefined;
    const late = new Promise<Secret | undefined>((resolved) => (resolve = resolved));
    const provider: SecretProvider = {
      name: 'own',
      get: vi.fn().mockResolvedValueOnce(seal('1')).mockReturnValue(late),
      memory: { ...looksAt(() => memory.fresh), subscribe: () => () => undefined },
    };
    const events: LiveEvent[] = [];
    const options = { live: true, onEvent: (event: LiveEvent) => events.push(event) } as const;
    const view = await loadSecrets(createSecrets(provider), { port }, options);
    const seen: number[] = [];
    view.onChange('port', (value) => seen.push(value.reveal()));
    expect(view.port.reveal()).toBe(1);
    memory.fresh = seal('3');
    resolve(answer);
    await idle();
    expect([seen, view.port.reveal(), events]).toEqual([[3], 3, []]);
  });

  it('a failed look into memory counts as no value', async () => {
    const provider: SecretProvider = {
      name: 'own',
      get: () => Promise.reject(new SecretError('unavailable', 'Down.')),
      getMany: async (refs) => refs.map(() => undefined),
      memory: looksAt(() => {
        throw new Error('of an adapter');
      }),
    };
    const events: LiveEvent[] = [];
    const options = { live: true, onEvent: (event: LiveEvent) => events.push(event) } as const;
    const view = await loadSecrets(createSecrets(provider), { a: optional('a'), b: optional('b') }, options);
    expect(view.a).toBeUndefined();
    await idle();
    expect(events.map(({ code }) => code)).toEqual(['unavailable']);
  });
});

describe('the end', () => {
  it('of a view ends its reads, listeners and timers, and leaves the client open', async () => {
    vi.useFakeTimers();
    const { view, fake, clock, secrets, events } = await setUp();
    const seen: unknown[] = [];
    view.onChange('PORT', (value) => seen.push(value));
    view.watch({ everyMs: 1_000 });
    fake.hang();
    clock.advance(ttlMs);
    void view.NAME;
    await idle();
    expect(fake.pending()).toBe(1);
    view.close();
    view[Symbol.dispose]();
    await idle();
    expect([fake.pending(), vi.getTimerCount(), events]).toEqual([0, 0, []]);
    fake.heal();
    await fake.put('port', '2');
    expect((await secrets.require('port')).reveal()).toBe('2');
    expect(seen).toEqual([]);
    expect(() => view.NAME).toThrow(/^closed: /);
    expect(() => view.onChange('PORT', () => undefined)).toThrow(/^closed: /);
    expect(() => view.watch({ everyMs: 1_000 })).toThrow(/^closed: /);
  });

  it('of its client ends a view', async () => {
    const { view, secrets } = await setUp();
    await secrets.close();
    expect(revealed(() => view.NAME)).toBe('closed');
  });

  it('does not come from the signal of the load', async () => {
    const caller = new AbortController();
    const { view, fake, clock } = await setUp({ signal: caller.signal });
    caller.abort();
    await fake.put('port', '2');
    clock.advance(ttlMs);
    void view.PORT;
    await idle();
    expect([view.PORT.reveal(), getEventListeners(caller.signal, 'abort')]).toEqual([2, []]);
  });
});

describe('a key with the name of a method of the view', () => {
  it.each(['onChange', 'watch', 'close'])('is refused: %s', async (key) => {
    const secrets = createSecrets(fakeSecrets({ initial: { a: 'a' } }).provider);
    await expect(loadSecrets(secrets, { [key]: 'a' }, { live: true })).rejects.toThrow(
      `  ${key}: invalid_argument: `,
    );
    expect(Object.keys(await loadSecrets(secrets, { [key]: 'a' }))).toEqual([key]);
  });
});
