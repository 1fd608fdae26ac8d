import { type Call, defineMiddleware, type Layer, type Middleware } from '@secretkit/core/middleware';
import {
  type CallContext,
  layersOf,
  type Operation,
  type Secret,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
} from '@secretkit/core/provider';
import { cachesAmong, countsOf, resultBetween } from './cache-counts.js';
import { type Result, resultOfBatch, resultOfFailure, resultOfRead } from './result.js';

/** What is asked, and of whom. */
export type Asked = Omit<Call, 'failures'>;

/** Watches one call. Its methods may not throw. */
export interface Watch {
  /** Makes the call, in such a way that what happens within belongs to it. */
  run<T>(call: () => T): T;
  end(result: Result): void;
}

/** Watches the calls to one provider. Its methods may not throw. */
export interface Observer {
  /** Does anybody take what it observes? Else a call passes untouched. @defaultValue yes */
  isHeard?(): boolean;
  begin(asked: Asked): Watch;
  close?(): void;
}

export interface ObservedOptions {
  /** Is what is answered from memory observed too? Else it passes untouched. */
  readonly hits: boolean;
  /** The clock that staleness is told by, in epoch milliseconds. */
  readonly now: () => number;
}

/**
 * A middleware that observes calls and changes none. What is fresh in a cache inside is handed on as the cache keeps it, by
 * the very promise, and the short way for names that are read again stays open.
 *
 * @param observe - Called for each provider that is wrapped, with the caches inside.
 */
export function observed(
  name: string,
  options: Readonly<Record<string, unknown>>,
  { hits, now }: ObservedOptions,
  observe: (next: SecretProvider, caches: readonly Layer[]) => Observer,
): Middleware {
  return defineMiddleware({
    name: name,
    options,
    build: (next) => {
      const { getMany, list, set, delete: remove, memory } = next;
      const { cached } = memory ?? {};
      const caches = cachesAmong(layersOf(next));
      const observer = observe(next, caches);
      const isHeard = (): boolean => observer.isHeard?.() ?? true;

      const about = (operation: Operation, refs: readonly SecretRef[], scope?: SecretScope): Asked => ({
        provider: next.name,
        operation,
        refs: Object.freeze([...refs]), // hooks see it
        scope: scope ?? refs[0]?.scope,
      });

      async function watched<T>(
        asked: Asked,
        { signal }: CallContext,
        call: () => Promise<T>,
        resultOf: (answer: T) => Result = () => ({ outcome: 'done' }),
      ): Promise<T> {
        const watch = observer.begin(asked);
        const before = countsOf(caches);
        let cache: Pick<Result, 'cache'> = {};
        try {
          const running = watch.run(call);
          // A cache decides at once, before anybody else can ask it.
          const result = resultBetween(before, countsOf(caches));
          if (result) cache = { cache: result };
          const answer = await running;
          watch.end({ ...cache, ...resultOf(answer) });
          return answer;
        } catch (error) {
          watch.end({ ...cache, ...resultOfFailure(error, signal) });
          throw error;
        }
      }

      /** Returns the promise of a fresh value in a cache, if such reads are not observed. */
      function settledOf(
        ref: SecretRef,
        { fresh, signal }: CallContext,
        touch: boolean,
      ): Promise<Secret> | undefined {
        return hits || fresh || signal?.aborted ? undefined : cached?.(ref)(touch)?.settled;
      }

      return {
        // Not an async function: the promise of a cache's hit is handed on as it is.
        get(ref, ctx) {
          if (!isHeard()) return next.get(ref, ctx);
          try {
            const settled = settledOf(ref, ctx, true);
            if (settled) return settled;
          } catch (error) {
            return Promise.reject(error); // closed, perhaps
          }
          return watched(
            about('get', [ref]),
            ctx,
            () => next.get(ref, ctx),
            (secret) => resultOfRead(secret, now),
          );
        },

        getMany:
          getMany &&
          (async (refs, ctx) => {
            if (!isHeard() || refs.every((ref) => settledOf(ref, ctx, false))) return getMany(refs, ctx);
            return watched(
              about('getMany', refs),
              ctx,
              () => getMany(refs, ctx),
              (answers) => resultOfBatch(answers, now),
            );
          }),

        list: list && ((query, ctx) => watched(about('list', [], query.scope), ctx, () => list(query, ctx))),
        set: set && ((ref, secret, ctx) => watched(about('set', [ref]), ctx, () => set(ref, secret, ctx))),
        delete: remove && ((ref, ctx) => watched(about('delete', [ref]), ctx, () => remove(ref, ctx))),
        ...(cached && !hits && { memory: { cached } }),
        dispose: () => observer.close?.(),
      };
    },
  });
}
