import type { ResolvedAssumptions } from '../options/assumptions.js';
import { newSecretId } from './random-id.js';
import { type SecretSpace, spaceKey } from './secret-space.js';

/** Stripe's limit: secrets in one scope. */
export const maxSecretsPerScope = 10;

/** A secret as the store holds it. Points in time are unix seconds, as on the wire. */
export interface StoredSecret {
  readonly id: string;
  readonly space: SecretSpace;
  readonly name: string;
  readonly payload: string;
  readonly created: number;
  readonly expiresAt: number | null;
  /** Orders secrets that were created in the same second. */
  readonly sequence: number;
}

/** What a caller gives to store a secret; `expiresAt` is unix seconds. */
export interface NewSecret {
  readonly name: string;
  readonly payload: string;
  readonly expiresAt?: number | undefined;
}

/** The state of the emulator, without any HTTP. */
export interface SecretStore {
  /** Creates or replaces. Gives `undefined`, and changes nothing, if the scope is full. */
  put(space: SecretSpace, secret: NewSecret): StoredSecret | undefined;
  find(space: SecretSpace, name: string): StoredSecret | undefined;
  /** Removes a secret and gives what was removed. */
  remove(space: SecretSpace, name: string): StoredSecret | undefined;
  /** The secrets of one space in Stripe's order. */
  list(space: SecretSpace): readonly StoredSecret[];
  /** Every secret of every space. */
  all(): readonly StoredSecret[];
  clear(): void;
}

/** Makes an empty store. `now` gives epoch milliseconds. */
export function createSecretStore(now: () => number, assume: ResolvedAssumptions): SecretStore {
  const spaces = new Map<string, Map<string, StoredSecret>>();
  let sequence = 0;

  const nameKey = (name: string): string => (assume.caseSensitiveNames ? name : name.toLowerCase());

  /** The secrets of a space without the expired ones. An empty space takes no room: there may be any number. */
  function live(space: SecretSpace): Map<string, StoredSecret> {
    const key = spaceKey(space);
    const secrets = spaces.get(key) ?? new Map<string, StoredSecret>();
    dropExpired(secrets, now());
    if (secrets.size === 0) spaces.delete(key);
    return secrets;
  }

  return {
    put(space, { name, payload, expiresAt }) {
      const secrets = live(space);
      const old = secrets.get(nameKey(name));
      if (old === undefined && secrets.size >= maxSecretsPerScope) return undefined;
      sequence += 1;
      const keepsPlace = old !== undefined && assume.replaceKeepsCreated;
      const secret: StoredSecret = {
        id: old !== undefined && assume.replaceKeepsId ? old.id : newSecretId(),
        space,
        name,
        payload,
        created: keepsPlace ? old.created : Math.floor(now() / 1000),
        expiresAt: expiresAt ?? (assume.replaceClearsExpiry ? null : (old?.expiresAt ?? null)),
        sequence: keepsPlace ? old.sequence : sequence,
      };
      secrets.set(nameKey(name), secret);
      spaces.set(spaceKey(space), secrets);
      return secret;
    },
    find: (space, name) => live(space).get(nameKey(name)),
    remove(space, name) {
      const secrets = live(space);
      const secret = secrets.get(nameKey(name));
      secrets.delete(nameKey(name));
      if (secrets.size === 0) spaces.delete(spaceKey(space));
      return secret;
    },
    list(space) {
      const direction = assume.listOrder === 'newestFirst' ? -1 : 1;
      return [...live(space).values()].sort(
        (a, b) => direction * (a.created - b.created || a.sequence - b.sequence),
      );
    },
    all() {
      const time = now();
      for (const secrets of spaces.values()) dropExpired(secrets, time);
      return [...spaces.values()].flatMap((secrets) => [...secrets.values()]);
    },
    clear: () => spaces.clear(),
  };
}

function dropExpired(secrets: Map<string, StoredSecret>, nowMs: number): void {
  for (const [key, { expiresAt }] of secrets) {
    if (expiresAt !== null && nowMs >= expiresAt * 1000) secrets.delete(key);
  }
}
