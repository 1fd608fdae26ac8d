import {
  contentOf,
  hasExpired,
  type Secret,
  type SecretRef,
  type SecretScope,
  type SecretVersion,
  scopeKey,
  seal,
  toVariableName,
} from '@secretkit/core/provider';

/** Secrets by scope and name, each with its last versions. A secret whose current version has expired does not exist. */
export interface VersionedStore {
  /** Returns the current version; of a ref with a version that one, or the current one for `current`. */
  get(ref: SecretRef): Secret | undefined;
  /** Returns the versions of a name, newest first. */
  versionsOf(ref: SecretRef): readonly SecretVersion[];
  /** Returns the names of a scope. */
  namesOf(scope: SecretScope | undefined): readonly string[];
  /** Returns a name of the same scope that is another one, and the same if names are folded as for variables. */
  similarTo(ref: SecretRef): string | undefined;
  /** Makes this the current version, and returns its id. */
  add(ref: SecretRef, secret: Secret, version?: string): string;
  /** Removes every version. */
  delete(ref: SecretRef): void;
}

const currentStage = 'current';

/** @param maxVersions - The largest number of versions of a secret. The oldest is removed first. */
export function versionedStore(maxVersions: number, now: () => number): VersionedStore {
  const scopes = new Map<string, Map<string, readonly Secret[]>>(); // newest first

  function existing({ name, scope }: SecretRef): readonly Secret[] {
    const [current, ...older] = scopes.get(scopeKey(scope))?.get(name) ?? [];
    if (!current || hasExpired(current, now())) return [];
    return [current, ...older.filter((each) => !hasExpired(each, now()))];
  }

  const store: VersionedStore = {
    get(ref) {
      const versions = existing(ref);
      if (ref.version === undefined || ref.version === currentStage) return versions[0];
      return versions.find(({ version }) => version === ref.version);
    },

    versionsOf: (ref) =>
      existing(ref).map(({ version = '', createdAt }, at) => ({
        version,
        ...(at === 0 && { stages: [currentStage] }),
        ...(createdAt && { createdAt }),
      })),

    namesOf(scope) {
      const secrets = scopes.get(scopeKey(scope));
      for (const name of [...(secrets?.keys() ?? [])]) {
        if (existing({ name, ...(scope && { scope }) }).length === 0) secrets?.delete(name);
      }
      return [...(secrets?.keys() ?? [])];
    },

    similarTo: ({ name, scope }) =>
      store.namesOf(scope).find((other) => other !== name && toVariableName(other) === toVariableName(name)),

    // The id is random: a secret that is deleted and made anew never gets the id of an earlier version.
    add(ref, secret, version = crypto.randomUUID()) {
      const { expiresAt, refreshAt } = secret;
      const added = seal(contentOf(secret), { expiresAt, refreshAt, createdAt: new Date(now()), version });
      const key = scopeKey(ref.scope);
      const secrets = scopes.get(key) ?? new Map<string, readonly Secret[]>();
      secrets.set(ref.name, [added, ...existing(ref)].slice(0, maxVersions));
      scopes.set(key, secrets);
      return version;
    },

    delete: ({ name, scope }) => void scopes.get(scopeKey(scope))?.delete(name),
  };
  return store;
}
