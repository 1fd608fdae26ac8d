import { inspect } from 'node:util';
import {
  type Attributes,
  type BatchObservableCallback,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { compose, createSecrets } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';
import {
  layersOf,
  type Secret,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { type Series, sdk, unregister } from '../../test/sdk.js';
import { cache } from '../cache/index.js';
import { fallback } from '../fallback/index.js';
import { retry } from '../retry/index.js';
import { type TelemetryOptions, telemetry, traceFallThrough, traceRetry } from './index.js';

let otel: ReturnType<typeof sdk>;

beforeEach(() => {
  otel = sdk();
  otel.register();
});
afterEach(unregister);

/** Returns the name and the attributes of each span. */
const seen = () => otel.spans().map(({ name, attributes }) => [name, attributes]);

/** A store that starts a span inside its caller's, as HTTP instrumentation does. */
function traced(
  values: Readonly<Record<string, string | SecretErrorCode[]>> = { a: 'value' },
): SecretProvider {
  async function work({ name }: { name: string }): Promise<Secret | undefined> {
    await Promise.resolve();
    trace.getTracer('http').startSpan(`GET ${name}`).end();
    const value = values[name];
    if (Array.isArray(value)) throw new SecretError(value[0] ?? 'unknown', 'as scripted.');
    return value === undefined ? undefined : seal(value);
  }
  return {
    name: 'store',
    get: work,
    getMany: (refs) =>
      Promise.all(refs.map((ref) => work(ref).catch((error: unknown) => error as SecretError))),
  };
}

describe('a cache hit', () => {
  it('passes unchanged, as the promise that the cache keeps, without a span, and is counted', async () => {
    const stack = compose(telemetry(), cache())(traced());
    const secrets = createSecrets(stack);
    await secrets.get('a');
    await secrets.get('a');
    const kept = secrets.get('a');
    expect(stack.get({ name: 'a' }, {})).toBe(kept);
    await stack.getMany?.([{ name: 'a' }], {});
    expect(seen().map(([name]) => name)).toEqual(['GET a', 'get store']);
    const events = (await otel.metrics()).get('secretkit.cache.events') ?? [];
    expect(events.find(({ attributes }) => attributes['secretkit.cache.event'] === 'hit')?.value).toBe(4);
  });

  it('has a span with hits: true', async () => {
    const stack = compose(telemetry({ hits: true }), cache())(traced());
    const secrets = createSecrets(stack);
    await secrets.get('a');
    await secrets.get('a');
    await secrets.get('a');
    const results = otel.spans().map(({ attributes }) => attributes['secretkit.cache.result']);
    expect(results).toEqual([undefined, 'miss', 'hit', 'hit']);
  });
});

describe('a span', () => {
  it('has the operation, the provider, the outcome and the cache result, and no name', async () => {
    const secrets = createSecrets(compose(telemetry(), cache(), retry())(traced({ token: 'CANARY-value' })));
    await secrets.get({ name: 'token', scope: { account: 'acct_1', user: 'usr_1' } });
    const [, span] = otel.spans();
    expect(span).toMatchObject({
      name: 'get store',
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      instrumentationScope: { name: '@secretkit/middleware' },
      events: [],
      ended: true,
    });
    expect(span?.attributes).toEqual({
      'secretkit.operation.name': 'get',
      'secretkit.provider.name': 'store',
      'secretkit.outcome': 'found',
      'secretkit.cache.result': 'miss',
    });
    const { name, attributes, events, status, resource, links } = span ?? {};
    const shown = inspect(
      { name, attributes, events, status, resource, links },
      { depth: null, showHidden: true },
    );
    for (const hidden of ['CANARY', 'token', 'acct_1', 'usr_1']) expect(shown).not.toContain(hidden);
  });

  it('is active while the layers inside work, also after a wait, and is a child of its caller’s span', async () => {
    const codes: SecretErrorCode[][] = [['unavailable']];
    const store = traced();
    const flaky: SecretProvider = {
      ...store,
      async get(ref, ctx) {
        const secret = await store.get(ref, ctx);
        if (codes.shift()) throw failure('unavailable');
        return secret;
      },
    };
    const secrets = createSecrets(
      compose(telemetry(), cache(), retry({ baseDelayMs: 1 }), telemetry())(flaky),
    );
    const tracer = trace.getTracer('application');
    await tracer.startActiveSpan('request', async (request) => {
      await secrets.get('a');
      await secrets.getMany({
        a: { name: 'a', scope: { user: 'usr_1' } },
        b: { name: 'b', scope: { user: 'usr_1' } },
      });
      request.end();
    });
    const ids = new Map(otel.spans().map((span) => [span.spanContext().spanId, span]));
    const paths = otel.spans().map((span) => {
      const names: string[] = [];
      for (let at = ids.get(span.spanContext().spanId); at; at = ids.get(at.parentSpanContext?.spanId ?? ''))
        names.unshift(at.name);
      return names.join(' > ');
    });
    expect(paths).toEqual([
      'request > get store > get store > GET a',
      'request > get store > get store',
      'request > get store > get store > GET a',
      'request > get store > get store',
      'request > get store',
      'request > getMany store > getMany store > GET a',
      'request > getMany store > getMany store > GET b',
      'request > getMany store > getMany store',
      'request > getMany store',
      'request',
    ]);
    expect(trace.getActiveSpan()).toBe(undefined);
  });

  it.each<SecretErrorCode>(['unavailable', 'permission_denied', 'unknown', 'not_found'])(
    'of a failure has the status error and the type %s, without a message',
    async (code) => {
      const stack = telemetry()(traced({ a: [code] }));
      expect(await outcome(stack.get({ name: 'a' }, {}))).toBe(code);
      const [, span] = otel.spans();
      expect(span).toMatchObject({ status: { code: SpanStatusCode.ERROR }, events: [] });
      expect(span?.status.message).toBe(undefined);
      expect(span?.attributes).toEqual({
        'secretkit.operation.name': 'get',
        'secretkit.provider.name': 'store',
        'secretkit.outcome': code,
        'error.type': code,
      });
    },
  );

  it('of a missing secret or an abort does not have the status error', async () => {
    const stack = telemetry()(traced());
    await stack.get({ name: 'none' }, {});
    const caller = new AbortController();
    const hanging = telemetry()({ name: 'hanging', get: () => new Promise(() => {}) });
    const reading = outcome(hanging.get({ name: 'a' }, { signal: caller.signal }));
    caller.abort(failure('timeout'));
    expect(await reading).toBe('timeout');
    const spans = otel.spans().filter(({ name }) => name.startsWith('get'));
    expect(
      spans.map(({ status, attributes }) => [
        status.code,
        attributes['secretkit.outcome'],
        attributes['error.type'],
      ]),
    ).toEqual([
      [SpanStatusCode.UNSET, 'missing', undefined],
      [SpanStatusCode.UNSET, 'aborted', undefined],
    ]);
  });

  it('of a batch has the number of refs and of failures', async () => {
    const stack = telemetry()(traced({ a: 'value', b: ['timeout'], c: ['conflict'] }));
    await stack.getMany?.(
      ['a', 'b', 'c'].map((name) => ({ name })),
      {},
    );
    expect(otel.spans().at(-1)?.attributes).toEqual({
      'secretkit.operation.name': 'getMany',
      'secretkit.provider.name': 'store',
      'secretkit.outcome': 'timeout',
      'error.type': 'timeout',
      'secretkit.batch.size': 3,
      'secretkit.batch.failed': 2,
    });
  });

  it('is made of writes and lists', async () => {
    const secrets = createSecrets(telemetry()(memorySecrets({ initial: { a: 'value' } })));
    await secrets.set('a', 'CANARY');
    await secrets.delete('a');
    for await (const { name } of secrets.list()) expect.unreachable(name);
    expect(seen()).toEqual(
      ['set', 'delete', 'list'].map((operation) => [
        `${operation} memory`,
        {
          'secretkit.operation.name': operation,
          'secretkit.provider.name': 'memory',
          'secretkit.outcome': 'done',
        },
      ]),
    );
  });

  it('of a stale value has its age in seconds', async () => {
    let ms = 1_000_000;
    const now = () => ms;
    const backend = heldBackend();
    const stack = compose(telemetry({ now }), cache({ ttlMs: 1_000, jitter: 0, now }))(backend.provider);
    const first = stack.get({ name: 'a' }, {});
    await backend.call(0).answer('value');
    await first;
    ms += 3_500;
    const stale = stack.get({ name: 'a' }, {});
    await backend.call(1).fail(failure('unavailable'));
    await stale;
    expect(otel.spans().at(-1)?.attributes).toMatchObject({
      'secretkit.outcome': 'found',
      'secretkit.cache.result': 'stale',
      'secretkit.cache.stale_age': 2.5,
    });
  });

  it('has the common attributes, and the duration of the call', async () => {
    const stack = telemetry({ attributes: { 'app.store': 'eu' } })(traced());
    const before = Date.now();
    await stack.get({ name: 'a' }, {});
    const span = otel.spans().at(-1);
    expect(span?.attributes).toMatchObject({ 'app.store': 'eu', 'secretkit.outcome': 'found' });
    expect(span?.duration[0]).toBeLessThan(60);
    expect((span?.startTime[0] ?? 0) * 1_000).toBeGreaterThan(before - 60_000);
  });

  it('has the name of the provider inside the layers', async () => {
    const odd: SecretProvider = { name: 'a (b) c', get: async () => undefined };
    const several = fallback(cache()(traced()), { name: 'other', get: async () => undefined });
    const through = around({ name: 'through', policy: (run, ctx) => run(ctx) });
    const stacks = [compose(cache(), retry())(odd), through(several), cache()({ ...odd, name: 'cache(x)' })];
    for (const stack of stacks) await telemetry()(stack).get({ name: 'none' }, {});
    const names = otel
      .spans()
      .filter(({ name }) => name.startsWith('get'))
      .map(({ name }) => name);
    expect(names).toEqual(['get a (b) c', 'get fallback(store, other)', 'get cache(x)']);
  });
});

describe('names', () => {
  const hashOfToken = '3c469e9d6c5875d3'; // printf token | sha256sum
  const attributesOf = async (options: TelemetryOptions): Promise<object[]> => {
    const store: SecretProvider = { ...memorySecrets({ initial: { token: 'value' } }) };
    const secrets = createSecrets(telemetry(options)(store));
    await secrets.get('token');
    await secrets.getMany({ token: 'token', other: 'other' });
    await secrets.set('token', 'value');
    for await (const { name } of secrets.list()) expect(name).toBe('token');
    await vi.waitFor(() => expect(otel.spans()).toHaveLength(4));
    return ['get', 'getMany', 'set', 'list'].map((operation) => {
      const span = otel.spans().find(({ name }) => name === `${operation} memory`);
      return Object.fromEntries(
        Object.entries(span?.attributes ?? {}).filter(([key]) => key.startsWith('secretkit.secret.')),
      );
    });
  };

  it('are omitted by default', async () => {
    expect(await attributesOf({})).toEqual([{}, {}, {}, {}]);
  });

  it('are hashed with names: hashed', async () => {
    expect(await attributesOf({ names: 'hashed' })).toEqual([
      { 'secretkit.secret.hash': hashOfToken },
      { 'secretkit.secret.hashes': [hashOfToken, 'd9298a10d1b07358'] },
      { 'secretkit.secret.hash': hashOfToken },
      {},
    ]);
  });

  it('are shown with names: plain, without the scope', async () => {
    expect(await attributesOf({ names: 'plain' })).toEqual([
      { 'secretkit.secret.name': 'token' },
      { 'secretkit.secret.names': ['token', 'other'] },
      { 'secretkit.secret.name': 'token' },
      {},
    ]);
  });

  it('that cannot be hashed are omitted, and the span ends', async () => {
    vi.spyOn(crypto.subtle, 'digest').mockRejectedValue(new Error('of a platform without it'));
    expect(await attributesOf({ names: 'hashed' })).toEqual([{}, {}, {}, {}]);
  });

  it('are not in metrics', async () => {
    await attributesOf({ names: 'plain' });
    expect(inspect(await otel.metrics(), { depth: null })).not.toContain('token');
  });

  it('are not hashed for a span that is not recorded', async () => {
    unregister();
    const digest = vi.spyOn(crypto.subtle, 'digest');
    await telemetry({ names: 'hashed' })(memorySecrets()).get({ name: 'token' }, {});
    expect(digest).not.toHaveBeenCalled();
  });
});

describe('versions', () => {
  const hashOfV1 = '3bfc269594ef6492'; // printf v1 | sha256sum
  const versioned: SecretProvider = {
    name: 'store',
    get: async () => seal('value'),
    getMany: async (refs) => refs.map(() => seal('value')),
    listVersions: async () => [{ version: 'v1' }],
    compareAndSet: async () => ({ version: 'v2' }),
  };
  const attributesOf = async (options: TelemetryOptions): Promise<object[]> => {
    const stack = telemetry(options)(versioned);
    const v1 = { name: 'token', version: 'v1' };
    await stack.get(v1, {});
    await vi.waitFor(() => expect(otel.spans()).toHaveLength(1)); // a hash may be ready after the next call
    await stack.getMany?.([v1, { name: 'token' }], {});
    await vi.waitFor(() => expect(otel.spans()).toHaveLength(2));
    return otel
      .spans()
      .map(({ attributes }) =>
        Object.fromEntries(Object.entries(attributes).filter(([key]) => key.includes('version'))),
      );
  };

  it('are omitted by default, and are not in metrics', async () => {
    expect(await attributesOf({})).toEqual([{}, {}]);
    expect(inspect([seen(), await otel.metrics()], { depth: null })).not.toContain('v1');
  });

  it('are hashed with names: hashed', async () => {
    expect(await attributesOf({ names: 'hashed' })).toEqual([
      { 'secretkit.secret.version_hash': hashOfV1 },
      { 'secretkit.secret.version_hashes': [hashOfV1, ''] },
    ]);
  });

  it('are shown with names: plain', async () => {
    expect(await attributesOf({ names: 'plain' })).toEqual([
      { 'secretkit.secret.version': 'v1' },
      { 'secretkit.secret.versions': ['v1', ''] },
    ]);
  });

  it('are not there for refs without one', async () => {
    await telemetry({ names: 'plain' })(versioned).getMany?.([{ name: 'token' }], {});
    await vi.waitFor(() => expect(otel.spans()).toHaveLength(1));
    expect(Object.keys(otel.spans()[0]?.attributes ?? {}).filter((key) => key.includes('version'))).toEqual(
      [],
    );
  });

  it('are listed and compared in spans of their own, with the inner spans below them', async () => {
    const stack = telemetry({ names: 'plain' })({
      ...versioned,
      async listVersions() {
        trace.getTracer('http').startSpan('GET versions').end();
        return [{ version: 'v1' }];
      },
    });
    await stack.listVersions?.({ name: 'token' }, {});
    await stack.compareAndSet?.({ name: 'token' }, seal('CANARY'), 'v1', {});
    await vi.waitFor(() => expect(otel.spans()).toHaveLength(3));
    const [inner, listing, writing] = otel.spans();
    expect(inner?.parentSpanContext?.spanId).toBe(listing?.spanContext().spanId);
    for (const [span, operation] of [
      [listing, 'listVersions'],
      [writing, 'compareAndSet'],
    ] as const) {
      expect(span?.name).toBe(`${operation} store`);
      expect(span?.attributes).toMatchObject({
        'secretkit.operation.name': operation,
        'secretkit.outcome': 'done',
        'secretkit.secret.name': 'token',
      });
    }
    expect(inspect(otel.spans(), { depth: 4 })).not.toContain('CANARY');
  });
});

describe('the cache result of a span', () => {
  it('is what the cache reports for the call', async () => {
    const kind = Symbol.for('secretkit.kind.cache');
    await telemetry()({
      name: 'cache(store)',
      layers: [{ name: 'cache', kind, options: {} }],
      async get(ref, { report }) {
        await Promise.resolve();
        report?.({ kind, result: 'coalesced', ref });
        return seal('value');
      },
    }).get({ name: 'a' }, {});
    expect(otel.spans()[0]?.attributes).toMatchObject({ 'secretkit.cache.result': 'coalesced' });
  });
});

describe('metrics', () => {
  const named = async (name: string) =>
    ((await otel.metrics()).get(name) ?? []).map(({ attributes, value }) => [attributes, value]);

  it('have a unit and a description', async () => {
    await compose(
      telemetry(),
      cache(),
      retry({ onRetry: traceRetry, baseDelayMs: 0, maxDelayMs: 0 }),
    )(traced({ a: ['timeout'] }))
      .get({ name: 'a' }, {})
      .catch(() => undefined);
    const described = await otel.described();
    expect(described.length).toBeGreaterThan(8);
    for (const each of described) {
      expect(each).toEqual({
        scope: '@secretkit/middleware',
        name: expect.stringMatching(/^secretkit\.[a-z_]+(\.[a-z_]+)*$/),
        unit: expect.stringMatching(/^(s|\{[a-z]+\})$/),
        description: expect.stringMatching(/^[A-Z].*\.$/),
      });
    }
  });

  it('have the duration of calls in seconds, by operation, provider, outcome and cache result', async () => {
    const stack = compose(
      telemetry({ attributes: { 'app.store': 'eu' } }),
      cache(),
    )(traced({ a: 'value', b: ['timeout'] }));
    const secrets = createSecrets(stack);
    await secrets.get('a');
    await secrets.get('a');
    await outcome(secrets.get('b'));
    const common = {
      'app.store': 'eu',
      'secretkit.operation.name': 'get',
      'secretkit.provider.name': 'store',
      'secretkit.cache.result': 'miss',
    };
    expect(await named('secretkit.operation.duration')).toEqual([
      [{ ...common, 'secretkit.outcome': 'found' }, 1],
      [{ ...common, 'secretkit.outcome': 'timeout', 'error.type': 'timeout' }, 1],
    ]);
    const durations = (await otel.metrics()).get('secretkit.operation.duration') ?? [];
    for (const { sum } of durations) expect(sum).toBeLessThan(30);
  });

  it('do not count a call that its caller aborted', async () => {
    const stack = telemetry()({ name: 'hanging', get: () => new Promise(() => {}) });
    const caller = new AbortController();
    const reading = outcome(stack.get({ name: 'a' }, { signal: caller.signal }));
    caller.abort('enough');
    expect(await reading).toBe('enough');
    expect(await named('secretkit.operation.duration')).toEqual([]);
  });

  it('have the count of each cache event, and the number of values', async () => {
    const backend = heldBackend();
    let ms = 1_000_000;
    const stack = compose(
      telemetry(),
      cache({ ttlMs: 1_000, jitter: 0, maxEntries: 1, now: () => ms }),
    )(backend.provider);
    const secrets = createSecrets(stack);
    const read = async (name: string, ...answers: (string | SecretError)[]) => {
      const readings = [outcome(secrets.get(name)), outcome(secrets.get(name))];
      for (const answer of answers) {
        const call = backend.call(backend.calls.length - 1);
        await (typeof answer === 'string' ? call.answer(answer) : call.fail(answer));
      }
      await Promise.all(readings);
    };
    await read('a', 'A'); // a miss and a coalesced read
    await read('a'); // two hits
    await read('b', 'B'); // a miss, a coalesced read, an eviction
    ms += 1_000;
    await read('b', failure('timeout')); // a refresh, a coalesced read, a failure, two stale values
    const events = Object.fromEntries(
      (await named('secretkit.cache.events')).map(([attributes, value]) => [
        (attributes as Record<string, string>)['secretkit.cache.event'],
        value,
      ]),
    );
    expect(events).toEqual({ hit: 2, miss: 2, stale: 2, refresh: 1, coalesced: 3, failure: 1, eviction: 1 });
    expect(await named('secretkit.cache.entry.count')).toEqual([[{ 'secretkit.provider.name': 'held' }, 1]]);
  });

  it('of several stacks around providers of one name are one series, which continues when one is closed', async () => {
    const callbacks = new Set<BatchObservableCallback>();
    const meter = {
      createHistogram: () => ({ record: () => undefined }),
      createObservableCounter: (name: string) => name,
      createObservableUpDownCounter: (name: string) =>
        name === 'secretkit.cache.entry.count' ? 'entries' : name,
      createObservableGauge: (name: string) => name,
      addBatchObservableCallback: (callback: BatchObservableCallback) => callbacks.add(callback),
      removeBatchObservableCallback: (callback: BatchObservableCallback) => callbacks.delete(callback),
    };
    /** Returns the misses and the values by provider, as every callback reports them. */
    function collected(): unknown[] {
      const reported: unknown[] = [];
      const observe = (metric: unknown, value: number, attributes: Attributes = {}): void => {
        const event = attributes['secretkit.cache.event'] ?? metric;
        if (event === 'miss' || event === 'entries')
          reported.push([attributes['secretkit.provider.name'], event, value]);
      };
      for (const callback of callbacks) void callback({ observe });
      return reported;
    }
    const observed = telemetry({ meter: meter as never });
    const open = (name: string) => createSecrets(compose(observed, cache())({ ...traced(), name }));
    const stacks = [open('store'), open('store'), open('other')];
    for (const secrets of stacks) await secrets.get('a');
    expect(collected()).toEqual([
      ['store', 'miss', 2],
      ['store', 'entries', 2],
      ['other', 'miss', 1],
      ['other', 'entries', 1],
    ]);
    await stacks[0]?.close();
    await stacks[0]?.close();
    await stacks[2]?.close();
    expect(collected().sort()).toEqual([
      ['other', 'entries', 0],
      ['other', 'miss', 1], // a counter does not decrease
      ['store', 'entries', 1],
      ['store', 'miss', 2],
    ]);
    await stacks[1]?.close();
    expect(collected()).toEqual([]);
    const again = open('store');
    await again.get('a');
    expect(callbacks.size).toBe(1);
    expect(collected()).toContainEqual(['store', 'miss', 3]);
    await again.close();
    expect(callbacks.size).toBe(0);
  });

  it('of a stack without a cache have no cache events', async () => {
    await telemetry()(traced()).get({ name: 'a' }, {});
    expect(await named('secretkit.cache.events')).toEqual([]);
    expect(await named('secretkit.cache.entry.count')).toEqual([]);
  });

  it('and spans go to an SDK that is registered later, and to one that replaces it', async () => {
    unregister();
    const stack = compose(telemetry(), cache())(traced());
    await stack.get({ name: 'a' }, {});
    expect(otel.spans()).toEqual([]);
    otel.register();
    await stack.get({ name: 'a' }, { fresh: true });
    await stack.get({ name: 'a' }, { fresh: true });
    expect(otel.spans().filter(({ name }) => name === 'get store')).toHaveLength(2);
    expect((await named('secretkit.operation.duration')).map(([, count]) => count)).toEqual([2]);
    const next = sdk();
    metrics.disable();
    metrics.setGlobalMeterProvider(next.meterProvider);
    await stack.get({ name: 'a' }, { fresh: true });
    expect((await next.metrics()).get('secretkit.operation.duration')?.map(({ value }) => value)).toEqual([
      1,
    ]);
    const refreshes = (all: ReadonlyMap<string, readonly Series[]>) =>
      all
        .get('secretkit.cache.events')
        ?.find(({ attributes }) => attributes['secretkit.cache.event'] === 'refresh')?.value;
    expect(refreshes(await next.metrics())).toBe(3);
    expect(refreshes(await otel.metrics())).toBe(2);
  });

  it('and spans go to the tracer and the meter that are given', async () => {
    const own = sdk();
    const stack = compose(
      telemetry({ tracer: own.tracerProvider.getTracer('own'), meter: own.meterProvider.getMeter('own') }),
      cache(),
    )(traced());
    await stack.get({ name: 'a' }, {});
    metrics.disable();
    await stack.get({ name: 'b' }, {});
    expect(own.spans().map(({ name }) => name)).toEqual(['get store', 'get store']);
    expect(otel.spans().filter(({ name }) => name === 'get store')).toEqual([]);
    expect((await own.metrics()).get('secretkit.operation.duration')?.map(({ value }) => value)).toEqual([
      1, 1,
    ]);
    expect((await own.described())[0]).toMatchObject({ scope: 'own' });
  });
});

describe('retries and fallbacks', () => {
  it('are events of the span, with attempt, wait and code; the span has the number of attempts', async () => {
    let failures = 2;
    const store: SecretProvider = {
      name: 'store',
      get: async () => {
        if (failures-- > 0) throw failure('rate_limited');
        return seal('value');
      },
    };
    const onRetry = vi.fn(traceRetry);
    const stack = compose(telemetry(), cache(), retry({ onRetry, baseDelayMs: 2, random: () => 0.5 }))(store);
    await stack.get({ name: 'a' }, {});
    const [span] = otel.spans();
    expect(span?.attributes['secretkit.attempt.count']).toBe(3);
    expect(span?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'secretkit.retry',
        { 'secretkit.attempt.number': 1, 'secretkit.retry.delay': 0.001, 'error.type': 'rate_limited' },
      ],
      [
        'secretkit.retry',
        { 'secretkit.attempt.number': 2, 'secretkit.retry.delay': 0.002, 'error.type': 'rate_limited' },
      ],
    ]);
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    const retries = (await otel.metrics()).get('secretkit.retries') ?? [];
    expect(retries).toEqual([
      { attributes: { 'secretkit.operation.name': 'get', 'error.type': 'rate_limited' }, value: 2 },
    ]);
    expect(onRetry).toHaveBeenCalledTimes(2);
  });

  it('are reported without a span, too', async () => {
    expect(() =>
      traceRetry({
        provider: 'p',
        operation: 'get',
        refs: [],
        scope: undefined,
        attempt: 1,
        delayMs: 5,
        code: 'timeout',
      }),
    ).not.toThrow();
    expect(() =>
      traceFallThrough({
        provider: 'p',
        operation: 'get',
        refs: [],
        scope: undefined,
        code: 'timeout',
        next: 'q',
      }),
    ).not.toThrow();
  });

  it('have the provider that failed and the next one', async () => {
    const stack = telemetry()(
      fallback(traced({ a: ['unavailable'] }), memorySecrets({ initial: { a: 'value' } }), {
        onFallThrough: traceFallThrough,
      }),
    );
    await stack.get({ name: 'a' }, {});
    expect(
      otel
        .spans()
        .at(-1)
        ?.events.map(({ name, attributes }) => [name, attributes]),
    ).toEqual([
      [
        'secretkit.fall_through',
        {
          'secretkit.provider.name': 'store',
          'error.type': 'unavailable',
          'secretkit.fallback.next': 'memory',
        },
      ],
    ]);
  });
});

