import { readFileSync } from 'node:fs';
import { compose } from '@secretkit/core';
import { around, type Middleware } from '@secretkit/core/middleware';
import { layersOf, type SecretProvider, seal } from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cache } from '../cache/index.js';
import { circuitBreaker } from '../circuit-breaker/index.js';
import { rateLimit } from '../rate-limit/index.js';
import { recommended } from '../recommended/index.js';
import { retry } from '../retry/index.js';
import { timeout } from '../timeout/index.js';
import { anyOrder } from './index.js';

const provider: SecretProvider = { name: 'store', get: async () => seal('value') };
const limit = { callsPerSecond: 10 };

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

function codesOf(...stack: Middleware[]): unknown[] {
  compose(...stack)(provider);
  return warned.map(([, about]) => (about as { code?: unknown }).code);
}

describe('an order that does harm', () => {
  const between = around({ name: 'between', policy: (run, ctx) => run(ctx) });

  const harmful: [Middleware[], string, string][] = [
    [[retry(), cache()], 'RETRY_OUTSIDE_CACHE', 'every reader retries for itself'],
    [
      [circuitBreaker(), cache()],
      'CIRCUIT_BREAKER_OUTSIDE_CACHE',
      'an open circuit refuses what is in memory',
    ],
    [[rateLimit(limit), cache()], 'RATE_LIMIT_OUTSIDE_CACHE', 'what is in memory counts against the limit'],
    [[timeout(), cache()], 'TIMEOUT_OUTSIDE_CACHE', 'every read of what is in memory pays for a timer'],
    [[circuitBreaker(), retry()], 'CIRCUIT_BREAKER_OUTSIDE_RETRY', 'several attempts count as one'],
    [[rateLimit(limit), retry()], 'RATE_LIMIT_OUTSIDE_RETRY', 'attempts after the first are not limited'],
    [[retry(), retry()], 'RETRY_OUTSIDE_RETRY', 'their attempts multiply'],
    [[timeout(), circuitBreaker()], 'TIMEOUT_OUTSIDE_CIRCUIT_BREAKER', 'a backend that hangs never opens'],
    [[retry(), timeout(), circuitBreaker()], 'TIMEOUT_OUTSIDE_CIRCUIT_BREAKER', 'a backend that hangs'],
    [[retry(), between, cache(), timeout()], 'RETRY_OUTSIDE_CACHE', 'every reader retries for itself'],
    [[cache(), retry(), cache()], 'RETRY_OUTSIDE_CACHE', 'every reader retries for itself'],
    [[retry(), between, retry(), retry()], 'RETRY_OUTSIDE_RETRY', 'their attempts multiply'],
  ];

  it.each(harmful)(
    'is told of by its code and its reason, when the stack is built: %#',
    (stack, code, harm) => {
      expect(codesOf(...stack)).toEqual([`SECRETKIT_ORDER_${code}`]);
      expect(warned[0]?.[0]).toContain(harm);
    },
  );

  it('of a time-out outside a breaker is no better for a retry inside', () => {
    expect(codesOf(timeout(), circuitBreaker(), retry())).toEqual([
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_RETRY',
      'SECRETKIT_ORDER_TIMEOUT_OUTSIDE_CIRCUIT_BREAKER',
    ]);
  });

  it('is told of once, however often it is there, and whatever is put around it', () => {
    expect(codesOf(timeout(), retry(), retry(), retry(), circuitBreaker(), timeout())).toEqual([
      'SECRETKIT_ORDER_RETRY_OUTSIDE_RETRY',
    ]);
  });

  it('is told of with the reason, the stack and what to do', () => {
    codesOf(retry(), cache());
    expect(warned).toEqual([
      [
        'retry stands outside cache in retry(cache(store)): every reader retries for itself, also when a stale value is there. ' +
          'recommended() of @secretkit/middleware/recommended has the order that works. ' +
          'If this one is meant, compose the stack with anyOrder() of @secretkit/middleware/order. ' +
          'See https://www.npmjs.com/package/@secretkit/middleware#order',
        { type: 'SecretkitWarning', code: 'SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE' },
      ],
    ]);
  });

  it('has its row in the part of the README that the warning leads to, and no other has one', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const section = /\n## Order\n([^]*?)\n## /.exec(readme)?.[1] ?? '';
    const rows = [...section.matchAll(/^\| `SECRETKIT_ORDER_(\w+)` /gm)].map(([, code]) => code);
    const codes = harmful.map(([, code]) => code);
    expect(rows.toSorted()).toEqual([...new Set([...codes, 'CACHE_OUTSIDE_FALLBACK'])].toSorted());
  });

  it('each of several is told of', () => {
    expect(codesOf(circuitBreaker(), retry(), cache(), timeout())).toEqual([
      'SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE',
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_CACHE',
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_RETRY',
    ]);
  });

  it.each([
    ['no process', undefined],
    ['a process without warnings', {}],
  ])('is told of on the console where there is %s', (_, process) => {
    vi.stubGlobal('process', process);
    const onConsole = vi.spyOn(console, 'warn').mockImplementation(() => {});
    compose(retry(), retry())(provider);
    expect(onConsole.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^SECRETKIT_ORDER_RETRY_OUTSIDE_RETRY: retry stands outside retry in retry\(retry\(store\)\): their attempts multiply\./,
        ),
      ],
    ]);
    expect(warned).toEqual([]);
  });
});

describe('an order that works', () => {
  it.each<[string, Middleware[]]>([
    ['the recommended stack', [recommended({ rateLimit: limit })]],
    ['one of each', [cache(), retry(), circuitBreaker(), rateLimit(limit), timeout()]],
    ['a limit of time for all attempts', [cache(), timeout(), retry(), circuitBreaker(), timeout()]],
    ['the same around a breaker without one inside', [timeout(), retry(), circuitBreaker()]],
    ['a time-out around one inside the breaker', [timeout(), circuitBreaker(), timeout()]],
    ['a limiter outside the breaker', [rateLimit(limit), circuitBreaker(), timeout()]],
    ['two caches', [cache(), cache()]],
    ['nothing but a cache', [cache()]],
  ])('is no reason to say anything: %s', (_, stack) => {
    expect(codesOf(...stack)).toEqual([]);
  });
});

describe('anyOrder', () => {
  it('composes as compose does, without a warning, also for what is put around it', async () => {
    const stack = retry()(anyOrder(timeout(), cache(), retry())(provider));
    expect(warned).toEqual([]);
    expect(layersOf(stack).map(({ name }) => name)).toEqual([
      'retry',
      'timeout',
      'cache',
      'retry',
      'anyOrder',
    ]);
    expect((await stack.get({ name: 'a' }, {}))?.reveal()).toBe('value');
  });

  it('refuses what is no middleware', () => {
    expect(() => anyOrder(provider as never)).toThrow(TypeError);
  });
});
