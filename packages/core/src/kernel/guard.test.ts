import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { outcome, revealed } from '../../test/revealed.js';
import { createSecrets } from '../client/create-secrets.js';
import { type CallContext, type SecretProvider, settled } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { isSecretError, SecretError } from '../contract/secret-error.js';
import { guard } from './guard.js';

const ref = { name: 'a' };

/** The calls of a provider, by name. */
const calls: Record<string, (provider: SecretProvider, ctx: CallContext) => Promise<unknown>> = {
  get: (provider, ctx) => provider.get(ref, ctx),
  getMany: (provider, ctx) => provider.getMany!([ref], ctx),
  list: (provider, ctx) => provider.list!({}, ctx),
  set: (provider, ctx) => provider.set!(ref, seal('value'), ctx),
  compareAndSet: (provider, ctx) => provider.compareAndSet!(ref, seal('value'), 'v1', ctx),
  delete: (provider, ctx) => provider.delete!(ref, ctx),
  listVersions: (provider, ctx) => provider.listVersions!(ref, ctx),
};
const operations = Object.keys(calls);

/** A provider whose methods are all the same function. */
function uniform(method: (...args: never[]) => unknown): SecretProvider {
  const spied = vi.fn(method);
  const methods = operations.map((operation) => [operation, spied]);
  return { name: 'own', ...(Object.fromEntries(methods) as object) } as never;
}

