import {
  type CapabilitiesOf,
  defineMiddleware,
  type Layered,
  type Wrapped,
} from '@secretkit/core/middleware';
import { checkProvider, checkRef, isSecretError, type SecretProvider } from '@secretkit/core/provider';
import { without } from '../shared/without.js';
import { type Names, renamed } from './renamed.js';

/** What the backend calls a secret, by what the application calls it. */
export type NamesByName = Readonly<Record<string, string>>;

/** The provider without its list: where nobody can translate names back, there is none. */
export type UnlistedProvider<P extends SecretProvider> = P extends unknown
  ? Omit<CapabilitiesOf<P>, 'list'> & Layered // distributes, so that a union stays one
  : never;

/**
 * The same provider under other names: for a backend that names things differently, without a change of the application.
 * Errors, lists and events tell the application's names.
 *
 * @param names - What the backend calls a secret, by what the application calls it; other names stay. Or a function from
 * the application's name to the backend's, and one back, which answers `undefined` for what the application cannot mean;
 * without that one there is no `list`.
 * @throws `TypeError` when it is given no provider, or names that are none or are alike.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { rename } from '@secretkit/middleware/rename';
 *
 * const secrets = createSecrets(rename(envSecrets(), { 'database-url': 'PG_CONNECTION_STRING' }));
 * await secrets.get('database-url'); // of the variable PG_CONNECTION_STRING
 * ```
 */
export function rename<P extends SecretProvider>(provider: P, names: NamesByName): Wrapped<P>;
export function rename<P extends SecretProvider>(
  provider: P,
  toInner: (name: string) => string,
  toOuter: (name: string) => string | undefined,
): Wrapped<P>;
export function rename<P extends SecretProvider>(
  provider: P,
  toInner: (name: string) => string,
): UnlistedProvider<P>;
export function rename(
  provider: SecretProvider,
  inward: NamesByName | ((name: string) => string),
  outward?: (name: string) => string | undefined,
): SecretProvider {
  checkProvider(provider, 'rename');
  const names = typeof inward === 'function' ? { inward, outward } : translations(inward);
  const options = typeof inward === 'function' ? {} : { names: inward };
  const layered: SecretProvider = defineMiddleware({
    name: 'rename',
    options,
    build: (next) => renamed(next, names),
  })(provider);
  return names.outward ? layered : without(layered, 'list');
}

function translations(names: NamesByName): Names {
  if (typeof names !== 'object' || names === null || Symbol.iterator in names) {
    throw new TypeError(
      "rename takes names by name, such as { 'database-url': 'PG_URL' }, or a function from name to name.",
    );
  }
  const inward = new Map(Object.entries(names));
  const outward = new Map<string, string>();
  for (const [outer, inner] of inward) {
    checkName(outer, outer);
    checkName(inner, outer);
    const other = outward.get(inner);
    if (other !== undefined) {
      throw new TypeError(`rename: "${other}" and "${outer}" are both "${inner}". Give a secret one name.`);
    }
    outward.set(inner, outer);
  }
  return { inward: (name) => inward.get(name) ?? name, outward: (name) => outward.get(name) ?? name };
}

function checkName(name: unknown, outer: string): void {
  try {
    checkRef({ name: name as string });
  } catch (error) {
    const problem = isSecretError(error) ? error.problem : '';
    throw new TypeError(`rename: the entry "${outer.slice(0, 50)}": ${problem}`);
  }
}