describe('an error of an SDK', () => {
  const broken = (part: Partial<SpanProcessor>): SpanProcessor => ({
    onStart: () => undefined,
    onEnd: () => undefined,
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
    ...part,
  });
  const fail = (): never => {
    throw new Error('of the SDK');
  };

  it.each<[string, () => TelemetryOptions]>([
    [
      'at the start of a span',
      () => ({ tracer: sdk(broken({ onStart: fail })).tracerProvider.getTracer('broken') }),
    ],
    [
      'at the end of a span',
      () => ({ tracer: sdk(broken({ onEnd: fail })).tracerProvider.getTracer('broken') }),
    ],
    [
      'at the end of a span, after a hash',
      () => ({ names: 'hashed', tracer: sdk(broken({ onEnd: fail })).tracerProvider.getTracer('broken') }),
    ],
    [
      'at a metric',
      () => ({ meter: { ...otel.meterProvider.getMeter('x'), createHistogram: fail } as never }),
    ],
  ])('%s does not affect the call', async (_, options) => {
    const stack = telemetry(options())(traced({ a: 'value', b: ['timeout'] }));
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('value');
    expect(await outcome(stack.get({ name: 'b' }, {}))).toBe('timeout');
    await flush();
  });
});

describe('without an SDK', () => {
  it('a tracer or a meter from the options is used', async () => {
    unregister();
    const own = sdk();
    const traces = telemetry({ tracer: own.tracerProvider.getTracer('own') })(traced());
    await traces.get({ name: 'a' }, {});
    expect(own.spans().filter(({ name }) => name === 'get store')).toHaveLength(1);
    const counts = telemetry({ meter: own.meterProvider.getMeter('own') })(traced());
    await counts.get({ name: 'a' }, {});
    expect((await own.metrics()).get('secretkit.operation.duration')).toMatchObject([{ value: 1 }]);
  });

  it('every call works', async () => {
    unregister();
    const stack = compose(telemetry({ names: 'plain' }), cache())(traced({ a: 'value', b: ['timeout'] }));
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('value');
    expect(await outcome(stack.get({ name: 'b' }, {}))).toBe('timeout');
    await stack[Symbol.asyncDispose]?.();
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('closed');
  });

  it('no call is observed', async () => {
    unregister();
    const stack = telemetry()(traced());
    const clock = vi.spyOn(performance, 'now');
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('value');
    expect(await stack.getMany?.([{ name: 'a' }], {})).toHaveLength(1);
    expect(clock).not.toHaveBeenCalled();
  });

  it('one that is registered later is used, even if it records only metrics', async () => {
    unregister();
    const late = sdk();
    const stack = telemetry()(traced());
    await stack.get({ name: 'a' }, {});
    metrics.setGlobalMeterProvider(late.meterProvider);
    await stack.get({ name: 'a' }, {});
    expect((await late.metrics()).get('secretkit.operation.duration')).toMatchObject([{ value: 1 }]);
  });

  it('one that is registered later is used, even if it records only spans', async () => {
    unregister();
    const late = sdk();
    const stack = telemetry()(traced());
    await stack.get({ name: 'a' }, {});
    trace.setGlobalTracerProvider(late.tracerProvider);
    await stack.get({ name: 'a' }, {});
    expect(late.spans().filter(({ name }) => name === 'get store')).toHaveLength(1);
  });
});

