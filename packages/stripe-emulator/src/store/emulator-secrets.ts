import { checkOptions, isOneOf, isText, type OptionChecks, required } from '../options/option-checks.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { isTooLong, maxLength } from './is-too-long.js';
import type { Mode, SecretScope, SecretSpace } from './secret-space.js';
import { maxSecretsPerScope, type SecretStore, type StoredSecret } from './secret-store.js';

/** Where a secret lies. What is left out is the emulator's own account, test mode and the account scope. */
export interface SecretLocation {
  /** @defaultValue the `ownAccount` option */
  readonly account?: string | undefined;
  /** @defaultValue 'test' */
  readonly mode?: Mode | undefined;
  /** @defaultValue `{ type: 'account' }` */
  readonly scope?: SecretScope | undefined;
}

/** One secret by name. */
export interface SecretAddress extends SecretLocation {
  /** The name, as the API has it. */
  readonly name: string;
}

/** A secret to put in the store. */
export interface SecretToPut extends SecretAddress {
  /** The value, up to 5,000 characters. */
  readonly payload: string;
  /** When it disappears. A time in the past is allowed: the secret is then gone at once. @defaultValue never */
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

/** Reads and writes the store without HTTP: no request is counted, no key or permission is needed. */
export interface EmulatorSecrets {
  /**
   * Creates or replaces a secret.
   *
   * @throws TypeError for a field that is unknown or wrong
   * @throws RangeError if the scope already has ten secrets, or the name or the payload is too long for the API
   */
  put(secret: SecretToPut): SecretSummary;
  /** The secret with its payload, or `undefined` if there is none. */
  get(address: SecretAddress): SecretRecord | undefined;
  /** Deletes a secret and tells whether there was one. */
  delete(address: SecretAddress): boolean;
  /** The secrets of one scope, in the order of the API, without payloads. */
  list(location?: SecretLocation): readonly SecretSummary[];
}

const locationChecks: OptionChecks<SecretLocation> = {
  account: isText,
  mode: isOneOf('test', 'live', 'sandbox'),
  scope: { ok: isScope, must: '{ type: "account" }, or { type: "user", user } with a user id' },
};
const addressChecks: OptionChecks<SecretAddress> = { ...locationChecks, name: required(isText) };
const putChecks: OptionChecks<SecretToPut> = {
  ...addressChecks,
  payload: required(isText),
  expiresAt: {
    ok: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
    must: 'a valid Date',
  },
};

const unitNames = { bytes: 'bytes', codePoints: 'code points', utf16: 'UTF-16 code units' } as const;

/** Makes the back door to a store. */
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
      checkOptions('secrets.put', secret, putChecks);
      const { name, payload, expiresAt } = secret;
      for (const [param, text] of Object.entries({ name, payload })) {
        if (!isTooLong(text, lengthUnit)) continue;
        throw new RangeError(`secrets.put: ${param} is longer than ${maxLength} ${unitNames[lengthUnit]}`);
      }
      const seconds = expiresAt && Math.floor(expiresAt.getTime() / 1000);
      const stored = store.put(space(secret), { name, payload, expiresAt: seconds });
      if (!stored) throw new RangeError(`secrets.put: the scope already has ${maxSecretsPerScope} secrets`);
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

/** A stored secret without its payload. */
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
  return type === 'user' ? isText.ok(user) : type === 'account' && user === undefined;
}
