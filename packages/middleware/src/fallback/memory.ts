import type { SecretChange, SecretMemory, SecretProvider } from '@secretkit/core/provider';

/** What several providers together have in memory. */
export function memoryOf(providers: readonly SecretProvider[]): SecretMemory | undefined {
  if (providers.every(({ memory }) => !memory)) return undefined;
  const [first] = providers;
  return {
    // Only the first: of another it is not known whether the ones before have the secret.
    ...(first?.memory?.cached && { cached: first.memory.cached }),
    ...(providers.some(({ memory }) => memory?.invalidate) && {
      // Each of them, whatever becomes of the others: a copy that is kept is served.
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
            if (!isShadowed(change, providers.slice(0, at))) listener(change);
          }),
        );
        return () => {
          for (const unsubscribe of subscriptions) unsubscribe?.();
        };
      },
    }),
  };
}

// A value that nobody is given, since a provider before has one, has not changed for anybody.
function isShadowed({ ref }: SecretChange, before: readonly SecretProvider[]): boolean {
  return before.some((provider) => provider.memory?.cached?.(ref)(false) !== undefined);
}