describe('invalid options', () => {
  it.each([
    [null, /^telemetry: options must be an object, got null\..* names, hits, attributes, tracer, meter, now/],
    [{ name: 'plain' }, /^telemetry: unknown option "name"\..* names, hits, attributes, tracer, meter, now/],
    [{ names: true }, /^telemetry: names must be .* omitted, hashed, plain, got boolean\./],
    [{ names: 'CANARY' }, /^telemetry: names must be .* omitted, hashed, plain, got another string\./],
    [{ attributes: 'CANARY' }, /^telemetry: attributes must be an object, got string\./],
    [{ attributes: null }, /^telemetry: attributes must be an object, got null\./],
    [{ tracer: {} }, /^telemetry: tracer must be .* startSpan method, got an object\./],
    [{ tracer: null }, /^telemetry: tracer must be .* startSpan method, got null\./],
    [{ meter: {} }, /^telemetry: meter must be .* createHistogram method, got an object\./],
  ])('are refused at construction: %j', (options, message) => {
    expect(() => telemetry(options as never)).toThrow(TypeError);
    expect(() => telemetry(options as never)).toThrow(message);
    expect(() => telemetry(options as never)).not.toThrow(/CANARY/);
  });
});

describe('its layer', () => {
  it('has its options', () => {
    const stack = telemetry({ attributes: { 'app.store': 'eu' } })(traced());
    expect(stack.name).toBe('telemetry(store)');
    expect(layersOf(stack)).toEqual([
      {
        name: 'telemetry',
        kind: Symbol.for('secretkit.kind.telemetry'),
        options: { names: 'omitted', hits: false, attributes: { 'app.store': 'eu' } },
      },
    ]);
  });
});
