import { defineMiddleware, type Middleware } from '@secretkit/core/middleware';
import {
  type Answer,
  type CacheInvalidation,
  type CallContext,
  isSecretError,
  type Secret,
  type SecretChange,
  SecretError,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import { describe, it } from 'vitest';
import { expectCaught } from '../../test/expect-caught.js';
import { type MakeMiddleware, middlewareTests } from '../middleware-tests.js';

/** A mistake that authors of middleware make, and the case that must catch it. */
interface Mistake {
  readonly mistake: string;
  readonly caughtBy: string;
  readonly make: MakeMiddleware;
}

/** A middleware that is written by hand, without `defineMiddleware`. */
function byHand(build: (next: SecretProvider) => object): Middleware {
  return ((next: SecretProvider) => build(next)) as Middleware; // on purpose: it may not be one
}

/** A middleware that is correct except for its reads. */
function reading(
  read: (next: SecretProvider) => (ref: SecretRef, ctx: CallContext) => Promise<Secret | undefined>,
): MakeMiddleware {
  return () =>
    defineMiddleware({
      name: 'broken',
      build: (next) => {
        const get = read(next);
        return {
          get,
          getMany: (refs, ctx) =>
            Promise.all(refs.map((ref): Promise<Answer> => get(ref, ctx).catch(secretError))),
        };
      },
    });
}

function secretError(error: unknown): SecretError {
  return isSecretError(error) ? error : new SecretError('unknown', 'of a test.');
}

const mistakes: readonly Mistake[] = [
  {
    mistake: 'an instance of a class is spread',
    caughtBy: 'wrapping/capabilities',
    make: () => byHand((next) => ({ ...next, get: next.get.bind(next) })),
  },
  {
    mistake: 'a method is called without its instance',
    caughtBy: 'class/reading/found',
    make: () =>
      byHand((next) => {
        const { name, get, set, delete: remove, list, getMany } = next;
        return {
          name,
          get,
          ...(set && { set, delete: remove }),
          ...(list && { list }),
          ...(getMany && { getMany }),
        };
      }),
  },
  {
    mistake: 'set exists and does nothing',
    caughtBy: 'wrapping/capabilities',
    make: () =>
      byHand((next) => ({
        name: `broken(${next.name})`,
        get: next.get.bind(next),
        set: async () => undefined,
        delete: async () => undefined,
      })),
  },
  {
    mistake: 'the version of a ref is dropped',
    caughtBy: 'wrapping/version',
    make: reading(
      (next) =>
        ({ name, scope }, ctx) =>
          next.get(scope ? { name, scope } : { name }, ctx),
    ),
  },
  {
    mistake: 'copies are kept for all versions',
    caughtBy: 'full/versions/read',
    make: reading((next) => {
      const copies = new Map<string, Secret>();
      return async ({ name, scope, version }, ctx) => {
        const key = JSON.stringify([name, scope]);
        const copy =
          copies.get(key) ??
          (await next.get({ name, ...(scope && { scope }), ...(version && { version }) }, ctx));
        if (copy) copies.set(key, copy);
        return copy;
      };
    }),
  },
  {
    mistake: 'an invalidation of a name keeps its versions',
    caughtBy: 'full/versions/stage',
    make: reading((next) => {
      const copies = new Map<string, Secret>();
      return async (ref, ctx) => {
        const copy = ref.version === 'current' ? copies.get(ref.name) : undefined;
        const secret = copy ?? (await next.get(ref, ctx));
        if (secret && ref.version === 'current') copies.set(ref.name, secret);
        return secret;
      };
    }),
  },
  {
    mistake: 'versions lose their stages',
    caughtBy: 'wrapping/list-versions',
    make: () =>
      defineMiddleware({
        name: 'broken',
        build: ({ listVersions }) => ({
          listVersions:
            listVersions &&
            (async (ref, ctx) => (await listVersions(ref, ctx)).map(({ version }) => ({ version }))),
        }),
      }),
  },
  {
    mistake: 'the result of a write is dropped',
    caughtBy: 'wrapping/set-result',
    make: () =>
      defineMiddleware({
        name: 'broken',
        build: ({ set }) => ({
          set:
            set &&
            (async (ref, secret, ctx) => {
              await set(ref, secret, ctx);
            }),
        }),
      }),
  },
  {
    mistake: 'the expectation of a write is dropped',
    caughtBy: 'wrapping/compare-and-set',
    make: () =>
      defineMiddleware({
        name: 'broken',
        build: ({ compareAndSet }) => ({
          compareAndSet:
            compareAndSet && ((ref, secret, _expected, ctx) => compareAndSet(ref, secret, undefined, ctx)),
        }),
      }),
  },
  ...[
    'wrapping/compare-conflict',
    'wrapping/compare-once-unavailable',
    'wrapping/compare-once-timeout',
    'wrapping/compare-once-unknown',
  ].map(
    (caughtBy): Mistake => ({
      mistake: 'compareAndSet is retried',
      caughtBy,
      make: () =>
        defineMiddleware({
          name: 'broken',
          build: ({ compareAndSet }) => ({
            compareAndSet:
              compareAndSet &&
              ((ref, secret, expected, ctx) =>
                compareAndSet(ref, secret, expected, ctx).catch(() =>
                  compareAndSet(ref, secret, expected, ctx),
                )),
          }),
        }),
    }),
  ),
  {
    mistake: 'a copy survives compareAndSet',
    caughtBy: 'wrapping/compare-replaces',
    make: reading((next) => {
      const copies = new Map<string, Secret>();
      return async (ref, ctx) => {
        const copy = copies.get(ref.name) ?? (await next.get(ref, ctx));
        if (copy) copies.set(ref.name, copy);
        return copy;
      };
    }),
  },
  ...[1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map(
    (at): Mistake => ({
      mistake: 'the memory of the inner provider is trusted',
      caughtBy: `wrapping/memory-faulty-${at}`,
      make: () => byHand((next) => ({ ...next })),
    }),
  ),
  {
    mistake: 'hold is dropped',
    caughtBy: 'wrapping/hold',
    make: () => byHand(({ hold: _, ...next }) => next),
  },
  {
    mistake: 'an error of hold is passed on',
    caughtBy: 'wrapping/hold-failing',
    make: () => byHand((next) => ({ ...next })),
  },
  {
    mistake: 'the inner layers are dropped',
    caughtBy: 'wrapping/name',
    make: () => byHand((next) => ({ ...next, name: `broken(${next.name})`, layers: [] })),
  },
  {
    mistake: 'canonical is dropped',
    caughtBy: 'wrapping/canonical',
    make: () => byHand(({ canonical: _, ...next }) => next),
  },
  {
    mistake: 'memory is dropped',
    caughtBy: 'wrapping/cached-look',
    make: () => byHand(({ memory: _, ...next }) => next),
  },
  {
    mistake: 'looks are hidden together with reads',
    caughtBy: 'wrapping/cached-look',
    make: () => byHand((next) => ({ ...next, memory: { ...next.memory, cached: () => () => undefined } })),
  },
  {
    mistake: 'a get that counts is bypassed by reads from memory',
    caughtBy: 'wrapping/cached-read',
    make: () => {
      let count = 0;
      return byHand((next) => ({
        ...next,
        get: async (ref: SecretRef, ctx: CallContext) => {
          count += 1;
          return next.get(ref, ctx);
        },
        snapshot: () => ({ count }),
      }));
    },
  },
  {
    mistake: 'an invalidation does not reach the inner provider',
    caughtBy: 'wrapping/invalidate',
    make: () => byHand((next) => ({ ...next, memory: { ...next.memory, invalidate: () => undefined } })),
  },
  {
    mistake: 'an invalidation loses its target',
    caughtBy: 'wrapping/invalidate',
    make: () =>
      byHand((next) => ({
        ...next,
        memory: { ...next.memory, invalidate: () => next.memory?.invalidate?.() },
      })),
  },
  {
    mistake: 'subscribe exists and never notifies',
    caughtBy: 'wrapping/subscribe',
    make: () => byHand((next) => ({ ...next, memory: { ...next.memory, subscribe: () => () => undefined } })),
  },
  {
    mistake: 'a subscription cannot be ended',
    caughtBy: 'wrapping/subscribe',
    make: () =>
      byHand((next) => ({
        ...next,
        memory: {
          ...next.memory,
          subscribe(listener: (change: SecretChange | CacheInvalidation) => void) {
            next.memory?.subscribe?.(listener);
            return () => undefined;
          },
        },
      })),
  },
  {
    mistake: 'the context is replaced',
    caughtBy: 'wrapping/context',
    make: reading(
      (next) =>
        (ref, { signal }) =>
          next.get(ref, signal ? { signal } : {}),
    ),
  },
  {
    mistake: 'the deadline is raised',
    caughtBy: 'wrapping/context',
    make: ({ now }) =>
      byHand((next) => ({
        ...next,
        get: next.get.bind(next),
        set: (ref: SecretRef, secret: Secret, ctx: CallContext) =>
          next.set?.(ref, secret, { ...ctx, deadline: now() + 60_000 }),
      })),
  },
  {
    mistake: 'copies are kept by name for all providers',
    caughtBy: 'wrapping/apart',
    make: () => {
      const copies = new Map<string, Secret>();
      return defineMiddleware({
        name: 'broken',
        build: (next) => ({
          async get(ref, ctx) {
            const copy = copies.get(ref.name) ?? (await next.get(ref, ctx));
            if (copy) copies.set(ref.name, copy);
            return copy;
          },
          getMany: next.getMany,
        }),
      });
    },
  },
  {
    mistake: 'copies are kept by name for all scopes',
    caughtBy: 'object/names/alike-5',
    make: reading((next) => {
      const copies = new Map<string, Secret>();
      return async (ref, ctx) => {
        const copy = copies.get(ref.name) ?? (await next.get(ref, ctx));
        if (copy) copies.set(ref.name, copy);
        return copy;
      };
    }),
  },
  {
    mistake: 'copies outlive their expiry',
    caughtBy: 'object/expiry/end',
    make: reading((next) => {
      const copies = new Map<string, Secret>();
      return async (ref, ctx) => {
        const key = JSON.stringify(ref);
        const copy = copies.get(key) ?? (await next.get(ref, ctx));
        if (copy) copies.set(key, copy);
        return copy;
      };
    }),
  },
  {
    mistake: 'a missing secret is read again',
    caughtBy: 'wrapping/missing',
    make: reading((next) => async (ref, ctx) => (await next.get(ref, ctx)) ?? next.get(ref, ctx)),
  },
  {
    mistake: 'every failure is retried',
    caughtBy: 'wrapping/once-permission_denied',
    make: reading((next) => (ref, ctx) => next.get(ref, ctx).catch(() => next.get(ref, ctx))),
  },
  {
    mistake: 'the code decides about a retry, not the backend',
    caughtBy: 'wrapping/refused',
    make: reading(
      (next) => (ref, ctx) =>
        next.get(ref, ctx).catch((error: unknown) => {
          if (isSecretError(error, 'unavailable')) return next.get(ref, ctx);
          throw error;
        }),
    ),
  },
  {
    mistake: 'each attempt of a write has its own idempotency key',
    caughtBy: 'wrapping/write-once',
    make: () =>
      byHand((next) => {
        const attempt = (ref: SecretRef, secret: Secret): Promise<unknown> | undefined =>
          next.set?.(ref, secret, { idempotencyKey: crypto.randomUUID() });
        return {
          name: `broken(${next.name})`,
          get: next.get.bind(next),
          set: (ref: SecretRef, secret: Secret) => attempt(ref, secret)?.catch(() => attempt(ref, secret)),
        };
      }),
  },
  {
    mistake: 'a batch rejects with the first of its failures',
    caughtBy: 'wrapping/partly',
    make: () =>
      defineMiddleware({
        name: 'broken',
        build: (next) => ({
          async getMany(refs, ctx) {
            const answers = (await next.getMany?.(refs, ctx)) ?? [];
            const failure = answers.find((answer) => isSecretError(answer));
            if (failure) throw failure;
            return answers;
          },
        }),
      }),
  },
  {
    mistake: 'a whole batch is retried',
    caughtBy: 'wrapping/again',
    make: () =>
      defineMiddleware({
        name: 'broken',
        build: (next) => ({
          async getMany(refs, ctx) {
            const answers = (await next.getMany?.(refs, ctx)) ?? [];
            return answers.some((answer) => isSecretError(answer))
              ? ((await next.getMany?.(refs, ctx)) ?? [])
              : answers;
          },
        }),
      }),
  },
  {
    mistake: 'a foreign error is passed on',
    caughtBy: 'wrapping/foreign',
    make: () => byHand((next) => ({ ...next, get: next.get.bind(next) })),
  },
  {
    mistake: 'a failure is cached',
    caughtBy: 'wrapping/recovers',
    make: reading((next) => {
      const inflight = new Map<string, Promise<Secret | undefined>>();
      return (ref, ctx) => {
        const request = inflight.get(ref.name) ?? next.get(ref, ctx);
        inflight.set(ref.name, request);
        return request;
      };
    }),
  },
  {
    mistake: 'a miss is cached and never removed',
    caughtBy: 'object/writing/after-miss',
    make: reading((next) => {
      const missing = new Set<string>();
      return async (ref, ctx) => {
        if (missing.has(JSON.stringify(ref))) return undefined;
        const secret = await next.get(ref, ctx);
        if (!secret) missing.add(JSON.stringify(ref));
        return secret;
      };
    }),
  },
  {
    mistake: "the first reader's signal ends the reads of all",
    caughtBy: 'wrapping/abort-alone',
    make: reading((next) => {
      const inflight = new Map<string, Promise<Secret | undefined>>();
      return (ref, ctx) => {
        const request = inflight.get(ref.name) ?? next.get(ref, ctx).finally(() => inflight.delete(ref.name));
        inflight.set(ref.name, request);
        return request;
      };
    }),
  },
  {
    mistake: 'a timer remains after the call',
    caughtBy: 'wrapping/timers',
    make: reading((next) => (ref, ctx) => {
      setTimeout(() => undefined, 1_000).unref();
      return next.get(ref, ctx);
    }),
  },
  {
    mistake: 'the inner provider is not disposed',
    caughtBy: 'wrapping/closing',
    make: () => byHand((next) => ({ ...next, [Symbol.asyncDispose]: async () => undefined })),
  },
  {
    mistake: 'anything can be wrapped',
    caughtBy: 'wrapping/not-a-provider',
    make: () => byHand((next) => ({ get: (ref: SecretRef, ctx: CallContext) => next.get(ref, ctx) })),
  },
  {
    mistake: 'an outage looks like a missing secret',
    caughtBy: 'object/errors/serverError',
    make: reading((next) => (ref, ctx) => next.get(ref, ctx).catch(() => undefined)),
  },
  {
    mistake: 'the options show the last value',
    caughtBy: 'object/secrecy/provider',
    make: () => {
      const seen: Record<string, unknown> = {};
      return byHand((next) => ({
        ...next,
        layers: [{ name: 'broken', options: seen }],
        async get(ref: SecretRef, ctx: CallContext) {
          const secret = await next.get(ref, ctx);
          seen[ref.name] = secret?.reveal();
          return secret;
        },
      }));
    },
  },
];

describe('a middleware with a mistake is caught by the case that names it', () => {
  it.each(mistakes)('$mistake: $caughtBy', async ({ caughtBy, make }) => {
    await expectCaught(middlewareTests(make), caughtBy);
  });
});
