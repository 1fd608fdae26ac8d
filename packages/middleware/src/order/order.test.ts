import { readFileSync } from 'node:fs';
import { compose, createSecrets } from '@secretkit/core';
import { around, type Middleware } from '@secretkit/core/middleware';
import { layersOf, type SecretProvider, seal } from '@secretkit/core/provider';
import { generateKey, sealedCodec } from '@secretkit/sealed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memorySnapshots } from '../../test/memory-snapshots.js';
import { cache } from '../cache/index.js';
import { circuitBreaker } from '../circuit-breaker/index.js';
import { fallback } from '../fallback/index.js';
import { rateLimit } from '../rate-limit/index.js';
import { recommended } from '../recommended/index.js';
import { retry } from '../retry/index.js';
import { sharedCache } from '../shared-cache/index.js';
import { snapshot } from '../snapshot/index.js';
import { timeout } from '../timeout/index.js';
import { anyOrder, checkOrder } from './index.js';

const provider: SecretProvider = { name: 'store', get: async () => seal('value') };
const other: SecretProvider = { name: 'other', get: async () => seal('value') };
const limit = { callsPerSecond: 10 };
const client = { get: async () => null, eval: async () => undefined };
const codec = sealedCodec({ keys: [{ id: 'k1', key: generateKey() }], namespace: 'order' });
const shared = () => sharedCache({ client, codec, principal: 'role' });
const kept = () => snapshot({ store: memorySnapshots(Date.now), codec, principal: 'role', maxAgeMs: 1 });
const between = around({ name: 'between', policy: (run, ctx) => run(ctx) });

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

function codesOf(stack: readonly Middleware[], inner = provider): unknown[] {
  compose(...stack)(inner);
  return warned.map(([, about]) => (about as { code?: unknown }).code);
}

/** One row per code: the stack, the provider inside it, the code, and the harm. */
const harmful: readonly (readonly [
  stack: readonly Middleware[],
  inner: SecretProvider,
  code: string,
  harm: RegExp,
])[] = [
  [[retry(), cache()], provider, 'RETRY_OUTSIDE_CACHE', /retries/],
  [[circuitBreaker(), cache()], provider, 'CIRCUIT_BREAKER_OUTSIDE_CACHE', /open circuit/],
  [[rateLimit(limit), cache()], provider, 'RATE_LIMIT_OUTSIDE_CACHE', /limit/],
  [[timeout(), cache()], provider, 'TIMEOUT_OUTSIDE_CACHE', /timer/],
  [[circuitBreaker(), retry()], provider, 'CIRCUIT_BREAKER_OUTSIDE_RETRY', /attempts/],
  [[rateLimit(limit), retry()], provider, 'RATE_LIMIT_OUTSIDE_RETRY', /not limited/],
  [[retry(), retry()], provider, 'RETRY_OUTSIDE_RETRY', /multiply/],
  [[timeout(), circuitBreaker()], provider, 'TIMEOUT_OUTSIDE_CIRCUIT_BREAKER', /hangs/],
  [[retry(), shared()], provider, 'RETRY_OUTSIDE_SHARED_CACHE', /waits/],
  [[circuitBreaker(), shared()], provider, 'CIRCUIT_BREAKER_OUTSIDE_SHARED_CACHE', /open circuit/],
  [[rateLimit(limit), shared()], provider, 'RATE_LIMIT_OUTSIDE_SHARED_CACHE', /limit/],
  [[shared(), cache()], provider, 'SHARED_CACHE_OUTSIDE_CACHE', /Redis/],
  [[retry(), kept()], provider, 'RETRY_OUTSIDE_SNAPSHOT', /second attempt/],
  [[circuitBreaker(), kept()], provider, 'CIRCUIT_BREAKER_OUTSIDE_SNAPSHOT', /open the circuit/],
  [[rateLimit(limit), kept()], provider, 'RATE_LIMIT_OUTSIDE_SNAPSHOT', /limit/],
  [[shared(), kept()], provider, 'SHARED_CACHE_OUTSIDE_SNAPSHOT', /fleet/],
  [[kept(), cache()], provider, 'SNAPSHOT_OUTSIDE_CACHE', /disk/],
  [[cache()], fallback(provider, other), 'CACHE_OUTSIDE_FALLBACK', /old value/],
  [[retry(), timeout(), circuitBreaker()], provider, 'TIMEOUT_OUTSIDE_CIRCUIT_BREAKER', /hangs/],
  [[retry(), between, cache(), timeout()], provider, 'RETRY_OUTSIDE_CACHE', /retries/],
  [[cache(), retry(), cache()], provider, 'RETRY_OUTSIDE_CACHE', /retries/],
  [[retry(), between, retry(), retry()], provider, 'RETRY_OUTSIDE_RETRY', /multiply/],
  [[retry()], fallback(cache()(provider), other), 'RETRY_OUTSIDE_CACHE', /retries/],
];

