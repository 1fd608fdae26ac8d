import type { SecretChange, SecretMemory, SecretProvider } from '@secretkit/core/provider';
import { askedFor, hasVersions } from './versions.js';

/** Returns the memory of several providers together, or `undefined` if no provider has one. */
export function memoryOf(providers: readonly SecretProvider[]): SecretMemory | undefined {
  if (providers.every(({ memory }) => !memory)) return undefined;
  const [first] = providers;
  const [firstWithVersions] = providers.filter(hasVersions);
  return {
    // Only that of the first: whether another one is used depends on the answers of those before it.
    ...((first?.memory?.cached ?? firstWithVersions?.memory?.cached) && {
      cached(ref) {
        const asked = ref.version === undefined ? first : firstWithVersions;
        return asked?.memory?.cached?.(ref) ?? (() => undefined);
      },
    }),
    ...(providers.some(({ memory }) => memory?.invalidate) && {
      // One failure must not keep the others from it: a copy that remains would be served.
      invalidate(target) {
        const failures: unknown[] = [];
        for (const provider of providers) {
          try {
            provider.memory?.invalidate?.(target);
          } catch (error) {
            failures.push(error);
          }
        }
        if (failures.length > 0) throw failures[0];
      },
    }),
    ...(providers.some(({ memory }) => memory?.subscribe) && {
      subscribe(listener) {
        const subscriptions = providers.map((provider, at) =>
          provider.memory?.subscribe?.((change) => {
            if ('invalidate' in change || !isShadowed(change, providers.slice(0, at))) listener(change);
          }),
        );
        return () => {
          for (const unsubscribe of subscriptions) unsubscribe?.();
        };
      },
    }),
  };
}

// A provider before has a value in memory, so callers do not get this one.
function isShadowed({ ref }: SecretChange, before: readonly SecretProvider[]): boolean {
  return askedFor(ref, before).some((provider) => provider.memory?.cached?.(ref)(false) !== undefined);
}
