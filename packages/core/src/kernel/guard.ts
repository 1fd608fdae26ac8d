import { kindOf } from '../checks/check-options.js';
import { type CachedReader, type CallContext, isSettled, type SecretProvider } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { invalid, type Operation, SecretError, withFields } from '../contract/secret-error.js';
import { abortable } from './abortable.js';
import {
  checkAnswer,
  checkAnswers,
  checkPage,
  checkSetResult,
  checkVersion,
  checkVersions,
  malformed,
  toSecretError,
  unsupportedVersion,
} from './answers.js';
import { ignoreErrors } from './injected.js';
import { wrap } from './wrap.js';

/**
 * The boundary around code that is not trusted, for the innermost provider of every stack, each provider that one is made of,
 * and the stack of a client. Foreign errors become `unknown` without their message, answers of a wrong shape `invalid_data`; an
 * aborted call rejects at once with the signal's reason, and a call after disposal with `closed`. A ref with a version is
 * `unsupported` without `listVersions`, and `invalid_argument` for any call but a read.
 */
export function guard(provider: SecretProvider): SecretProvider {
  const {
    name,
    getMany,
    list,
    set,
    compareAndSet,
    delete: remove,
    listVersions,
    canonical,
    hold,
    memory,
  } = provider;
  let closed = false;

  function refuse({ signal }: CallContext): Promise<never> | undefined {
    if (closed) return Promise.reject(closedError(name));
    return signal?.aborted ? Promise.reject(signal.reason) : undefined;
  }

  const isReadable = ({ version }: SecretRef): boolean => version === undefined || listVersions !== undefined;

  function refuseVersion(ref: SecretRef | undefined, operation: Operation): Promise<never> | undefined {
    if (ref?.version === undefined) return undefined;
    if (!isReadable(ref)) return Promise.reject(unsupportedVersion(provider, operation, ref));
    if (operation === 'get') return undefined;
    const refusal = invalid('ref must not have a version: this call is about all of them. Omit it.');
    return Promise.reject(withFields(refusal, { provider: name, operation, ref }));
  }

  function fail(error: unknown, operation: Operation, ref: SecretRef | undefined): Promise<never> {
    return Promise.reject(toSecretError(error, { provider: name, operation, ...(ref && { ref }) }));
  }

  function guarded<T>(operation: Operation, ctx: CallContext, call: () => Promise<T>, ref?: SecretRef) {
    const refused = refuse(ctx) ?? refuseVersion(ref, operation);
    if (refused) return refused;
    const safe = call().catch((error: unknown) => fail(error, operation, ref));
    return abortable(safe, ctx.signal);
  }

  function guardedNow<T>(call: () => T): T {
    if (closed) throw closedError(name);
    try {
      const result = call();
      if (typeof (Object(result) as Partial<PromiseLike<T>>).then !== 'function') return result;
      throw malformed(`a result at once, got ${kindOf(result)}`);
    } catch (error) {
      throw toSecretError(error, { provider: name });
    }
  }

  return wrap(provider, name, provider.layers ?? [], {
    // Not through `guarded`: a cache hit passes here and must allocate nothing, and so do ten thousand readers at once.
    get(ref, ctx) {
      const refused = refuse(ctx) ?? refuseVersion(ref, 'get');
      if (refused) return refused;
      let answer: ReturnType<SecretProvider['get']>;
      try {
        answer = provider.get(ref, ctx);
        if (isSettled(answer)) return answer;
        answer = Promise.resolve(answer); // it may be anything
      } catch (error) {
        answer = Promise.reject(error);
      }
      const checked = answer.then(
        (secret) => checkAnswer(secret, { provider: name, operation: 'get', ref }),
        (error: unknown) => fail(error, 'get', ref),
      );
      return abortable(checked, ctx.signal);
    },
    // `wrap` ignores those of these that the provider does not have.
    getMany: (refs, ctx) =>
      guarded('getMany', ctx, async () => {
        const readable = refs.filter(isReadable);
        const given = [...readable]; // an adapter may remove chunks from it
        const answers = given.length > 0 ? await getMany?.call(provider, given, ctx) : [];
        const checked = checkAnswers(answers, readable, name).values();
        return refs.map((ref) =>
          isReadable(ref) ? checked.next().value : unsupportedVersion(provider, 'getMany', ref),
        );
      }),
    list: (query, ctx) => guarded('list', ctx, async () => checkPage(await list?.call(provider, query, ctx))),
    set: (ref, secret, ctx) =>
      guarded('set', ctx, async () => checkSetResult(await set?.call(provider, ref, secret, ctx)), ref),
    compareAndSet: (ref, secret, expected, ctx) =>
      guarded(
        'compareAndSet',
        ctx,
        async () => checkVersion(await compareAndSet?.call(provider, ref, secret, expected, ctx)),
        ref,
      ),
    listVersions: (ref, ctx) =>
      guarded(
        'listVersions',
        ctx,
        async () => checkVersions(await listVersions?.call(provider, ref, ctx)),
        ref,
      ),
    delete: (ref, ctx) => guarded('delete', ctx, async () => remove?.call(provider, ref, ctx), ref),
    canonical:
      canonical &&
      ((ref) =>
        withVersionOf(
          ref,
          guardedNow(() => canonical.call(provider, ref)),
        )),
    hold: hold && ((ref, version) => releaseOnce(guardedNow(() => hold.call(provider, ref, version)))),
    memory: memory && {
      ...(memory.cached && {
        cached(ref) {
          if (!isReadable(ref)) return () => undefined;
          const read = guardedNow(() => memory.cached?.(ref)) ?? (() => undefined);
          return (touch) => {
            if (closed) return undefined; // the caller's next step reports it
            try {
              return checkCached(read, touch, name);
            } catch (error) {
              throw toSecretError(error, { provider: name });
            }
          };
        },
      }),
      ...(memory.invalidate && { invalidate: (target) => guardedNow(() => memory.invalidate?.(target)) }),
      ...(memory.subscribe && {
        subscribe: (listener) => guardedNow(() => memory.subscribe?.(listener)) ?? (() => undefined),
      }),
    },
    dispose() {
      closed = true;
    },
  });
}

// A provider that knows no versions drops them, and two of them must not share a copy.
function withVersionOf({ version }: SecretRef, canonical: SecretRef): SecretRef {
  if (version === undefined || canonical.version !== undefined) return canonical;
  return Object.freeze({ ...canonical, version });
}

function releaseOnce(held: Disposable): Disposable {
  let isHeld = true;
  return {
    [Symbol.dispose]() {
      if (isHeld) ignoreErrors(() => held[Symbol.dispose]());
      isHeld = false;
    },
  };
}

function checkCached(read: CachedReader, touch: boolean, provider: string): ReturnType<CachedReader> {
  const found = read(touch);
  if (typeof found !== 'object' || found === null || 'then' in found) return void kindOf(found);
  if (touch) return isSettled(found.settled) ? found : undefined;
  return checkAnswer(found.secret, { provider }) && found;
}

export function closedError(name: string): SecretError {
  return new SecretError('closed', `${name} is closed. Create a new one, or close it later.`);
}
