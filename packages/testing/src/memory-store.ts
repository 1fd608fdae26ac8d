import {
  checkRef,
  contentOf,
  describeRef,
  hasExpired,
  invalid,
  isPlainObject,
  isSecret,
  isSecretError,
  kindOf,
  type ListQuery,
  type MemoryExplanation,
  type Secret,
  SecretError,
  type SecretPage,
  type SecretRef,
  type SecretVersion,
  type SetResult,
  scopeKey,
  seal,
  toVariableName,
} from '@secretkit/core/provider';

/** Values to start with: by name, or pairs of a ref and a value where a scope is needed. */
export type InitialSecrets =
  | Readonly<Record<string, string | Secret>>
  | Iterable<readonly [ref: string | SecretRef, value: string | Secret]>;

/** Secrets by scope and name with all their versions, each secret until the expiry of its current version. */
export interface MemoryStore {
  /** Returns the current version; of a ref with a version that one, or the current one for `current`. */
  get(ref: SecretRef): Secret | undefined;
  list(query: ListQuery): SecretPage;
  /** Makes a version. @throws `invalid_argument` for an expiry that is not in the future, and for a ref with a version. */
  set(ref: SecretRef, secret: Secret): Required<SetResult>;
  /** Does the same. @throws `conflict` if the current version is not `expected`; as `set`. */
  compareAndSet(ref: SecretRef, secret: Secret, expected: string | undefined): Required<SetResult>;
  /** Removes every version. @throws `invalid_argument` for a ref with a version. */
  delete(ref: SecretRef): void;
  /** Returns the versions, newest first. */
  listVersions(ref: SecretRef): readonly SecretVersion[];
  /** Whether a secret has ever had an expiry: the clock decides about it. */
  readonly expires: boolean;
  /** Returns the name of another secret in the scope that an environment variable would not tell apart from this one. */
  explain(ref: SecretRef): MemoryExplanation;
}

const pageSize = 100;
const currentStage = 'current';

/** @throws `TypeError` for an initial entry that cannot be a secret; a value is never quoted. */
export function memoryStore(initial: InitialSecrets, now: () => number): MemoryStore {
  const scopes = new Map<string, Map<string, readonly Secret[]>>(); // newest first
  const given = new Set<string>(); // the ids of the initial contents
  let count = 0;
  let expires = false;

  function existing({ name, scope }: SecretRef): readonly Secret[] {
    const [current, ...older] = scopes.get(scopeKey(scope))?.get(name) ?? [];
    if (!current || hasExpired(current, now())) return [];
    return [current, ...older.filter((each) => !hasExpired(each, now()))];
  }

  /** Returns an id that no version of this store has had. */
  function nextVersion(): string {
    do count += 1;
    while (given.has(String(count)));
    return String(count);
  }

  function add(ref: SecretRef, secret: Secret, version: string): void {
    const key = scopeKey(ref.scope);
    const secrets = scopes.get(key) ?? new Map<string, readonly Secret[]>();
    const { expiresAt, refreshAt } = secret;
    expires ||= expiresAt !== undefined;
    const added = seal(contentOf(secret), { expiresAt, refreshAt, createdAt: new Date(now()), version });
    secrets.set(ref.name, [added, ...existing(ref)]);
    scopes.set(key, secrets);
  }

  const store: MemoryStore = {
    get expires() {
      return expires;
    },

    get(ref) {
      const versions = existing(ref);
      if (ref.version === undefined || ref.version === currentStage) return versions[0];
      return versions.find(({ version }) => version === ref.version);
    },

    // Names are in order, and the cursor is the last one: a write between two pages moves no other name.
    list({ scope, cursor, limit = pageSize }) {
      const names = [...(scopes.get(scopeKey(scope))?.keys() ?? [])]
        .filter((name) => cursor === undefined || name > cursor)
        .filter((name) => existing({ name, ...(scope && { scope }) }).length > 0)
        .sort();
      const page = names.slice(0, Math.min(limit, pageSize));
      const last = page.at(-1);
      return {
        refs: page.map((name) => (scope ? { name, scope } : { name })),
        ...(names.length > page.length && last !== undefined && { cursor: last }),
      };
    },

    set(ref, secret) {
      refuseVersion(ref);
      refuseExpired(secret, now());
      const version = nextVersion();
      add(ref, secret, version);
      return { version };
    },

    compareAndSet(ref, secret, expected) {
      refuseVersion(ref);
      if (existing(ref)[0]?.version === expected) return store.set(ref, secret);
      throw new SecretError(
        'conflict',
        'the current version is not the expected one. Read the secret again.',
      );
    },

    delete(ref) {
      refuseVersion(ref);
      scopes.get(scopeKey(ref.scope))?.delete(ref.name);
    },

    listVersions: (ref) =>
      existing(ref).map(({ version = '', createdAt }, at) => ({
        version,
        ...(at === 0 && { stages: [currentStage] }),
        ...(createdAt && { createdAt }),
      })),

    explain({ name, scope }) {
      const names = [...(scopes.get(scopeKey(scope))?.keys() ?? [])];
      const similar = names.find(
        (other) =>
          other !== name &&
          toVariableName(other) === toVariableName(name) &&
          existing({ name: other, ...(scope && { scope }) }).length > 0,
      );
      return { state: 'absent', ...(similar !== undefined && { similar }) };
    },
  };
  const contents = secretsOf(initial);
  for (const [, { version }] of contents) if (version !== undefined) given.add(version);
  for (const [ref, secret] of contents) {
    refuseVersion(ref);
    refuseExpired(secret, now());
    add(ref, secret, secret.version ?? nextVersion());
  }
  return store;
}

function refuseVersion({ version }: SecretRef): void {
  if (version === undefined) return;
  throw invalid('ref of a write must not have a version: a write makes one, and a delete removes all.');
}

function refuseExpired(secret: Secret, nowMs: number): void {
  if (!hasExpired(secret, nowMs)) return;
  throw invalid('expiresAt must be in the future. Delete the secret instead of letting it expire.');
}

function secretsOf(initial: InitialSecrets): readonly [SecretRef, Secret][] {
  const isIterable = typeof initial === 'object' && initial !== null && Symbol.iterator in initial;
  if (!isIterable && !isPlainObject(initial)) {
    throw new TypeError(
      `fakeSecrets: initial must be an object of values by name, or pairs of a ref and a value, got ${kindOf(initial)}.`,
    );
  }
  const pairs = isIterable ? [...initial] : Object.entries(initial);
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
