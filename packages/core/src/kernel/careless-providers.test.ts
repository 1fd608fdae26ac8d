import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecrets } from '../client/create-secrets.js';
import type { Secrets } from '../client/secrets.js';
import type { SecretMemory, SecretProvider } from '../contract/provider.js';
import { type SecretRef, withoutVersion } from '../contract/ref.js';
import { isSecret, type Secret, seal } from '../contract/secret.js';
import { isSecretError } from '../contract/secret-error.js';
import { around } from './around.js';
import { defineMiddleware, type Middleware } from './define-middleware.js';
import { guard } from './guard.js';

const canary = 'CANARY-not-a-real-secret';

/** The results of a method that is written carelessly. */
const faults: Readonly<Record<string, () => unknown>> = {
  'rejects, as an async function': async () => {
    throw new Error(canary);
  },
  throws: () => {
    throw new Error(canary);
  },
  'resolves with a text, as an async function': async () => canary,
  'resolves with a ref, as an async function': async () => ({ name: canary }),
  'returns null': () => null,
  'returns a number': () => 5,
  'returns a text': () => canary,
  'returns a list': () => [canary],
  'returns an object': () => ({ value: canary }),
  'returns a list of promises that reject': () => [Promise.reject(new Error(canary)), failing()],
  'returns a function that rejects': () => () => Promise.reject(new Error(canary)),
  'returns a function that throws': () => () => {
    throw new Error(canary);
  },
  'returns an object with a getter that throws': () =>
    Object.defineProperty({}, 'refs', { enumerable: true, get: () => failNow() }),
  'returns an object that throws on access': () =>
    new Proxy({}, { get: failNow, has: failNow, ownKeys: failNow }),
};

const methods = ['get', 'getMany', 'list', 'set', 'compareAndSet', 'delete', 'listVersions'] as const;
const members = [
  ...methods,
  'canonical',
  'hold',
  'memory.cached',
  'memory.invalidate',
  'memory.subscribe',
  Symbol.asyncDispose,
];

/** A provider with every method, which answers with a value that names its ref; one member is replaced. */
function provider(member: string | symbol, fault: () => unknown): SecretProvider {
  const [, part] = String(member).match(/^memory\.(.+)/) ?? [];
  const answer = (ref: SecretRef): Secret => seal(`value of ${ref.name}`);
  const memory: SecretMemory = {
    cached: () => () => undefined,
    invalidate: () => undefined,
    subscribe: () => () => undefined,
    ...(part !== undefined && { [part]: fault }),
  };
  return {
    name: 'careless',
    get: async (ref) => answer(ref),
    getMany: async (refs) => refs.map(answer),
    list: async () => ({ refs: [{ name: 'a' }] }),
    set: async () => ({ version: '2' }),
    compareAndSet: async () => ({ version: '2' }),
    delete: async () => undefined,
    listVersions: async () => [{ version: '1' }],
    canonical: withoutVersion,
    hold: () => ({ [Symbol.dispose]: () => undefined }),
    memory,
    [Symbol.asyncDispose]: async () => undefined,
    ...(part === undefined && { [member]: fault }),
  };
}

const stacks: Readonly<Record<string, Middleware>> = {
  'no middleware': (next) => next as never, // as it is
  around: around({ name: 'layer', policy: (run, ctx) => run(ctx) }),
  'a middleware that overrides get': defineMiddleware({
    name: 'layer',
    build: ({ get, getMany }) => ({ get, getMany }),
  }),
};

