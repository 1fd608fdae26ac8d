import { createSecrets } from '@secretkit/core';
import { defineMiddleware, type Middleware } from '@secretkit/core/middleware';
import { type Answer, isSecretError, type Secret, type SecretProvider, seal } from '@secretkit/core/provider';
import { fakeClock } from '@secretkit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cache } from './index.js';

const brand = Symbol.for('secretkit.Secret');

/** What only looks like a secret. */
const forgeries: Readonly<Record<string, () => unknown>> = {
  'a proxy of a secret': () => new Proxy(seal('value'), {}),
  'one whose expiry is a text': () => ({ [brand]: true, reveal: () => 'value', expiresAt: 'tomorrow' }),
  'one whose hidden facts are not numbers': () => ({
    [brand]: true,
    [Symbol.for('secretkit.Secret.meta')]: { fetchedAtMs: Symbol('x') },
    reveal: () => 'value',
  }),
  'a mapped number': () => seal('5').map(Number),
  'a text': () => 'value',
  null: () => null,
  'an object that throws on access': () =>
    new Proxy({}, { get: failNow, has: failNow, getPrototypeOf: failNow }),
};

/** A middleware in plain JavaScript that answers with anything, between the cache and an adapter. */
const between =
  (answer: () => unknown): Middleware =>
  (next) =>
    defineMiddleware({
      name: 'between',
      build: () => ({
        get: async () => answer() as Secret,
        getMany: async (refs) => refs.map(() => answer() as Answer),
      }),
    })(next);

/** The ways in which such an answer reaches a cache. */
const stacks: Readonly<Record<string, (answer: () => unknown) => SecretProvider>> = {
  'of an adapter': (answer) => ({ name: 'own', get: async () => answer() as Secret }),
  'of an adapter with getMany': (answer) => ({
    name: 'own',
    get: async () => answer() as Secret,
    getMany: async (refs) => refs.map(() => answer() as Answer),
  }),
  'of a middleware': (answer) => between(answer)({ name: 'own', get: async () => seal('value') }),
  'of a middleware with getMany': (answer) =>
    between(answer)({
      name: 'own',
      get: async () => seal('value'),
      getMany: async (refs) => refs.map(() => seal('value')),
    }),
};

const cases = Object.keys(stacks).flatMap((stack) =>
  Object.keys(forgeries).map((forgery) => [stack, forgery] as const),
);

describe('an answer that only looks like a secret', () => {
  const unhandled = vi.fn();
  beforeEach(() => void process.on('unhandledRejection', unhandled.mockClear()));
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  /** A cache whose backend answers so once, and then with a value. */
  function setUp(stack: string, forgery: string) {
    const clock = fakeClock();
    let next: (() => unknown) | undefined;
    let calls = 0;
    const provider = stacks[stack]!(() => {
      calls += 1;
      const answer = next ?? (() => seal(`value ${calls}`));
      next = undefined;
      return answer();
    });
    const stale = { staleWhileRevalidateMs: 1_000, staleIfErrorMs: 1_000 };
    const secrets = createSecrets(
      cache({ now: clock.now, ttlMs: 100, jitter: 0, denialTtlMs: 0, ...stale })(provider),
    );
    return { ...clock, secrets, forge: () => (next = forgeries[forgery]!), calls: () => calls };
  }

  it.each(cases)('fails its own read, and the next one asks again: %s, %s', async (stack, forgery) => {
    const { secrets, forge, calls } = setUp(stack, forgery);
    for (const options of [{}, { signal: new AbortController().signal }, { fresh: true }]) {
      secrets.invalidate();
      forge();
      await expect(secrets.get('a', options)).rejects.toSatisfy(isRefused);
      const made = calls();
      expect((await secrets.require('a')).reveal()).toBe(`value ${made + 1}`);
    }
  });

  it.each(cases)('fails in its place of a batch: %s, %s', async (stack, forgery) => {
    const { secrets, forge } = setUp(stack, forgery);
    forge();
    const { a, b } = await secrets.getManySettled({ a: 'a', b: 'b' });
    expect(a).toSatisfy(isRefused);
    expect((b as Secret).reveal()).toBe('value 2');
    expect((await secrets.require('a')).reveal()).toBe('value 3');
  });

  it.each(cases)(
    'leaves the stale value to its readers, and the next refresh works: %s, %s',
    async (stack, forgery) => {
      const { secrets, forge, advance } = setUp(stack, forgery);
      expect((await secrets.require('a')).reveal()).toBe('value 1');
      advance(100);
      forge();
      expect((await secrets.require('a')).reveal()).toBe('value 1'); // refreshes in the background
      await new Promise((resolve) => setImmediate(resolve));
      advance(30_000);
      expect((await secrets.require('a')).reveal()).toBe('value 3');
    },
  );
});

describe('a cache whose own clock fails', () => {
  it('fails the read, and the next one asks again', async () => {
    let broken = false;
    const now = (): number => (broken ? failNow() : 1_000);
    let calls = 0;
    const get = async (): Promise<Secret> => {
      calls += 1;
      broken = calls === 1;
      return seal(`value ${calls}`);
    };
    const secrets = createSecrets(cache({ now })({ name: 'own', get }));
    await expect(secrets.get('a', { signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'unknown',
    });
    broken = false;
    expect((await secrets.require('a')).reveal()).toBe('value 2');
  });
});

it('a batch of a middleware with too few answers is a failure, and never missing', async () => {
  const few = defineMiddleware({
    name: 'few',
    build: ({ get }) => ({ get, getMany: async (refs) => refs.slice(1).map(() => seal('value')) }),
  });
  const getMany = async (refs: readonly unknown[]): Promise<Answer[]> => refs.map(() => seal('value'));
  const secrets = createSecrets(cache()(few({ name: 'own', get: async () => seal('value'), getMany })));
  const { a, b } = await secrets.getManySettled({ a: 'a', b: 'b' });
  expect([a, b].map((answer) => isSecretError(answer, 'invalid_data'))).toEqual([true, true]);
});

function isRefused(answer: unknown): boolean {
  return isSecretError(answer, 'invalid_data') || isSecretError(answer, 'unknown');
}

function failNow(): never {
  throw new Error('CANARY');
}
