import type { ResolvedAssumptions } from '../options/assumptions.js';
import { newSecretId } from './random-id.js';
import { type SecretSpace, spaceKey } from './secret-space.js';

/** Stripe's limit of secrets in one scope. */
export const maxSecretsPerScope = 10;

/** A stored secret. Times are Unix seconds, as in the API. */
export interface StoredSecret {
  readonly id: string;
  readonly space: SecretSpace;
  readonly name: string;
  readonly payload: string;
  readonly created: number;
  readonly expiresAt: number | null;
  /** Order of secrets with the same `created`. */
  readonly sequence: number;
}

/** A secret to store. `expiresAt` is in Unix seconds. */
export interface NewSecret {
  readonly name: string;
  readonly payload: string;
  readonly expiresAt?: number | undefined;
}

/** The secrets of one emulator. */
export interface SecretStore {
  /** Creates or replaces a secret. Returns `undefined`, and changes nothing, if the scope is full. */
  put(space: SecretSpace, secret: NewSecret): StoredSecret | undefined;
  find(space: SecretSpace, name: string): StoredSecret | undefined;
  /** Removes a secret and returns it. */
  remove(space: SecretSpace, name: string): StoredSecret | undefined;
  /** Returns the secrets of one space, in the order of the API. */
  list(space: SecretSpace): readonly StoredSecret[];
  /** Returns the secrets of all spaces. */
  all(): readonly StoredSecret[];
  clear(): void;
}

/** Creates an empty store. `now` returns epoch milliseconds. */
export function createSecretStore(now: () => number, assume: ResolvedAssumptions): SecretStore {
  const spaces = new Map<string, Map<string, StoredSecret>>();
  let sequence = 0;

  const nameKey = (name: string): string => (assume.caseSensitiveNames ? name : name.toLowerCase());

  /** Removes expired secrets, then returns the secrets of a space. Drops empty spaces, so that they use no memory. */
  function unexpired(space: SecretSpace): Map<string, StoredSecret> {
    const key = spaceKey(space);
    const secrets = spaces.get(key) ?? new Map<string, StoredSecret>();
    removeExpired(secrets, now());
    if (secrets.size === 0) spaces.delete(key);
    return secrets;
  }

  return {
    put(space, { name, payload, expiresAt }) {
      const secrets = unexpired(space);
      const old = secrets.get(nameKey(name));
      if (old === undefined && secrets.size >= maxSecretsPerScope) return undefined;
      sequence += 1;
      const keepsCreated = old !== undefined && assume.replaceKeepsCreated;
      const secret: StoredSecret = {
        id: old !== undefined && assume.replaceKeepsId ? old.id : newSecretId(),
        space,
        name,
        payload,
        created: keepsCreated ? old.created : Math.floor(now() / 1000),
        expiresAt: expiresAt ?? (assume.replaceClearsExpiry ? null : (old?.expiresAt ?? null)),
        sequence: keepsCreated ? old.sequence : sequence,
      };
      secrets.set(nameKey(name), secret);
      spaces.set(spaceKey(space), secrets);
      return secret;
    },
    find: (space, name) => unexpired(space).get(nameKey(name)),
    remove(space, name) {
      const secrets = unexpired(space);
      const secret = secrets.get(nameKey(name));
      secrets.delete(nameKey(name));
      if (secrets.size === 0) spaces.delete(spaceKey(space));
      return secret;
    },
    list(space) {
      const direction = assume.listOrder === 'newestFirst' ? -1 : 1;
      return [...unexpired(space).values()].sort(
        (a, b) => direction * (a.created - b.created || a.sequence - b.sequence),
      );
    },
    all() {
      const time = now();
      for (const secrets of spaces.values()) removeExpired(secrets, time);
      return [...spaces.values()].flatMap((secrets) => [...secrets.values()]);
    },
    clear: () => spaces.clear(),
  };
}

function removeExpired(secrets: Map<string, StoredSecret>, nowMs: number): void {
  for (const [key, { expiresAt }] of secrets) {
    if (expiresAt !== null && nowMs >= expiresAt * 1000) secrets.delete(key);
  }
}
