import {
  type CachedReader,
  checkNumber,
  checkOptions,
  hasExpired,
  invalid,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
  scopeKey,
  seal,
} from '@secretkit/core/provider';
import { type InitialSecrets, readInitial } from './initial-secrets.js';

export interface MemorySecretsOptions {
  /**
   * The first content: values by name, or pairs of a ref and a value if a scope is needed.
   * @defaultValue none
   */
  readonly initial?: InitialSecrets;
  /** The wall clock, in epoch milliseconds. Values expire by it. @defaultValue Date.now */
  readonly now?: () => number;
  /**
   * The largest number of refs in a page of a list. At least 1.
   * @defaultValue 100
   */
  readonly pageSize?: number;
  /**
   * The largest number of secrets in one scope. At least 1. Another one is refused with `quota_exceeded`.
   * @defaultValue no limit
   */
  readonly maxPerScope?: number;
}

/** Secrets in memory as a provider, with every capability. */
export type MemorySecrets = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete' | 'memory'>>;

/**
 * Returns a provider that stores secrets in the memory of this process. It is the reference implementation of the contract,
 * for development and tests.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets({ initial: { token: 'example' } }));
 * await secrets.scoped({ account: 'acct_1' }).set('token', 'example of a tenant');
 * ```
 */
export function memorySecrets(options: MemorySecretsOptions = {}): MemorySecrets {
  const owner = 'memorySecrets';
  checkOptions(owner, options, ['initial', 'now', 'pageSize', 'maxPerScope']);
  const { initial = {}, now = () => Date.now(), pageSize = 100, maxPerScope } = options;
  const positive = { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true };
  checkNumber(owner, 'pageSize', pageSize, positive);
  if (maxPerScope !== undefined) checkNumber(owner, 'maxPerScope', maxPerScope, positive);

  const scopes = new Map<string, Map<string, Secret>>();

  /** Returns the secrets of a scope by name, after the removal of expired ones. */
  function secretsOf(scope: SecretScope | undefined): Map<string, Secret> {
    const secrets = scopes.get(scopeKey(scope)) ?? new Map<string, Secret>();
    for (const [name, secret] of secrets) if (hasExpired(secret, now())) secrets.delete(name);
    return secrets;
  }

  function write({ name, scope }: SecretRef, secret: Secret): void {
    const secrets = secretsOf(scope);
    if (hasExpired(secret, now())) {
      throw invalid('expiresAt must be in the future. To remove the secret, delete it.');
    }
    if (maxPerScope !== undefined && !secrets.has(name) && secrets.size >= maxPerScope) {
      throw new SecretError(
        'quota_exceeded',
        `the scope must not have more than ${maxPerScope} secrets. Delete one first.`,
      );
    }
    const { expiresAt, version } = secret;
    secrets.set(name, seal(secret.reveal(), { expiresAt, version, createdAt: new Date(now()) }));
    scopes.set(scopeKey(scope), secrets);
  }

  function read({ name, scope }: SecretRef): Secret | undefined {
    const secret = scopes.get(scopeKey(scope))?.get(name);
    return secret && !hasExpired(secret, now()) ? secret : undefined;
  }

  for (const [ref, secret] of readInitial(owner, initial)) write(ref, secret);

  return Object.freeze<MemorySecrets>({
    name: 'memory',

    async get(ref, { signal }) {
      signal?.throwIfAborted();
      return read(ref);
    },

    async getMany(refs, { signal }) {
      signal?.throwIfAborted();
      return refs.map(read);
    },

    // The cursor is the last name of a sorted page, so a write between two pages moves no other name.
    async list({ scope, cursor, limit = pageSize }, { signal }) {
      signal?.throwIfAborted();
      const names = [...secretsOf(scope).keys()]
        .filter((name) => cursor === undefined || name > cursor)
        .sort();
      const page = names.slice(0, Math.min(limit, pageSize));
      const last = page.at(-1);
      return {
        refs: page.map((name) => (scope ? { name, scope } : { name })),
        ...(names.length > page.length && last !== undefined && { cursor: last }),
      };
    },

    async set(ref, secret, { signal }) {
      signal?.throwIfAborted();
      write(ref, secret);
    },

    async delete({ name, scope }, { signal }) {
      signal?.throwIfAborted();
      secretsOf(scope).delete(name);
    },

    memory: Object.freeze({ cached: (ref: SecretRef) => lookOnly(() => read(ref)) }),
  });
}

/** Returns a reader for looks only: `get` is as fast as a shared promise would be. */
function lookOnly(look: () => Secret | undefined): CachedReader {
  return (touch) => {
    const secret = touch ? undefined : look();
    return secret && { secret };
  };
}
