import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecrets } from '../client/create-secrets.js';
import { layersOf, type SecretProvider } from '../contract/provider.js';
import { around } from './around.js';
import { compose } from './compose.js';
import { defineMiddleware, type Middleware, type Wrapped } from './define-middleware.js';
import { orderCodes } from './order-codes.js';

const store: SecretProvider = { name: 'store', get: async () => undefined };

/** A layer of a kind; its name is another one, since only kinds count. */
function layer(kind: string): Middleware {
  return around({
    name: `own-${kind}`,
    kind: Symbol.for(`secretkit.kind.${kind}`),
    policy: (run, ctx) => run(ctx),
  });
}

const stackOf = (kinds: string): Middleware => compose(...kinds.split(' ').map(layer));

/** A provider of several stacks, as a fallback is. */
function fallbackOf(...stacks: SecretProvider[]): SecretProvider {
  const branches = stacks.map((stack) => ({ name: stack.name, layers: layersOf(stack) }));
  const kind = Symbol.for('secretkit.kind.fallback');
  return { ...store, name: 'fallback', layers: [{ name: 'fallback', kind, options: {}, branches }] };
}

let warned: [message: string, about: unknown][] = [];
beforeEach(() => {
  warned = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((message, about) => {
    warned.push([String(message), about]);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const codes = (): string[] =>
  warned.map(([, about]) => (about as { code: string }).code.replace('SECRETKIT_ORDER_', ''));

describe('compose', () => {
  it.each([
    ['cache fallback', 'CACHE_OUTSIDE_FALLBACK'],
    ['retry cache', 'RETRY_OUTSIDE_CACHE'],
    ['retry retry', 'RETRY_OUTSIDE_RETRY'],
    ['circuitBreaker cache', 'CIRCUIT_BREAKER_OUTSIDE_CACHE'],
    ['circuitBreaker retry', 'CIRCUIT_BREAKER_OUTSIDE_RETRY'],
    ['rateLimit cache', 'RATE_LIMIT_OUTSIDE_CACHE'],
    ['rateLimit retry', 'RATE_LIMIT_OUTSIDE_RETRY'],
    ['timeout cache', 'TIMEOUT_OUTSIDE_CACHE'],
    ['timeout circuitBreaker', 'TIMEOUT_OUTSIDE_CIRCUIT_BREAKER'],
    ['retry timeout circuitBreaker', 'TIMEOUT_OUTSIDE_CIRCUIT_BREAKER'],
    ['timeout timeout circuitBreaker', 'TIMEOUT_OUTSIDE_CIRCUIT_BREAKER'],
    ['retry other cache timeout', 'RETRY_OUTSIDE_CACHE'],
    ['cache retry cache', 'RETRY_OUTSIDE_CACHE'],
    ['retry other retry retry', 'RETRY_OUTSIDE_RETRY'],
  ])('warns about the order %s', (kinds, code) => {
    stackOf(kinds)(store);
    expect(codes()).toEqual([code]);
  });

  it.each([
    'cache retry circuitBreaker rateLimit timeout',
    'telemetry cache retry circuitBreaker timeout',
    'cache timeout retry circuitBreaker timeout',
    'timeout retry circuitBreaker',
    'timeout circuitBreaker timeout',
    'rateLimit circuitBreaker timeout',
    'cache cache',
    'cache',
    'other retry',
  ])('does not warn about the order %s', (kinds) => {
    stackOf(kinds)(store);
    expect(warned).toEqual([]);
  });

  it('warns about each of several orders', () => {
    stackOf('circuitBreaker retry cache timeout')(store);
    expect(codes().toSorted()).toEqual([
      'CIRCUIT_BREAKER_OUTSIDE_CACHE',
      'CIRCUIT_BREAKER_OUTSIDE_RETRY',
      'RETRY_OUTSIDE_CACHE',
    ]);
  });

  it('warns with the code, the stack and a link', () => {
    stackOf('retry cache')(store);
    expect(warned).toEqual([
      [
        expect.stringMatching(/own-retry\(own-cache\(store\)\).* https:\/\/\S+#order$/),
        { type: 'SecretkitWarning', code: 'SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE' },
      ],
    ]);
  });

  it.each<[string, Middleware]>([
    ['the same compose', stackOf('timeout retry retry retry circuitBreaker timeout')],
    ['a nested compose', compose(layer('timeout'), stackOf('retry retry'), layer('circuitBreaker'))],
    ['a compose nested twice', compose(compose(compose(layer('retry')), layer('retry')))],
  ])('warns once about an order in %s', (_, middleware) => {
    middleware(store);
    expect(codes()).toEqual(['RETRY_OUTSIDE_RETRY']);
  });

  it('does not warn again about an order inside the provider', () => {
    const inner = stackOf('retry cache')(store);
    expect(codes()).toEqual(['RETRY_OUTSIDE_CACHE']);
    stackOf('telemetry timeout')(inner);
    expect(codes()).toEqual(['RETRY_OUTSIDE_CACHE', 'TIMEOUT_OUTSIDE_CACHE']);
  });

  it('warns for each provider that is wrapped', () => {
    const middleware = stackOf('retry cache');
    middleware(store);
    middleware(store);
    expect(codes()).toEqual(['RETRY_OUTSIDE_CACHE', 'RETRY_OUTSIDE_CACHE']);
  });

  it('compares kinds, and not names', () => {
    const named = (name: string) => defineMiddleware({ name, build: () => ({}) });
    compose(named('retry'), named('cache'))(store);
    expect(warned).toEqual([]);
  });

  it.each(['retry cache anyOrder', 'anyOrder retry cache', 'retry anyOrder cache'])(
    'does not warn about a stack with a layer of the kind anyOrder: %s',
    (kinds) => {
      stackOf(kinds)(store);
      expect(warned).toEqual([]);
      stackOf('timeout retry')(stackOf(kinds)(store));
      expect(warned).toEqual([]);
    },
  );

  it('follows the branches of a fallback', () => {
    const cached = stackOf('cache retry')(store);
    stackOf('retry')(fallbackOf(store, cached));
    expect(codes().toSorted()).toEqual(['RETRY_OUTSIDE_CACHE', 'RETRY_OUTSIDE_RETRY']);
  });

  it('does not compare the branches of a fallback with each other', () => {
    stackOf('telemetry')(fallbackOf(stackOf('retry')(store), stackOf('cache')(store)));
    expect(warned).toEqual([]);
  });

  it('warns about a cache outside a fallback, also through nested fallbacks', () => {
    const inner = fallbackOf(store, stackOf('cache')(store));
    stackOf('timeout')(fallbackOf(inner, store));
    expect(codes()).toEqual(['TIMEOUT_OUTSIDE_CACHE']);
    stackOf('cache')(inner);
    expect(codes()).toEqual(['TIMEOUT_OUTSIDE_CACHE', 'CACHE_OUTSIDE_FALLBACK']);
  });

  it('accepts a branch with a layer of the kind anyOrder, and checks the others', () => {
    const accepted = stackOf('cache anyOrder')(store);
    stackOf('retry')(fallbackOf(accepted));
    expect(warned).toEqual([]);
    stackOf('retry')(fallbackOf(accepted, stackOf('cache')(store)));
    expect(codes()).toEqual(['RETRY_OUTSIDE_CACHE']);
  });

  it.each([
    ['no process', undefined],
    ['a process without warnings', {}],
  ])('warns on the console if there is %s', (_, process) => {
    vi.stubGlobal('process', process);
    const onConsole = vi.spyOn(console, 'warn').mockImplementation(() => {});
    stackOf('retry retry')(store);
    expect(onConsole.mock.calls).toEqual([[expect.stringMatching(/^SECRETKIT_ORDER_RETRY_OUTSIDE_RETRY: /)]]);
    expect(warned).toEqual([]);
  });
});

describe('orderCodes', () => {
  it('returns all codes of a stack, each once', () => {
    const stack: Wrapped<SecretProvider> = stackOf('retry retry retry cache')(store);
    expect(orderCodes(layersOf(stack))).toEqual([
      'SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE',
      'SECRETKIT_ORDER_RETRY_OUTSIDE_RETRY',
    ]);
    expect(orderCodes([])).toEqual([]);
  });
});

describe('layersOf', () => {
  const stack = compose(layer('cache'), layer('retry'))(store);
  const names = ['own-cache', 'own-retry'];

  it('returns the layers of a provider, outermost first', () => {
    expect(layersOf(stack).map(({ name }) => name)).toEqual(names);
    expect(layersOf(stack).map(({ kind }) => kind)).toEqual([
      Symbol.for('secretkit.kind.cache'),
      Symbol.for('secretkit.kind.retry'),
    ]);
    expect(layersOf(store)).toEqual([]);
  });

  it('returns the same layers of a client, and of a client within a scope', () => {
    const secrets = createSecrets(stack);
    expect(layersOf(secrets)).toEqual(layersOf(stack));
    expect(layersOf(secrets.scoped({ user: 'usr_1' }))).toEqual(layersOf(stack));
    expect(layersOf(secrets.scoped(() => ({ user: 'usr_1' })))).toEqual(layersOf(stack));
    expect(layersOf(createSecrets(store))).toEqual([]);
  });
});
