import { describe, expect, it, vi } from 'vitest';
import { fourProviders } from '../../test/four-providers.js';
import { outcome, revealed } from '../../test/revealed.js';
import { layersOf, type SecretProvider } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { around, type Policy } from './around.js';
import { compose } from './compose.js';
import { defineMiddleware, type Middleware } from './define-middleware.js';
import { orderCodes } from './order-codes.js';

const pass: Policy = (run, ctx) => run(ctx);
const untouched = around({ name: 'untouched', options: { some: 'option' }, policy: pass });

/** Appends a letter to every value, which shows the order of the layers. */
const appending = (letter: string): Middleware =>
  defineMiddleware({
    name: letter,
    build: (next) => ({
      async get(ref, ctx) {
        const secret = await next.get(ref, ctx);
        return secret && seal(secret.reveal() + letter);
      },
      getMany: async (refs, ctx) => (await next.getMany?.(refs, ctx)) ?? [],
    }),
  });

const methods = ['getMany', 'list', 'set', 'delete', 'canonical'] as const;
const parts = ['cached', 'invalidate', 'subscribe'] as const;

describe.each(Object.entries(fourProviders))('a middleware around %s', (_, make) => {
  it.each([
    ['around', untouched],
    ['defineMiddleware', defineMiddleware({ name: 'nothing', build: () => ({}) })],
    ['three of them', compose(untouched, untouched, untouched)],
  ])('neither adds nor removes a capability: %s', (_, middleware) => {
    const provider = make();
    const wrapped = middleware(provider);
    for (const method of methods)
      expect([method, typeof wrapped[method]]).toEqual([method, typeof provider[method]]);
    expect('memory' in wrapped).toBe('memory' in provider);
    for (const part of parts)
      expect([part, typeof wrapped.memory?.[part]]).toEqual([part, typeof provider.memory?.[part]]);
  });

  it('passes every method on', async () => {
    const provider = make();
    const wrapped: SecretProvider = compose(untouched, untouched)(provider);
    await wrapped.set?.({ name: 'a' }, seal('value'), {});
    const { get, getMany } = wrapped; // bound: they can be detached
    const { cached } = wrapped.memory ?? {};
    const direct = await provider.get({ name: 'a' }, {});
    expect(revealed(await get({ name: 'a' }, {}))).toBe(revealed(direct));
    if (getMany) expect((await getMany([{ name: 'a' }], {})).map(revealed)).toEqual([revealed(direct)]);
    if (cached) expect(cached({ name: 'a' })(false)?.secret.reveal()).toBe('value');
    await wrapped.delete?.({ name: 'a' }, {});
    expect(await wrapped.list?.({}, {})).toEqual(await provider.list?.({}, {}));
    await wrapped[Symbol.asyncDispose]?.();
  });
});

describe('compose', () => {
  const base: SecretProvider = { name: 'base', get: async () => seal('-') };

  it('puts the first listed outermost', async () => {
    const stack = compose(appending('a'), appending('b'), appending('c'))(base);
    expect(await outcome(stack.get({ name: 'x' }, {}))).toBe('-cba');
    expect(stack.name).toBe('a(b(c(base)))');
  });

  it('is associative, and changes nothing when it is empty', async () => {
    const [a, b, c] = [appending('a'), appending('b'), appending('c')];
    const stacks = [
      compose(a, b, c),
      compose(a, compose(b, c)),
      compose(compose(a, b), c),
      compose(compose(), a, b, compose(), c),
    ];
    for (const stack of stacks) expect(await outcome(stack(base).get({ name: 'x' }, {}))).toBe('-cba');
    expect(compose()(base)).toBe(base);
  });

  it('refuses an argument that is not a middleware, and names its position', () => {
    expect(() => compose(untouched, base as never)).toThrow(/^compose: argument 2 must be a middleware/);
  });

  it('keeps the layers, outermost first, with their options', () => {
    const stack = compose(untouched, appending('a'))(base);
    expect(layersOf(stack)).toEqual([
      { name: 'untouched', options: { some: 'option' } },
      { name: 'a', options: {} },
    ]);
    expect(layersOf(base)).toEqual([]);
    expect(Object.isFrozen(layersOf(stack)[0]?.options)).toBe(true);
  });
});