/** `RETRY_OUTSIDE_CIRCUIT_BREAKER` names `retry` and `circuitBreaker`. */
function layersIn(code: string): readonly string[] {
  return code
    .toLowerCase()
    .split('_outside_')
    .map((name) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
}

it('every code is tested', () => {
  expect(new Set(harmful.map(([, , code]) => code)).size).toBe(18);
});

describe('compose', () => {
  it.each(harmful)('warns about a harmful order once, with its code: %#', (stack, inner, code) => {
    expect(codesOf(stack, inner)).toEqual([`SECRETKIT_ORDER_${code}`]);
  });

  it('warns with a link to the explanation', () => {
    codesOf([retry(), cache()]);
    expect(warned).toEqual([
      [
        expect.stringContaining('https://www.npmjs.com/package/@secretkit/middleware#order'),
        { type: 'SecretkitWarning', code: 'SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE' },
      ],
    ]);
  });

  it('warns about a timeout outside a breaker even if there is a retry inside the breaker', () => {
    expect(codesOf([timeout(), circuitBreaker(), retry()])).toEqual([
      'SECRETKIT_ORDER_TIMEOUT_OUTSIDE_CIRCUIT_BREAKER',
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_RETRY',
    ]);
  });

  it('warns once per code, however often the order occurs and whatever is around it', () => {
    expect(codesOf([timeout(), retry(), retry(), retry(), circuitBreaker(), timeout()])).toEqual([
      'SECRETKIT_ORDER_RETRY_OUTSIDE_RETRY',
    ]);
  });

  it('does not repeat a warning about a stack when the stack is composed again', () => {
    const stack = compose(retry(), cache())(provider);
    warned = [];
    expect(codesOf([between], stack)).toEqual([]);
  });

  it('warns about each of several harmful orders', () => {
    expect(codesOf([circuitBreaker(), retry(), cache(), timeout()])).toEqual([
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_CACHE',
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_RETRY',
      'SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE',
    ]);
  });

  it.each([
    ['no process', undefined],
    ['a process without warnings', {}],
  ])('warns on the console with the code and the link if there is %s', (_, process) => {
    vi.stubGlobal('process', process);
    const onConsole = vi.spyOn(console, 'warn').mockImplementation(() => {});
    compose(retry(), retry())(provider);
    expect(onConsole.mock.calls).toEqual([
      [expect.stringMatching(/^SECRETKIT_ORDER_RETRY_OUTSIDE_RETRY: .*https:\S+#order$/)],
    ]);
    expect(warned).toEqual([]);
  });

  it.each<[string, Middleware[]]>([
    ['the recommended stack', [recommended({ rateLimit: limit })]],
    ['one of each layer', [cache(), retry(), circuitBreaker(), rateLimit(limit), timeout()]],
    [
      'the recommended stack with a snapshot and a shared cache',
      [recommended({ snapshot: kept(), shared: shared() })],
    ],
    ['a timeout for all attempts', [cache(), timeout(), retry(), circuitBreaker(), timeout()]],
    [
      'a timeout for all attempts, without another inside the breaker',
      [timeout(), retry(), circuitBreaker()],
    ],
    ['a timeout outside a breaker with a timeout inside', [timeout(), circuitBreaker(), timeout()]],
    ['a rate limit outside the breaker', [rateLimit(limit), circuitBreaker(), timeout()]],
    ['two caches', [cache(), cache()]],
    ['a cache alone', [cache()]],
  ])('does not warn about %s', (_, stack) => {
    expect(codesOf(stack)).toEqual([]);
    expect(checkOrder(compose(...stack)(provider))).toEqual([]);
  });
});

describe('checkOrder', () => {
  it.each(harmful)(
    'returns the code, both layers, the harm and the remedy: %#',
    (stack, inner, code, harm) => {
      const composed = compose(...stack)(inner);
      const found = checkOrder(composed);
      expect(found.map((problem) => problem.code)).toEqual([`SECRETKIT_ORDER_${code}`]);
      const message = found[0]?.message ?? '';
      const [outer, inside] = layersIn(code);
      expect(message).toContain(`${outer} is outside ${inside}`);
      expect(message).toMatch(harm);
      expect(message).toMatch(code === 'RETRY_OUTSIDE_RETRY' ? /\. Remove / : /\. Put /);
      expect(message).toContain('anyOrder()');
      expect(checkOrder(createSecrets(composed))).toEqual(found);
    },
  );

  it('returns each of several problems', () => {
    const stack = compose(circuitBreaker(), retry(), cache(), timeout())(provider);
    expect(checkOrder(stack).map(({ code }) => code)).toEqual([
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_CACHE',
      'SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_RETRY',
      'SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE',
    ]);
  });

  it('prints nothing', () => {
    const stack = compose(retry(), cache())(provider);
    warned = [];
    const printed = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => {}),
    );
    expect(checkOrder(stack)).toHaveLength(1);
    expect(warned).toEqual([]);
    for (const method of printed) expect(method).not.toHaveBeenCalled();
  });

  it('returns nothing for a provider without layers', () => {
    expect(checkOrder(provider)).toEqual([]);
  });
});

it('the reference has one row for each code', () => {
  const source = readFileSync(new URL('index.ts', import.meta.url), 'utf8');
  const rows = [...source.matchAll(/^ \* \| `SECRETKIT_ORDER_(\w+)` /gm)].map(([, code]) => code);
  expect(rows.toSorted()).toEqual([...new Set(harmful.map(([, , code]) => code))].toSorted());
});

describe('anyOrder', () => {
  it('composes without a warning, also for the layers around it', async () => {
    const stack = retry()(anyOrder(timeout(), cache(), retry())(provider));
    compose(retry())(stack);
    expect(warned).toEqual([]);
    expect(checkOrder(stack)).toEqual([]);
    expect(layersOf(stack).map(({ name }) => name)).toEqual([
      'retry',
      'timeout',
      'cache',
      'retry',
      'anyOrder',
    ]);
    expect((await stack.get({ name: 'a' }, {}))?.reveal()).toBe('value');
  });

  it('throws a TypeError for an argument that is not a middleware', () => {
    expect(() => anyOrder(provider as never)).toThrow(TypeError);
  });
});
