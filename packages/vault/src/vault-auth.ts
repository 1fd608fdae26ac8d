import { checkOptions, invalid, kindOf } from '@secretkit/core/provider';

/** A text, or a function that returns it. The function is called for each login: a file may have changed. */
export type Credential = string | (() => string | Promise<string>);

/** The parts of a login that depend on the auth method. `appRole`, `jwt` and `kubernetes` return one. */
export interface VaultAuth {
  /** The auth method in one word, for messages. */
  readonly method: string;
  /** Must return the path below `/v1`, and the body of the request. It is called for each login. */
  login(context: VaultLoginContext): Promise<VaultLoginRequest>;
}

/** What an auth method gets for a login. */
export interface VaultLoginContext {
  readonly signal: AbortSignal;
  /** Returns the data that a single-use wrapping token holds. @throws `unauthenticated` if it was used, or has expired. */
  unwrap(token: string): Promise<Readonly<Record<string, unknown>>>;
}

/** The request of a login. */
export interface VaultLoginRequest {
  readonly path: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AppRoleOptions {
  /** The id of the role. */
  readonly roleId: string;
  /** The secret id of the role. @defaultValue none, for a role with `bind_secret_id` false */
  readonly secretId?: Credential;
  /**
   * A single-use wrapping token that holds the secret id, instead of `secretId`. The secret id is kept in memory for the next
   * logins. A function may return another wrapping token later.
   * @defaultValue none
   */
  readonly wrappedSecretId?: Credential;
  /** Where the auth method is mounted. @defaultValue `approle` */
  readonly mount?: string;
}

export interface JwtOptions {
  /** The token of the identity provider. A function returns it for each login. */
  readonly jwt: Credential;
  /** The role of the auth method. @defaultValue the default role of the auth method */
  readonly role?: string;
  /** Where the auth method is mounted. @defaultValue `jwt` */
  readonly mount?: string;
}

/**
 * Logs in with an AppRole.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { appRole, vaultSecrets } from '@secretkit/vault';
 *
 * const auth = appRole({ roleId: 'an example', secretId: () => process.env['SECRET_ID'] ?? '' });
 * const provider = vaultSecrets({ address: 'https://vault.example', mount: 'secret', auth });
 * ```
 */
export function appRole(options: AppRoleOptions): VaultAuth {
  const own = checkOptions('appRole', options, ['roleId', 'secretId', 'wrappedSecretId', 'mount']);
  const { roleId, secretId, wrappedSecretId, mount = 'approle' } = own;
  checkText('appRole', 'roleId', roleId);
  checkCredential('appRole', 'secretId', secretId);
  checkCredential('appRole', 'wrappedSecretId', wrappedSecretId);
  if (secretId !== undefined && wrappedSecretId !== undefined) {
    throw new TypeError('appRole: secretId and wrappedSecretId must not both be set. Omit one of them.');
  }
  let unwrapped: { readonly from: string; readonly secretId: string } | undefined;

  async function secretIdOf({ unwrap }: VaultLoginContext): Promise<string | undefined> {
    if (secretId !== undefined) return credentialOf('secretId', secretId);
    if (wrappedSecretId === undefined) return undefined;
    const from = await credentialOf('wrappedSecretId', wrappedSecretId);
    if (unwrapped?.from !== from) {
      const { secret_id: id } = await unwrap(from);
      if (typeof id !== 'string') {
        throw invalid(
          'the wrapping token must hold a secret id of an AppRole. Wrap the answer of role/NAME/secret-id.',
        );
      }
      unwrapped = { from, secretId: id };
    }
    return unwrapped.secretId;
  }

  return loginAt('AppRole', 'appRole', mount, async (context) => {
    const id = await secretIdOf(context);
    return { role_id: roleId, ...(id !== undefined && { secret_id: id }) };
  });
}

/**
 * Logs in with a JWT of an identity provider.
 *
 * @throws `TypeError` for wrong options.
 */
export function jwt(options: JwtOptions): VaultAuth {
  return jwtLogin('jwt', 'JWT', options, 'jwt');
}

/** Logs in with a token that an auth method verifies: that of a service account, or of an identity provider. */
export function jwtLogin(
  owner: string,
  method: string,
  options: JwtOptions,
  defaultMount: string,
): VaultAuth {
  const { jwt: token, role, mount = defaultMount } = checkOptions(owner, options, ['jwt', 'role', 'mount']);
  if (token === undefined) throw new TypeError(`${owner}: jwt must be a text or a function, got undefined.`);
  checkCredential(owner, 'jwt', token);
  if (role !== undefined) checkText(owner, 'role', role);
  return loginAt(method, owner, mount, async () => ({
    jwt: await credentialOf('jwt', token),
    ...(role !== undefined && { role }),
  }));
}

/** Returns the text of a credential. @throws `invalid_argument` for anything but a text without spaces around it. */
export async function credentialOf(option: string, credential: Credential): Promise<string> {
  const text: unknown = typeof credential === 'function' ? await credential() : credential;
  if (typeof text === 'string' && text !== '' && text.trim() === text) return text;
  const got =
    typeof text !== 'string' ? kindOf(text) : text === '' ? 'an empty one' : 'one with spaces around it';
  throw invalid(`the option ${option} must return a text, got ${got}.`);
}

/** @throws `TypeError` for anything but a text or a function. */
export function checkCredential(owner: string, option: string, credential: unknown): void {
  if (credential === undefined || typeof credential === 'function') return;
  if (typeof credential === 'string' && credential !== '') return;
  const got = credential === '' ? 'an empty text' : kindOf(credential);
  throw new TypeError(`${owner}: ${option} must be a text, or a function that returns it, got ${got}.`);
}

/** @throws `TypeError` for anything but a text that is not empty. */
export function checkText(owner: string, option: string, text: unknown): void {
  if (typeof text === 'string' && text !== '') return;
  throw new TypeError(
    `${owner}: ${option} must be a text, got ${text === '' ? 'an empty one' : kindOf(text)}.`,
  );
}

/** Returns the segments of a mount. @throws `TypeError` for a path that is not one. */
export function mountSegments(owner: string, mount: unknown, option = 'mount'): readonly string[] {
  if (typeof mount !== 'string')
    throw new TypeError(`${owner}: ${option} must be a path such as "secret", got ${kindOf(mount)}.`);
  if (/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(mount)) return mount.split('/');
  throw new TypeError(
    `${owner}: ${option} must be a path such as "secret" or "team/kv", without slashes around it.`,
  );
}

function loginAt(
  method: string,
  owner: string,
  mount: string,
  bodyOf: (context: VaultLoginContext) => Promise<VaultLoginRequest['body']>,
): VaultAuth {
  const path = ['auth', ...mountSegments(owner, mount), 'login'];
  return Object.freeze<VaultAuth>({
    method,
    login: async (context) => ({ path, body: await bodyOf(context) }),
  });
}
