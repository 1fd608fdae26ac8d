import { checkScope } from '../check-ref.js';
import type { Answer, SecretProvider } from '../provider.js';
import type { SecretRef, SecretScope } from '../ref.js';
import type { Secret } from '../secret.js';
import { isSecretError, SecretError } from '../secret-error.js';
import { contextOf } from './options.js';
import { readMany } from './read-many.js';
import { refsWithin } from './refs-within.js';
import { sealed } from './sealed.js';
import type { ReadOptions, RefsByKey, ScopedSecrets } from './secrets.js';
import { unsupported, walkPages } from './walk-pages.js';

const readOptions = ['signal', 'fresh'] as const;

/** The client's methods, within a scope or, without one, over the whole stack. */
export function clientWithin(stack: SecretProvider, own?: SecretScope): ScopedSecrets {
  const refOf = refsWithin(stack, own);

  // Not an async function: the promise of a cache's hit is handed on as it is.
  function get(input: string | SecretRef, options?: ReadOptions): Promise<Secret | undefined> {
    try {
      return stack.get(refOf(input), contextOf(options, readOptions));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  // A scope is checked, and narrowed, as part of a ref.
  const scopeOf = (scope: SecretScope | undefined): SecretScope | undefined =>
    refOf({ name: 'any', scope: checkScope(scope) }).scope;

  async function readByKey(
    input: RefsByKey,
    options?: ReadOptions,
  ): Promise<[key: string, answer: Answer][]> {
    const ctx = contextOf(options, readOptions);
    const entries = Object.entries(checkRefsByKey(input));
    const answers = await readMany(
      stack,
      entries.map(([, ref]) => refOf(ref)),
      ctx,
    );
    return entries.map(([key], at) => [key, answers[at]]);
  }

  const client: ScopedSecrets = {
    get,

    async require(input, options) {
      const secret = await get(input, options);
      if (secret) return secret;
      throw new SecretError('not_found', 'there is no such secret. Create it, or check its name and scope.', {
        provider: stack.name,
        operation: 'get',
        ref: refOf(input),
      });
    },

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

    peek: (input) => stack.peek?.(refOf(input)),

    invalidate(input) {
      if (input !== undefined) stack.invalidate?.(refOf(input));
      else stack.invalidate?.(own && { scope: own });
    },

    can: (capability) => typeof stack[capability] === 'function',

    scoped(scope) {
      const inner = checkScope(scope);
      if (inner.account === undefined && inner.user === undefined) {
        throw new SecretError('invalid_argument', 'scoped() needs an account, a user or both.');
      }
      return clientWithin(stack, scopeOf(inner));
    },
  };
  return Object.freeze(client);
}

function checkRefsByKey(input: unknown): RefsByKey {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as RefsByKey; // refs are checked next
  throw new SecretError(
    'invalid_argument',
    "getMany takes an object: keys of your own, and a name or a ref under each, such as { db: 'DATABASE_URL' }.",
  );
}
