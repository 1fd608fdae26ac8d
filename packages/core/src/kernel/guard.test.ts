import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { outcome, revealed } from '../../test/revealed.js';
import { createSecrets } from '../client/create-secrets.js';
import { settled } from '../contract/memory.js';
import type { CallContext, SecretProvider } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { isSecretError, SecretError } from '../contract/secret-error.js';
import { guard } from './guard.js';

const ref = { name: 'a' };

/** Every call of a provider, by name. */
const calls: Record<string, (provider: SecretProvider, ctx: CallContext) => Promise<unknown>> = {
  get: (provider, ctx) => provider.get(ref, ctx),
  getMany: (provider, ctx) => provider.getMany!([ref], ctx),
  list: (provider, ctx) => provider.list!({}, ctx),
  set: (provider, ctx) => provider.set!(ref, seal('value'), ctx),
  delete: (provider, ctx) => provider.delete!(ref, ctx),
};
const operations = Object.keys(calls);

/** A provider whose every method does the same. */
function uniform(method: (...args: never[]) => unknown): SecretProvider {
  const spied = vi.fn(method);
  return { name: 'own', get: spied, getMany: spied, list: spied, set: spied, delete: spied } as never;
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
  ])('that %s is unknown, and shows nothing of why', async (_, method) => {
    const error = await call(guard(uniform(method)), {}).catch((thrown: unknown) => thrown);
    expect(isSecretError(error, 'unknown') && error).toMatchObject({ provider: 'own', operation });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('hands on a SecretError, and tells where it happened', async () => {
    const complete = new SecretError('conflict', 'x', { provider: 'inner', operation: 'get' });
    expect(
      await call(guard(uniform(() => Promise.reject(complete))), {}).catch((error: unknown) => error),
    ).toBe(complete);
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
  ])('takes off a SecretError what was added to it: %s', async (_, make) => {
    const error = await call(guard(uniform(() => Promise.reject(make()))), {}).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SecretError);
    expect(error).toMatchObject({ code: 'conflict', problem: 'x' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('takes a code that does not exist for unknown', async () => {
    const odd = { [Symbol.for('secretkit.SecretError')]: true, code: 'CANARY', message: 'CANARY' };
    const error = await call(guard(uniform(() => Promise.reject(odd))), {}).catch(
      (thrown: unknown) => thrown,
    );
    expect(isSecretError(error, 'unknown')).toBe(true);
    expect(inspect(error)).not.toContain('CANARY');
  });

  it.each([new Error('enough'), 'a string', null, { any: 'thing' }])(
    'that is aborted beforehand never starts, and rejects with the very reason: %s',
    async (reason) => {
      const provider = uniform(() => Promise.resolve());
      expect(await outcome(call(guard(provider), { signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect(provider.get).not.toHaveBeenCalled();
    },
  );

  it.each([new Error('enough'), 'a string', null])(
    'ends at an abort, although it does not listen: %s',
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

  it('that the provider aborts while it starts is over', async () => {
    const controller = new AbortController();
    const provider = uniform(() => {
      controller.abort('by the provider');
      return new Promise(() => undefined);
    });
    expect(await outcome(call(guard(provider), { signal: controller.signal }))).toBe('by the provider');
  });

  it('after disposal is closed, and does not reach the provider', async () => {
    const provider = uniform(() => Promise.resolve());
    const guarded = guard(provider);
    await guarded[Symbol.asyncDispose]?.();
    await guarded[Symbol.asyncDispose]?.();
    expect(await outcome(call(guarded, {}))).toBe('closed');
    expect(provider.get).not.toHaveBeenCalled();
  });
});

describe('an answer of the wrong shape is invalid_data:', () => {
  it.each(['CANARY', null, 5, {}, { reveal: () => 'CANARY' }])('a secret that is %j', async (answer) => {
    const error = await guard(uniform(() => Promise.resolve(answer)))
      .get(ref, {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data', provider: 'own', ref });
    expect(inspect(error)).not.toContain('CANARY');
  });

  it.each([null, 'CANARY', {}, [], [undefined], [undefined, undefined, undefined]])(
    'answers to two refs that are %j',
    async (answers) => {
      const provider = guard(uniform(() => Promise.resolve(answers)));
      expect(await outcome(provider.getMany!([ref, ref], {}))).toBe('invalid_data');
    },
  );

  it.each([null, {}, { refs: 'CANARY' }, { refs: [], cursor: 5 }])('a page that is %j', async (page) => {
    expect(await outcome(guard(uniform(() => Promise.resolve(page))).list!({}, {}))).toBe('invalid_data');
  });

  it('in a batch, each in its place', async () => {
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
    expect(checked[2]).toBe(failure);
    expect(checked[4]).toHaveProperty('ref.name', 'name-4');
    expect(inspect(checked, { depth: null, showHidden: true })).not.toContain('CANARY');
  });
});

describe('a provider in plain JavaScript', () => {
  it('may answer without a promise', async () => {
    expect(await outcome(guard(uniform(() => seal('value'))).get(ref, {}))).toBe('value');
    expect(await outcome(guard(uniform(() => undefined)).get(ref, {}))).toBeUndefined();
  });

  it('may throw where it answers at once', () => {
    const throwing = () => {
      throw new TypeError('CANARY');
    };
    const provider = guard({ name: 'own', get: async () => undefined, peek: throwing, canonical: throwing });
    for (const method of ['peek', 'canonical'] as const) {
      expect(() => provider[method]!(ref)).toThrow(
        expect.objectContaining({ code: 'unknown', provider: 'own' }),
      );
    }
  });
});

describe('a provider that is hostile, or careless', () => {
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

  it.each(operations)('that throws what throws when it is looked at is unknown: %s', async (operation) => {
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

  it('that answers with what throws when it is asked if it is sealed is no provider’s answer', async () => {
    const odd = new Proxy({}, { get: (_, key) => (typeof key === 'symbol' ? fail() : undefined) });
    const error = await guard({ name: 'own', get: async () => odd as never })
      .get(ref, {})
      .catch((thrown: unknown) => thrown);
    expect(isSecretError(error, 'invalid_data')).toBe(true);
  });

  it('that answers with what throws when it is looked at is no provider’s answer', async () => {
    for (const answer of [() => throwing(), () => settled(seal('value')).then(throwing)]) {
      const error = await guard({ name: 'own', get: answer })
        .get(ref, {})
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SecretError);
      expect(inspect(error)).not.toContain('CANARY');
    }
  });

  it('that answers so in a batch has a failure in its place', async () => {
    const provider = guard({
      name: 'own',
      get: async () => undefined,
      getMany: async () => [seal('value'), new Proxy({}, { get: () => fail() }) as never],
    });
    const [first, second] = await provider.getMany!([ref, { name: 'b' }], {});
    expect(isSecretError(first)).toBe(false);
    expect(second).toMatchObject({ code: 'invalid_data', ref: { name: 'b' } });
  });

  it('that empties the list it is given changes nobody else’s', async () => {
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
  ])('that changes an error has it made anew: %s', async (_, change) => {
    const thrown = change(new SecretError('conflict', 'x', { provider: 'own' }));
    const error = await guard({ name: 'own', get: () => Promise.reject(thrown) })
      .get(ref, {})
      .catch((caught: unknown) => caught);
    expect(isSecretError(error, 'conflict')).toBe(true);
    expect(inspect(error, { depth: null, showHidden: true, getters: true })).not.toContain('CANARY');
    expect((error as { response?: unknown }).response).toBe(undefined);
  });

  it('that lists more than refs is heard about refs alone', async () => {
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

  it('that has something else than secrets in memory has its answers refused', () => {
    const bare = guard({ name: 'own', get: async () => undefined, peek: () => 'CANARY' as never });
    expect(() => bare.peek!(ref)).toThrow(expect.objectContaining({ code: 'invalid_data' }));
  });

  it('that throws at an invalidation is not quoted, and is not reached once it is closed', async () => {
    const invalidate = vi.fn(() => {
      throw new TypeError('CANARY');
    });
    const provider = guard({ name: 'own', get: async () => undefined, invalidate });
    expect(() => provider.invalidate!()).toThrow(expect.objectContaining({ code: 'unknown' }));
    await provider[Symbol.asyncDispose]?.();
    expect(() => provider.invalidate!()).toThrow(expect.objectContaining({ code: 'closed' }));
    expect(invalidate).toHaveBeenCalledTimes(1);
  });
});

describe('what a cache answers from memory', () => {
  it('passes as the very same promise', () => {
    const hit = settled(seal('value'));
    expect(guard({ name: 'own', get: () => hit }).get(ref, {})).toBe(hit);
  });

  it('does not pass for an aborted call', async () => {
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
