import type { Credential } from '../credential.js';

/** The options that may change with the credential. */
export const loginFields = ['host', 'port', 'user', 'password', 'database'] as const;

export type LoginFields = Partial<Record<(typeof loginFields)[number], unknown>>;

/**
 * Makes the login in a pool's configuration follow the accepted credential. mysql2 copies the configuration, with its getters, for each
 * connection: a copy keeps the credential of its first access. Returns a function that gives the credential of a copy.
 */
export function followConfig<T>(
  config: object,
  accepted: () => Credential<T>,
  loginOf: (credential: Credential<T>) => LoginFields,
): (copy: object) => Credential<T> | undefined {
  const credentials = new WeakMap<object, Credential<T>>();
  const given: LoginFields = { ...config };

  function credentialOf(copy: object): Credential<T> {
    const credential = credentials.get(copy) ?? accepted();
    if (copy !== config) credentials.set(copy, credential);
    return credential;
  }

  for (const field of loginFields) {
    Object.defineProperty(config, field, {
      configurable: true,
      enumerable: true,
      get(this: object): unknown {
        return loginOf(credentialOf(this))[field] ?? given[field];
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, field, { configurable: true, writable: true, value }); // of a copy, by `changeUser`
      },
    });
  }
  return (copy) => credentials.get(copy);
}
