import type { Overrides } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  checkRef,
  isSecretError,
  SecretError,
  type SecretProvider,
  type SecretRef,
  withFields,
} from '@secretkit/core/provider';

/** How names are translated. */
export interface Names {
  /** What the provider inside calls a secret. */
  readonly inward: (name: string) => string;
  /** What the application calls it; `undefined`: nothing. Absent where nobody can tell. */
  readonly outward: ((name: string) => string | undefined) | undefined;
}

// No name that a caller gives begins so: refs for which there is no outer name are equal to no other ones.
const marks = { nameless: '\0c', untranslatable: '\0u' };

/** What a provider does under other names. */
export function renamed(next: SecretProvider, { inward, outward }: Names): Overrides {
  const { getMany, list, set, delete: remove } = next;
  const { cached, invalidate, subscribe } = next.memory ?? {};
  const askedAs = new WeakMap<SecretRef, SecretRef>(); // how a change is told of where nobody can translate back

  /** @throws `invalid_argument` when the name cannot be translated. */
  function innerOf(ref: SecretRef): SecretRef {
    const name = translate(inward, ref);
    const inner = Object.freeze(ref.scope ? { name, scope: ref.scope } : { name });
    if (!outward) askedAs.set(inner, ref);
    return inner;
  }

  /** The ref that leads to this one, if there is one. */
  function outerOf(inner: SecretRef): SecretRef | undefined {
    const { name: innerName, scope } = inner;
    const name = outward?.(innerName);
    if (!name || inward(name) !== innerName) return askedAs.get(inner);
    return scope ? { name, scope } : { name };
  }

  async function translated<T>(
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

  /** A failure of several, which may name one of them. */
  async function translatedBack<T>({ signal }: CallContext, call: Promise<T>): Promise<T> {
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
      return { ...ref, name: marks.untranslatable + ref.name }; // a batch goes on without it
    }
    const canonical = next.canonical?.(inner) ?? inner;
    if (!outward) return canonical;
    const outer = outerOf(canonical);
    return outer?.name.startsWith('\0') === false
      ? outer
      : { ...canonical, name: marks.nameless + canonical.name };
  }

  return {
    get: (ref, ctx) => translated(ref, ctx, (inner) => next.get(inner, ctx)),

    getMany:
      getMany &&
      (async (refs, ctx) => {
        const inners = refs.map((ref) => orFailure(() => innerOf(ref)));
        const asked = inners.filter((inner) => !isSecretError(inner));
        const found = asked.length > 0 ? [...(await translatedBack(ctx, getMany(asked, ctx)))] : [];
        return inners.map((inner, at): Answer => {
          const answer = isSecretError(inner) ? inner : found.shift();
          return isSecretError(answer) ? withFields(answer, { ref: refs[at] }) : answer;
        });
      }),

    list:
      list &&
      (async (query, ctx) => {
        const { refs, ...rest } = await translatedBack(ctx, list(query, ctx));
        return { ...rest, refs: refs.flatMap((ref) => outerOf(ref) ?? []) };
      }),

    set: set && ((ref, secret, ctx) => translated(ref, ctx, (inner) => set(inner, secret, ctx))),
    delete: remove && ((ref, ctx) => translated(ref, ctx, (inner) => remove(inner, ctx))),
    canonical: canonicalOf,
    memory: {
      ...(cached && { cached: (ref) => cached(innerOf(ref)) }),
      ...(invalidate && {
        invalidate: (target) => invalidate(target && 'name' in target ? innerOf(target) : target),
      }),
      ...(subscribe && {
        subscribe: (listener) =>
          subscribe(({ ref, secret }) => {
            const outer = outerOf(ref);
            if (outer) listener({ ref: outer, secret });
          }),
      }),
    },
  };
}

function translate(inward: Names['inward'], ref: SecretRef): string {
  try {
    return checkRef({ name: inward(ref.name) }).name;
  } catch {
    const problem =
      'the name cannot be translated: what comes of it is no name, such as an empty or an over-long one.';
    throw new SecretError('invalid_argument', problem, { ref });
  }
}

function orFailure<T>(run: () => T): T | SecretError {
  try {
    return run();
  } catch (error) {
    return error as SecretError; // nothing else is thrown here
  }
}
