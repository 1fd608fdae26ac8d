import { defineMiddleware, type Middleware } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { type MakeMiddleware, middlewareTrials } from '../middleware-trials.js';
import { resultOf } from '../report.js';

/** A mistake that middleware makes, and the case that must catch it. */
interface Mistake {
  readonly mistake: string;
  readonly caughtBy: string;
  readonly make: MakeMiddleware;
}

/** A middleware written by hand, as people do: it need not keep what it wraps. */
function byHand(build: (next: SecretProvider) => object): Middleware {
  return ((next: SecretProvider) => build(next)) as Middleware; // that it is none is the point
}

/** A middleware that is sound but for its reads. */
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
    mistake: 'a class is spread',
    caughtBy: 'wrapping/capabilities',
    make: () => byHand((next) => ({ ...next, get: next.get.bind(next) })),
  },
  {
    mistake: 'a method is taken off a class',
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
    mistake: 'a write is offered that does nothing',
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
    mistake: 'the layers inside are lost',
    caughtBy: 'wrapping/name',
    make: () => byHand((next) => ({ ...next, name: `broken(${next.name})`, layers: [] })),
  },
  {
    mistake: 'an invalidation ends here',
    caughtBy: 'wrapping/memory',
    make: () => byHand((next) => ({ ...next, invalidate: () => undefined })),
  },
  {
    mistake: 'the context is made anew',
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
    mistake: 'a missing secret is asked for again',
    caughtBy: 'wrapping/missing',
    make: reading((next) => async (ref, ctx) => (await next.get(ref, ctx)) ?? next.get(ref, ctx)),
  },
  {
    mistake: 'every failure is tried again',
    caughtBy: 'wrapping/once-permission_denied',
    make: reading((next) => (ref, ctx) => next.get(ref, ctx).catch(() => next.get(ref, ctx))),
  },
  {
    mistake: 'the code decides about trying again, not the backend',
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
    mistake: 'each attempt of a write has a key of its own',
    caughtBy: 'wrapping/write-once',
    make: () =>
      byHand((next) => {
        const attempt = (ref: SecretRef, secret: Secret): Promise<void> | undefined =>
          next.set?.(ref, secret, { idempotencyKey: crypto.randomUUID() });
        return {
          name: `broken(${next.name})`,
          get: next.get.bind(next),
          set: (ref: SecretRef, secret: Secret) => attempt(ref, secret)?.catch(() => attempt(ref, secret)),
        };
      }),
  },
  {
    mistake: 'a batch fails with the first of its failures',
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
    mistake: 'a batch is repeated whole',
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
    mistake: 'what a provider throws is passed on',
    caughtBy: 'wrapping/foreign',
    make: () => byHand((next) => ({ ...next, get: next.get.bind(next) })),
  },
  {
    mistake: 'a failure is kept',
    caughtBy: 'wrapping/recovers',
    make: reading((next) => {
      const flights = new Map<string, Promise<Secret | undefined>>();
      return (ref, ctx) => {
        const flight = flights.get(ref.name) ?? next.get(ref, ctx);
        flights.set(ref.name, flight);
        return flight;
      };
    }),
  },
  {
    mistake: 'absence is kept',
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
    mistake: "the first reader's signal ends the read of all",
    caughtBy: 'wrapping/abort-alone',
    make: reading((next) => {
      const flights = new Map<string, Promise<Secret | undefined>>();
      return (ref, ctx) => {
        const flight = flights.get(ref.name) ?? next.get(ref, ctx).finally(() => flights.delete(ref.name));
        flights.set(ref.name, flight);
        return flight;
      };
    }),
  },
  {
    mistake: 'a timer goes on after the call',
    caughtBy: 'wrapping/timers',
    make: reading((next) => (ref, ctx) => {
      setTimeout(() => undefined, 1_000).unref();
      return next.get(ref, ctx);
    }),
  },
  {
    mistake: 'what is inside is not closed',
    caughtBy: 'wrapping/closing',
    make: () => byHand((next) => ({ ...next, [Symbol.asyncDispose]: async () => undefined })),
  },
  {
    mistake: 'anything can be wrapped',
    caughtBy: 'wrapping/no-provider',
    make: () => byHand((next) => ({ get: (ref: SecretRef, ctx: CallContext) => next.get(ref, ctx) })),
  },
  {
    mistake: 'an outage is absence',
    caughtBy: 'object/errors/serverError',
    make: reading((next) => (ref, ctx) => next.get(ref, ctx).catch(() => undefined)),
  },
  {
    mistake: 'the last value can be seen in the options',
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
    const trial = middlewareTrials(make).find(({ id }) => id === caughtBy);
    if (!trial) throw new Error(`there is no case ${caughtBy}`);
    const { passed, failure } = await resultOf(trial);
    expect(passed).toBe(false);
    expect(failure).toContain('It matters: ');
    expect(failure).not.toContain('CANARY');
  });
});
