import {
  checkOptions,
  isOneOf,
  isText,
  kindOf,
  type OptionChecks,
  required,
} from '../options/option-checks.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { isTooLong, maxLength } from './is-too-long.js';
import type { Mode, SecretScope, SecretSpace } from './secret-space.js';
import { maxSecretsPerScope, type SecretStore, type StoredSecret } from './secret-store.js';

/** Account, mode and scope of a secret. */
export interface SecretLocation {
  /** @defaultValue the `ownAccount` option */
  readonly account?: string | undefined;
  /** @defaultValue 'test' */
  readonly mode?: Mode | undefined;
  /** @defaultValue `{ type: 'account' }` */
  readonly scope?: SecretScope | undefined;
}

/** Location and name of a secret. */
export interface SecretAddress extends SecretLocation {
  /** The name, as in the API. */
  readonly name: string;
}

/** A secret to store. */
export interface SecretToPut extends SecretAddress {
  /** The value. At most 5000 characters, in the unit of `assume.lengthUnit`. */
  readonly payload: string;
  /** Time of expiry. A time in the past is allowed: the secret then expires at once. @defaultValue never */
  readonly expiresAt?: Date | undefined;
}

/** A secret without its payload. */
export interface SecretSummary {
  readonly id: string;
  readonly account: string;
  readonly mode: Mode;
  readonly scope: SecretScope;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** A secret with its payload. */
export interface SecretRecord extends SecretSummary {
  readonly payload: string;
}

/** Reads and writes secrets without HTTP. Counts no requests, and requires no key or permission. */
export interface EmulatorSecrets {
  /**
   * Creates or replaces a secret.
   *
   * @throws `TypeError` when a field is unknown, missing or wrong.
   * @throws `RangeError` when the scope already has ten secrets, and when the name or the payload is too long.
   */
  put(secret: SecretToPut): SecretSummary;
  /** Returns the secret with its payload, or `undefined` if it does not exist. */
  get(address: SecretAddress): SecretRecord | undefined;
  /** Deletes a secret. Returns whether it existed. */
  delete(address: SecretAddress): boolean;
  /** Returns the secrets of one scope without payloads, in the order of the API. */
  list(location?: SecretLocation): readonly SecretSummary[];
}

const locationChecks: OptionChecks<SecretLocation> = {
  account: isText,
  mode: isOneOf('test', 'live', 'sandbox'),
  scope: {
    accepts: isScope,
    expected: '{ type: "account" } or { type: "user", user }, where user is a user id',
  },
};
const addressChecks: OptionChecks<SecretAddress> = { ...locationChecks, name: required(isText) };
const inputChecks: OptionChecks<SecretToPut> = {
  ...addressChecks,
  payload: required(isText),
  expiresAt: {
    accepts: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
    expected: 'a valid Date',
    describe: (value) => (value instanceof Date ? 'an invalid Date' : kindOf(value)),
  },
};

const unitNames = { bytes: 'bytes', codePoints: 'code points', utf16: 'UTF-16 code units' } as const;

/** Creates the direct access to a store. */
export function createEmulatorSecrets(
  store: SecretStore,
  { ownAccount, assume: { lengthUnit } }: Pick<ResolvedOptions, 'ownAccount' | 'assume'>,
): EmulatorSecrets {
  const space = ({ account = ownAccount, mode = 'test', scope }: SecretLocation): SecretSpace => ({
    account,
    mode,
    scope: scope?.type === 'user' ? { type: 'user', user: scope.user } : { type: 'account' },
  });

  return {
    put(secret) {
      checkOptions('secrets.put', secret, inputChecks);
      const { name, payload, expiresAt } = secret;
      for (const [param, text] of Object.entries({ name, payload })) {
        if (!isTooLong(text, lengthUnit)) continue;
        throw new RangeError(
          `secrets.put: ${param} must be at most ${maxLength} ${unitNames[lengthUnit]}, got more.`,
        );
      }
      const seconds = expiresAt && Math.floor(expiresAt.getTime() / 1000);
      const stored = store.put(space(secret), { name, payload, expiresAt: seconds });
      if (!stored) {
        throw new RangeError(
          `secrets.put: scope must have fewer than ${maxSecretsPerScope} secrets, got ${maxSecretsPerScope}. Delete one of them first.`,
        );
      }
      return summary(stored);
    },
    get(address) {
      checkOptions('secrets.get', address, addressChecks);
      const secret = store.find(space(address), address.name);
      return secret && { ...summary(secret), payload: secret.payload };
    },
    delete(address) {
      checkOptions('secrets.delete', address, addressChecks);
      return store.remove(space(address), address.name) !== undefined;
    },
    list(location = {}) {
      checkOptions('secrets.list', location, locationChecks);
      return store.list(space(location)).map(summary);
    },
  };
}

/** Returns a stored secret without its payload. */
export function summary({ id, space, name, created, expiresAt }: StoredSecret): SecretSummary {
  return {
    id,
    ...space,
    name,
    createdAt: new Date(created * 1000),
    expiresAt: expiresAt === null ? null : new Date(expiresAt * 1000),
  };
}

function isScope(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, user }: { type?: unknown; user?: unknown } = value;
  return type === 'user' ? isText.accepts(user) : type === 'account' && user === undefined;
}
