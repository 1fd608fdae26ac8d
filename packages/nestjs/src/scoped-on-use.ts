import type { ScopedSecrets, Secrets } from '@secretkit/core';
import { isSecretError, SecretError, type SecretScope } from '@secretkit/core/provider';

/**
 * A client within a scope that is asked for when the client is first used, and stays what it was then. Nest makes what is
 * injected into a request before the request's guards run, which may be who finds out whose request it is.
 */
export function scopedOnUse(secrets: Secrets, scopeOf: () => SecretScope): ScopedSecrets {
  let own: ScopedSecrets | undefined;
  const within = (): ScopedSecrets => {
    own ??= scoped(secrets, scopeOf());
    return own;
  };
  // Async functions: a scope that is refused rejects, as it does where a ref is.
  return Object.freeze<ScopedSecrets>({
    get: async (ref, options) => within().get(ref, options),
    require: async (ref, options) => within().require(ref, options),
    getMany: async (refs, options) => within().getMany(refs, options),
    getManySettled: async (refs, options) => within().getManySettled(refs, options),
    set: async (ref, value, options) => within().set(ref, value, options),
    delete: async (ref, options) => within().delete(ref, options),
    use: async (ref, run, options) => within().use(ref, run, options),
    async *list(options) {
      yield* within().list(options);
    },
    peek: (ref) => within().peek(ref),
    invalidate: (ref) => within().invalidate(ref),
    onChange: (ref, listener) => within().onChange(ref, listener),
    watch: (refs, options) => within().watch(refs, options),
    can: (capability) => secrets.can(capability),
    scoped: (scope) => within().scoped(scope),
  });
}

/** @throws `invalid_argument` for a scope that is empty, or has a field without a value. */
function scoped(secrets: Secrets, scope: SecretScope): ScopedSecrets {
  try {
    return secrets.scoped(scope);
  } catch (error) {
    if (!isSecretError(error, 'invalid_argument')) throw error;
    throw new SecretError('invalid_argument', `what scopeOf says of this request: ${error.problem}`);
  }
}
