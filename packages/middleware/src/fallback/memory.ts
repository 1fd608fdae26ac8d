import { backendName } from '@secretkit/core/middleware';
import {
  type MemoryExplanation,
  type SecretChange,
  type SecretMemory,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import { askedFor, hasVersions } from './versions.js';

/**
 * Returns the memory of several providers together.
 *
 * @param lastBackend - Returns the provider that answered for a ref last.
 */
export function memoryOf(
  providers: readonly SecretProvider[],
  lastBackend: (ref: SecretRef) => SecretProvider | undefined,
): SecretMemory {
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
    // Of the first that does not remember it as missing: a read asks one after another.
    explain(ref) {
      const explanations = askedFor(ref, providers).map(explanationOf(ref));
      const found = explanations.find(({ state }) => state !== 'missing') ?? explanations.at(-1);
      if (found && found.state !== 'absent') return found;
      const last = lastBackend(ref);
      const similar = explanations.find((each) => each.similar !== undefined)?.similar;
      return {
        state: 'absent',
        ...(last && { backend: backendName(last) }),
        ...(similar !== undefined && { similar }),
      };
    },
  };
}

function explanationOf(ref: SecretRef) {
  return (provider: SecretProvider): MemoryExplanation => {
    const found = provider.memory?.explain?.(ref) ?? { state: 'absent' };
    return { backend: backendName(provider), ...found };
  };
}

// A provider before has a value in memory, so callers do not get this one.
function isShadowed({ ref }: SecretChange, before: readonly SecretProvider[]): boolean {
  return askedFor(ref, before).some((provider) => provider.memory?.cached?.(ref)(false) !== undefined);
}
