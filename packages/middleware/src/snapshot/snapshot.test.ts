import { fetchedAt } from '@secretkit/core/middleware';
import {
  type CallContext,
  errorRules,
  layersOf,
  markLocal,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { flush, outcome } from '../../test/held-backend.js';
import { type MemorySnapshots, memorySnapshots } from '../../test/memory-snapshots.js';
import { cache } from '../cache/index.js';
import { recommended } from '../recommended/index.js';
import { type SnapshotOptions, snapshot } from './index.js';

const start = 1_700_000_000_000;
const hour = 3_600_000;
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const keys = [{ id: 'k1', key: keyOf(1) }];
const codec = sealedCodec({ keys, namespace: 'shop' });
const ref = { name: 'CANARY-name' };
const canary = 'CANARY-9f3a';

let nowMs: number;
let store: MemorySnapshots;
let warned: unknown[];
beforeEach(() => {
  nowMs = start;
  store = memorySnapshots(() => nowMs);
  warned = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((_, about) => {
    warned.push((about as { code?: unknown }).code);
  });
});

type Answering = (ref: SecretRef, ctx: CallContext) => ReturnType<SecretProvider['get']>;

const gives = (value: string, meta: Parameters<typeof seal>[1] = {}): Answering => {
  return async () => seal(value, meta);
};
const fails = (code: SecretErrorCode, retryAfterMs?: number): Answering => {
  return () => Promise.reject(new SecretError(code, 'the store fails.', { retryAfterMs }));
};

/** A backend of several processes; its answer can be changed. */
function backendOf(answer: Answering = gives(canary), more: Partial<SecretProvider> = {}) {
  const backend = { answer, calls: 0 };
  const provider: SecretProvider = {
    name: 'backend',
    get: (asked, ctx) => {
      backend.calls += 1;
      return backend.answer(asked, ctx);
    },
    ...more,
  };
  return Object.assign(backend, { provider });
}

function processOf(provider: SecretProvider, options: Partial<SnapshotOptions> = {}) {
  const whole = { store, codec, principal: 'role/shop', maxAgeMs: 24 * hour, now: () => nowMs, ...options };
  return snapshot(whole)(provider);
}

/** Reads, and waits until the store has the value. */
async function read(provider: SecretProvider, ctx: CallContext = {}, asked: SecretRef = ref) {
  const answer = await outcome(provider.get(asked, ctx));
  await flush();
  await vi.waitFor(() => expect(pending()).toBe(0), { interval: 1 });
  return answer;
}

/** A codec on the way: its work needs turns of the loop. */
let working = 0;
const pending = () => working;
const counting: typeof codec = {
  ...codec,
  async seal(...args) {
    working += 1;
    return codec.seal(...args).finally(() => setImmediate(() => (working -= 1)));
  },
};

/** A process that has read the secret, and has ended. */
async function lived(answer: Answering = gives(canary), options: Partial<SnapshotOptions> = {}) {
  const backend = backendOf(answer);
  const one = processOf(backend.provider, { codec: counting, ...options });
  await read(one);
  await one[Symbol.asyncDispose]?.();
}

const shape = (provider: SecretProvider) => layersOf(provider)[0]?.snapshot?.() ?? {};

describe('a process that starts while the backend is down', () => {
  it.each(Object.keys(errorRules) as SecretErrorCode[])(
    'is served the value of the last one after %s only if its code allows stale values',
    async (code) => {
      await lived();
      nowMs += hour;
      const one = processOf(backendOf(fails(code)).provider);
      expect(await read(one)).toBe(errorRules[code].staleAllowed ? canary : code);
      expect(await read(one, { fresh: true })).toBe(code);
    },
  );

  it('sees when the value was fetched, that it is stale, and its dates and version', async () => {
    const meta = { version: 'v7', expiresAt: new Date(start + 5 * hour), createdAt: new Date(start - 1) };
    await lived(gives(canary, meta));
    nowMs += hour;
    const reports: unknown[] = [];
    const one = processOf(backendOf(fails('unavailable')).provider);
    const secret = await one.get(ref, { report: (each) => reports.push(each) });
    expect([fetchedAt(secret!), secret?.staleSince]).toEqual([start, new Date(start)]);
    expect(secret).toMatchObject(meta);
    expect(reports).toMatchObject([{ result: 'stale', code: 'unavailable', ref }]);
    expect(shape(one)).toMatchObject({ served: 1, cooldowns: 1, store: 'ok', degraded: true });
  });

  it.each<[string, number, Parameters<typeof seal>[1], Partial<SnapshotOptions>, string]>([
    ['before maxAgeMs', 24 * hour - 1, {}, {}, canary],
    ['at maxAgeMs', 24 * hour, {}, {}, 'unavailable'],
    ['before its expiry', hour - 1, { expiresAt: new Date(start + hour) }, {}, canary],
    ['at its expiry', hour, { expiresAt: new Date(start + hour) }, {}, 'unavailable'],
    ['by a clock that is slightly behind', -5_000, {}, {}, canary],
    ['by a clock that is far behind', -5_001, {}, {}, 'unavailable'],
    ['by another principal', 0, {}, { principal: 'role/other' }, 'unavailable'],
    ['in another namespace', 0, {}, { codec: sealedCodec({ keys, namespace: 'other' }) }, 'unavailable'],
    [
      'with another key of the same id',
      0,
      {},
      { codec: sealedCodec({ keys: [{ id: 'k1', key: keyOf(2) }], namespace: 'shop' }) },
      'unavailable',
    ],
  ])('is bounded: %s', async (_, afterMs, meta, options, expected) => {
    await lived(gives(canary, meta));
    nowMs += afterMs;
    expect(await read(processOf(backendOf(fails('unavailable')).provider, options))).toBe(expected);
  });

  it('deletes a record at its end', async () => {
    await lived();
    nowMs += 24 * hour;
    await read(processOf(backendOf(fails('unavailable')).provider));
    expect(store.records.size).toBe(0);
  });

  it('finds the record of the key from before a change of keys, and the next value replaces it', async () => {
    await lived();
    const rotated = sealedCodec({ keys: [{ id: 'k2', key: keyOf(2) }, ...keys], namespace: 'shop' });
    const backend = backendOf(fails('unavailable'));
    const one = processOf(backend.provider, { codec: rotated });
    expect(await read(one)).toBe(canary);
    nowMs += hour;
    backend.answer = gives('CANARY-next');
    expect(await read(one)).toBe('CANARY-next');
    await one[Symbol.asyncDispose]?.();
    expect([...store.records.values()].map((each) => each.slice(0, 7))).toEqual(['sk1.k2.']);
    const retired = sealedCodec({ keys: [{ id: 'k2', key: keyOf(2) }], namespace: 'shop' });
    const next = processOf(backendOf(fails('timeout')).provider, { codec: retired });
    expect(await read(next)).toBe('CANARY-next');
  });

  it('asks the backend once in a while, and longer after more failures, or as the backend says', async () => {
    await lived();
    const backend = backendOf(fails('unavailable'));
    const one = processOf(backend.provider);
    const callsIn = async (ms: number) => {
      const before = backend.calls;
      for (const until = nowMs + ms; nowMs < until; nowMs += 500) expect(await read(one)).toBe(canary);
      return backend.calls - before;
    };
    expect(await callsIn(14_000)).toBe(3); // after 0, 2 and 6 s
    expect(one.memory?.explain?.(ref)).toMatchObject({ state: 'stale', failure: { code: 'unavailable' } });
    backend.answer = fails('rate_limited', 100_000);
    expect(await callsIn(100_000)).toBe(1);
    expect(one.memory?.explain?.(ref)).toMatchObject({ state: 'stale', layer: 'snapshot' });
    backend.answer = gives('CANARY-new');
    expect(await read(one)).toBe('CANARY-new');
    expect(shape(one)).toMatchObject({ cooldowns: 0, degraded: false });
  });

  it('is explained by the cache around it with the failure of the backend, and with its own bound', async () => {
    await lived();
    const stack = cache({ now: () => nowMs, staleIfErrorMs: 1_000, ttlMs: 1_000 })(
      processOf(backendOf(fails('unavailable')).provider),
    );
    expect(await read(stack)).toBe(canary);
    expect(stack.memory?.explain?.(ref)).toMatchObject({
      layer: 'cache',
      state: 'cooldown',
      failure: { code: 'unavailable', at: new Date(nowMs) },
      servableUntil: new Date(start + 24 * hour),
    });
  });

  it('is served a batch, each secret by its own answer', async () => {
    const names = ['a', 'b', 'c'];
    const getMany: SecretProvider['getMany'] = async (refs) => refs.map(({ name }) => seal(`CANARY-${name}`));
    const first = processOf(backendOf(undefined, { getMany }).provider, { codec: counting });
    await first.getMany!(
      names.map((name) => ({ name })),
      {},
    );
    await first[Symbol.asyncDispose]?.();
    const failing: SecretProvider['getMany'] = async () => [
      new SecretError('unavailable', 'down.'),
      seal('CANARY-new'),
      undefined,
    ];
    const one = processOf(backendOf(undefined, { getMany: failing }).provider);
    const answers = await one.getMany!(
      names.map((name) => ({ name })),
      {},
    );
    expect(answers.map((each) => (each as { reveal(): string } | undefined)?.reveal())).toEqual([
      'CANARY-a',
      'CANARY-new',
      undefined,
    ]);
  });
});

describe('a record', () => {
  it('shows neither the value nor the name', async () => {
    await lived();
    const texts = [...store.records].flat().join(' ');
    expect(texts).toContain('sk1.k1.');
    for (const form of ['utf8', 'base64', 'hex'] as const) {
      for (const secret of [canary, ref.name]) {
        expect(texts).not.toContain(Buffer.from(secret).toString(form).replace(/=*$/, ''));
      }
    }
  });

  it.each<[string, Answering]>([
    ['of this process alone', async () => markLocal(seal(canary))],
    ['that has expired', gives(canary, { expiresAt: new Date(start) })],
  ])('is not made of a value %s', async (_, answer) => {
    await lived(answer);
    expect(store.records.size).toBe(0);
  });

  it('is not made of a version, nor of a stale value, and a missing secret has none', async () => {
    const one = processOf(backendOf(undefined, { listVersions: async () => [] }).provider, {
      codec: counting,
    });
    await read(one, {}, { ...ref, version: 'v1' });
    await lived(async () => undefined);
    expect(store.records.size).toBe(0);
    await lived();
    const outer = processOf(processOf(backendOf(fails('unavailable')).provider), { principal: 'outer' });
    expect(await read(outer)).toBe(canary);
    expect(store.records.size).toBe(1);
  });

  it.each<[string, (name: string, text: string) => unknown]>([
    ['that is garbage', (name) => void store.records.set(name, 'garbage')],
    ['that is empty', (name) => void store.records.set(name, '')],
    ['that was cut', (name, text) => void store.records.set(name, text.slice(0, -1))],
    ['that was changed', (name, text) => void store.records.set(name, `${text.slice(0, -8)}AAAAAAAA`)],
    ['of an unknown key', (name, text) => void store.records.set(name, text.replace('.k1.', '.k9.'))],
    [
      'of another secret',
      async (name) => {
        await read(processOf(backendOf().provider, { codec: counting }), {}, { name: 'other' });
        const other = [...store.records].find(([each]) => each !== name)!;
        store.records.set(name, other[1]);
      },
    ],
    [
      'of another principal',
      async (name) => {
        await lived(gives('CANARY-other'), { principal: 'role/other' });
        const other = [...store.records].find(([each]) => each !== name)!;
        store.records.set(name, other[1]);
      },
    ],
    [
      'of another use',
      async (name) => {
        const content = { secret: seal('CANARY-other'), fetchedAt: new Date(start) };
        const context = { use: 'shared-cache/backend', ref, principal: 'role/shop' };
        store.records.set(name, await codec.seal(context, content));
      },
    ],
  ])('%s is not served, is counted, and is replaced by the next value', async (_, change) => {
    await lived();
    const [name, text] = [...store.records][0]!;
    await change(name, text);
    const backend = backendOf(fails('unavailable'));
    const one = processOf(backend.provider, { codec: counting });
    expect(await read(one)).toBe('unavailable');
    expect(shape(one)).toMatchObject({ unreadable: 1, store: 'ok' });
    expect(warned).toEqual([]);
    backend.answer = gives(canary);
    await read(one);
    expect(await read(processOf(backendOf(fails('unavailable')).provider))).toBe(canary);
  });

  it('that is put back is not served to a process that has seen a newer one, and else within its bounds only', async () => {
    await lived(gives('CANARY-old'));
    const [name, old] = [...store.records][0]!;
    nowMs += hour;
    const backend = backendOf(gives('CANARY-new'));
    const seen = processOf(backend.provider, { codec: counting });
    await read(seen);
    store.records.set(name, old);
    backend.answer = fails('unavailable');
    expect(await read(seen)).toBe('unavailable');
    const other = () => processOf(backendOf(fails('unavailable')).provider);
    expect(await read(other())).toBe('CANARY-old'); // the threat model says so
    nowMs = start + 24 * hour;
    expect(await read(other())).toBe('unavailable');
  });

  it('that another process has replaced by a newer one is not replaced by an older one', async () => {
    let answer: (value: ReturnType<typeof seal>) => void = () => undefined;
    const slow = processOf(backendOf(() => new Promise((resolve) => (answer = resolve))).provider);
    const reading = outcome(slow.get(ref, {}));
    await flush();
    nowMs += 1_000;
    await lived(gives('CANARY-new'));
    answer(seal('CANARY-old'));
    await reading;
    await slow[Symbol.asyncDispose]?.();
    expect(await read(processOf(backendOf(fails('unavailable')).provider))).toBe('CANARY-new');
  });
});

describe('a record is deleted', () => {
  const gone = async () => {
    await vi.waitFor(() => expect(store.records.size).toBe(0), { interval: 1 });
  };
  const writes = { set: async () => undefined, delete: async () => undefined };

  it.each(['permission_denied', 'unauthenticated'] as const)('by %s', async (code) => {
    await lived();
    await read(processOf(backendOf(fails(code)).provider));
    await gone();
  });

  it('by a miss, and by a value that has expired', async () => {
    for (const answer of [async () => undefined, gives(canary, { expiresAt: new Date(start) })]) {
      await lived();
      await read(processOf(backendOf(answer).provider));
      await gone();
    }
  });

  it('by a write, when it starts and when it has settled', async () => {
    for (const method of ['set', 'delete'] as const) {
      await lived();
      const one = processOf(backendOf(undefined, writes).provider);
      if (method === 'set') await one.set!(ref, seal('new'), {});
      else await one.delete!(ref, {});
      await gone();
    }
  });

  it.each([
    ['the ref', ref],
    ['the scope', { scope: {} }],
    ['everything', undefined],
  ] as const)('by an invalidation of %s', async (_, target) => {
    await lived();
    const one = processOf(backendOf(fails('unavailable')).provider);
    one.memory!.invalidate!(target);
    expect(await read(one)).toBe('unavailable');
    await gone();
  });

  it('by a change that the backend reports', async () => {
    await lived();
    let report: (change: { invalidate: undefined }) => void = () => undefined;
    const memory: SecretProvider['memory'] = {
      subscribe: (listener) => {
        report = listener;
        return () => undefined;
      },
    };
    cache({ now: () => nowMs })(processOf(backendOf(undefined, { memory }).provider));
    report({ invalidate: undefined });
    await gone();
  });

  it('by its age, though nobody reads the secret any more', async () => {
    await lived();
    nowMs += 24 * hour + 5_001;
    await read(processOf(backendOf().provider, { codec: counting }), {}, { name: 'other' });
    expect(store.records.size).toBe(1);
    const names = await codec.names({ use: 'snapshot/backend', ref, principal: 'role/shop' });
    expect(store.records.has(names[0]!)).toBe(false);
  });

  it('and an answer that was read before is not kept', async () => {
    let answer: (value: ReturnType<typeof seal>) => void = () => undefined;
    const held = new Promise<ReturnType<typeof seal>>((resolve) => (answer = resolve));
    const one = processOf(backendOf(() => held, writes).provider);
    const reading = outcome(one.get(ref, {}));
    await flush();
    await one.set!(ref, seal('new'), {});
    answer(seal('old'));
    expect(await reading).toBe('old');
    await one[Symbol.asyncDispose]?.();
    expect(store.records.size).toBe(0);
  });

  it('and none is kept or served while a write that failed may still be applied', async () => {
    const backend = backendOf(gives('old'), { set: fails('circuit_open') as never });
    const one = processOf(backend.provider, { codec: counting });
    await outcome(one.set!(ref, seal('new'), {}) as never);
    nowMs += 30_000;
    await read(one);
    expect(store.records.size).toBe(0);
    await lived(gives('old')); // another process
    backend.answer = fails('unavailable');
    expect(await read(one)).toBe('unavailable');
    nowMs += 30_000;
    expect(await read(one)).toBe('old');
  });
});

describe('inside a cache', () => {
  const stackOf = (provider: SecretProvider) =>
    cache({ now: () => nowMs, ttlMs: 300_000, staleIfErrorMs: hour })(
      processOf(provider, { codec: counting }),
    );

  it('the cache serves its own value, and sees the failure', async () => {
    const backend = backendOf();
    const stack = stackOf(backend.provider);
    await read(stack);
    nowMs += 400_000;
    backend.answer = fails('rate_limited', 20_000);
    expect(await read(stack)).toBe(canary);
    expect(layersOf(stack)[0]?.snapshot?.()).toMatchObject({
      failures: 1,
      failureCodes: { rate_limited: 1 },
    });
    expect(layersOf(stack)[1]?.snapshot?.()).toMatchObject({ served: 0 });
  });

  it('a running process is served as long as one that starts', async () => {
    const backend = backendOf();
    const stack = stackOf(backend.provider);
    await read(stack);
    backend.answer = fails('unavailable');
    for (nowMs = start + 2 * hour; nowMs < start + 2 * hour + 60_000; nowMs += 1_000) {
      expect(await read(stack)).toBe(canary);
    }
    expect(backend.calls).toBeLessThan(8);
    nowMs = start + 24 * hour;
    expect(await read(stack)).toBe('unavailable');
  });
});

describe('a store that fails', () => {
  const failing = () => Promise.reject(new Error(`EACCES ${canary}`));
  const hanging = () => new Promise<never>(() => undefined);

  it('never fails a read, is named in one warning, and is shown', async () => {
    store.fault = failing;
    const one = processOf(backendOf().provider);
    for (let at = 0; at < 3; at += 1) {
      expect(await read(one)).toBe(canary);
      await vi.waitFor(() => expect(one.memory?.explain?.(ref).state).toBe('absent'), { interval: 1 });
    }
    expect(shape(one)).toMatchObject({ store: 'unwritable', stored: 0, degraded: true });
    expect(warned).toEqual(['SECRETKIT_SNAPSHOT_UNWRITABLE']);
  });

  it('does not hide the failure of the backend', async () => {
    await lived();
    store.fault = (what) => (what === 'read' ? failing() : undefined);
    const one = processOf(backendOf(fails('unavailable')).provider);
    expect(await read(one)).toBe('unavailable');
    expect(warned).toEqual(['SECRETKIT_SNAPSHOT_UNREADABLE']);
    store.fault = undefined;
    expect(await read(one)).toBe(canary);
    expect(shape(one)).toMatchObject({ store: 'ok' });
  });

  it('that hangs delays neither a read, nor the failure of one by more than a second', async () => {
    vi.useFakeTimers();
    try {
      store.fault = hanging;
      const backend = backendOf();
      const one = processOf(backend.provider);
      expect(await outcome(one.get(ref, {}))).toBe(canary);
      backend.answer = fails('unavailable');
      const failed = outcome(one.get(ref, {}));
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await failed).toBe('unavailable');
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not bring back what was deleted while it was slow', async () => {
    let release: () => void = () => undefined;
    store.fault = (what) =>
      what === 'write' ? new Promise<void>((resolve) => (release = resolve)) : undefined;
    const one = processOf(backendOf(gives('old')).provider);
    await outcome(one.get(ref, {}));
    await vi.waitFor(() => expect(release).not.toBeUndefined());
    await flush();
    one.memory!.invalidate!(ref);
    await vi.waitFor(() => {
      release();
      expect(shape(one)).toMatchObject({ stored: 1 });
    });
    await one[Symbol.asyncDispose]?.();
    expect(store.records.size).toBe(0);
  });
});

it('the recommended stack has it inside the cache', async () => {
  const layer = snapshot({ store, codec, principal: 'p', maxAgeMs: 1 });
  const names = layersOf(recommended({ snapshot: layer })(backendOf().provider)).map(({ name }) => name);
  expect(names.slice(0, 3)).toEqual(['cache', 'snapshot', 'retry']);
});

describe('a wrong option', () => {
  const good = () => ({ store, codec, principal: 'role/shop', maxAgeMs: hour });

  it.each<[string, () => object, RegExp]>([
    ['no options', () => ({}), /^snapshot: store /],
    [
      'a store that is not one',
      () => ({ ...good(), store: { read() {} } }),
      /^snapshot: store .*write, remove, prune/,
    ],
    ['a text as store', () => ({ ...good(), store: canary }), /^snapshot: store .*snapshotFiles.*string/],
    ['no codec', () => ({ ...good(), codec: undefined }), /^snapshot: codec .*sealedCodec.*undefined/],
    ['no principal', () => ({ ...good(), principal: undefined }), /^snapshot: principal .*undefined/],
    ['no age', () => ({ ...good(), maxAgeMs: undefined }), /^snapshot: maxAgeMs /],
    ['an age of 0', () => ({ ...good(), maxAgeMs: 0 }), /^snapshot: maxAgeMs /],
    ['a negative skew', () => ({ ...good(), skewMs: -1 }), /^snapshot: skewMs /],
    ['an unknown one', () => ({ ...good(), ttlMs: 1 }), /^snapshot: .*"ttlMs"/],
  ])('throws at construction: %s', (_, options, message) => {
    expect(() => snapshot(options() as never)).toThrow(message);
    expect(() => snapshot(options() as never)).not.toThrow(canary);
  });
});
