import { checkFunction, checkNumber, checkOptions, kindOf, type SecretRef } from '@secretkit/core/provider';
import type { KvVersion } from './kv-version.js';
import { type Credential, checkCredential, checkText, type VaultAuth } from './vault-auth.js';

export interface VaultSecretsOptions {
  /** The address of the server, such as `https://vault.example:8200`. `http:` is for this machine only, unless `allowInsecure` is set. */
  readonly address: string;
  /** Where the key-value engine is mounted, such as `secret` or `team/kv`. */
  readonly mount: string;
  /** A token, or a function that returns it, for each request. Not together with `auth`. @defaultValue none, for an agent that adds its own */
  readonly token?: Credential;
  /** How to log in: `appRole`, `jwt`, or `kubernetes` of `/node`. @defaultValue none */
  readonly auth?: VaultAuth;
  /** The namespace of the engine. @defaultValue none: the root namespace, or that of the token's header */
  readonly namespace?: string;
  /** The namespace of the auth method. @defaultValue `namespace` */
  readonly authNamespace?: string;
  /** The version of the engine. @defaultValue the server is asked once */
  readonly kvVersion?: KvVersion;
  /** The key that holds the value. @defaultValue none: a value is the JSON of the whole map */
  readonly key?: string;
  /** Text before every name, such as `app/`. @defaultValue none */
  readonly prefix?: string;
  /**
   * The paths below the mount: a template such as `apps/{account}/{name}`, or a function that returns a path, or `undefined`
   * for a secret that does not exist. Not together with `prefix`. @defaultValue `{name}`, and refs with a scope are missing
   */
  readonly name?: string | ((ref: SecretRef) => string | undefined);
  /**
   * The paths, from the root of the API, below which secrets are made by the server and have a lease, such as
   * `database/creds`: the name of such a secret is its path. @defaultValue none
   */
  readonly leases?: readonly string[];
  /** What a delete removes: `soft` deletes all versions so that they can be restored, `all` also what is known about them. @defaultValue `soft` */
  readonly delete?: 'soft' | 'all';
  /** Whether a list has the names in folders, too. @defaultValue true */
  readonly recursive?: boolean;
  /** How many requests for secrets are in flight at most; others wait. @defaultValue 32 */
  readonly maxRequests?: number;
  /** The timeout of a request, in milliseconds. @defaultValue 10000 */
  readonly timeoutMs?: number;
  /** The function that sends the requests. @defaultValue the global `fetch`, as it is at the time of a request */
  readonly fetch?: typeof globalThis.fetch;
  /** Allows `http:` to another machine, which gets the token. @defaultValue false */
  readonly allowInsecure?: boolean;
  /** The clock, in epoch milliseconds. @defaultValue Date.now for secrets, a monotonic clock for tokens */
  readonly now?: () => number;
  /** Returns a number in [0, 1), for the jitter of attempts. @defaultValue Math.random */
  readonly random?: () => number;
}

const owner = 'vaultSecrets';

const known = [
  'address',
  'mount',
  'token',
  'auth',
  'namespace',
  'authNamespace',
  'kvVersion',
  'key',
  'prefix',
  'name',
  'leases',
  'delete',
  'recursive',
  'maxRequests',
  'timeoutMs',
  'fetch',
  'allowInsecure',
  'now',
  'random',
] as const satisfies readonly (keyof VaultSecretsOptions)[];

/** Returns the options, without any that they inherit. @throws `TypeError` or `RangeError` for wrong options. */
export function checkVaultOptions(given: VaultSecretsOptions): VaultSecretsOptions {
  const options = checkOptions(owner, given, known);
  const { address, token, auth, maxRequests = 1, kvVersion, recursive } = options;
  const deletion: unknown = options.delete;
  checkText(owner, 'address', address);
  checkCredential(owner, 'token', token);
  if (auth !== undefined && typeof (Object(auth) as Partial<VaultAuth>).login !== 'function') {
    throw new TypeError(
      `${owner}: auth must be the result of appRole, jwt or kubernetes, got ${kindOf(auth)}.`,
    );
  }
  if (token !== undefined && auth !== undefined) {
    throw new TypeError(`${owner}: token and auth must not both be set. Omit one of them.`);
  }
  for (const option of ['namespace', 'authNamespace', 'key'] as const) {
    if (options[option] !== undefined) checkText(owner, option, options[option]);
  }
  checkFunction(owner, 'now', options.now);
  checkFunction(owner, 'random', options.random);
  if (![undefined, 1, 2].includes(kvVersion)) {
    throw new TypeError(`${owner}: kvVersion must be 1 or 2, got ${kindOf(kvVersion)}.`);
  }
  if (![undefined, 'soft', 'all'].includes(deletion as string | undefined)) {
    throw new TypeError(`${owner}: delete must be "soft" or "all", got ${kindOf(deletion)}.`);
  }
  if (!['undefined', 'boolean'].includes(typeof recursive)) {
    throw new TypeError(`${owner}: recursive must be true or false, got ${kindOf(recursive)}.`);
  }
  checkNumber(owner, 'maxRequests', maxRequests, { min: 1, max: 10_000, whole: true });
  return options;
}
