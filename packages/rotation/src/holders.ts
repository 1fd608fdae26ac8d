import { kindOf, type SecretProvider, type SecretRef } from '@secretkit/core/provider';
import type { Credential } from './credential.js';
import { quietly } from './quietly.js';

/** The clients that use each credential. While there is one, the provider does not revoke the credential. */
export interface Holders<T> {
  /** Counts a user of a credential. The returned function ends the use; calling it twice is fine. */
  retain(credential: Credential<T>): () => void;
}

/** Returns the users of credentials. `onUnused` is called when the last user of one has let go. */
export function holders<T>(
  ref: SecretRef,
  provider: SecretProvider | undefined,
  onUnused: (credential: Credential<T>) => void,
): Holders<T> {
  const used = new Map<Credential<T>, { count: number; readonly held: Disposable | undefined }>();

  function hold({ secret: { version } }: Credential<T>): Disposable | undefined {
    return version === undefined ? undefined : quietly(() => provider?.hold?.(ref, version));
  }

  return {
    retain(credential) {
      const use = used.get(credential) ?? { count: 0, held: hold(credential) };
      used.set(credential, use);
      use.count += 1;
      let isUser = true;
      return () => {
        if (!isUser) return;
        isUser = false;
        use.count -= 1;
        if (use.count > 0) return;
        used.delete(credential);
        quietly(() => use.held?.[Symbol.dispose]());
        onUnused(credential);
      };
    },
  };
}

/** @throws `TypeError` for anything but a provider. */
export function checkProviderOption(provider: unknown): void {
  if (provider === undefined) return;
  const { name, hold } = Object(provider) as { readonly name?: unknown; readonly hold?: unknown };
  if (typeof name === 'string' && (hold === undefined || typeof hold === 'function')) return;
  throw new TypeError(
    `rotating: provider must be the provider or the stack of the client, got ${kindOf(provider)}.`,
  );
}
