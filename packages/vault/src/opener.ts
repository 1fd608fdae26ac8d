import {
  checkFunction,
  checkOptions,
  checkScheme,
  type Opener,
  urlParameters,
} from '@secretkit/core/provider';
import { checkAllowInsecure } from '@secretkit/http/transport';
import { addressVariable, type ServerVariables, variablesOf } from './server-variables.js';
import { type Credential, checkCredential, type VaultAuth } from './vault-auth.js';
import type { VaultSecretsOptions } from './vault-options.js';
import { type VaultSecretsOfVersion1, vaultSecrets } from './vault-secrets.js';

export interface VaultOpenerOptions {
  /** How to log in: `appRole`, `jwt`, or `kubernetes` of `/node`. @defaultValue none: `token` */
  readonly auth?: VaultAuth;
  /** The token, or a function that returns it. A URL never holds one. @defaultValue the variable `BAO_TOKEN` or `VAULT_TOKEN`, if there is no `auth` */
  readonly token?: Credential;
  /** The function that sends the requests. @defaultValue the global `fetch`, or one that trusts `BAO_CACERT` or `VAULT_CACERT` */
  readonly fetch?: typeof globalThis.fetch;
  /** Allows `http:` to another machine, which gets the token. @defaultValue false */
  readonly allowInsecure?: boolean;
  /** The scheme of the URLs that it opens, in lower case and without a colon. @defaultValue `vault` */
  readonly scheme?: string;
}

/** `field` is the option `key`: `openProvider` refuses a parameter with the name of a credential. */
const parameters = ['prefix', 'name', 'field', 'leases', 'namespace', 'kvVersion', 'tls'] as const;

/**
 * Returns an opener of `vault:`, for a key-value engine of Vault or OpenBao.
 *
 * | URL                                       |                                                                   |
 * | ----------------------------------------- | ----------------------------------------------------------------- |
 * | `vault://vault.example:8200/secret`       | the engine at `secret`, by HTTPS                                  |
 * | `vault:///team/kv?prefix=app/&field=value`| the server of `BAO_ADDR` or `VAULT_ADDR`; texts under `value`     |
 * | `vault://127.0.0.1:8200/secret?tls=false` | a server on this machine, without TLS                             |
 *
 * It reads `BAO_ADDR`, `BAO_TOKEN`, `BAO_NAMESPACE` and `BAO_CACERT`, and the same with `VAULT_`, when a URL is opened. A token is
 * sent to the server of the address with the same beginning; to the host of a URL, only if there is no such address. So `VAULT_TOKEN` beside `BAO_ADDR` is
 * refused, unless `VAULT_ADDR` says whose it is.
 *
 * @throws `TypeError` for wrong options. When it opens a URL: `TypeError` for a wrong part of it, or of a variable.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { vaultOpener } from '@secretkit/vault/opener';
 *
 * const provider = await openProvider('vault://vault.example:8200/secret?prefix=app/', [vaultOpener()]);
 * ```
 */
export function vaultOpener(options: VaultOpenerOptions = {}): Opener<VaultSecretsOfVersion1> {
  const own = checkOptions('vaultOpener', options, ['auth', 'token', 'fetch', 'allowInsecure', 'scheme']);
  const { auth, token, fetch, allowInsecure = false, scheme = 'vault' } = own;
  checkCredential('vaultOpener', 'token', token);
  checkAllowInsecure('vaultOpener', allowInsecure);
  checkScheme('vaultOpener', scheme);
  checkFunction('vaultOpener', 'fetch', fetch);
  return Object.freeze<Opener<VaultSecretsOfVersion1>>({
    schemes: Object.freeze([scheme]),
    async open(url) {
      const { tls, kvVersion, field, leases, ...given } = urlParameters(withoutPlace(url), parameters);
      const address = addressOf(url, tls);
      const variables = variablesOf(address);
      const own = token ?? (auth ? undefined : variables.token());
      const secrets: VaultSecretsOptions = {
        address,
        mount: mountOf(url),
        ...given,
        ...(given.namespace === undefined && optional('namespace', variables.namespace)),
        ...(kvVersion !== undefined && { kvVersion: versionOf(kvVersion) }),
        ...optional('key', field),
        ...optional('leases', leases?.split(',')),
        ...optional('auth', auth),
        ...optional('token', own),
        ...optional('fetch', fetch ?? (await trustingFetch(variables))),
        allowInsecure,
      };
      return vaultSecrets(secrets);
    },
  });
}

function addressOf(url: URL, tls: string | undefined): string {
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`${url.protocol} URL must not have credentials. Set BAO_TOKEN or VAULT_TOKEN.`);
  }
  if (tls !== undefined && tls !== 'true' && tls !== 'false') {
    throw new TypeError(`${url.protocol} URL: parameter tls must be true or false.`);
  }
  if (url.host !== '') return `${tls === 'false' ? 'http' : 'https'}://${url.host}`;
  if (tls !== undefined) {
    throw new TypeError(`${url.protocol} URL: parameter tls must be omitted without a host.`);
  }
  const address = addressVariable();
  if (address !== undefined) return address;
  throw new TypeError(
    `${url.protocol} URL must name a host after "//", such as ${url.protocol}//vault.example:8200/secret, or set BAO_ADDR or VAULT_ADDR.`,
  );
}

function mountOf(url: URL): string {
  const mount = url.pathname.replace(/^\/+|\/+$/g, '');
  if (mount !== '') return mount;
  throw new TypeError(
    `${url.protocol} URL must name the mount of the engine after the host, such as ${url.protocol}//vault.example:8200/secret.`,
  );
}

function versionOf(kvVersion: string): 1 | 2 {
  if (kvVersion === '1') return 1;
  if (kvVersion === '2') return 2;
  throw new TypeError('vaultOpener: the URL parameter kvVersion must be 1 or 2.');
}

/** Returns a `fetch` that trusts the certificates of the variable; `undefined` without it. */
async function trustingFetch({
  certificates,
}: ServerVariables): Promise<typeof globalThis.fetch | undefined> {
  if (!certificates) return undefined;
  const { nodeFetch, textFile } = await import('./node.js');
  try {
    return nodeFetch({ ca: await textFile(certificates.path)() });
  } catch {
    throw new TypeError(
      `vaultOpener: the file of ${certificates.variable} must hold certificates in PEM, and this user must be able to read it.`,
    );
  }
}

/** The host and the path are read here; `urlParameters` refuses them. */
function withoutPlace(url: URL): URL {
  return new URL(url.protocol + url.search + url.hash);
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V }; // that key only
}
