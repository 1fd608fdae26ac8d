import type { SecretProvider } from '../contract/provider.js';
import { kindOf } from './check-options.js';

/** Checks a provider that `owner` needs, such as `fallback`. @throws `TypeError` when it is not a provider. */
export function checkProvider(thing: unknown, owner: string): asserts thing is SecretProvider {
  const { name, get, scoped } = (thing ?? {}) as Partial<SecretProvider> & { scoped?: unknown };
  if (typeof name === 'string' && name !== '' && typeof get === 'function') return;
  const got = scoped
    ? 'a client. Pass the provider that the client was made of.'
    : typeof thing === 'function'
      ? 'a function. Call it first; call a middleware with a provider.'
      : `${kindOf(thing)}. A provider is an object with a name and a get method, such as envSecrets().`;
  throw new TypeError(`${owner}: provider must be a provider, got ${got}`);
}
