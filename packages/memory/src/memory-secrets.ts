import {
  type CachedReader,
  checkNumber,
  checkOptions,
  checkRef,
  describeRef,
  isSecret,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
  scopeKey,
  seal,
} from '@secretkit/core/provider';

export interface MemorySecretsOptions {
  /**
   * What is there from the beginning: values by name, or, where a scope is needed, pairs of a ref and a value.
   * @defaultValue nothing
   */
  readonly initial?:
    | Readonly<Record<string, string | Secret>>
    | Iterable<readonly [ref: string | SecretRef, value: string | Secret]>;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
  /**
   * The most refs on one page of a list, from 1 on.
   * @defaultValue 100
   */
  readonly pageSize?: number;
  /**
   * The most secrets in one scope; another one is `quota_exceeded`.
   * @defaultValue no limit
   */
  readonly maxPerScope?: number;
}

/** Secrets in memory. It can do everything. */
export type MemorySecrets = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete' | 'memory'>>;

/**
 * Secrets in the memory of this process: the reference for what a provider does, for tests and for development.
 *
 * @throws `TypeError` or `RangeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets({ initial: { token: 'example' } }));
 * await secrets.scoped({ account: 'acct_1' }).set('token', 'of a tenant');
 * ```
 */
export function memorySecrets(options: MemorySecretsOptions = {}): MemorySecrets {
  checkOptions('memorySecrets', options, ['initial', 'now', 'pageSize', 'maxPerScope']);
  const { initial = {}, now = () => Date.now(), pageSize = 100, maxPerScope } = options;
  const positive = { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true };
  checkNumber('memorySecrets', 'pageSize', pageSize, positive);
  if (maxPerScope !== undefined) checkNumber('memorySecrets', 'maxPerScope', maxPerScope, positive);

  const scopes = new Map<string, Map<string, Secret>>();

  /** The secrets of a scope, by name, those that have expired removed. */
  function within(scope: SecretScope | undefined): Map<string, Secret> {
    const secrets = scopes.get(scopeKey(scope)) ?? new Map<string, Secret>();
    for (const [name, secret] of secrets) if (hasExpired(secret)) secrets.delete(name);
    return secrets;
  }

  function hasExpired({ expiresAt }: Secret): boolean {
    return expiresAt !== undefined && expiresAt.getTime() <= now();
  }

  function put({ name, scope }: SecretRef, secret: Secret): void {
    const secrets = within(scope);
    if (hasExpired(secret)) {
      throw new SecretError(
        'invalid_argument',
        'expiresAt is not in the future. Delete the secret if it is to be gone.',
      );
    }
    if (maxPerScope !== undefined && !secrets.has(name) && secrets.size >= maxPerScope) {
      throw new SecretError(
        'quota_exceeded',
        `the scope holds ${maxPerScope} secrets, the most it may. Delete one first.`,
      );
    }
    const { expiresAt, version } = secret;
    secrets.set(name, seal(secret.reveal(), { expiresAt, version, createdAt: new Date(now()) }));
    scopes.set(scopeKey(scope), secrets);
  }

  function take({ name, scope }: SecretRef): Secret | undefined {
    const secret = scopes.get(scopeKey(scope))?.get(name);
    return secret && !hasExpired(secret) ? secret : undefined;
  }

  for (const [ref, secret] of secretsOf(initial)) put(ref, secret);

  return Object.freeze<MemorySecrets>({
    name: 'memory',

    async get(ref, { signal }) {
      signal?.throwIfAborted();
      return take(ref);
    },

    async getMany(refs, { signal }) {
      signal?.throwIfAborted();
      return refs.map(take);
    },

    // Names are in order, and the cursor is the last one: what is written meanwhile moves no other.
    async list({ scope, cursor, limit = pageSize }, { signal }) {
      signal?.throwIfAborted();
      const names = [...within(scope).keys()].filter((name) => cursor === undefined || name > cursor).sort();
      const page = names.slice(0, Math.min(limit, pageSize));
      const last = page.at(-1);
      return {
        refs: page.map((name) => (scope ? { name, scope } : { name })),
        ...(names.length > page.length && last !== undefined && { cursor: last }),
      };
    },

    async set(ref, secret, { signal }) {
      signal?.throwIfAborted();
      put(ref, secret);
    },

    async delete({ name, scope }, { signal }) {
      signal?.throwIfAborted();
      within(scope).delete(name);
    },

    memory: Object.freeze({ cached: (ref: SecretRef) => looks(() => take(ref)) }),
  });
}

/** A reader for looks only: every read of this memory is as fast. */
function looks(read: () => Secret | undefined): CachedReader {
  return (touch) => {
    const secret = touch ? undefined : read();
    return secret && { secret };
  };
}

/** @throws `TypeError` for anything that cannot be a secret; a value is never quoted. */
function secretsOf(initial: NonNullable<MemorySecretsOptions['initial']>): readonly [SecretRef, Secret][] {
  if (typeof initial !== 'object' || initial === null) {
    throw new TypeError(
      'memorySecrets: initial is an object of names and values, or pairs of a ref and a value.',
    );
  }
  const pairs = Symbol.iterator in initial ? [...initial] : Object.entries(initial);
  return pairs.map((pair, at) => {
    let entry = `entry ${at + 1} of initial`;
    try {
      const [input, value] = pair;
      const ref = checkRef(input);
      entry += `, ${describeRef(ref)}`;
      return [ref, isSecret(value) ? value : seal(value)];
    } catch (error) {
      const problem = isSecretError(error) ? error.problem : 'it is no pair of a ref and a value.';
      throw new TypeError(`memorySecrets: ${entry}: ${problem}`);
    }
  });
}