/** Calls everything, and returns every result, listener's argument and failure. */
async function callEverything(secrets: Secrets, stack: SecretProvider): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  const record = (result: unknown): void => void results.push(result);
  const calls: readonly (() => unknown)[] = [
    () => secrets.get('a'),
    () => secrets.get('a'),
    () => secrets.get('a', { signal: new AbortController().signal }),
    () => secrets.require('b'),
    () => secrets.peek('a'),
    () => secrets.peek('c'),
    () => secrets.getManySettled({ a: 'a', b: 'b' }),
    () => secrets.getManySettled({ a: 'a', b: 'b' }, { fresh: true }),
    async () => {
      for await (const ref of secrets.list()) record(ref);
    },
    () => secrets.set('a', 'new'),
    () => secrets.compareAndSet('a', 'new', '1'),
    () => secrets.delete('a'),
    () => secrets.listVersions('a'),
    () => stack.hold?.({ name: 'a' }, '1')[Symbol.dispose](),
    () => secrets.onChange('a', record)[Symbol.dispose](),
    () => secrets.watch(['a'], { everyMs: 1_000 })[Symbol.dispose](),
    () => secrets.invalidate('a'),
    () => secrets.invalidate(),
    () => secrets.scoped({ user: 'u' }).invalidate(),
    () => secrets.close(),
  ];
  for (const call of calls) {
    try {
      record(await call());
    } catch (error) {
      record(error);
      expect(isSecretError(error), inspect(error)).toBe(true);
    }
  }
  return results;
}

describe.each(Object.entries(stacks))('through %s', (_, layer) => {
  const unhandled = vi.fn();
  beforeEach(() => void process.on('unhandledRejection', unhandled.mockClear()));
  afterEach(() => void process.off('unhandledRejection', unhandled));

  const cases = members
    .flatMap((member) => Object.keys(faults).map((fault) => [String(member), fault, member] as const))
    .filter(
      ([member, fault]) =>
        !fault.includes('list of promises') || ['get', 'getMany', 'listVersions'].includes(member),
    );

  it.each(cases)(
    '%s that %s ends no process, shows nothing, and gives no other value',
    async (_name, fault, member) => {
      const stack = layer(guard(provider(member, faults[fault]!)));
      const results = await callEverything(createSecrets(stack), stack);
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).not.toHaveBeenCalled();
      for (const result of results) {
        expect(inspect(result, { depth: null, showHidden: true, getters: true })).not.toContain(canary);
        if (isSecret(result)) expect(result.reveal()).toMatch(/^value of [ab]$/);
      }
      if (member === 'get' || member === 'canonical') return;
      const values = results.slice(0, 4).map((result) => (isSecret(result) ? result.reveal() : result));
      if (member !== 'memory.cached')
        expect(values).toEqual(['value of a', 'value of a', 'value of a', 'value of b']);
    },
  );
});

describe('a member that is not what it must be', () => {
  const wrap = around({ name: 'layer', policy: (run, ctx) => run(ctx) });

  it.each(['getMany', 'set', 'canonical', 'hold', 'memory', 'layers'])('is refused by name: %s', (member) => {
    const get = async (): Promise<undefined> => undefined;
    const odd: readonly object[] = [
      { name: 'odd', get, [member]: canary },
      { name: 'odd', get, [member]: Promise.reject(new Error(canary)) },
      Object.defineProperty({ name: 'odd', get }, member, { get: failNow }),
    ];
    for (const each of odd) {
      for (const make of [createSecrets, wrap]) {
        const making = (): unknown => make(each as SecretProvider);
        expect(making).toThrow(TypeError);
        expect(making).toThrow(`provider.${member}`);
        expect(making).not.toThrow(canary);
      }
    }
  });
});

describe('a layer that is not one', () => {
  const branch = { name: 'branch', layers: [] };
  it.each<[string, () => unknown]>([
    ['null', () => null],
    ['a text', () => canary],
    ['a promise', () => Promise.reject(new Error(canary))],
    ['nameless', () => ({ options: {} })],
    ['of a kind that is a text', () => ({ name: 'layer', kind: canary })],
    ['with a snapshot that is a text', () => ({ name: 'layer', snapshot: canary })],
    ['with branches that are a text', () => ({ name: 'layer', branches: canary })],
    ['with a branch that is null', () => ({ name: 'layer', branches: [branch, null] })],
    [
      'with a branch that is a promise',
      () => ({ name: 'layer', branches: [Promise.reject(new Error(canary))] }),
    ],
    [
      'with a branch without layers',
      () => ({ name: 'layer', branches: [{ name: 'branch', layers: canary }] }),
    ],
    ['in a branch', () => ({ name: 'layer', branches: [{ ...branch, layers: [null] }] })],
  ])('is refused: %s', (_, layer) => {
    const get = async (): Promise<undefined> => undefined;
    const making = (): unknown => createSecrets({ name: 'odd', get, layers: [layer()] } as SecretProvider);
    expect(making).toThrow(TypeError);
    expect(making).toThrow('provider.layers');
    expect(making).not.toThrow(canary);
  });
});

