import { ignoreErrors, type Overrides } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  checkRef,
  type InvalidateTarget,
  isSecretError,
  type SecretChange,
  SecretError,
  type SecretMemory,
  type SecretProvider,
  type SecretRef,
  withFields,
} from '@secretkit/core/provider';

/** How names are translated. The outer name is the application's, the inner name is the backend's. */
export interface Translation {
  readonly toInner: (name: string) => string;
  /** Returns `undefined` for an inner name without an outer name. Absent if names cannot be translated back. */
  readonly toOuter: ((name: string) => string | undefined) | undefined;
}

type Reported = Parameters<Parameters<NonNullable<SecretMemory['subscribe']>>[0]>[0];

// Checked names have no control character, so a canonical ref with one of these equals no ref of a caller.
const marks = { nameless: '\0c', untranslatable: '\0u' };

/** Returns the overrides that make `next` work under other names. */
export function translated(next: SecretProvider, { toInner, toOuter }: Translation): Overrides {
  const { getMany, list, set, compareAndSet, delete: remove, listVersions, hold } = next;
  const { cached, invalidate, subscribe, explain } = next.memory ?? {};
  const outerByInner = new WeakMap<SecretRef, SecretRef>(); // for changes, if names cannot be translated back

  /** @throws `invalid_argument` when the name cannot be translated. */
  function innerOf(ref: SecretRef): SecretRef {
    const inner = Object.freeze(named(ref, innerNameOf(toInner, ref)));
    if (!toOuter) outerByInner.set(inner, ref);
    return inner;
  }

  /** Returns the ref that is translated to this one, or `undefined` if there is none. */
  function outerOf(inner: SecretRef): SecretRef | undefined {
    const name = toOuter?.(inner.name);
    if (!name || toInner(name) !== inner.name) return outerByInner.get(inner);
    return named(inner, name);
  }

  /**
   * Returns what to invalidate outside, or `undefined` if the target has no outer name. A target that may have one, which is
   * not known, becomes its whole scope: a copy that remains would be served.
   */
  function outerInvalidation(target: InvalidateTarget | undefined): Reported | undefined {
    if (!target || !('name' in target)) return { invalidate: target };
    const { canonical } = next;
    const outer = outerOf(target) ?? (canonical && ignoreErrors(() => outerOf(canonical(target))));
    if (outer) return { invalidate: outer };
    if (toOuter && !canonical) return undefined;
    return { invalidate: target.scope && { scope: target.scope } };
  }

  function outerChange({ ref, secret }: SecretChange): Reported | undefined {
    const outer = outerOf(ref);
    if (outer) return { ref: outer, secret };
    return toOuter ? undefined : outerInvalidation(ref);
  }

  async function callInner<T>(
    ref: SecretRef,
    { signal }: CallContext,
    call: (inner: SecretRef) => Promise<T>,
  ): Promise<T> {
    try {
      return await call(innerOf(ref));
    } catch (error) {
      if (signal?.aborted || !isSecretError(error)) throw error; // the caller's own abort
      throw withFields(error, { ref });
    }
  }

  /** Translates the ref of the error of a call for several refs. */
  async function withOuterRef<T>({ signal }: CallContext, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (signal?.aborted || !isSecretError(error) || !error.ref) throw error;
      throw withFields(error, { ref: outerOf(error.ref) });
    }
  }

  function canonicalOf(ref: SecretRef): SecretRef {
    let inner: SecretRef;
    try {
      inner = innerOf(ref);
    } catch {
      return { ...ref, name: marks.untranslatable + ref.name }; // the other refs of a batch are read
    }
    const canonical = next.canonical?.(inner) ?? inner;
    if (!toOuter) return canonical;
    const outer = outerOf(canonical);
    return outer?.name.startsWith('\0') === false
      ? outer
      : { ...canonical, name: marks.nameless + canonical.name };
  }

  return {
    get: (ref, ctx) => callInner(ref, ctx, (inner) => next.get(inner, ctx)),

    getMany:
      getMany &&
      (async (refs, ctx) => {
        const inners = refs.map((ref) => orFailure(() => innerOf(ref)));
        const requested = inners.filter((inner) => !isSecretError(inner));
        const answers = requested.length > 0 ? [...(await withOuterRef(ctx, getMany(requested, ctx)))] : [];
        return inners.map((inner, at): Answer => {
          const answer = isSecretError(inner) ? inner : answers.shift();
          return isSecretError(answer) ? withFields(answer, { ref: refs[at] }) : answer;
        });
      }),

    list:
      list &&
      (async (query, ctx) => {
        const { refs, ...rest } = await withOuterRef(ctx, list(query, ctx));
        return { ...rest, refs: refs.flatMap((ref) => outerOf(ref) ?? []) };
      }),

    set: set && ((ref, secret, ctx) => callInner(ref, ctx, (inner) => set(inner, secret, ctx))),
    compareAndSet:
      compareAndSet &&
      ((ref, secret, expected, ctx) =>
        callInner(ref, ctx, (inner) => compareAndSet(inner, secret, expected, ctx))),
    delete: remove && ((ref, ctx) => callInner(ref, ctx, (inner) => remove(inner, ctx))),
    listVersions: listVersions && ((ref, ctx) => callInner(ref, ctx, (inner) => listVersions(inner, ctx))),
    hold:
      hold &&
      ((ref, version) => {
        try {
          return hold.call(next, innerOf(ref), version);
        } catch (error) {
          throw isSecretError(error) ? withFields(error, { ref }) : error;
        }
      }),
    canonical: canonicalOf,
    memory: {
      ...(cached && { cached: (ref) => cached(innerOf(ref)) }),
      ...(invalidate && {
        invalidate: (target) => invalidate(target && 'name' in target ? innerOf(target) : target),
      }),
      ...(subscribe && {
        subscribe: (listener) =>
          subscribe((change) => {
            const translation =
              'invalidate' in change ? outerInvalidation(change.invalidate) : outerChange(change);
            if (translation) listener(translation);
          }),
      }),
      ...(explain && {
        explain(ref) {
          const { similar, ...explanation } = explain(innerOf(ref));
          const outer = similar === undefined ? undefined : outerOf({ name: similar })?.name;
          return { ...explanation, ...(outer !== undefined && outer !== ref.name && { similar: outer }) };
        },
      }),
    },
  };
}

function named({ scope, version }: SecretRef, name: string): SecretRef {
  return { name, ...(scope && { scope }), ...(version !== undefined && { version }) };
}

function innerNameOf(toInner: Translation['toInner'], ref: SecretRef): string {
  try {
    return checkRef({ name: toInner(ref.name) }).name;
  } catch {
    const problem =
      'the name cannot be translated: the result is not a valid name. It may be empty, or longer than 5,000 characters.';
    throw new SecretError('invalid_argument', problem, { ref });
  }
}

function orFailure<T>(run: () => T): T | SecretError {
  try {
    return run();
  } catch (error) {
    return error as SecretError; // `innerOf` throws nothing else
  }
}
