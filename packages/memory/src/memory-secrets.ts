import {
  type CachedReader,
  checkNumber,
  checkOptions,
  hasExpired,
  invalid,
  type MemoryExplanation,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  throwIfAborted,
} from '@secretkit/core/provider';
import { type InitialSecrets, readInitial } from './initial-secrets.js';
import { versionedStore } from './versioned-store.js';

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
  /**
   * The largest number of versions of one secret, the current one included. At least 1. The oldest is removed first.
   * @defaultValue 10
   */
  readonly maxVersions?: number;
}

/** Secrets in memory as a provider, with every capability. */
export type MemorySecrets = SecretProvider &
  Required<
    Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'compareAndSet' | 'delete' | 'listVersions' | 'memory'>
  >;

/**
 * Returns a provider that stores secrets in the memory of this process. It is the reference implementation of the contract,
 * for development and tests.
 *
 * Each write makes a new version. A ref may name a version by its id, or by `current`, the stage of the newest one.
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
  const own = checkOptions(owner, options, ['initial', 'now', 'pageSize', 'maxPerScope', 'maxVersions']);
  const { initial = {}, now = () => Date.now(), pageSize = 100, maxPerScope, maxVersions = 10 } = own;
  const positive = { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true };
  checkNumber(owner, 'pageSize', pageSize, positive);
  checkNumber(owner, 'maxVersions', maxVersions, positive);
  if (maxPerScope !== undefined) checkNumber(owner, 'maxPerScope', maxPerScope, positive);

  const store = versionedStore(maxVersions, now);

  function write(ref: SecretRef, secret: Secret, version?: string): string {
    if (hasExpired(secret, now())) {
      throw invalid('expiresAt must be in the future. To remove the secret, delete it.');
    }
    if (maxPerScope !== undefined && !store.get(ref) && store.namesOf(ref.scope).length >= maxPerScope) {
      throw new SecretError(
        'quota_exceeded',
        `the scope must not have more than ${maxPerScope} secrets. Delete one first.`,
      );
    }
    return store.add(ref, secret, version);
  }

  for (const [ref, secret] of readInitial(owner, initial)) write(ref, secret, secret.version);

  return Object.freeze<MemorySecrets>({
    name: 'memory',

    async get(ref, { signal }) {
      throwIfAborted(signal);
      return store.get(ref);
    },

    async getMany(refs, { signal }) {
      throwIfAborted(signal);
      return refs.map(store.get);
    },

    // The cursor is the last name of a sorted page, so a write between two pages moves no other name.
    async list({ scope, cursor, limit = pageSize }, { signal }) {
      throwIfAborted(signal);
      const names = store
        .namesOf(scope)
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
      throwIfAborted(signal);
      refuseVersion(ref);
      return { version: write(ref, secret) };
    },

    // Nothing can happen between the comparison and the write: there is no await.
    async compareAndSet(ref, secret, expected, { signal }) {
      throwIfAborted(signal);
      refuseVersion(ref);
      if (store.get(ref)?.version !== expected) {
        throw new SecretError(
          'conflict',
          'the current version is not the expected one. Read the secret, and compare again.',
        );
      }
      return { version: write(ref, secret) };
    },

    async delete(ref, { signal }) {
      throwIfAborted(signal);
      refuseVersion(ref);
      store.delete(ref);
    },

    async listVersions(ref, { signal }) {
      throwIfAborted(signal);
      return store.versionsOf(ref);
    },

    memory: Object.freeze({
      cached: (ref: SecretRef) => lookOnly(() => store.get(ref)),
      explain(ref: SecretRef): MemoryExplanation {
        const similar = store.similarTo(ref);
        return { state: 'absent', ...(similar !== undefined && { similar }) };
      },
    }),
  });
}

function refuseVersion({ version }: SecretRef): void {
  if (version === undefined) return;
  throw invalid('ref of a write must not have a version: a write makes one, and a delete removes all.');
}

/** Returns a reader for looks only: `get` is as fast as a shared promise would be. */
function lookOnly(look: () => Secret | undefined): CachedReader {
  return (touch) => {
    const secret = touch ? undefined : look();
    return secret && { secret };
  };
}