it.each<[string, () => object]>([
  ['throws', failNow],
  ['rejects', () => Promise.reject(new Error(canary))],
  ['has a getter that throws', () => Object.defineProperty({}, 'count', { get: failNow, enumerable: true })],
  ['has a promise', () => ({ count: Promise.reject(new Error(canary)), own: 1 })],
  ['has an error', () => ({ last: { error: new Error(canary) }, all: [new Error(canary)] })],
  ['has the fields of the report', () => ({ layer: canary, backend: canary, degraded: canary })],
])('health shows nothing of a snapshot that %s', async (_, snapshot) => {
  const layers = [{ name: 'layer', options: {}, snapshot: snapshot as () => Record<string, unknown> }];
  const report = createSecrets({ name: 'store', get: async () => undefined, layers }).health();
  expect(inspect(report, { depth: null, getters: true })).not.toContain(canary);
  expect(report.layers[0]).toMatchObject({ layer: 'layer', degraded: false });
  await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail the test
});

it('a canonical without a name gives no value of another secret', async () => {
  const secrets = createSecrets(provider('canonical', () => ({ scope: {} })));
  const answers = await secrets.getMany({ a: 'a', b: 'b' }).catch((error: unknown) => error);
  expect(answers).toMatchObject({ code: 'invalid_data' });
});

it('a subscription that cannot be ended calls nobody after its end', () => {
  let report: (change: unknown) => void = () => undefined;
  const subscribe = (listener: typeof report): void => void (report = listener);
  const stack = guard(provider('memory.subscribe', subscribe as never));
  const listener = vi.fn();
  const stop = stack.memory?.subscribe?.(listener);
  const change = { ref: { name: 'a' }, secret: seal('new') };
  for (const odd of [
    null,
    canary,
    {},
    { ref: { name: 'a' } },
    { ...change, ref: {} },
    { ...change, secret: canary },
    { invalidate: canary },
  ]) {
    report(odd);
  }
  expect(listener).not.toHaveBeenCalled();
  report(change);
  report({ invalidate: undefined });
  expect(listener).toHaveBeenCalledTimes(2);
  stop?.();
  report(change);
  expect(listener).toHaveBeenCalledTimes(2);
});

it('a listener that is async and rejects ends no process', async () => {
  let report: (change: unknown) => void = () => undefined;
  const subscribe = (listener: typeof report): (() => void) => {
    report = listener;
    return () => undefined;
  };
  const listener = failing as () => void; // TypeScript allows an async function there
  guard(provider('memory.subscribe', subscribe as never)).memory?.subscribe?.(listener);
  report({ invalidate: undefined });
  await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail this file
});

it('the disposal of a provider that fails is a SecretError without its message, also without a client', async () => {
  const stack = guard(provider(Symbol.asyncDispose, failing));
  const error = await stack[Symbol.asyncDispose]?.().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'unknown', provider: 'careless' });
  expect(inspect(error)).not.toContain(canary);
});

it('a copy of a wrapped provider is guarded again', async () => {
  const layer = around({ name: 'layer', policy: (run, ctx) => run(ctx) });
  const copy = { ...layer(provider('none', failing)), get: failing as never };
  const error = await layer(copy)
    .get({ name: 'a' }, {})
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'unknown' });
  expect(inspect(error)).not.toContain(canary);
});

async function failing(): Promise<never> {
  throw new Error(canary);
}

function failNow(): never {
  throw new Error(canary);
}