describe.each(operations)('%s', (operation) => {
  const call = calls[operation]!;

  it.each([
    [
      'throws at once',
      () => {
        throw new TypeError('CANARY');
      },
    ],
    ['rejects', () => Promise.reject(Object.assign(new Error('CANARY'), { response: { body: 'CANARY' } }))],
    ['rejects with a string', () => Promise.reject('CANARY')],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('that %s is unknown, without its message', async (_, method) => {
    const error = await call(guard(uniform(method)), {}).catch((thrown: unknown) => thrown);
    expect(isSecretError(error, 'unknown') && error).toMatchObject({ provider: 'own', operation });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('passes a SecretError on, with the place where it happened', async () => {
    const complete = new SecretError('conflict', 'x', { provider: 'inner', operation: 'get' });
    expect(
      await call(guard(uniform(() => Promise.reject(complete))), {}).catch((error: unknown) => error),
    ).toEqual(complete);
    const short = guard(uniform(() => Promise.reject(new SecretError('conflict', 'x'))));
    expect(await call(short, {}).catch((error: unknown) => error)).toMatchObject({
      provider: 'own',
      operation,
    });
  });

  it.each<[string, () => unknown]>([
    [
      'a cause',
      () =>
        Object.assign(new SecretError('conflict', 'x', { provider: 'inner' }), {
          cause: new Error('CANARY'),
        }),
    ],
    ['a response', () => Object.assign(new SecretError('conflict', 'x'), { response: { body: 'CANARY' } })],
    [
      'a symbol',
      () =>
        Object.assign(new SecretError('conflict', 'x', { provider: 'inner' }), { [Symbol('raw')]: 'CANARY' }),
    ],
    [
      'a class of its own',
      () => {
        class Extended extends SecretError {
          readonly raw = 'CANARY';
        }
        return new Extended('conflict', 'x', { provider: 'inner' });
      },
    ],
    [
      'the brand alone',
      () => ({
        [Symbol.for('secretkit.SecretError')]: true,
        code: 'conflict',
        problem: 'x',
        provider: 'inner',
        raw: 'CANARY',
      }),
    ],
  ])('removes %s that was added to a SecretError', async (_, make) => {
    const error = await call(guard(uniform(() => Promise.reject(make()))), {}).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SecretError);
    expect(error).toMatchObject({ code: 'conflict', problem: 'x' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('keeps the ref of a SecretError without a provider, if the call has none', async () => {
    const failure = new SecretError('conflict', 'x', { ref: { name: 'inner' } });
    const error = await call(guard(uniform(() => Promise.reject(failure))), {}).catch(
      (thrown: unknown) => thrown,
    );
    const hasRef = operation !== 'getMany' && operation !== 'list';
    expect(error).toMatchObject({ provider: 'own', operation, ref: hasRef ? ref : { name: 'inner' } });
  });

  it('makes an invalid code unknown', async () => {
    const odd = { [Symbol.for('secretkit.SecretError')]: true, code: 'CANARY', message: 'CANARY' };
    const error = await call(guard(uniform(() => Promise.reject(odd))), {}).catch(
      (thrown: unknown) => thrown,
    );
    expect(isSecretError(error, 'unknown')).toBe(true);
    expect(inspect(error)).not.toContain('CANARY');
  });

  it.each([new Error('enough'), 'a string', null, { any: 'thing' }])(
    'that was aborted before never starts, and rejects with the reason itself: %s',
    async (reason) => {
      const provider = uniform(() => Promise.resolve());
      expect(await outcome(call(guard(provider), { signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect(provider.get).not.toHaveBeenCalled();
    },
  );

  it.each([new Error('enough'), 'a string', null])(
    'ends at an abort, even if the provider ignores the signal: %s',
    async (reason) => {
      const controller = new AbortController();
      const hanging = guard(uniform(() => new Promise(() => undefined)));
      const ended = outcome(call(hanging, { signal: controller.signal }));
      controller.abort(reason);
      expect(await ended).toBe(reason);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    },
  );

  it('that rejects after an abort leaves no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const controller = new AbortController();
    const late = deferred();
    const ended = outcome(call(guard(uniform(() => late.promise)), { signal: controller.signal }));
    controller.abort('enough');
    late.reject(new Error('too late'));
    expect(await ended).toBe('enough');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('ends if the provider aborts it during its start', async () => {
    const controller = new AbortController();
    const provider = uniform(() => {
      controller.abort('by the provider');
      return new Promise(() => undefined);
    });
    expect(await outcome(call(guard(provider), { signal: controller.signal }))).toBe('by the provider');
  });

  it('is closed after disposal, and does not reach the provider', async () => {
    const provider = uniform(() => Promise.resolve());
    const guarded = guard(provider);
    await guarded[Symbol.asyncDispose]?.();
    await guarded[Symbol.asyncDispose]?.();
    expect(await outcome(call(guarded, {}))).toBe('closed');
    expect(provider.get).not.toHaveBeenCalled();
  });
});

describe('an answer of the wrong shape is invalid_data', () => {
  it.each(['CANARY', null, 5, {}, { reveal: () => 'CANARY' }])('for get: %j', async (answer) => {
    const error = await guard(uniform(() => Promise.resolve(answer)))
      .get(ref, {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data', provider: 'own', ref });
    expect(inspect(error)).not.toContain('CANARY');
  });

  it.each([null, 'CANARY', {}, [], [undefined], [undefined, undefined, undefined]])(
    'for getMany of two refs: %j',
    async (answers) => {
      const provider = guard(uniform(() => Promise.resolve(answers)));
      expect(await outcome(provider.getMany!([ref, ref], {}))).toBe('invalid_data');
    },
  );

  it.each([
    null,
    {},
    { refs: 'CANARY' },
    { refs: [], cursor: 5 },
    { refs: [], cursor: '' },
    { refs: [], cursor: null },
    { refs: [{ name: 'a', version: 5 }] },
  ])('for list: %j', async (page) => {
    expect(await outcome(guard(uniform(() => Promise.resolve(page))).list!({}, {}))).toBe('invalid_data');
  });

  it('in its place of a batch', async () => {
    const failure = new SecretError('unavailable', 'x', { provider: 'own' });
    const answers = [seal('value'), undefined, failure, new Error('CANARY'), 'CANARY', null];
    const provider = guard(uniform(() => Promise.resolve(answers)));
    const refs = answers.map((_, at) => ({ name: `name-${at}` }));
    const checked = await provider.getMany!(refs, {});
    expect(checked.map(revealed)).toEqual([
      'value',
      undefined,
      'failed: unavailable',
      'failed: unknown',
      'failed: invalid_data',
      'failed: invalid_data',
    ]);
    expect(checked[2]).toMatchObject({ ...failure });
    expect(checked[4]).toHaveProperty('ref.name', 'name-4');
    expect(inspect(checked, { depth: null, showHidden: true })).not.toContain('CANARY');
  });
});

describe('a provider in plain JavaScript', () => {
  it('may return a value instead of a promise', async () => {
    expect(await outcome(guard(uniform(() => seal('value'))).get(ref, {}))).toBe('value');
    expect(await outcome(guard(uniform(() => undefined)).get(ref, {}))).toBeUndefined();
  });

  it('may throw in a synchronous method', () => {
    const throwing = () => {
      throw new TypeError('CANARY');
    };
    const memory = { cached: throwing, invalidate: throwing, subscribe: throwing };
    const provider = guard({ name: 'own', get: async () => undefined, canonical: throwing, memory });
    for (const call of [
      () => provider.canonical!(ref),
      () => provider.memory!.cached!(ref),
      () => provider.memory!.invalidate!(ref),
      () => provider.memory!.subscribe!(() => undefined),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'unknown', provider: 'own' }));
      expect(call).not.toThrow(/CANARY/);
    }
  });
});

describe('a hostile or careless provider', () => {
  const throwing = (): never =>
    new Proxy(
      {},
      {
        get() {
          throw new Error('CANARY');
        },
        getPrototypeOf() {
          throw new Error('CANARY');
        },
      },
    ) as never;

  it.each(operations)('that throws an object which throws on access is unknown: %s', async (operation) => {
    const call = calls[operation]!;
    for (const method of [
      () => Promise.reject(throwing()),
      () => {
        throw throwing();
      },
    ]) {
      const error = await call(guard(uniform(method)), {}).catch((thrown: unknown) => thrown);
      expect(isSecretError(error, 'unknown')).toBe(true);
      expect(inspect(error, { showHidden: true })).not.toContain('CANARY');
    }
  });

  it('that returns an object which throws for a symbol is refused', async () => {
    const odd = new Proxy({}, { get: (_, key) => (typeof key === 'symbol' ? fail() : undefined) });
    const error = await guard({ name: 'own', get: async () => odd as never })
      .get(ref, {})
      .catch((thrown: unknown) => thrown);
    expect(isSecretError(error, 'invalid_data')).toBe(true);
  });

  it('that returns an object which throws on access is refused', async () => {
    for (const answer of [() => throwing(), () => settled(seal('value')).then(throwing)]) {
      const error = await guard({ name: 'own', get: answer })
        .get(ref, {})
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SecretError);
      expect(inspect(error)).not.toContain('CANARY');
    }
  });

  it('that returns such an object in a batch has a failure in its place', async () => {
    const provider = guard({
      name: 'own',
      get: async () => undefined,
      getMany: async () => [seal('value'), new Proxy({}, { get: () => fail() }) as never],
    });
    const [first, second] = await provider.getMany!([ref, { name: 'b' }], {});
    expect(isSecretError(first)).toBe(false);
    expect(second).toMatchObject({ code: 'invalid_data', ref: { name: 'b' } });
  });

  it('that empties its array of refs does not change that of the caller', async () => {
    const error = new SecretError('unavailable', 'HTTP 503.', { provider: 'own' });
    const secrets = createSecrets({
      name: 'own',
      get: async () => undefined,
      getMany: async (refs) => {
        (refs as unknown[]).splice(0, refs.length);
        throw error;
      },
    });
    await expect(secrets.getMany({ a: 'a', b: 'b' })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['details', (error: SecretError) => Object.assign(error, { details: { body: 'CANARY' } })],
    ['a message', (error: SecretError) => Object.assign(error, { message: 'CANARY' })],
    ['a ref', (error: SecretError) => Object.assign(error, { ref: { name: 'a', value: 'CANARY' } })],
    [
      'the stack of another',
      (error: SecretError) => Object.assign(error, { stack: new Error('CANARY').stack }),
    ],
    ['a stack that is an object', (error: SecretError) => Object.assign(error, { stack: { raw: 'CANARY' } })],
    ['a name', (error: SecretError) => Object.defineProperty(error, 'name', { value: 'CANARY' })],
    ['a hidden cause', (error: SecretError) => Object.defineProperty(error, 'cause', { value: 'CANARY' })],
    ['a provider', (error: SecretError) => Object.assign(error, { provider: { toString: () => 'CANARY' } })],
    ['an operation', (error: SecretError) => Object.assign(error, { operation: 'read of CANARY' })],
    [
      'a ref of other things',
      (error: SecretError) => Object.assign(error, { ref: { name: { raw: 'CANARY' } } }),
    ],
    [
      'a scope',
      (error: SecretError) => Object.assign(error, { ref: { name: 'a', scope: { user: ['CANARY'] } } }),
    ],
    ['toJSON', (error: SecretError) => Object.assign(error, { toJSON: () => 'CANARY' })],
    [
      'its inspection',
      (error: SecretError) =>
        Object.assign(error, { [inspect.custom]: () => 'CANARY', [Symbol.toStringTag]: 'CANARY' }),
    ],
    [
      'a getter of its class',
      () => {
        class Own extends SecretError {
          get response(): string {
            return 'CANARY';
          }
        }
        return new Own('conflict', 'x', { provider: 'own' });
      },
    ],
  ])('that changes an error gets a clean copy of it: %s', async (_, change) => {
    const thrown = change(new SecretError('conflict', 'x', { provider: 'own' }));
    const error = await guard({ name: 'own', get: () => Promise.reject(thrown) })
      .get(ref, {})
      .catch((caught: unknown) => caught);
    expect(isSecretError(error, 'conflict')).toBe(true);
    expect(inspect(error, { depth: null, showHidden: true, getters: true })).not.toContain('CANARY');
    expect((error as { response?: unknown }).response).toBe(undefined);
    expect((error as Error).stack).not.toContain('CANARY');
    expect(JSON.stringify(error)).not.toContain('CANARY');
    expect(String(error)).not.toContain('CANARY');
  });

  it('that lists other fields has them dropped', async () => {
    const listing = (refs: unknown[]) =>
      guard({
        name: 'own',
        get: async () => undefined,
        list: async () => ({ refs, extra: 'CANARY' }) as never,
      });
    const page = await listing([{ name: 'a', payload: 'CANARY', scope: { user: 'u', value: 'CANARY' } }])
      .list!({}, {});
    expect(page).toEqual({ refs: [{ name: 'a', scope: { user: 'u' } }] });
    for (const odd of [null, 5, 'a', { name: 5 }, { name: 'a', scope: 'CANARY' }]) {
      await expect(listing([odd]).list!({}, {})).rejects.toMatchObject({ code: 'invalid_data' });
    }
  });

  it.each([
    ['a bare string as a secret', { secret: 'CANARY' }, 'invalid_data'],
    ['null', null, undefined],
    ['an object without a secret', {}, undefined],
    ['a string in place of the object', 'CANARY', undefined],
  ])('that has %s in memory returns nothing from there', (_, cached, code) => {
    const bare = guard({
      name: 'own',
      get: async () => undefined,
      memory: { cached: () => () => cached as never },
    });
    const look = () => bare.memory!.cached!(ref)(false);
    expect(look).not.toThrow(/CANARY/);
    expect(outcomeOf(look)).toBe(code);
  });

  it.each([undefined, null, 5, 'text', {}, Promise.resolve()])(
    'whose settled is %s is looked at, and no hit',
    (given) => {
      const secret = seal('value');
      const cached = () => () => ({ secret, settled: given as never });
      const read = guard({ name: 'own', get: async () => secret, memory: { cached } }).memory?.cached?.({
        name: 'a',
      });
      expect([read?.(false), read?.(true)]).toEqual([{ secret }, undefined]);
    },
  );

  it('that has no settled promise for a read is read by get', () => {
    const secret = seal('value');
    const cached = () => () => ({ secret, settled: Promise.resolve(secret) });
    const provider = guard({ name: 'own', get: async () => secret, memory: { cached } });
    expect(provider.memory!.cached!(ref)(true)).toBeUndefined();
    expect(provider.memory!.cached!(ref)(false)?.secret).toBe(secret);
  });

  it('whose promise holds another secret than it shows is read by get, and shows what it shows', () => {
    const [shown, promised] = [seal('shown'), seal('promised')];
    const cached = () => () => ({ secret: shown, settled: settled(promised) });
    const { memory } = guard({ name: 'own', get: async () => shown, memory: { cached } });
    expect(memory!.cached!(ref)(true)).toBeUndefined();
    expect(memory!.cached!(ref)(false)).toStrictEqual({ secret: shown });
  });

  it('that returns no reader, and no function that ends a subscription, has none', () => {
    const memory = { cached: () => undefined as never, subscribe: () => undefined as never };
    const provider = guard({ name: 'own', get: async () => undefined, memory });
    expect(provider.memory!.cached!(ref)(true)).toBeUndefined();
    expect(() => provider.memory!.subscribe!(() => undefined)()).not.toThrow();
  });

  it('that is closed returns nothing from a reader that was made before', async () => {
    const secret = seal('value');
    const provider = guard({
      name: 'own',
      get: async () => secret,
      memory: { cached: () => () => ({ secret }) },
    });
    const read = provider.memory!.cached!(ref);
    expect(read(false)).toBeDefined();
    await provider[Symbol.asyncDispose]?.();
    expect(read(false)).toBeUndefined();
    expect(() => provider.memory!.cached!(ref)).toThrow(expect.objectContaining({ code: 'closed' }));
  });

  it('that throws in invalidate is not quoted, and is not called after disposal', async () => {
    const invalidate = vi.fn(() => {
      throw new TypeError('CANARY');
    });
    const provider = guard({ name: 'own', get: async () => undefined, memory: { invalidate } });
    expect(() => provider.memory!.invalidate!()).toThrow(expect.objectContaining({ code: 'unknown' }));
    await provider[Symbol.asyncDispose]?.();
    expect(() => provider.memory!.invalidate!()).toThrow(expect.objectContaining({ code: 'closed' }));
    expect(invalidate).toHaveBeenCalledTimes(1);
  });
});

describe('a version', () => {
  const versioned = { name: 'a', version: '2' };

  it.each(['set', 'compareAndSet', 'delete', 'listVersions'])(
    'is refused by %s, with its place',
    async (name) => {
      const provider = guard(uniform(async () => undefined));
      const method = provider[name as 'set'] as (...args: unknown[]) => Promise<unknown>;
      const failure = method(versioned, seal('value'), name === 'set' ? {} : 'v1', {});
      await expect(failure).rejects.toMatchObject({
        code: 'invalid_argument',
        problem: expect.stringMatching(/ref must not have a version/) as unknown,
        provider: 'own',
        operation: name,
        ref: versioned,
      });
    },
  );

  it('reaches no backend without versions, and fails in its place of a batch', async () => {
    const getMany = vi.fn(async (refs: readonly unknown[]) => refs.map(() => seal('value')));
    const provider = guard({ name: 'own', get: async () => undefined, getMany });
    await expect(provider.get(versioned, {})).rejects.toMatchObject({
      code: 'unsupported',
      operation: 'get',
    });
    const failure = { code: 'unsupported', provider: 'own', operation: 'getMany', ref: versioned };
    expect(await provider.getMany!([versioned], {})).toEqual([expect.objectContaining(failure)]);
    expect(getMany).not.toHaveBeenCalled();
    const [first, second] = await provider.getMany!([versioned, ref], {});
    expect([first, revealed(second)]).toEqual([expect.objectContaining(failure), 'value']);
    expect(getMany.mock.calls).toEqual([[[ref], {}]]);
  });

  it('is kept by a canonical form that drops it, and may be changed by one', () => {
    const canonicalOf = (canonical: SecretProvider['canonical']) =>
      guard({ name: 'own', get: async () => undefined, ...(canonical && { canonical }) }).canonical!;
    expect(canonicalOf(({ name }) => ({ name }))(versioned)).toStrictEqual(versioned);
    expect(canonicalOf(({ name }) => ({ name }))(ref)).toStrictEqual(ref);
    expect(canonicalOf(({ name }) => ({ name, version: 'two' }))(versioned).version).toBe('two');
    expect(canonicalOf(({ name }) => ({ name, version: 'two' }))(ref).version).toBe('two');
  });
});

describe('the memory of a provider', () => {
  const holding = (found: unknown) =>
    guard({ name: 'own', get: async () => undefined, memory: { cached: () => () => found as never } });

  it('that throws in a reader is unknown, with its provider', () => {
    const cached = () => () => {
      throw new TypeError('CANARY');
    };
    const read = guard({ name: 'own', get: async () => undefined, memory: { cached } }).memory!.cached!(ref);
    expect(() => read(false)).toThrow(expect.objectContaining({ code: 'unknown', provider: 'own' }));
  });

  it('that holds a proxy of a secret has a copy, or a failure', () => {
    const older = { [Symbol.for('secretkit.Secret')]: true, reveal: () => 'value' };
    const found = holding({ secret: older }).memory!.cached!(ref)(false);
    expect(found?.secret).not.toBe(older);
    expect(revealed(found?.secret)).toBe('value');
  });

  it('that returns a promise where a result is due is invalid_data', () => {
    const cached = (async () => () => undefined) as never;
    const { memory } = guard({ name: 'own', get: async () => undefined, memory: { cached } });
    const failure = {
      code: 'invalid_data',
      problem: expect.stringMatching(/at once, got a promise/) as unknown,
    };
    expect(() => memory!.cached!(ref)).toThrow(expect.objectContaining(failure));
  });

  it('reports changes of the right shape, until the subscription ends, which it does once', () => {
    const end = vi.fn();
    const listeners: ((change: never) => void)[] = [];
    const subscribe = (listener: (change: never) => void) => {
      listeners.push(listener);
      return end;
    };
    const provider = guard({ name: 'own', get: async () => undefined, memory: { subscribe } });
    const changes: unknown[] = [];
    const stop = provider.memory!.subscribe!((change) => changes.push(change));
    const report = (change: unknown) => listeners.forEach((listener) => listener(change as never));
    report({ invalidate: { name: 5 } });
    report({ ref, secret: 'CANARY' });
    report({ invalidate: ref });
    expect(changes).toEqual([{ invalidate: ref }]);
    stop();
    report({ invalidate: ref });
    stop();
    expect(changes).toHaveLength(1);
    expect(end).toHaveBeenCalledTimes(1);
  });
});

describe('a settled promise of a cache', () => {
  it('is passed on unchanged', () => {
    const hit = settled(seal('value'));
    expect(guard({ name: 'own', get: () => hit }).get(ref, {})).toBe(hit);
  });

  it('is not passed on to an aborted call', async () => {
    const provider = guard({ name: 'own', get: () => settled(seal('value')) });
    expect(await outcome(provider.get(ref, { signal: AbortSignal.abort('enough') }))).toBe('enough');
  });
});

describe('a long-lived signal', () => {
  it('has no listener left after 10,000 calls', async () => {
    const { signal } = new AbortController();
    const provider = guard(uniform(() => Promise.resolve(seal('value'))));
    for (let i = 0; i < 10_000; i += 1) await provider.get(ref, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

function outcomeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as SecretError).code;
  }
}

function fail(): never {
  throw new Error('CANARY');
}

function deferred() {
  let reject!: (reason: unknown) => void;
  const promise = new Promise((_, no) => {
    reject = no;
  });
  return { promise, reject };
}
