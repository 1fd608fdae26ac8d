import { checkScope } from '../check-ref.js';
import { invalid } from '../invalid.js';
import { leaveAt } from '../leave-at.js';
import type { Answer, SecretProvider } from '../provider.js';
import { describeRef, refKey, type SecretRef, type SecretScope } from '../ref.js';
import type { Secret } from '../secret.js';
import { isSecretError, SecretError } from '../secret-error.js';
import { isAuthFailure } from './auth-failure.js';
import { checkCallback, checkList, checkPeriod, checkRefsByKey } from './check-arguments.js';
import { contextOf } from './options.js';
import { readMany } from './read-many.js';
import { refsWithin } from './refs-within.js';
import type { Renewals } from './renewals.js';
import { sealed } from './sealed.js';
import type { ReadOptions, RefsByKey, ScopedSecrets } from './secrets.js';
import { unsupported, walkPages } from './walk-pages.js';
import type { Watches } from './watches.js';

const readOptions = ['signal', 'fresh'] as const;

/** What a client and its scoped ones share. */
export interface Shared {
  readonly renewals: Renewals;
  readonly watches: Watches;
  readonly now: () => number;
}

/** The client's methods, within a scope or, without one, over the whole stack. */
export function clientWithin(stack: SecretProvider, shared: Shared, own?: SecretScope): ScopedSecrets {
  const { refOf, kept, allKept } = refsWithin(stack, own);

  // Neither this nor `require` is an async function: the promise of a cache's hit is handed on as it is.
  function get(input: string | SecretRef, options?: ReadOptions): Promise<Secret | undefined> {
    try {
      return answerKept(input, options) ?? stack.get(refOf(input), contextOf(options, readOptions));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function require(input: string | SecretRef, options?: ReadOptions): Promise<Secret> {
    try {
      return answerKept(input, options) ?? required(input, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function answerKept(
    input: string | SecretRef,
    options: ReadOptions | undefined,
  ): Promise<Secret> | undefined {
    return options === undefined && typeof input === 'string' ? kept(input, true)?.answer : undefined;
  }

  async function required(input: string | SecretRef, options: ReadOptions | undefined): Promise<Secret> {
    const ref = refOf(input);
    const secret = await stack.get(ref, contextOf(options, readOptions));
    if (secret) return secret;
    throw notFound(stack, ref);
  }

  const keyOf = (ref: SecretRef): string => refKey(stack.canonical?.(ref) ?? ref);

  // A scope is checked, and narrowed, as part of a ref.
  const scopeOf = (scope: SecretScope | undefined): SecretScope | undefined =>
    refOf({ name: 'any', scope: checkScope(scope) }).scope;

  async function readByKey(
    input: RefsByKey,
    options?: ReadOptions,
  ): Promise<[key: string, answer: Answer][]> {
    const ctx = contextOf(options, readOptions);
    const entries = Object.entries(checkRefsByKey(input));
    const here = options === undefined ? allKept(entries.map(([, ref]) => ref)) : undefined;
    const answers = here ?? (await readMany(stack, entries.map(refUnder), ctx, shared.now));
    return entries.map(([key], at) => [key, answers[at]]);
  }

  function refUnder([key, input]: [string, string | SecretRef]): SecretRef {
    try {
      return refOf(input);
    } catch (error) {
      throw isSecretError(error) ? invalid(`under "${key.slice(0, 50)}": ${error.problem}`) : error;
    }
  }

  const client: ScopedSecrets = {
    get,
    require,

    async getMany<R extends RefsByKey>(input: R, options?: ReadOptions) {
      const answers = await readByKey(input, options);
      for (const [, answer] of answers) if (isSecretError(answer)) throw answer;
      return Object.fromEntries(answers) as { [K in keyof R]: Secret | undefined }; // one answer a key, none an error
    },

    async getManySettled<R extends RefsByKey>(input: R, options?: ReadOptions) {
      return Object.fromEntries(await readByKey(input, options)) as { [K in keyof R]: Answer }; // one answer a key
    },

    async *list(options) {
      const ctx = contextOf(options, ['scope', 'signal']);
      yield* walkPages(stack, options && 'scope' in options ? scopeOf(options.scope) : own, ctx);
    },

    async set(input, value, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['expiresAt', 'signal']);
      if (!stack.set) throw unsupported(stack, 'set', ref);
      const secret = sealed(value, options?.expiresAt, { provider: stack.name, operation: 'set', ref });
      await stack.set(ref, secret, { ...ctx, idempotencyKey: crypto.randomUUID() });
    },

    async delete(input, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['signal']);
      if (!stack.delete) throw unsupported(stack, 'delete', ref);
      await stack.delete(ref, { ...ctx, idempotencyKey: crypto.randomUUID() });
    },

    async use(input, run, options) {
      const ref = refOf(input);
      const { signal } = contextOf(options, ['signal', 'isAuthFailure']);
      const { isAuthFailure: refused = isAuthFailure } = options ?? {};
      checkCallback('run', run);
      checkCallback('isAuthFailure', refused);
      const secret = await client.require(ref, signal && { signal });
      try {
        return await run(secret);
      } catch (failure) {
        if (signal?.aborted) throw signal.reason;
        if (!refused(failure)) throw failure;
        const renewed = await leaveAt(signal, shared.renewals.renew(ref, secret));
        if (!renewed) throw failure;
        return await run(renewed);
      }
    },

    onChange(input, listener) {
      const key = keyOf(refOf(input));
      checkCallback('listener', listener);
      if (!stack.subscribe) throw noCache(stack, 'onChange');
      return stack.subscribe(({ ref, secret }) => {
        if (keyOf(ref) === key) tell(listener, secret);
      });
    },

    watch(inputs, options) {
      const refs = checkList(inputs).map(refOf);
      const { signal } = contextOf(options, ['everyMs', 'signal']);
      const everyMs = checkPeriod(options?.everyMs);
      if (!stack.subscribe) throw noCache(stack, 'watch');
      return shared.watches.start(refs, everyMs, signal);
    },

    peek(input) {
      const here = typeof input === 'string' ? kept(input, false) : undefined;
      return here ? here.secret : stack.peek?.(refOf(input));
    },

    invalidate(input) {
      if (input !== undefined) stack.invalidate?.(refOf(input));
      else stack.invalidate?.(own && { scope: own });
    },

    can: (capability) => typeof stack[capability] === 'function',

    scoped(scope) {
      const inner = scope === undefined ? {} : checkScope(scope);
      if (inner.account === undefined && inner.user === undefined) {
        throw invalid("scoped() needs an account, a user or both. Has the tenant's id been loaded?");
      }
      return clientWithin(stack, shared, scopeOf(inner));
    },
  };
  return Object.freeze(client);
}

function notFound(stack: SecretProvider, ref: SecretRef): SecretError {
  const there = stack.canonical?.(ref).name ?? ref.name;
  const remedy = /\p{Cc}/u.test(there) // it is the name of none
    ? 'There can be none here of that name and scope: check'
    : `Create it${there === ref.name ? '' : ` as ${describeRef({ name: there })}`}, or check`;
  return new SecretError(
    'not_found',
    `there is no such secret, or it has expired. ${remedy} its name and scope.`,
    { provider: stack.name, operation: 'get', ref },
  );
}

function noCache({ name }: SecretProvider, method: 'onChange' | 'watch'): SecretError {
  return new SecretError(
    'unsupported',
    `${method} needs a cache in the stack: only a cache sees that a value has changed.`,
    { provider: name },
  );
}

/** A listener's failure is nobody else's. */
function tell(listener: (secret: Secret) => unknown, secret: Secret): void {
  try {
    Promise.resolve(listener(secret)).catch(() => undefined); // it may be an async function
  } catch {
    // As above.
  }
}
