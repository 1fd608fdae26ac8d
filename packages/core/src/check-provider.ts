import type { SecretProvider } from './provider.js';

/**
 * Refuses what is no provider.
 *
 * @param user - Who needs one, as the caller wrote it: `fallback`.
 * @throws `TypeError` when the thing is no provider.
 */
export function checkProvider(thing: unknown, user: string): asserts thing is SecretProvider {
  const { name, get, scoped } = (thing ?? {}) as Partial<SecretProvider> & { scoped?: unknown };
  if (typeof name === 'string' && name !== '' && typeof get === 'function') return;
  const hint = scoped
    ? ' This is a client: hand in the provider that it was made of.'
    : typeof thing === 'function'
      ? ' Call it first; a middleware, with a provider.'
      : typeof (thing as PromiseLike<unknown> | undefined)?.then === 'function'
        ? ' Await it first.'
        : '';
  throw new TypeError(
    `${user} needs a provider: an object with a name and a get method, such as envSecrets().${hint}`,
  );
}
