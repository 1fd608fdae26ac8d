import { type CachedReader, isSettled } from '../contract/memory.js';
import type { CallContext, SecretProvider } from '../contract/provider.js';
import { SecretError, type SecretErrorFields } from '../contract/secret-error.js';
import { abortable } from './abortable.js';
import { checkAnswer, checkAnswers, checkPage, toSecretError } from './answers.js';
import { isWrapped, wrap } from './wrap.js';

/**
 * The boundary between this library and code that it does not trust to be careful. It surrounds the innermost provider of
 * every stack, and the stack that a client gets. Whatever the provider does:
 *
 * - an error that is not a `SecretError` becomes `unknown`, without its message, which may quote a secret;
 * - an aborted call rejects at once with the signal's reason, and one that was aborted before never starts;
 * - an answer of the wrong shape is `invalid_data`;
 * - after disposal every call is `closed`.
 *
 * Middleware has it already. A provider that is made of providers must put it around each of them.
 */
export function guard(provider: SecretProvider): SecretProvider {
  const { name, getMany, list, set, delete: remove, canonical, memory } = provider;
  let closed = false;

  function refuse({ signal }: CallContext): Promise<never> | undefined {
    if (closed) return Promise.reject(closedError(name));
    return signal?.aborted ? Promise.reject(signal.reason) : undefined;
  }

  function fail(error: unknown, where: SecretErrorFields): Promise<never> {
    return Promise.reject(toSecretError(error, { provider: name, ...where }));
  }

  function guarded<T>(where: SecretErrorFields, ctx: CallContext, call: () => Promise<T>): Promise<T> {
    return (
      refuse(ctx) ??
      abortable(
        call().catch((error: unknown) => fail(error, where)),
        ctx.signal,
      )
    );
  }

  function guardedNow<T>(call: () => T): T {
    if (closed) throw closedError(name);
    try {
      return call();
    } catch (error) {
      throw toSecretError(error, { provider: name });
    }
  }

  return wrap(provider, name, provider.layers ?? [], {
    // Not through `guarded`: a cache hit passes here and must allocate nothing, and so do ten thousand readers at once.
    get(ref, ctx) {
      const refused = refuse(ctx);
      if (refused) return refused;
      let answer: ReturnType<SecretProvider['get']>;
      try {
        answer = provider.get(ref, ctx);
        if (isSettled(answer)) return answer;
        answer = Promise.resolve(answer); // it may be anything
      } catch (error) {
        answer = Promise.reject(error);
      }
      const where = { provider: name, operation: 'get', ref } as const;
      const checked = answer.then(
        (secret) => checkAnswer(secret, where),
        (error: unknown) => fail(error, where),
      );
      return abortable(checked, ctx.signal);
    },
    getMany:
      getMany &&
      ((refs, ctx) =>
        guarded({ operation: 'getMany' }, ctx, async () => {
          const given = [...refs]; // an adapter may remove chunks from it
          return checkAnswers(await getMany.call(provider, given, ctx), refs, name);
        })),
    list:
      list &&
      ((query, ctx) =>
        guarded({ operation: 'list' }, ctx, async () => checkPage(await list.call(provider, query, ctx)))),
    set:
      set &&
      ((ref, secret, ctx) =>
        guarded({ operation: 'set', ref }, ctx, async () => set.call(provider, ref, secret, ctx))),
    delete:
      remove &&
      ((ref, ctx) => guarded({ operation: 'delete', ref }, ctx, async () => remove.call(provider, ref, ctx))),
    canonical: canonical && ((ref) => guardedNow(() => canonical.call(provider, ref))),
    memory: memory && {
      ...(memory.cached && {
        cached(ref) {
          const read = guardedNow(() => memory.cached?.(ref)) ?? nothing;
          const trusted = isWrapped(provider); // what it holds was checked further inside
          return (touch) => {
            if (closed) return undefined; // the caller's next step reports it
            return trusted ? read(touch) : guardedNow(() => checkCached(read, touch, name));
          };
        },
      }),
      ...(memory.invalidate && { invalidate: (target) => guardedNow(() => memory.invalidate?.(target)) }),
      ...(memory.subscribe && {
        subscribe: (listener) => guardedNow(() => memory.subscribe?.(listener)) ?? nothing,
      }),
    },
    dispose() {
      closed = true;
    },
  });
}

function checkCached(read: CachedReader, touch: boolean, provider: string): ReturnType<CachedReader> {
  const cached = read(touch);
  if (cached === undefined || (touch && !isSettled(cached.settled))) return undefined;
  return checkAnswer(cached.secret, { provider }) && cached;
}

function nothing(): undefined {
  return undefined;
}

/** Returns the failure of a call after disposal. */
export function closedError(name: string): SecretError {
  return new SecretError('closed', `${name} is closed. Create a new one, or close it later.`);
}
