import { kindOf } from '../checks/check-options.js';
import {
  type CachedReader,
  type CallContext,
  holds,
  isSettled,
  type SecretProvider,
} from '../contract/provider.js';
import { type SecretRef, withoutInherited } from '../contract/ref.js';
import { invalid, type Operation, SecretError, withFields } from '../contract/secret-error.js';
import { abortable, abortReason } from './abortable.js';
import {
  checkAnswer,
  checkAnswers,
  checkCanonical,
  checkChange,
  checkExplanation,
  checkPage,
  checkSetResult,
  checkVersion,
  checkVersions,
  malformed,
  toSecretError,
  unsupported,
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
  const { name, getMany, list, set, compareAndSet, delete: remove, listVersions } = provider;
  const { canonical, hold, memory } = provider;
  let closed = false;

  function refuse({ signal }: CallContext): Promise<never> | undefined {
    if (closed) return Promise.reject(closedError(name));
    return signal?.aborted ? Promise.reject(abortReason(signal)) : undefined;
  }

  const isReadable = ({ version }: SecretRef): boolean => version === undefined || listVersions !== undefined;

  function refuseVersion(ref: SecretRef | undefined, operation: Operation): Promise<never> | undefined {
    if (ref?.version === undefined) return undefined;
    if (!isReadable(ref)) return Promise.reject(unsupported(provider, operation, ref));
    if (operation === 'get') return undefined;
    const refusal = invalid('ref must not have a version in this call. Omit it.');
    return Promise.reject(withFields(refusal, { provider: name, operation, ref }));
  }

  function fail(error: unknown, operation: Operation, ref: SecretRef | undefined): Promise<never> {
    return Promise.reject(toSecretError(error, { provider: name, operation, ...(ref && { ref }) }));
  }

  function guarded<T>(
    operation: Operation,
    ctx: CallContext,
    call: (ref: SecretRef) => Promise<T>,
    given?: SecretRef,
  ) {
    const ref = given && withoutInherited(given);
    const refused = refuse(ctx) ?? refuseVersion(ref, operation);
    if (refused) return refused;
    // A call without a ref has no use for it.
    const safe = call(ref as SecretRef).catch((error: unknown) => fail(error, operation, ref));
    return abortable(safe, ctx.signal);
  }

  function guardedNow<T>(call: () => T): T {
    if (closed) throw closedError(name);
    try {
      const result = call();
      if (typeof (Object(result) as Partial<PromiseLike<T>>).then !== 'function') return result;
      throw malformed('a result at once', result);
    } catch (error) {
      throw toSecretError(error, { provider: name });
    }
  }

  return wrap(provider, name, provider.layers ?? [], {
    // Not through `guarded`: a cache hit passes here and must allocate nothing, and so do ten thousand readers at once.
    get(given, ctx) {
      const ref = withoutInherited(given);
      const refused = refuse(ctx) ?? refuseVersion(ref, 'get');
      if (refused) return refused;
      try {
        const answer = provider.get(ref, ctx);
        if (isSettled(answer)) return answer;
        const checked = Promise.resolve(answer).then(
          (secret) => checkAnswer(secret, { provider: name, operation: 'get', ref }),
          (error: unknown) => fail(error, 'get', ref),
        ); // it may be anything
        return abortable(checked, ctx.signal);
      } catch (error) {
        return fail(error, 'get', ref);
      }
    },
    // `wrap` ignores those of these that the provider does not have.
    getMany: (givenRefs, ctx) =>
      guarded('getMany', ctx, async () => {
        const refs = givenRefs.map(withoutInherited);
        const readable = refs.filter(isReadable);
        const given = [...readable]; // an adapter may remove chunks from it
        const answers = given.length > 0 ? await getMany?.call(provider, given, ctx) : [];
        const checked = checkAnswers(answers, readable, name).values();
        return refs.map((ref) =>
          isReadable(ref) ? checked.next().value : unsupported(provider, 'getMany', ref),
        );
      }),
    list: (query, ctx) =>
      guarded('list', ctx, async () => checkPage(await list?.call(provider, withoutInherited(query), ctx))),
    set: (given, secret, ctx) =>
      guarded('set', ctx, async (ref) => checkSetResult(await set?.call(provider, ref, secret, ctx)), given),
    compareAndSet: (given, secret, expected, ctx) =>
      guarded(
        'compareAndSet',
        ctx,
        async (ref) => checkVersion(await compareAndSet?.call(provider, ref, secret, expected, ctx)),
        given,
      ),
    listVersions: (given, ctx) =>
      guarded(
        'listVersions',
        ctx,
        async (ref) => checkVersions(await listVersions?.call(provider, ref, ctx)),
        given,
      ),
    delete: (given, ctx) => guarded('delete', ctx, async (ref) => remove?.call(provider, ref, ctx), given),
    canonical:
      canonical &&
      ((given) => {
        const ref = withoutInherited(given);
        return withVersionOf(
          ref,
          guardedNow(() => checkCanonical(canonical.call(provider, ref))),
        );
      }),
    hold:
      hold &&
      ((ref, version) => releaseOnce(guardedNow(() => hold.call(provider, withoutInherited(ref), version)))),
    memory: memory && {
      ...(memory.cached && {
        cached(given) {
          const ref = withoutInherited(given);
          if (!isReadable(ref)) return () => undefined;
          const read = guardedNow(() => memory.cached?.(ref)) ?? (() => undefined);
          return (touch) => {
            if (closed) return undefined; // the caller's next step reports it
            try {
              return checkCached(read, touch);
            } catch (error) {
              throw toSecretError(error, { provider: name });
            }
          };
        },
      }),
      ...(memory.invalidate && {
        invalidate: (target) => guardedNow(() => memory.invalidate?.(target && withoutInherited(target))),
      }),
      ...(memory.subscribe && {
        subscribe(listener) {
          let isActive = true;
          const stop = guardedNow(() =>
            memory.subscribe?.((change) => {
              const checked = isActive ? ignoreErrors(() => checkChange(change)) : undefined;
              if (checked) ignoreErrors(() => listener(checked));
            }),
          );
          return () => {
            if (isActive) ignoreErrors(() => stop?.());
            isActive = false;
          };
        },
      }),
      ...(memory.explain && {
        explain: (ref) =>
          ignoreErrors(() => checkExplanation(guardedNow(() => memory.explain?.(withoutInherited(ref))))) ?? {
            state: 'absent',
          },
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

function checkCached(read: CachedReader, touch: boolean): ReturnType<CachedReader> {
  const found = read(touch);
  const isHit = holds(found?.settled, found?.secret); // then there is nothing else to check
  return isHit ? found : checkNotSettled(found, touch); // short, so that V8 inlines a hit
}

function checkNotSettled(found: ReturnType<CachedReader>, touch: boolean): ReturnType<CachedReader> {
  if (touch || typeof found !== 'object' || found === null || 'then' in found) return void kindOf(found);
  const secret = checkAnswer(found.secret, {});
  return secret && { secret };
}

export function closedError(name: string): SecretError {
  return new SecretError('closed', `${name} is closed. Create a new one.`);
}