describe('defineMiddleware', () => {
  it('shows its snapshot in the layer', () => {
    const counting = defineMiddleware({
      name: 'counting',
      build: () => ({ snapshot: () => ({ calls: 5 }) }),
    });
    const base: SecretProvider = { name: 'base', get: async () => undefined };
    expect(layersOf(counting(base))[0]?.snapshot?.()).toEqual({ calls: 5 });
  });

  it('refuses an override of get that batches would bypass', () => {
    const middleware = defineMiddleware({ name: 'half', build: () => ({ get: async () => undefined }) });
    expect(() => middleware(fourProviders['one with every method']!())).toThrow(
      /^half: getMany must be overridden together with get/,
    );
    expect(() => middleware(fourProviders['one with get only']!())).not.toThrow();
  });

  it.each([undefined, null, {}, { name: 'x' }, { name: '', get: () => undefined }, Promise.resolve({})])(
    'refuses %j, which is not a provider',
    (thing) => {
      expect(() => untouched(thing as never)).toThrow(
        /^untouched: provider must have a name and a get method/,
      );
      if (thing instanceof Promise) expect(() => untouched(thing as never)).toThrow(/await it/);
    },
  );

  it('may add a memory, which the layers outside pass on', () => {
    const remembering = defineMiddleware({
      name: 'remembering',
      build: () => ({ memory: { cached: () => () => ({ secret: seal('remembered') }) } }),
    });
    const stack: SecretProvider = compose(
      untouched,
      remembering,
    )({ name: 'base', get: async () => undefined });
    expect(stack.memory?.cached?.({ name: 'a' })(false)?.secret.reveal()).toBe('remembered');
  });

  it('is built once for each provider that it wraps', async () => {
    const builds = vi.fn(() => ({}));
    const middleware = defineMiddleware({ name: 'stateful', build: builds });
    const base: SecretProvider = { name: 'base', get: async () => undefined };
    middleware(base);
    middleware(base);
    expect(builds).toHaveBeenCalledTimes(2);
  });

  it('guards the inner provider: its policy sees SecretErrors only', async () => {
    const seen: unknown[] = [];
    const watching = around({
      name: 'watching',
      policy: async (run, ctx) => {
        try {
          return await run(ctx);
        } catch (error) {
          seen.push(error);
          throw error;
        }
      },
    });
    const handWritten: SecretProvider = {
      name: 'by hand',
      layers: [{ name: 'by hand', options: {} }],
      get: async () => JSON.parse('CANARY') as never,
    };
    expect(await outcome(watching(handWritten).get({ name: 'a' }, {}))).toBe('unknown');
    expect(seen).toMatchObject([{ code: 'unknown', message: expect.not.stringContaining('CANARY') }]);
  });
});

describe('disposal', () => {
  const log: string[] = [];
  const disposing = (name: string, fails = false): Middleware =>
    defineMiddleware({
      name: name,
      build: () => ({
        dispose: async () => {
          log.push(name);
          if (fails) throw new Error(name);
        },
      }),
    });
  const base: SecretProvider = {
    name: 'base',
    get: async () => undefined,
    [Symbol.asyncDispose]: async () => {
      log.push('base');
    },
  };

  it('runs from the outside in, once, even when a layer fails', async () => {
    log.length = 0;
    const stack = compose(disposing('a'), disposing('b', true), disposing('c'))(base);
    await expect(stack[Symbol.asyncDispose]?.()).rejects.toThrow('b');
    await expect(stack[Symbol.asyncDispose]?.()).rejects.toThrow('b');
    expect(log).toEqual(['a', 'b', 'c', 'base']);
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('closed');
  });
});

it.each<[string, () => unknown]>([
  ['defineMiddleware without build', () => defineMiddleware({ name: 'x' } as never)],
  ['defineMiddleware with a list of arguments', () => defineMiddleware('x' as never)],
  ['around without a policy', () => around({ name: 'x' } as never)],
  ['around with a list of arguments', () => around('x' as never)],
])('%s is refused when it is built', (_, build) => {
  expect(build).toThrow(TypeError);
});

it('a kind that is not of secretkit has no order', () => {
  const of = (kind: symbol) => ({ name: 'x', kind, options: {} });
  const cache = of(Symbol.for('secretkit.kind.cache'));
  for (const kind of [Symbol.for('company.layers.retry'), Symbol('secretkit.kind.retry')]) {
    expect(orderCodes([of(kind), cache])).toEqual([]);
  }
  expect(orderCodes([of(Symbol.for('secretkit.kind.retry')), cache])).toHaveLength(1);
});
