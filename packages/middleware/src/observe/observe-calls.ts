import { backendName, type Call, defineMiddleware, type Middleware } from '@secretkit/core/middleware';
import {
  type CallContext,
  type Operation,
  type Secret,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
} from '@secretkit/core/provider';
import { type LayerName, layerKind } from '../shared/layer-kind.js';
import { type CacheReports, cacheReports } from './cache-reports.js';
import { type Result, resultOfBatch, resultOfFailure, resultOfRead } from './result.js';

/** A call that is observed: its provider, its operation and its refs. */
export interface ObservedCall extends Omit<Call, 'failures'> {
  /** The name of the backend inside the layers, such as `stripe`. */
  readonly backend: string;
}

/** Observes one call. Its methods must not throw. */
export interface CallObserver {
  /** Must make the call, in a context that the work inside belongs to. */
  run<T>(call: () => T): T;
  end(result: Result): void;
}

/** Observes the calls to one provider. Its methods must not throw. */
export interface Observer {
  /** Whether anything records the observations. If not, a call passes unchanged. @defaultValue true */
  isRecording?(): boolean;
  begin(call: ObservedCall): CallObserver;
  close?(): void;
}

export interface ObserverDescription {
  readonly name: LayerName;
  /** The configuration, for `layersOf`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether cache hits are observed too. If not, they pass unchanged. */
  readonly hits: boolean;
  /** The clock for the age of stale values, in epoch milliseconds. */
  readonly now: () => number;
  /** Called for each provider that is wrapped. */
  readonly observerOf: (next: SecretProvider, backend: string) => Observer;
}

/**
 * Defines a middleware that observes calls and does not change them. A hit in a cache inside is passed on as the promise that
 * the cache keeps, and the cache's reader for repeated reads is passed on too.
 */
export function observeCalls({ name, options, hits, now, observerOf }: ObserverDescription): Middleware {
  return defineMiddleware({
    name,
    kind: layerKind(name),
    options,
    build: (next) => {
      const { getMany, list, set, compareAndSet, delete: remove, listVersions, memory } = next;
      const { cached } = memory ?? {};
      const backend = backendName(next);
      const observer = observerOf(next, backend);
      const isRecording = (): boolean => observer.isRecording?.() ?? true;

      const callOf = (
        operation: Operation,
        refs: readonly SecretRef[],
        scope?: SecretScope,
      ): ObservedCall => ({
        provider: next.name,
        backend,
        operation,
        refs: Object.freeze([...refs]), // hooks see it
        scope: scope ?? refs[0]?.scope,
      });

      /** @param resultOf - Of a read, which has a result in the caches inside too. */
      async function observed<T>(
        call: ObservedCall,
        ctx: CallContext,
        run: (ctx: CallContext) => Promise<T>,
        resultOf?: (answer: T) => Result,
      ): Promise<T> {
        const callObserver = observer.begin(call);
        const reports = cacheReports(ctx);
        const cache = (): Pick<Result, 'cache' | 'hiddenFailure'> => {
          const { result, hiddenFailure }: Partial<CacheReports> = resultOf ? reports : {};
          return { ...(result && { cache: result }), ...(hiddenFailure && { hiddenFailure }) };
        };
        try {
          const answer = await callObserver.run(() => run(reports.ctx));
          callObserver.end({ ...cache(), ...(resultOf?.(answer) ?? { outcome: 'done' }) });
          return answer;
        } catch (error) {
          callObserver.end({ ...cache(), ...resultOfFailure(error, ctx.signal) });
          throw error;
        }
      }

      /** Returns the promise of a fresh value in a cache, if such hits are not observed. */
      function settledOf(
        ref: SecretRef,
        { fresh, maxAgeMs, signal }: CallContext,
        touch: boolean,
      ): Promise<Secret> | undefined {
        if (hits || fresh || maxAgeMs !== undefined || signal?.aborted) return undefined;
        return cached?.(ref)(touch)?.settled;
      }

      return {
        // Not an async function: the promise that a cache keeps is returned unchanged.
        get(ref, ctx) {
          if (!isRecording()) return next.get(ref, ctx);
          try {
            const settled = settledOf(ref, ctx, true);
            if (settled) return settled;
          } catch (error) {
            return Promise.reject(error); // the provider may be closed
          }
          return observed(
            callOf('get', [ref]),
            ctx,
            (inner) => next.get(ref, inner),
            (secret) => resultOfRead(secret, now),
          );
        },

        getMany:
          getMany &&
          (async (refs, ctx) => {
            if (!isRecording() || refs.every((ref) => settledOf(ref, ctx, false) !== undefined))
              return getMany(refs, ctx);
            return observed(
              callOf('getMany', refs),
              ctx,
              (inner) => getMany(refs, inner),
              (answers) => resultOfBatch(answers, now),
            );
          }),

        list:
          list &&
          ((query, ctx) => observed(callOf('list', [], query.scope), ctx, (inner) => list(query, inner))),
        set:
          set &&
          ((ref, secret, ctx) => observed(callOf('set', [ref]), ctx, (inner) => set(ref, secret, inner))),
        compareAndSet:
          compareAndSet &&
          ((ref, secret, expected, ctx) =>
            observed(callOf('compareAndSet', [ref]), ctx, (inner) =>
              compareAndSet(ref, secret, expected, inner),
            )),
        delete:
          remove && ((ref, ctx) => observed(callOf('delete', [ref]), ctx, (inner) => remove(ref, inner))),
        listVersions:
          listVersions &&
          ((ref, ctx) => observed(callOf('listVersions', [ref]), ctx, (inner) => listVersions(ref, inner))),
        ...(cached && !hits && { memory: { cached } }),
        dispose: () => observer.close?.(),
      };
    },
  });
}
