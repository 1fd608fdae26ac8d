import type { SecretProvider } from '../contract/provider.js';
import { kindOf } from './check-options.js';

/** Checks a provider that `owner` needs, such as `fallback`. @throws `TypeError` when it is not a provider. */
export function checkProvider(thing: unknown, owner: string): asserts thing is SecretProvider {
  const { name, get, scoped, provider } = Object(thing) as Partial<SecretProvider> & Record<string, unknown>;
  if (typeof name === 'string' && name !== '' && typeof get === 'function') return;
  const got = scoped
    ? 'a client. Pass the provider that the client was made of.'
    : typeof thing === 'function'
      ? 'a function. Call it; a middleware is called with a provider: cache()(envSecrets()).'
      : `${kindOf(thing)}.${provider ? ' Pass its field provider.' : ''}`;
  throw new TypeError(
    `${owner}: provider must have a name and a get method, such as envSecrets(), got ${got}`,
  );
}
