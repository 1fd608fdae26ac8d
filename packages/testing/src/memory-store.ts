import {
  checkRef,
  describeRef,
  hasExpired,
  isSecret,
  isSecretError,
  type ListQuery,
  type Secret,
  SecretError,
  type SecretPage,
  type SecretRef,
  scopeKey,
  seal,
} from '@secretkit/core/provider';

/** Values to start with: by name, or pairs of a ref and a value where a scope is needed. */
export type InitialSecrets =
  | Readonly<Record<string, string | Secret>>
  | Iterable<readonly [ref: string | SecretRef, value: string | Secret]>;

/** Secrets by scope and name, each until its expiry. */
export interface MemoryStore {
  get(ref: SecretRef): Secret | undefined;
  list(query: ListQuery): SecretPage;
  /** @throws `invalid_argument` for an expiry that is not in the future. */
  set(ref: SecretRef, secret: Secret): void;
  delete(ref: SecretRef): void;
}

const pageSize = 100;

/** @throws `TypeError` for an initial entry that cannot be a secret; a value is never quoted. */
export function memoryStore(initial: InitialSecrets, now: () => number): MemoryStore {
  const scopes = new Map<string, Map<string, Secret>>();
  const store: MemoryStore = {
    get({ name, scope }) {
      const secret = scopes.get(scopeKey(scope))?.get(name);
      return secret && !hasExpired(secret, now()) ? secret : undefined;
    },

    // Names are in order, and the cursor is the last one: a write between two pages moves no other name.
    list({ scope, cursor, limit = pageSize }) {
      const names = [...(scopes.get(scopeKey(scope)) ?? [])]
        .filter(([name, secret]) => !hasExpired(secret, now()) && (cursor === undefined || name > cursor))
        .map(([name]) => name)
        .sort();
      const page = names.slice(0, Math.min(limit, pageSize));
      const last = page.at(-1);
      return {
        refs: page.map((name) => (scope ? { name, scope } : { name })),
        ...(names.length > page.length && last !== undefined && { cursor: last }),
      };
    },

    set({ name, scope }, secret) {
      if (hasExpired(secret, now())) {
        throw new SecretError(
          'invalid_argument',
          'expiresAt must be in the future. Delete the secret instead of letting it expire.',
        );
      }
      const key = scopeKey(scope);
      const secrets = scopes.get(key) ?? new Map<string, Secret>();
      const { expiresAt, version } = secret;
      secrets.set(name, seal(secret.reveal(), { expiresAt, version, createdAt: new Date(now()) }));
      scopes.set(key, secrets);
    },

    delete({ name, scope }) {
      scopes.get(scopeKey(scope))?.delete(name);
    },
  };
  for (const [ref, secret] of secretsOf(initial)) store.set(ref, secret);
  return store;
}

function secretsOf(initial: InitialSecrets): readonly [SecretRef, Secret][] {
  if (typeof initial !== 'object' || initial === null) {
    throw new TypeError(
      'fakeSecrets: initial must be an object of names and values, or a list of pairs of a ref and a value.',
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
      const problem = isSecretError(error) ? error.problem : 'it must be a pair of a ref and a value.';
      throw new TypeError(`fakeSecrets: ${entry}: ${problem}`);
    }
  });
}
