/**
 * ## Names
 *
 * Names are translated everywhere: in lists, in the ref of an error, in `peek`, `invalidate` and changes. Versions are unchanged.
 * If the backend reports that a secret has changed, and its name cannot be translated back, its whole scope is invalidated.
 * `rename(provider, toInner, toOuter)` takes functions; without `toOuter` there is no `list`. They are not middleware for `compose`,
 * since middleware must not remove a capability, but their layers are in `layersOf`: put caches inside them or outside.
 *
 * @packageDocumentation
 */

import {
  type CapabilitiesOf,
  defineMiddleware,
  type Layered,
  type Wrapped,
} from '@secretkit/core/middleware';
import {
  checkProvider,
  checkRef,
  isPlainObject,
  isSecretError,
  kindOf,
  type SecretProvider,
} from '@secretkit/core/provider';
import { omitCapabilities } from '../shared/omit-capabilities.js';
import { type Translation, translated } from './translated.js';

/** The backend's names of secrets, by the application's names. */
export type NamesByName = Readonly<Record<string, string>>;

/** A provider without `list`, since its names cannot be translated back. */
export type UnlistedProvider<P extends SecretProvider> = P extends unknown
  ? Omit<CapabilitiesOf<P>, 'list'> & Layered // distributes, so that a union remains a union
  : never;

/**
 * Returns the provider under other names, for a backend whose names differ from those in the application. Errors, lists and
 * changes have the application's names.
 *
 * @param names - The backend's names by the application's names; other names are unchanged. Or a function `toInner` from the
 * application's name to the backend's, and a function `toOuter` back, which returns `undefined` for a name that the
 * application does not have. Without `toOuter` the provider has no `list`.
 * @throws `TypeError` when the first argument is not a provider, when a name is invalid, and when two names map to one.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { rename } from '@secretkit/middleware/rename';
 *
 * const secrets = createSecrets(rename(envSecrets(), { 'database-url': 'PG_CONNECTION_STRING' }));
 * await secrets.get('database-url'); // reads the variable PG_CONNECTION_STRING
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
  names: NamesByName | ((name: string) => string),
  toOuter?: (name: string) => string | undefined,
): SecretProvider {
  checkProvider(provider, 'rename');
  const translation = typeof names === 'function' ? { toInner: names, toOuter } : translationOf(names);
  const layered: SecretProvider = defineMiddleware({
    name: 'rename',
    options: typeof names === 'function' ? {} : { names },
    build: (next) => translated(next, translation),
  })(provider);
  return translation.toOuter ? layered : omitCapabilities(layered, 'list');
}

function translationOf(names: NamesByName): Translation {
  if (!isPlainObject(names)) {
    throw new TypeError(
      `rename: names must be an object such as { 'database-url': 'PG_URL' } or a function, got ${kindOf(names)}.`,
    );
  }
  const inner = new Map(Object.entries(names));
  const outer = new Map<string, string>();
  for (const [outerName, innerName] of inner) {
    checkName(outerName, outerName);
    checkName(innerName, outerName);
    const other = outer.get(innerName);
    if (other !== undefined) {
      throw new TypeError(
        `rename: entries "${other}" and "${outerName}" must map to different names, got the same name.`,
      );
    }
    outer.set(innerName, outerName);
  }
  return { toInner: (name) => inner.get(name) ?? name, toOuter: (name) => outer.get(name) ?? name };
}

function checkName(name: unknown, outerName: string): void {
  try {
    checkRef({ name: name as string });
  } catch (error) {
    const problem = isSecretError(error) ? error.problem : '';
    throw new TypeError(`rename: entry "${outerName.slice(0, 50)}": ${problem}`);
  }
}
